import fc from 'fast-check'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {onnxProducts} from '../../src/linalg/onnx-products.js'
import {plainProducts, type Products} from '../../src/linalg/products.js'
import type {Dense} from '../../src/linalg/types.js'
import {cpuDistances, type Metric} from '../../src/pairwise/cpu/distances.js'
import {BlockRunner} from '../../src/pairwise/cpu/runner.js'
import {cpuVolatility} from '../../src/pairwise/cpu/volatility.js'
import type {VolatilitySums, VolatilityTask} from '../../src/pairwise/engine.js'
import {random} from '../../src/stats/random.js'

const METRICS: Metric[] = ['l2', 'l1', 'linf', 'angle']

function distance(a: number[], b: number[], metric: Metric): number {
  const differences = a.map((x, t) => Math.abs(x - b[t]!))
  if (metric === 'l1') return differences.reduce((s, x) => s + x, 0)
  if (metric === 'linf') return Math.max(...differences)
  if (metric === 'l2') return Math.hypot(...differences)
  const unit = (x: number[]) => x.map((value) => value / Math.hypot(...x))
  const [p, q] = [unit(a), unit(b)]
  return 2 * Math.asin(Math.min(1, Math.hypot(...p.map((x, t) => x - q[t]!)) / 2))
}

const row = (x: Dense<Float32Array | Float64Array>, i: number) =>
  Array.from(x.data.subarray(i * x.cols, (i + 1) * x.cols))

/** The definitions, pair by pair. */
function slow(task: VolatilityTask): VolatilitySums {
  const {anchors, references, deltas, etas} = task
  const one = anchors === references
  const [m, n, G, E] = [anchors.rows, references.rows, deltas.length, etas.length]
  const sums = {
    total: new Float64Array(n),
    within: new Float64Array(n * G),
    windowed: new Float64Array(n * G * E),
    exceed: new Float64Array(n * G * E),
    anchorTotal: new Float64Array(m),
    crossLabelTotal: 0,
    zeroDistancePairs: 0,
    zeroDistanceLossPairs: 0,
    diameter: 0,
    witnesses: [] as VolatilitySums['witnesses'],
  }
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      if (one && i === j) continue
      const raw = distance(row(anchors, i), row(references, j), task.metric)
      const d = raw / task.scale
      const change = Math.abs(task.anchorLoss[i]! - task.referenceLoss[j]!)
      const h = (cap: number) => (Math.max(d, task.floor) > 0 ? Math.min(change, cap) / Math.max(d, task.floor) : 0)
      sums.total[j]! += h(task.lossMax)
      sums.anchorTotal[i]! += h(task.lossMax)
      deltas.forEach((delta, g) => {
        if (d > delta) return
        sums.within[j * G + g]!++
        etas.forEach((eta, e) => {
          sums.windowed[(j * G + g) * E + e]! += h(eta)
          if (change >= eta) sums.exceed[(j * G + g) * E + e]!++
        })
      })
      if (one && i > j) continue
      if (
        task.anchorLabels !== null &&
        task.referenceLabels !== null &&
        task.anchorLabels[i] !== task.referenceLabels[j]
      )
        sums.crossLabelTotal += h(task.lossMax)
      sums.diameter = Math.max(sums.diameter, raw)
      if (raw === 0) sums.zeroDistancePairs++
      if (raw === 0 && change > 0) sums.zeroDistanceLossPairs++
      if (h(task.lossMax) > 0) sums.witnesses.push({anchor: i, reference: j, distance: raw, ratio: h(task.lossMax)})
    }
  }
  sums.witnesses.sort((a, b) => b.ratio - a.ratio)
  sums.witnesses.splice(16)
  return sums
}

function cloud(
  seed: number,
  rows: number,
  cols: number,
  type: 'f32' | 'f64' = 'f64',
): Dense<Float32Array | Float64Array> {
  const r = random(seed)
  const data = Float64Array.from({length: rows * cols}, () => r.normal() + 3)
  // Two equal rows and two that nearly coincide far from the origin: the cases that cancel.
  if (rows > 4) {
    data.copyWithin(cols, 0, cols)
    data.copyWithin(3 * cols, 2 * cols, 3 * cols)
    data[3 * cols]! += 1e-5
  }
  return {rows, cols, data: type === 'f32' ? Float32Array.from(data) : data}
}

function task(seed: number, metric: Metric, one: boolean, type: 'f32' | 'f64' = 'f64'): VolatilityTask {
  const r = random(seed + 1)
  const anchors = cloud(seed, 23, 5, type)
  const references = one ? anchors : cloud(seed, 31, 5, type)
  const losses = (n: number) => Float64Array.from({length: n}, () => 2 * r.uniform())
  const labels = (n: number) => Int32Array.from({length: n}, () => r.integer(3))
  const anchorLoss = losses(23)
  const anchorLabels = labels(23)
  return {
    anchors,
    references,
    anchorLoss,
    anchorLabels,
    metric,
    referenceLoss: one ? anchorLoss : losses(31),
    referenceLabels: one ? anchorLabels : labels(31),
    scale: 1.3,
    floor: 0.2,
    deltas: Float64Array.of(0.25, 0.5, 1, 1.5, 3, Infinity),
    etas: Float64Array.of(0.3, 0.9),
    lossMax: 1.2,
  }
}

function expectClose(fast: VolatilitySums, truth: VolatilitySums, relative = 1e-9) {
  for (const key of ['total', 'within', 'windowed', 'exceed', 'anchorTotal'] as const) {
    expect(fast[key]).toHaveLength(truth[key].length)
    truth[key].forEach((value, at) =>
      expect(Math.abs(fast[key][at]! - value), `${key}[${at}]`).toBeLessThanOrEqual(relative * Math.max(1, value)),
    )
  }
  for (const key of ['crossLabelTotal', 'zeroDistancePairs', 'zeroDistanceLossPairs', 'diameter'] as const)
    expect(Math.abs(fast[key] - truth[key])).toBeLessThanOrEqual(relative * Math.max(1, truth[key]))
  expect(fast.witnesses.map((w) => [w.anchor, w.reference])).toEqual(
    truth.witnesses.map((w) => [w.anchor, w.reference]),
  )
}

describe('cpuVolatility', () => {
  const runner = new BlockRunner(plainProducts)
  let products: Products[] = [plainProducts]
  beforeAll(async () => {
    const onnx = await onnxProducts(1)
    if (onnx !== null) products = [plainProducts, onnx]
  })
  afterAll(() => Promise.all(products.map((p) => p.close())))

  for (const metric of METRICS) {
    for (const one of [false, true]) {
      it(`equals the definitions: ${metric}, ${one ? 'one sample' : 'anchors and references'}, every product`, async () => {
        for (const p of products) {
          for (const type of ['f32', 'f64'] as const) {
            const t = task(7, metric, one, type)
            expectClose(await cpuVolatility(t, new BlockRunner(p)), slow(t))
          }
        }
      })
    }
  }

  it('gives equal rows distance zero exactly and keeps near ones accurate', async () => {
    for (const metric of METRICS) {
      const x = cloud(3, 6, 40)
      for (const p of products) {
        const d = (await cpuDistances(x, x, metric, p)).data
        for (let i = 0; i < 6; i++) expect(d[i * 7]).toBe(0)
        expect(d[1]).toBe(0)
        const near = distance(row(x, 2), row(x, 3), metric)
        expect(Math.abs(d[2 * 6 + 3]! - near) / near).toBeLessThan(1e-9)
      }
    }
  })

  it('counts pairs without a distance instead of dividing by zero', async () => {
    const x: Dense = {rows: 3, cols: 1, data: Float64Array.of(0, 0, 2)}
    const loss = Float64Array.of(1, 3, 5)
    const sums = await cpuVolatility(
      {
        ...task(1, 'l2', true),
        anchors: x,
        references: x,
        anchorLoss: loss,
        referenceLoss: loss,
        anchorLabels: null,
        referenceLabels: null,
        floor: 0,
        scale: 1,
        lossMax: Infinity,
      },
      runner,
    )
    expect(sums.zeroDistancePairs).toBe(1)
    expect(sums.zeroDistanceLossPairs).toBe(1)
    expect(Array.from(sums.total)).toEqual([2, 1, 3])
  })

  it('agrees across tile borders and serves empty inputs', async () => {
    const x = cloud(9, 900, 3)
    const loss = Float64Array.from({length: 900}, (_, i) => (i * 37) % 11)
    const base = {
      ...task(1, 'l2', true),
      anchors: x,
      references: x,
      anchorLoss: loss,
      referenceLoss: loss,
      anchorLabels: null,
      referenceLabels: null,
      lossMax: Infinity,
    }
    const one = await cpuVolatility(base, runner)
    const two = await cpuVolatility({...base, anchors: {...x}}, runner)
    // Two separate samples also hold each row beside itself: distance 0, no loss change.
    one.total.forEach((value, j) => expect(Math.abs(value - two.total[j]!)).toBeLessThan(1e-9 * value))
    one.within.forEach((value, at) => expect(two.within[at]! - value).toBe(1))
    const none: Dense = {rows: 0, cols: 3, data: new Float64Array(0)}
    const empty = await cpuVolatility(
      {...base, anchors: none, references: none, anchorLoss: new Float64Array(0), referenceLoss: new Float64Array(0)},
      runner,
    )
    expect(empty.witnesses).toEqual([])
    expect(empty.total).toHaveLength(0)
  })

  it('property: permuting the references permutes their sums; scaling rows and scale together changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({min: 0, max: 1e6}),
        fc.double({min: 0.01, max: 100, noNaN: true}),
        async (seed, factor) => {
          const t = {...task(seed, 'l2', false), floor: 0.5}
          const n = t.references.rows
          const order = random(seed).permutation(n)
          const pick = <T extends Float64Array | Float32Array>(x: T, width: number): T =>
            x.map((_, at) => x[order[Math.floor(at / width)]! * width + (at % width)]!) as T
          const plain = await cpuVolatility(t, runner)
          const permuted = await cpuVolatility(
            {
              ...t,
              references: {...t.references, data: pick(t.references.data, 5)},
              referenceLoss: pick(t.referenceLoss, 1),
              referenceLabels: t.referenceLabels!.map((_, j) => t.referenceLabels![order[j]!]!),
            },
            runner,
          )
          permuted.total.forEach((value, j) => expect(value).toBeCloseTo(plain.total[order[j]!]!, 9))
          expect(permuted.crossLabelTotal).toBeCloseTo(plain.crossLabelTotal, 9)
          const scaled = (x: Dense<Float32Array | Float64Array>) => ({
            ...x,
            data: x.data.map((value) => value * factor),
          })
          const wide = await cpuVolatility(
            {...t, anchors: scaled(t.anchors), references: scaled(t.references), scale: t.scale * factor},
            runner,
          )
          wide.total.forEach((value, j) =>
            expect(Math.abs(value - plain.total[j]!)).toBeLessThan(1e-8 * (1 + plain.total[j]!)),
          )
        },
      ),
      {numRuns: 20, seed: 1},
    )
  })

  it('refuses the angle of a zero row, naming the row', async () => {
    const x: Dense = {rows: 2, cols: 2, data: Float64Array.of(1, 2, 0, 0)}
    await expect(cpuDistances(x, x, 'angle', plainProducts)).rejects.toThrow('row 1 is all zeros')
  })
})
