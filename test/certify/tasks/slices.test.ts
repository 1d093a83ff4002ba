import {describe, expect, it} from 'vitest'
import {POPULATIONS} from '../../../bench/nearest-simulation.js'
import {regressionOf, type TaskPopulation, tokensOf} from '../../../bench/task-simulation.js'
import {certify} from '../../../src/certify/certify.js'
import {compareWith} from '../../../src/certify/evidence/pairing.js'
import {slimEvidence} from '../../../src/certify/evidence/slim.js'
import {verifyCertificate} from '../../../src/certify/evidence/verify/verify.js'
import {unpackPoints} from '../../../src/certify/sample/points.js'
import type {CertifyMetrics, Embeddings, RowLoss} from '../../../src/certify/types.js'
import type {Evidence} from '../../../src/certify/evidence/evidence.js'
import {sliceTable, worstSlice} from '../../../src/render/slice-view.js'
import {random} from '../../../src/stats/random.js'
import {engine, options} from '../fixtures.js'

const population = POPULATIONS(1200)[4]!
const regression = regressionOf(population)
const tokens = tokensOf(population)
const asked = options({slice: 'part', bootstrap: 0, examples: 0})

const drawnRows = (size: number, rows: number, seed: number) => {
  const r = random(seed)
  return Uint32Array.from({length: rows}, () => r.integer(size))
}

/** Drawn rows of a population with the parts that they lie in. */
function drawn({embeddings}: TaskPopulation, rows: number, seed: number): Embeddings {
  const rowNumbers = drawnRows(embeddings.rows, rows, seed)
  const at = (values: Float64Array) => Float64Array.from(rowNumbers, (row) => values[row]!)
  const {dim, data, name} = embeddings.layers[0]!
  const losses = Object.entries(embeddings.task!.losses).map(([loss, {values, guess}]): [string, RowLoss] => [
    loss,
    {values: at(values), guess: guess === null ? null : at(guess)},
  ])
  return {
    ...{rows, labels: null, output: null, loss: null},
    layers: [
      {
        name,
        dim,
        data: Float64Array.from(
          {length: rows * dim},
          (_, k) => data[rowNumbers[Math.floor(k / dim)]! * dim + (k % dim)]!,
        ),
      },
    ],
    task: {task: embeddings.task!.task, losses: Object.fromEntries(losses)},
    slices: {names: ['a', 'b', 'c', 'd'], of: Int32Array.from(rowNumbers, (row) => population.labels[row]!)},
  }
}

const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length

describe('slices of other tasks', () => {
  it('state the mean error of each slice, clipped as that of the whole, at a share of α', async () => {
    const data = drawn(regression, 400, 1)
    const own = {...asked, loss: 'absolute' as const}
    const claim = await certify(data, own, engine)
    const {slices, performance, alpha} = claim.metrics
    expect(slices!.map(({status}) => status)).toEqual(['stated', 'stated', 'stated', 'stated'])
    expect(4 * alpha.slice!.performance!).toBeCloseTo(0.05 * 0.1 * 0.4, 12)
    const references = unpackPoints(claim.evidence!.sample.references, 'references')
    for (const row of slices!) {
      const number = data.slices!.names.indexOf(row.name)
      const errors = Array.from(references.errors!).filter((_, j) => references.slices![j] === number)
      expect(row.performance).toMatchObject({measure: 'absolute-error', limit: performance!.limit, lower: null})
      expect(row.performance!.value).toBeCloseTo(mean(errors.map((x) => Math.min(x, performance!.limit!))), 12)
      expect(row.performance!.upper).toBeGreaterThan(performance!.value)
    }
    const bounds = slices!.map(({performance: of}) => of!.upper!)
    expect(bounds).toEqual([...bounds].sort((a, b) => b - a))
    expect(verifyCertificate(claim, own)).toEqual([])
    expect(sliceTable(claim.metrics, 4)!.columns.slice(1, 3)).toEqual(['mean absolute error', 'at most'])
    expect(worstSlice(claim.metrics)).toContain(', at most ')
    claim.metrics.slices![0]!.performance!.upper! -= 0.01
    expect(verifyCertificate(claim, own).join()).toContain('slices')
  })

  it('state shares of right answers over both sides', async () => {
    const {metrics} = await certify(drawn(tokens, 400, 2), asked, engine)
    for (const {performance} of metrics.slices!) {
      expect(performance!.measure).toBe('token-accuracy')
      expect(performance!.lower).toBeLessThan(performance!.value)
    }
    expect(sliceTable(metrics, 4)!.columns.slice(1, 3)).toEqual(['token accuracy', 'at least'])
  })

  it.each([
    ['regression', regression, 'absolute'],
    ['tokens', tokens, 'zero-one'],
  ] as const)('%s: hold at once as often as they owe', async (_, of, loss) => {
    const errors = of.embeddings.task!.losses[loss]!.values
    const runs = 24
    let held = 0
    for (let run = 0; run < runs; run++) {
      const {metrics} = await certify(drawn(of, 200, 100 + run), {...asked, alpha: 0.9, seed: run}, engine)
      const all = metrics.slices!.every(({name, performance}) => {
        if (performance === null) return true
        const {limit = 1, upper, lower} = performance
        const own = Array.from(errors).filter((_, row) => 'abcd'[population.labels[row]!] === name)
        const truth = mean(own.map((x) => Math.min(x, limit)))
        return typeof upper === 'number' ? upper >= truth : lower! <= 1 - truth
      })
      held += all ? 1 : 0
    }
    // 0.9 · 0.1 · 0.4 is theirs: 96.4 % are owed, so fewer than 21 of 24 have a chance below 1 %.
    expect(held).toBeGreaterThanOrEqual(21)
  })
})

describe('two checkpoints of another task', () => {
  const plain = options({bootstrap: 0, examples: 0})
  const certified = async ({slices, ...data}: Embeddings, seed = 0) => {
    expect(slices).toBeDefined()
    const {metrics, evidence} = await certify(data, {...plain, seed}, engine)
    return {path: 'earlier.json', inputs: [], metrics, evidence: evidence!}
  }
  /** The same rows by a model whose errors are larger by a tenth of a unit, or of all. */
  const worse = (data: Embeddings, by: number): Embeddings => ({
    ...data,
    task: {
      ...data.task!,
      losses: Object.fromEntries(
        Object.entries(data.task!.losses).map(([name, {values, guess}]) => [
          name,
          {guess, values: values.map((x) => (data.task!.task === 'tokens' ? Math.min(1, x + by) : x + by))},
        ]),
      ),
    },
  })

  it.each([regression, tokens])('are compared row by row ($embeddings.task.task)', async (of) => {
    const data = drawn(of, 400, 3)
    const [one, two] = [await certified(data), await certified(worse(data, 0.1))]
    const {pairing, performance} = compareWith(one, two, 0.05)
    expect(pairing).toBe('targets')
    const sign = of === tokens ? -1 : 1
    expect(performance!.measure).toBe(one.metrics.performance!.measure)
    expect(sign * performance!.difference).toBeGreaterThan(0.05)
    expect(performance!.exact[0]).toBeLessThanOrEqual(performance!.difference)
    expect(performance!.exact[1]).toBeGreaterThanOrEqual(performance!.difference)
    expect(compareWith(one, one, 0.05).performance!.difference).toBe(0)
    const slim = {...one, evidence: slimEvidence(one.evidence)}
    expect(slim.evidence.sample.references).not.toHaveProperty('guesses')
    expect(compareWith(slim, two, 0.05)).toEqual(compareWith(one, two, 0.05))
  })

  it('an interval of the difference holds as often as it owes', async () => {
    const runs = 24
    let held = 0
    const at = (of: {evidence: Evidence; metrics: CertifyMetrics}) => of.metrics.performance!.limit!
    for (let run = 0; run < runs; run++) {
      const data = drawn(regression, 120, 500 + run)
      const absolute = data.task!.losses.absolute!
      const losses = {...data.task!.losses, absolute: {...absolute, values: absolute.values.map((x) => 1.3 * x)}}
      const other: Embeddings = {...data, task: {...data.task!, losses}}
      const [one, two] = [await certified(data, run), await certified(other, run)]
      const {exact, limit} = compareWith(one, two, 0.5).performance!
      expect(limit).toBe(Math.max(at(one), at(two)))
      const truth = mean(
        Array.from(
          regression.embeddings.task!.losses.absolute!.values,
          (x) => Math.min(1.3 * x, limit!) - Math.min(x, limit!),
        ),
      )
      held += exact[0] <= truth && truth <= exact[1] ? 1 : 0
    }
    // Of 24 runs at probability ≥ ½ fewer than 6 have a chance below 0.4 %.
    expect(held).toBeGreaterThanOrEqual(6)
  })

  it('are refused where rows cannot be recognised, and where targets or tasks differ', async () => {
    const data = drawn(regression, 200, 4)
    const one = await certified(data)
    const shifted = {...data, task: {...data.task!, losses: {...data.task!.losses}}}
    shifted.task.losses.absolute = {
      values: data.task!.losses.absolute!.values,
      guess: data.task!.losses.absolute!.guess!.map((x, k) => (k === 7 ? x + 1 : x)),
    }
    const other = await certified(shifted)
    expect(() => compareWith(one, other, 0.05)).toThrow(/targets of the/)
    const scores: Embeddings = {...data, task: {task: 'scores', losses: {}}, loss: data.task!.losses.absolute!.values}
    const losses = await certified(scores)
    expect(() => compareWith(losses, losses, 0.05)).toThrow(/neither labels nor targets/)
  })
})
