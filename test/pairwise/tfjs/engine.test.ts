import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {loadTensorFlow} from '../../../src/checkpoint/tensorflow.js'
import {DeviceError, InputError} from '../../../src/errors.js'
import {
  kernelApplyByDefinition,
  kernelByDefinition,
  kernelGradientByDefinition,
  volatilityByDefinition,
} from '../../../src/pairwise/reference-definitions.js'
import {selfTest} from '../../../src/pairwise/self-test.js'
import type {Tf} from '../../../src/pairwise/tfjs/device.js'
import {type TfjsEngine, tfjsEngine} from '../../../src/pairwise/tfjs/index.js'
import {kernelApply, kernelGradient} from '../../../src/pairwise/tfjs/kernel.js'
import {leftToHost} from '../left-to-host.js'
import {normal, sparse, task, units} from '../webgpu/data.js'

const METRICS = ['l2', 'l1', 'linf', 'angle'] as const

function expectClose(got: Float64Array, truth: Float64Array, relative: number) {
  expect(got).toHaveLength(truth.length)
  const largest = truth.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-30)
  const worst = truth.reduce((most, x, at) => Math.max(most, Math.abs(x - got[at]!)), 0)
  expect(worst / largest).toBeLessThan(relative)
}

describe.each(['wasm', 'cpu'])('tfjs engine on the %s backend', (backend) => {
  let tf: Tf
  let engine: TfjsEngine
  let tensors: number

  beforeAll(async () => {
    tf = (await loadTensorFlow()).tf
    // Tiles of 48 rows: a few dozen rows already need several, the last one smaller.
    engine = tfjsEngine(tf, backend, 48)
    tensors = tf.memory().numTensors
  })
  afterAll(() => expect(tf.memory().numTensors).toBe(tensors))

  it('passes the self-test: every reduction against its definition', async () => {
    const {failure, checks} = await selfTest(engine)
    expect(failure).toBeNull()
    expect(checks.length).toBeGreaterThan(20)
  })

  for (const [n, m, cols] of [
    [1, 1, 1],
    [17, 33, 5],
    [48, 96, 16],
    [49, 95, 17],
  ] as const) {
    it(`reduces the kernel as defined: ${n} × ${m} × ${cols}`, async () => {
      const z = units(n, n, cols)
      const w = units(m + 1, m, cols)
      expectClose((await engine.kernelBlock(z, w)).data, kernelByDefinition(z, w).data, 2e-5)
      const [v, left] = [normal(2, m, 3), normal(3, m, 3)]
      expectClose((await engine.kernelApply(w, w, v)).data, kernelApplyByDefinition(w, w, v).data, 1e-5)
      const rows: number[] = []
      await engine.kernelGradient(w, w, left, v, (first, block) => {
        expect(first * cols).toBe(rows.length)
        rows.push(...block.data)
      })
      expectClose(Float64Array.from(rows), kernelGradientByDefinition(w, w, left, v).data, cols === 1 ? Infinity : 1e-5)
    })
  }

  it.each(METRICS)('leaves few pairs to the host: %s', async (metric) => {
    expect(await leftToHost(engine, metric)).toBeLessThan(0.05)
  })

  it('reduces rows z against rows w: the blocks of a set that is cut in two add up to the whole', async () => {
    const device = {tf, backend, tileRows: 32}
    await tf.setBackend(backend)
    const all = units(4, 90, 11)
    const cut = (x: typeof all, from: number, to: number) => ({
      rows: to - from,
      cols: x.cols,
      data: x.data.slice(from * x.cols, to * x.cols),
    })
    const [z, w] = [cut(all, 0, 40), cut(all, 40, 90)]
    const [v, left] = [normal(5, 90, 2), normal(6, 90, 2)]
    const own = await kernelApply(device, z, z, cut(v, 0, 40))
    const other = await kernelApply(device, z, w, cut(v, 40, 90))
    expectClose(
      own.data.map((x, at) => x + other.data[at]!),
      kernelApplyByDefinition(all, all, v).data.slice(0, 80),
      1e-5,
    )
    const sums = new Float64Array(40 * 11)
    const add = (first: number, block: {data: Float64Array}) => {
      block.data.forEach((x, at) => (sums[first * 11 + at]! += x))
    }
    await kernelGradient(device, z, z, cut(left, 0, 40), cut(v, 0, 40), add)
    await kernelGradient(device, z, w, cut(left, 0, 40), cut(v, 40, 90), add)
    expectClose(sums, kernelGradientByDefinition(all, all, left, v).data.slice(0, 440), 1e-5)
  })

  it('takes sparse rows as it takes dense ones, and gives the same bits every time', async () => {
    const {csr, dense} = sparse(5, 70, 30)
    const v = normal(6, 70, 4)
    expect((await engine.kernelApply(csr, csr, v)).data).toEqual((await engine.kernelApply(dense, dense, v)).data)
    const t = task(normal(1, 60, 9), normal(2, 40, 9), 'l2')
    expect(await engine.volatility(t)).toEqual(await engine.volatility(t))
  })

  it.each(METRICS)('%s: counts are those of fp64, sums close to them, for two samples and for one', async (metric) => {
    const x = normal(7, 130, 12)
    // Rounded coordinates: many distances stand exactly on each other, and rows on rows.
    const y = {...x, rows: 101, data: x.data.slice(0, 101 * 12).map((value) => Math.round(2 * value) / 2 + 0.25)}
    for (const t of [task(x, y, metric), task(y, y, metric)]) {
      const [got, truth] = [await engine.volatility(t), volatilityByDefinition(t)]
      for (const key of ['within', 'exceed'] as const) expect(got[key]).toEqual(truth[key])
      for (const key of ['total', 'windowed', 'anchorTotal'] as const) expectClose(got[key], truth[key], 1e-4)
      expect([got.zeroDistancePairs, got.zeroDistanceLossPairs]).toEqual([
        truth.zeroDistancePairs,
        truth.zeroDistanceLossPairs,
      ])
      expect(got.crossLabelTotal).toBeCloseTo(truth.crossLabelTotal, 2)
      expect(got.diameter).toBeCloseTo(truth.diameter, 12)
      expect(got.witnesses.map((w) => w.ratio)).toEqual(
        truth.witnesses.map((w) => expect.closeTo(w.ratio, 10) as number),
      )
    }
  })

  it('sums without an η, and without a finite δ', async () => {
    const [x, y] = [normal(7, 20, 3), normal(8, 15, 3)]
    for (const changed of [
      {etas: new Float64Array(0)},
      {deltas: Float64Array.of(Infinity)},
      {etas: new Float64Array(0), deltas: Float64Array.of(1)},
    ]) {
      const t = {...task(x, y, 'l2'), ...changed}
      const [got, truth] = [await engine.volatility(t), volatilityByDefinition(t)]
      for (const key of ['within', 'exceed'] as const) expect(got[key]).toEqual(truth[key])
      for (const key of ['total', 'windowed', 'anchorTotal'] as const) expectClose(got[key], truth[key], 1e-4)
    }
  })

  it('has nothing to sum without rows', async () => {
    const t = task(normal(1, 5, 3), normal(2, 0, 3), 'l2')
    expect((await engine.volatility(t)).anchorTotal).toEqual(new Float64Array(5))
    expect((await engine.kernelApply(normal(1, 0, 3), normal(1, 0, 3), normal(1, 0, 2))).data).toHaveLength(0)
    expect((await engine.kernelApply(units(1, 4, 3), units(1, 4, 3), normal(1, 4, 0))).data).toHaveLength(0)
  })

  it('an input error stays one; what TensorFlow.js throws is a device error, and no tensor is left behind', async () => {
    const zero = {...normal(1, 4, 3), data: new Float64Array(12)}
    await expect(engine.volatility(task(zero, zero, 'angle'))).rejects.toThrow(InputError)
    const tidy = () => {
      throw new Error('OOM when allocating tensor')
    }
    await expect(
      tfjsEngine({...tf, tidy}, backend).kernelApply(units(1, 9, 3), units(2, 9, 3), normal(1, 9, 2)),
    ).rejects.toThrow(DeviceError)
  })
})
