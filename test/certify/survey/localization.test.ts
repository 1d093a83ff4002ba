import {readFileSync} from 'node:fs'
import {describe, expect, it} from 'vitest'
import {certify} from '../../../src/certify/certify.js'
import {channelGroups} from '../../../src/certify/survey/channel-groups.js'
import {classPairs} from '../../../src/certify/survey/class-pairs.js'
import {legacySummary} from '../../../src/certify/survey/localization.js'
import {labelHints, neighbourVotes} from '../../../src/certify/survey/label-hints.js'
import {isLate} from '../../../src/certify/survey/layer-survey.js'
import type {MetricName} from '../../../src/certify/types.js'
import {distanceByDefinition} from '../../../src/pairwise/reference-definitions.js'
import {random} from '../../../src/stats/random.js'
import {pearson} from '../../support/pearson.js'
import {engine, mixture, options} from '../fixtures.js'

describe('the published layer values', () => {
  // Successes of TextFooler in 15,000 attacks on each network.
  const successes: Record<string, number> = {
    'bert-large-uncased': 3528,
    'bert-base-uncased': 6855,
    'roberta-base': 1958,
    'roberta-large': 4867,
    gpt2: 4467,
    't5-base': 5975,
    't5-small': 6331,
  }
  const rows = readFileSync('fixtures/paper/vulnerability-by-depth.csv', 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','))
  const networks = Object.keys(successes).map((network) => ({
    network,
    ...legacySummary(
      rows
        .filter(([, , model]) => model!.trim() === network)
        .sort((a, b) => Number(a[0]) - Number(b[0]))
        .map(([, value]) => Number(value)),
    ),
  }))
  const determination = (of: 'legacyMean' | 'legacyLast', chosen: typeof networks) =>
    pearson(
      chosen.map((entry) => entry[of]!),
      chosen.map(({network}) => successes[network]!),
    ) ** 2

  it('relate to the success of attacks as published: R² .139 (mean of the layers), .349 (last layer); .472, .553 without GPT2', () => {
    expect(rows.length).toBe(102)
    const without = networks.filter(({network}) => network !== 'gpt2')
    const found = [
      determination('legacyMean', networks),
      determination('legacyLast', networks),
      determination('legacyMean', without),
      determination('legacyLast', without),
    ]
    ;[0.139, 0.349, 0.472, 0.553].forEach((published, k) => expect(found[k]!).toBeCloseTo(published, 3))
  })

  it('summaries are empty where nothing is known', () => {
    expect(legacySummary([null, null])).toEqual({})
    expect(legacySummary([1, null, 5])).toEqual({legacyMean: 3, legacyLast: 5})
  })
})

describe('groups of units', () => {
  const [n, dim] = [70, 6]
  const r = random(21)
  const data = Float64Array.from({length: n * dim}, () => r.normal())
  // The loss follows unit 4 alone.
  const losses = Float64Array.from({length: n}, (_, i) => 1 / (1 + Math.exp(-3 * data[i * dim + 4]!)))
  const rows = Uint32Array.from({length: n}, (_, i) => i)
  const units = {scale: 1.7, floor: 0.4, delta: 1.1}
  const row = (i: number, without = -1) =>
    Array.from(data.subarray(i * dim, (i + 1) * dim)).filter((_, t) => t !== without)

  it.each<MetricName>(['l2', 'l1', 'linf', 'angle'])(
    '%s: shares are those of a double loop and add up to 1; drops are those of ε computed again',
    (metric) => {
      const size = metric === 'angle' ? 1.2 : units.delta * units.scale
      const setting = metric === 'angle' ? {scale: 1, floor: 0.3, delta: 1.2} : units
      const found = channelGroups({name: 'h', dim, data}, rows, losses, metric, setting)
      expect(found.map((group) => group.units)).toEqual([0, 1, 2, 3, 4, 5].map((t) => [t, t]))
      const unit = (x: number[]) => (metric === 'angle' ? x.map((value) => value / Math.hypot(...x)) : x)
      const [carried, moved] = [new Float64Array(dim), new Float64Array(dim)]
      let close = 0
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < i; j++) {
          const d = distanceByDefinition(row(i), row(j), metric)
          if (d > size) continue
          const [a, b] = [unit(row(i)), unit(row(j))]
          const differences = a.map((x, t) => Math.abs(x - b[t]!) ** (metric === 'l2' || metric === 'angle' ? 2 : 1))
          const all = metric === 'linf' ? Math.max(...differences) : differences.reduce((x, y) => x + y, 0)
          close++
          const h = Math.abs(losses[i]! - losses[j]!) / Math.max(d / setting.scale, setting.floor)
          differences.forEach((x, t) => {
            const share = metric === 'linf' ? (x === all ? 1 : 0) : x / all
            carried[t]! += h * share
            moved[t]! += share
          })
        }
      }
      const total = carried.reduce((a, b) => a + b, 0)
      found.forEach((group, t) => {
        expect(group.volatilityShare).toBeCloseTo(carried[t]! / total, 9)
        expect(group.distanceShare).toBeCloseTo(moved[t]! / close, 9)
      })
      expect(found.reduce((sum, group) => sum + group.volatilityShare!, 0)).toBeCloseTo(1, 9)
      const epsilon = (without: number) => {
        const distances: number[] = []
        const changes: number[] = []
        for (let i = 0; i < n; i++)
          for (let j = 0; j < i; j++) {
            distances.push(
              distanceByDefinition(
                unit(row(i)).filter((_, t) => t !== without),
                unit(row(j)).filter((_, t) => t !== without),
                metric,
              ) / setting.scale,
            )
            changes.push(Math.abs(losses[i]! - losses[j]!))
          }
        const sorted = [...distances].sort((a, b) => a - b)
        const half = (sorted.length - 1) / 2
        const median = (sorted[Math.floor(half)]! + sorted[Math.ceil(half)]!) / 2
        return {
          median,
          of: (full: number) =>
            (median *
              distances.reduce((sum, d, k) => sum + changes[k]! / Math.max(d, (setting.floor * median) / full), 0)) /
            distances.length,
        }
      }
      const whole = epsilon(-1)
      found.forEach((group, t) =>
        expect(group.dropChange).toBeCloseTo(epsilon(t).of(whole.median) / whole.of(whole.median) - 1, 6),
      )
      // The unit that the loss follows stands out.
      const ratio = found.map((group) => group.volatilityShare! / group.distanceShare!)
      expect(ratio.indexOf(Math.max(...ratio))).toBe(4)
    },
  )

  it('angle: a row that lies in one group alone is at a right angle to all others without it', () => {
    const alone = Float64Array.of(2, 0, 0, 1, 0, 1, 1, 1, 0)
    const three = Uint32Array.of(0, 1, 2)
    const [first] = channelGroups({name: 'h', dim: 3, data: alone}, three, Float64Array.of(0, 1, 3), 'angle', {
      scale: 1,
      floor: 1e-9,
      delta: 9,
    })
    const angle = (x: number[], y: number[]) =>
      Math.acos(x.reduce((sum, value, t) => sum + value * y[t]!, 0) / (Math.hypot(...x) * Math.hypot(...y)))
    const epsilon = (distances: [number, number, number]) =>
      ([...distances].sort((a, b) => a - b)[1]! * (1 / distances[0] + 3 / distances[1] + 2 / distances[2])) / 3
    const [a, b, c] = [
      [2, 0, 0],
      [1, 0, 1],
      [1, 1, 0],
    ]
    const whole = epsilon([angle(a, b), angle(a, c), angle(b, c)])
    expect(first!.dropChange).toBeCloseTo(epsilon([Math.PI / 2, Math.PI / 2, angle([0, 1], [1, 0])]) / whole - 1, 6)
  })

  it('are at most 16 runs that cover all units, and none for one unit', () => {
    const wide = channelGroups(
      {name: 'h', dim: 37, data: Float64Array.from({length: 20 * 37}, () => r.normal())},
      rows.subarray(0, 20),
      losses,
      'l2',
      {scale: 1, floor: 1, delta: 9},
    )
    expect(wide).toHaveLength(16)
    expect([wide[0]!.units[0], wide.at(-1)!.units[1]]).toEqual([0, 36])
    wide.slice(1).forEach((group, g) => expect(group.units[0]).toBe(wide[g]!.units[1] + 1))
    expect(channelGroups({name: 'h', dim: 1, data}, rows, losses, 'l2', units)).toEqual([])
    const flat = channelGroups({name: 'h', dim, data}, rows, new Float64Array(n), 'l2', units)
    expect(flat[0]).toMatchObject({volatilityShare: null, dropChange: null})
    const far = channelGroups({name: 'h', dim, data}, rows, losses, 'l2', {...units, delta: 1e-9})
    expect(far[0]).toMatchObject({volatilityShare: null, distanceShare: null})
  })
})

it('class pairs are those of a double loop, largest part first', () => {
  const r = random(5)
  const n = 60
  const labels = Int32Array.from({length: n}, () => 10 * r.integer(3))
  const losses = Float64Array.from({length: n}, () => r.uniform())
  const data = Float64Array.from({length: n * n})
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) data[i * n + j] = data[j * n + i] = r.uniform()
  const found = classPairs({rows: n, cols: n, data}, labels, losses, 0.5, 0.3)
  for (const {
    labels: [a, b],
    pairs,
    observed,
    share,
  } of found) {
    const close: number[] = []
    const all: number[] = []
    for (let i = 0; i < n; i++)
      for (let j = 0; j < i; j++) {
        if (data[i * n + j]! > 0.5) continue
        const change = Math.abs(losses[i]! - losses[j]!)
        all.push(change)
        if ((labels[i] === a && labels[j] === b) || (labels[i] === b && labels[j] === a)) close.push(change)
      }
    const unstable = (values: number[]) => values.filter((x) => x >= 0.3).length
    expect([pairs, observed, share]).toEqual([
      close.length,
      unstable(close) / close.length,
      unstable(close) / unstable(all),
    ])
  }
  expect(found.map(({share}) => share)).toEqual(found.map(({share}) => share).sort((a, b) => b - a))
  expect(found.reduce((sum, {share}) => sum + share, 0)).toBeCloseTo(1, 12)
  expect(classPairs({rows: n, cols: n, data}, labels, losses, 0.5, 2)).toEqual([])
})

describe('hints at wrong labels', () => {
  it('are the planted ones', async () => {
    const data = mixture(11, 400, 0, [8, 8])
    const flipped = [3, 77, 200, 311]
    for (const row of flipped) data.labels![row] = (data.labels![row]! + 1) % 4
    const {metrics} = await certify(data, options({bootstrap: 0}), engine)
    const hints = metrics.localization.labelHints!
    expect(hints.map(({row}) => row).sort((a, b) => a - b)).toEqual(flipped)
    for (const hint of hints) expect(hint.label).toBe((hint.suggested + 1) % 4)
    const clean = await certify(mixture(11, 400, 0, [8, 8]), options({bootstrap: 0}), engine)
    expect(clean.metrics.localization.labelHints).toEqual([])
    const unlabelled = await certify(
      {...data, labels: null, output: null, loss: Float64Array.from({length: 400}, (_, i) => i % 7)},
      options({bootstrap: 0}),
      engine,
    )
    expect([
      unlabelled.metrics.localization.labelHints,
      unlabelled.metrics.classes,
      unlabelled.metrics.layers[0]!.classPairs,
    ]).toEqual([undefined, undefined, undefined])
  })

  it('need every late layer to agree', () => {
    const votes = (label: number, share: number) => ({label: Int32Array.of(label, 0), share: Float64Array.of(share, 1)})
    const points = {rows: Uint32Array.of(9, 4), losses: Float64Array.of(2, 0), labels: Int32Array.of(0, 0)}
    expect(labelHints([votes(1, 1), votes(1, 0.8)], points)).toEqual([
      {row: 9, label: 0, suggested: 1, agreement: 0.8, loss: 2},
    ])
    expect(labelHints([votes(1, 1), votes(2, 1)], points)).toEqual([])
    expect(labelHints([votes(1, 1), votes(1, 0.7)], points)).toEqual([])
    expect(labelHints([votes(0, 1)], points)).toEqual([])
  })

  it('come from the ten nearest other rows', () => {
    const r = random(2)
    const n = 40
    const x = Float64Array.from({length: n}, () => r.uniform())
    const labels = Int32Array.from({length: n}, () => r.integer(3))
    const {label, share} = neighbourVotes(
      {
        rows: n,
        cols: n,
        data: Float64Array.from({length: n * n}, (_, at) => Math.abs(x[Math.floor(at / n)]! - x[at % n]!)),
      },
      labels,
    )
    for (let i = 0; i < n; i++) {
      const nearest = Array.from({length: n}, (_, j) => j)
        .filter((j) => j !== i)
        .sort((a, b) => Math.abs(x[i]! - x[a]!) - Math.abs(x[i]! - x[b]!))
        .slice(0, 10)
      const counts = [0, 1, 2].map((c) => nearest.filter((j) => labels[j] === c).length)
      expect([label[i], share[i]]).toEqual([counts.indexOf(Math.max(...counts)), Math.max(...counts) / 10])
    }
  })

  it('late layers are the last third, and at least two', () => {
    expect([0, 1, 2].map((k) => isLate(k, 3))).toEqual([false, true, true])
    expect(Array.from({length: 12}, (_, k) => isLate(k, 12)).indexOf(true)).toBe(8)
    expect(isLate(0, 1)).toBe(true)
  })
})
