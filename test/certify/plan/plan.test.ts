import {describe, expect, it} from 'vitest'
import {certify} from '../../../src/certify/certify.js'
import {clopperPearsonUpper} from '../../../src/stats/clopper-pearson.js'
import {inFileRows, planCertify} from '../../../src/certify/plan/plan.js'
import type {Embeddings} from '../../../src/certify/types.js'
import {InputError, UsageError} from '../../../src/errors.js'
import {engine, mixture, options} from '../fixtures.js'

const data = mixture(3, 80, 0.2, [3, 2])
const plan = (changed: Parameters<typeof options>[0] = {}, of = data, laws = 0) =>
  planCertify(of, options(changed), engine, laws)
/** Pair distances of the anchors of a plan in a layer, ascending. */
function anchorDistances(rows: Uint32Array, {dim, data: x}: Embeddings['layers'][number]): number[] {
  const out: number[] = []
  rows.forEach((a, i) =>
    rows
      .subarray(i + 1)
      .forEach((b) => out.push(Math.hypot(...Array.from({length: dim}, (_, t) => x[a * dim + t]! - x[b * dim + t]!)))),
  )
  return out.sort((a, b) => a - b)
}
const withLoss = (loss: Float64Array, of = data): Embeddings => ({...of, loss})

describe('units of a layer come from its anchors', () => {
  it('the scale is their median distance, the floor the smallest δ', async () => {
    const {layers, anchors} = await plan()
    layers.forEach((layer, k) => {
      const sorted = anchorDistances(anchors.rows, data.layers[k]!)
      const median = (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.ceil((sorted.length - 1) / 2)]!) / 2
      expect([layer.name, layer.dim]).toEqual([data.layers[k]!.name, data.layers[k]!.dim])
      expect(layer.medianDistance).toBeCloseTo(median, 10)
      expect([layer.scale, layer.floor]).toEqual([layer.medianDistance, layer.deltas[0]])
      expect([...layer.deltas]).toEqual([...layer.deltas].sort((a, b) => a - b))
    })
  })

  it('raw distances have the scale 1, and their own grid', async () => {
    const [raw, scaled] = [(await plan({scale: 'none'})).layers[0]!, (await plan()).layers[0]!]
    expect([raw.scale, raw.medianDistance]).toEqual([1, scaled.medianDistance])
    raw.deltas.forEach((delta, g) => expect(delta / (scaled.deltas[g]! * scaled.scale)).toBeCloseTo(1, 2))
  })

  it('given δ are taken ascending and once; those below the floor are left out', async () => {
    const {layers} = await plan({deltas: [0.8, 0.4, 0.8, 1.2]})
    expect([...layers[0]!.deltas]).toEqual([0.4, 0.8, 1.2])
    const floored = (await plan({floor: (await plan()).layers[0]!.deltas[2]!})).layers[0]!
    expect(floored.deltas[0]).toBe(floored.floor)
    expect(floored.deltas).toHaveLength(4)
  })

  it('where most pairs coincide the scale is the largest distance, and 1 where all do', async () => {
    const crowd = structuredClone(data)
    crowd.layers[0]!.data.fill(1)
    for (let i = 0; i < 80; i += 8) crowd.layers[0]!.data[3 * i] = 1 + i
    // Losses differ, so the rows stay distinct.
    const losses = withLoss(
      Float64Array.from({length: 80}, (_, i) => i / 80),
      crowd,
    )
    const {layers, anchors} = await plan({}, losses)
    expect(layers[0]!.medianDistance).toBe(0)
    expect(layers[0]!.scale).toBe(anchorDistances(anchors.rows, crowd.layers[0]!).at(-1))
    crowd.layers[0]!.data.fill(1)
    expect((await plan({}, losses)).layers[0]!).toMatchObject({medianDistance: 0, scale: 1})
  })
})

describe('L_max', () => {
  const losses = Float64Array.from({length: 80}, (_, i) => 0.1 * i)
  it('is what the loss cannot exceed, what was asked for, or the largest loss of an anchor', async () => {
    expect((await plan({loss: 'brier'})).lossMax).toBe(2)
    const file = await plan({}, withLoss(losses))
    expect(file.lossMax).toBe(Math.max(...file.anchors.losses))
    expect([...file.etas]).toEqual([file.lossMax / 4, file.lossMax / 2])
    expect((await plan({lossMax: 2.5}, withLoss(losses))).lossMax).toBe(2.5)
    const whole = await plan({split: null}, withLoss(losses))
    expect([whole.lossMax, whole.alpha, whole.layers[0]!.pilot]).toEqual([Infinity, null, null])
    expect([...whole.etas]).toEqual([0.25, 0.5])
  })

  it('may not be set for a loss that has one, and needs an anchor that loses', async () => {
    const bounded = await plan({lossMax: 3}).catch((e: unknown) => e as UsageError)
    expect(bounded).toBeInstanceOf(UsageError)
    expect(bounded).toMatchObject({
      message: 'lossMax is for losses without a largest value; one-minus-p cannot exceed 1',
      nextSteps: ['leave it out'],
    })
    const none = await plan({}, withLoss(new Float64Array(80))).catch((e: unknown) => e as InputError)
    expect(none).toMatchObject({
      message: 'the loss of every one of 20 anchors is 0: there is no loss change to bound',
      nextSteps: ['use another loss', 'use more rows'],
    })
    const high = await plan({floor: 99}).catch((e: unknown) => e as UsageError)
    expect(high).toMatchObject({
      message: expect.stringMatching(/^floor 99 is above every δ of layer h1 \(largest \d/) as string,
      nextSteps: ['lower floor', 'set deltas'],
    })
  })

  it('references above it are counted and bounded: the clipped tail of ε', async () => {
    const {metrics, evidence, notes} = await certify(withLoss(losses), options({lossMax: 5.95}), engine)
    const {references} = await plan({lossMax: 5.95}, withLoss(losses))
    const above = references.losses.filter((x) => x > 5.95).length
    expect(above).toBeGreaterThan(3)
    expect([evidence!.tailExceeding, metrics.loss.max]).toEqual([above, 5.95])
    expect(metrics.loss.tailUpper).toBe(clopperPearsonUpper(above, references.losses.length, metrics.alpha.epsilon!))
    expect(metrics.loss.mean).toBeCloseTo(losses.reduce((a, b) => a + b, 0) / 80, 12)
    expect(notes.find(({code}) => code === 'loss-clipped')!.message).toMatch(
      /^inside ε, loss changes above 5.950, which was asked for, .*P\[loss above it\] ≤ /,
    )
    const auto = await certify(withLoss(losses), options(), engine)
    expect(auto.notes.find(({code}) => code === 'loss-clipped')!.message).toContain(
      ', the largest anchor loss, count as that',
    )
  })
})

it('everything at distance zero is refused, with or without a split', async () => {
  const flat = structuredClone(data)
  for (const layer of flat.layers) layer.data.fill(2)
  const losses = withLoss(
    Float64Array.from({length: 80}, (_, i) => i / 80),
    flat,
  )
  await expect(plan({}, losses)).rejects.toThrow('all pairs of anchors are at distance zero in every layer')
  const error = await plan({split: null}, losses).catch((e: unknown) => e as InputError)
  expect(error).toMatchObject({
    message: 'all pairs of rows are at distance zero in every layer',
    nextSteps: ['check that the layers depend on the input'],
  })
})

it('rows are shown as those of the data file, witnesses, hints and volatile rows included', async () => {
  const rowNumbers = Uint32Array.from({length: 80}, (_, i) => 1000 + 3 * i)
  const numbered = {...data, rowNumbers}
  const own = await plan({}, numbered)
  expect(inFileRows(own, data)).toBe(own)
  const shown = inFileRows(own, numbered)
  expect([...shown.anchors.rows]).toEqual([...own.anchors.rows].map((row) => 1000 + 3 * row))
  expect([...shown.references.rows]).toEqual([...own.references.rows].map((row) => 1000 + 3 * row))
  expect(
    inFileRows({...own, labelHints: [{row: 2, label: 0, suggested: 1, agreement: 1, loss: 1}]}, numbered).labelHints,
  ).toEqual([{row: 1006, label: 0, suggested: 1, agreement: 1, loss: 1}])
  const [plain, other] = [
    await certify(data, options({bootstrap: 0}), engine),
    await certify(numbered, options({bootstrap: 0}), engine),
  ]
  const moved = (rows: number[]) => rows.map((row) => 1000 + 3 * row)
  expect(other.metrics.witnesses.map(({rows}) => rows)).toEqual(plain.metrics.witnesses.map(({rows}) => moved(rows)))
  expect(other.metrics.layers[0]!.mostVolatile.map(({row}) => row)).toEqual(
    moved(plain.metrics.layers[0]!.mostVolatile.map(({row}) => row)),
  )
  expect(other.metrics.examples!.rows.map(({row}) => row)).toEqual(
    moved(plain.metrics.examples!.rows.map(({row}) => row)),
  )
})

describe('figures of a layer', () => {
  it('are those of all pairs of an anchor and a reference, by a double loop', async () => {
    const {metrics} = await certify(data, options({bootstrap: 0, floor: 0.3, deltas: [0.5, 1]}), engine)
    const {anchors, references} = await plan({floor: 0.3, deltas: [0.5, 1]})
    metrics.layers.forEach((layer, k) => {
      const {dim, data: x} = data.layers[k]!
      const d = (a: number, b: number) =>
        Math.hypot(...Array.from({length: dim}, (_, t) => x[a * dim + t]! - x[b * dim + t]!))
      let [sum, cross, widest] = [0, 0, 0]
      const volatility = new Map<number, number>()
      const add = (row: number, h: number, of: number) => volatility.set(row, (volatility.get(row) ?? 0) + h / of)
      anchors.rows.forEach((a, i) =>
        references.rows.forEach((b, j) => {
          const h = Math.abs(anchors.losses[i]! - references.losses[j]!) / Math.max(d(a, b) / layer.scale, 0.3)
          sum += h
          if (anchors.labels![i] !== references.labels![j]) cross += h
          widest = Math.max(widest, d(a, b))
          add(a, h, references.rows.length)
          add(b, h, anchors.rows.length)
        }),
      )
      anchors.rows.forEach((a) => anchors.rows.forEach((b) => (widest = Math.max(widest, d(a, b)))))
      const epsilon = sum / (anchors.rows.length * references.rows.length)
      expect(layer.epsilon.raw.estimate).toBeCloseTo(epsilon / layer.scale, 10)
      expect(layer.epsilon.scaleFree.estimate).toBeCloseTo((epsilon / layer.scale) * layer.medianDistance, 10)
      expect(layer.crossLabelShare).toBeCloseTo(cross / sum, 10)
      expect(layer.diameter).toBeCloseTo(widest, 10)
      const ranked = [...volatility].sort((a, b) => b[1] - a[1]).slice(0, 10)
      expect(layer.mostVolatile.map(({row}) => row)).toEqual(ranked.map(([row]) => row))
      layer.mostVolatile.forEach((one, at) => expect(one.volatility).toBeCloseTo(ranked[at]![1], 10))
      expect(layer.relativeDepth).toBe(k)
      expect(metrics.witnesses.filter(({layer: name}) => name === layer.name)).toHaveLength(5)
    })
    for (const {rows, losses, labels, distance, ratio, layer} of metrics.witnesses) {
      const {dim, data: x} = data.layers.find(({name}) => name === layer)!
      const {scale} = metrics.layers.find(({name}) => name === layer)!
      expect(distance).toBeCloseTo(
        Math.hypot(...Array.from({length: dim}, (_, t) => x[rows[0] * dim + t]! - x[rows[1] * dim + t]!)),
        10,
      )
      expect(labels).toEqual(rows.map((row) => data.labels![row]))
      expect(ratio).toBeCloseTo(Math.abs(losses[0] - losses[1]) / Math.max(distance / scale, 0.3), 10)
    }
  })

  it('notes say of a collapsed layer how far, and of pairs without a distance what becomes of them', async () => {
    const crowd = structuredClone(data)
    crowd.layers[0]!.data.fill(1)
    for (let i = 0; i < 80; i += 8) crowd.layers[0]!.data[3 * i] = 1 + i
    const losses = withLoss(
      Float64Array.from({length: 80}, (_, i) => i / 80),
      crowd,
    )
    const messages = async (of: Embeddings, changed = {}) =>
      (await certify(of, options({bootstrap: 0, ...changed}), engine)).notes
        .map(({code, message}) => `${code}: ${message}`)
        .join('\n')
    const half = await messages(losses)
    expect(half).toMatch(/layer-collapsed: layer h1: at least half of the pairs/)
    expect(half).toMatch(
      /zero-distance-loss: layer h1: \d+ pairs share a hidden state but not a loss; without a floor ε is infinite/,
    )
    expect(half).not.toContain('leaves th')
    expect(await messages(losses, {floor: 0})).toMatch(/without a floor ε is infinite, and the estimate leaves th/)
    crowd.layers[0]!.data.fill(1)
    expect(await messages(losses)).toMatch(/layer-collapsed: layer h1: constant, all pairs are at distance zero/)
  })

  it('progress is told block by block, to the end', async () => {
    const seen: [number, number][] = []
    await certify(mixture(3, 420, 0.2, [2, 2]), options({bootstrap: 0}), engine, {onBlock: (...at) => seen.push(at)})
    expect(seen).toEqual([
      [1, 4],
      [2, 4],
      [3, 4],
      [4, 4],
    ])
  })
})
