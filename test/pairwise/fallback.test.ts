import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {InputError} from '../../src/errors.js'
import {dense, type Dense} from '../../src/linalg/types.js'
import type {
  GramStage,
  GramTask,
  HostGram,
  HostLandmarks,
  HostSolve,
  LandmarkStage,
  LandmarkTask,
  PairwiseEngine,
  SolveStage,
} from '../../src/pairwise/engine.js'
import {withFallback} from '../../src/pairwise/fallback.js'
import {lost, pretend} from './fakes.js'
import {normal, units} from './webgpu/data.js'

/** Hands over the rows of z itself, in blocks of `size`, and fails before row `until`. */
const handing =
  (size: number, until = Infinity): PairwiseEngine['kernelGradient'] =>
  (z, _w, _left, _right, onRows) => {
    const {data} = z as Dense
    for (let first = 0; first < z.rows; first += size) {
      if (first >= until) return Promise.reject(lost())
      const rows = Math.min(size, z.rows - first)
      onRows(first, {rows, cols: z.cols, data: data.slice(first * z.cols, (first + rows) * z.cols)})
    }
    return Promise.resolve()
  }

const NONE = dense(0, 0)
const NO_SUMS = {outer: NONE, cross: NONE, own: 0}
const NO_TASK: LandmarkTask = {
  rows: NONE,
  points: NONE,
  whiten: {rows: 0, cols: 0, data: new Float32Array(0)},
  y: NONE,
  ridge: 1,
}

const NO_GRAM: GramTask = {rows: NONE, y: NONE, ridge: 1}
/** A matrix that tells who made it. */
const mark = (name: string): Dense => dense(1, 1, Float64Array.of(name.length))
const gramStage = (name: string): HostGram<string> => ({
  precision: 'fp64',
  solve: () => Promise.resolve({alpha: NONE, residual: null, leftToHost: name}),
  apply: () => Promise.resolve(mark(name)),
  gradient: () => Promise.resolve(name),
  residual: () => Promise.reject(new Error('nobody refines')),
  gather: () => Promise.reject(new Error('nobody hands anything over')),
  sample: () => {
    throw new Error('nobody races')
  },
  close: () => Promise.resolve(),
})

describe('withFallback', () => {
  it('property: every row of a gradient is handed over once and in order, wherever the device fails', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({min: 1, max: 40}),
        fc.integer({min: 1, max: 9}),
        fc.integer({min: 1, max: 9}),
        fc.integer({min: 0, max: 40}),
        async (n, size, otherSize, until) => {
          const failures: string[] = []
          const other = await pretend('tfjs', {kernelGradient: handing(otherSize)})
          const engine = withFallback(
            await pretend('webgpu', {kernelGradient: handing(size, until)}),
            () => Promise.resolve(other),
            (reason) => failures.push(reason),
          )
          const z = normal(1, n, 3)
          const got: number[] = []
          await engine.kernelGradient(z, z, z, z, (first, block) => {
            expect(first * 3).toBe(got.length)
            expect(block.data).toHaveLength(block.rows * 3)
            got.push(...block.data)
          })
          expect(got).toEqual([...z.data])
          expect(failures.length).toBeLessThanOrEqual(1)
          await engine.close()
        },
      ),
      {seed: 3, numRuns: 60},
    )
  })

  it('does not repeat what failed for another reason, and opens the other engine once', async () => {
    let opened = 0
    const bad = {
      kernelBlock: () => Promise.reject(new InputError('a bad row')),
      kernelApply: () => Promise.reject(lost()),
    }
    const engine = withFallback(
      await pretend('webgpu', bad),
      () => (opened++, pretend('tfjs')),
      () => undefined,
    )
    const z = units(1, 9, 4)
    await expect(engine.kernelBlock(z, z)).rejects.toThrow(InputError)
    expect(opened).toBe(0)
    await engine.kernelApply(z, z, normal(2, 9, 1))
    await engine.kernelBlock(z, z)
    expect(opened).toBe(1)
    await engine.close()
  })

  it('landmarks go on with the stage on the processor, wherever the device fails', async () => {
    const host: HostLandmarks<string> = {
      precision: 'fp64',
      sums: (from) => Promise.resolve({...NO_SUMS, own: from}),
      gradient: (from, to) => Promise.resolve(`${from} to ${to}`),
      gather: () => Promise.reject(new Error('nobody hands anything over')),
      close: () => Promise.resolve(),
    }
    for (const until of [0, 1, 2, 3]) {
      let calls = 0
      const unlessDead = <R>(work: () => R) => (calls++ < until ? Promise.resolve(work()) : Promise.reject(lost()))
      const failures: string[] = []
      const engine = withFallback(
        await pretend('webgpu', {
          openLandmarks: <G>() =>
            unlessDead<LandmarkStage<G>>(() => ({
              precision: 'fp32',
              sums: () => unlessDead(() => ({...NO_SUMS, own: -1})),
              gradient: () => unlessDead(() => 'of the device' as G),
              close: () => Promise.resolve(),
            })),
        }),
        () => pretend('tfjs'),
        (reason) => failures.push(reason),
      )
      const stage = await engine.openLandmarks!(NO_TASK, host)
      expect(stage.precision).toBe(until > 0 ? 'fp32' : 'fp64')
      expect((await stage.sums(4, 9)).own).toBe(until > 1 ? -1 : 4)
      expect(await stage.gradient(4, 9, NO_SUMS.cross)).toBe(until > 2 ? 'of the device' : '4 to 9')
      expect(failures).toHaveLength(until > 2 ? 0 : 1)
      await stage.close()
      await engine.close()
    }
  })

  it('Gram matrices go on with the stage on the processor, wherever the device fails', async () => {
    const host = gramStage('host')
    for (const until of [0, 1, 2, 3, 4]) {
      let calls = 0
      const unlessDead = <R>(work: () => R) => (calls++ < until ? Promise.resolve(work()) : Promise.reject(lost()))
      const failures: string[] = []
      const engine = withFallback(
        await pretend('webgpu', {
          openGram: <G>() =>
            unlessDead<GramStage<G>>(() => ({
              precision: 'fp32',
              solve: () => unlessDead(() => ({alpha: NONE, residual: 0, leftToHost: 'device'})),
              apply: () => unlessDead(() => mark('device')),
              gradient: () => unlessDead(() => 'device' as G),
              close: () => Promise.resolve(),
            })),
        }),
        () => pretend('tfjs'),
        (reason) => failures.push(reason),
      )
      const stage = await engine.openGram!(NO_GRAM, host)
      expect(stage.precision).toBe(until > 0 ? 'fp32' : 'fp64')
      expect((await stage.solve()).leftToHost).toBe(until > 1 ? 'device' : 'host')
      expect(await stage.apply(NONE)).toEqual(mark(until > 2 ? 'device' : 'host'))
      expect(await stage.gradient(4, 9, NONE)).toBe(until > 3 ? 'device' : 'host')
      expect(failures).toHaveLength(until > 3 ? 0 : 1)
      await stage.close()
      await engine.close()
    }
  })

  it('an engine without Gram matrices has none behind it either', async () => {
    const engine = withFallback(
      await pretend('webgpu'),
      () => pretend('tfjs'),
      () => undefined,
    )
    const host = gramStage('host')
    expect(await engine.openGram!(NO_GRAM, host)).toBe(host)
    await engine.close()
  })

  it('a solve goes on with the processor, wherever the device fails', async () => {
    const [rows, b] = [units(1, 4, 2), normal(2, 4, 1)]
    const asked: unknown[] = []
    const host: HostSolve = {
      precision: 'fp64',
      solve: (...task) => (asked.push(task), Promise.resolve({x: b, condition: 1, residual: null, leftToHost: null})),
      landmarks: () => Promise.reject(new Error('nobody draws')),
      inner: () => Promise.reject(new Error('nobody inverts')),
      close: () => Promise.resolve(),
    }
    for (const until of [0, 1, 2]) {
      let calls = 0
      const unlessDead = <R>(work: () => R) => (calls++ < until ? Promise.resolve(work()) : Promise.reject(lost()))
      const failures: string[] = []
      const engine = withFallback(
        await pretend('webgpu', {
          openSolve: () =>
            unlessDead<SolveStage>(() => ({
              precision: 'fp32',
              solve: () => unlessDead(() => ({x: b, condition: 2, residual: 0, leftToHost: null})),
              close: () => Promise.resolve(),
            })),
        }),
        () => pretend('tfjs'),
        (reason) => failures.push(reason),
      )
      const stage = await engine.openSolve!({rows, columns: 1}, host)
      expect(stage.precision).toBe(until > 0 ? 'fp32' : 'fp64')
      expect((await stage.solve(b, 3, 1e-4)).condition).toBe(until > 1 ? 2 : 1)
      expect(failures).toHaveLength(until > 1 ? 0 : 1)
      await stage.close()
      await engine.close()
    }
    expect(asked).toEqual([
      [b, 3, 1e-4],
      [b, 3, 1e-4],
    ])
    const without = withFallback(
      await pretend('webgpu'),
      () => pretend('tfjs'),
      () => undefined,
    )
    expect(await without.openSolve!({rows, columns: 1}, host)).toBe(host)
    await without.close()
  })

  it('an engine without landmarks has none behind it either', async () => {
    const engine = withFallback(
      await pretend('webgpu'),
      () => pretend('tfjs'),
      () => undefined,
    )
    const host = {precision: 'fp64'} as HostLandmarks<string>
    expect(await engine.openLandmarks!(NO_TASK, host)).toBe(host)
    await engine.close()
  })

  it('a second failure is an error', async () => {
    const bad = {kernelApply: () => Promise.reject(lost())}
    const engine = withFallback(
      await pretend('webgpu', bad),
      () => pretend('tfjs', bad),
      () => undefined,
    )
    await expect(engine.kernelApply(units(1, 9, 4), units(1, 9, 4), normal(2, 9, 1))).rejects.toThrow('device lost')
    await engine.close()
  })
})
