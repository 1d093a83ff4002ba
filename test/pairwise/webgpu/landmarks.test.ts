import fc from 'fast-check'
import {afterAll, describe, expect, it} from 'vitest'
import {normaliseRows, selectRows} from '../../../src/linalg/csr.js'
import {addRow, rowDotVector} from '../../../src/linalg/csr-products.js'
import {dense, type Dense, type Matrix} from '../../../src/linalg/types.js'
import type {HostLandmarks, LandmarkTask} from '../../../src/pairwise/engine.js'
import {landmarkGradientByDefinition, landmarkSumsByDefinition} from '../../../src/pairwise/reference-definitions.js'
import type {Gpu} from '../../../src/pairwise/webgpu/gpu.js'
import {type WebgpuEngine, webgpuEngine} from '../../../src/pairwise/webgpu/index.js'
import {random} from '../../../src/stats/random.js'
import {testGpu} from './adapter.js'
import {normal, sparse, units} from './data.js'

const gpu = await testGpu()

/** The stage on the processor is not asked; a gradient is the sums s as they are handed over, in order. */
function host(rows: Matrix): HostLandmarks<Dense> {
  const absent = () => Promise.reject(new Error('the processor is asked'))
  return {
    precision: 'fp64',
    sums: absent,
    gradient: absent,
    async gather(from, to, pass) {
      const s = dense(to - from, rows.cols)
      let given = 0
      await pass((first, block) => {
        expect(first).toBe(given)
        s.data.set(block.data, first * s.cols)
        given += block.rows
      })
      expect(given).toBe(to - from)
      return s
    },
    close: () => Promise.resolve(),
  }
}

/** A task whose landmarks are rows, with a well-conditioned lower triangle in the place of L⁻¹. */
function taskOf(rows: Dense, p: number, classes: number, seed = 1): LandmarkTask {
  const r = random(seed)
  const places = r.permutation(rows.rows).slice(0, p).sort()
  const data = Float32Array.from({length: p * p}, (_, at) => {
    const [i, j] = [Math.floor(at / p), at % p]
    return i === j ? 1.2 : j < i ? r.normal() / (2 * Math.sqrt(p)) : 0
  })
  return {
    rows,
    points: selectRows(rows, places),
    whiten: {rows: p, cols: p, data},
    y: normal(seed + 1, rows.rows, classes),
    ridge: 1.5,
  }
}

/** What of s counts: a landmark and its own row add along the row, by a clamped slope. */
function tangents(rows: Dense, from: number, s: Dense): Float64Array {
  const out = s.data.slice()
  for (let i = 0; i < s.rows; i++)
    addRow(rows, from + i, -rowDotVector(rows, from + i, out, i * s.cols), out.subarray(i * s.cols, (i + 1) * s.cols))
  return out
}

function expectClose(got: Float64Array, truth: Float64Array, relative: number) {
  expect(got).toHaveLength(truth.length)
  const largest = truth.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-30)
  const worst = truth.reduce((most, x, at) => Math.max(most, Math.abs(x - got[at]!)), 0)
  expect(worst / largest).toBeLessThan(relative)
}

async function expectDefined(engine: WebgpuEngine, task: LandmarkTask, from: number, to: number) {
  const rows = task.rows as Dense
  const stage = await engine.openLandmarks!(task, host(rows))
  expect(stage.precision).toBe('fp32')
  const [got, truth] = [await stage.sums(from, to), landmarkSumsByDefinition(task, from, to)]
  expectClose(got.outer.data, truth.outer.data, 1e-5)
  expectClose(got.cross.data, truth.cross.data, 1e-5)
  expect(Math.abs(got.own - truth.own)).toBeLessThanOrEqual(1e-5 * truth.own)
  const gamma = normal(9, task.points.rows, task.y.cols)
  const s = await stage.gradient(from, to, gamma)
  const all = landmarkGradientByDefinition(task, gamma)
  const stretch = {...all, rows: to - from, data: all.data.slice(from * all.cols, to * all.cols)}
  expectClose(tangents(rows, from, s), tangents(rows, from, stretch), 2e-5)
  await stage.close()
}

describe.skipIf(gpu === null)(
  `landmarks on ${gpu?.facts.description ?? 'no device: neither a GPU nor SwiftShader is here'}`,
  () => {
    const engine = webgpuEngine(gpu!)
    afterAll(() => engine.close())

    // A panel has 256 rows, a tile 128 columns: sizes on both sides of these borders, ranges within and across panels.
    it.each([
      [7, 3, 4, 2, 0, 7],
      [256, 5, 20, 3, 0, 256],
      [300, 9, 125, 3, 0, 300],
      [300, 9, 126, 3, 250, 260],
      [520, 20, 200, 7, 3, 519],
    ])(
      'are as defined: %d rows of %d, %d landmarks, %d classes, rows %d to %d',
      async (n, cols, p, classes, from, to) => {
        await expectDefined(engine, taskOf(units(n, n, cols), p, classes), from, to)
      },
      120_000,
    )

    it('rows that equal a landmark, many of them, add what they add in fp64', async () => {
      const rows = units(3, 280, 6)
      for (let i = 40; i < 180; i++) rows.data.copyWithin(i * 6, 30 * 6, 31 * 6)
      for (let i = 180; i < 230; i++) {
        rows.data.copyWithin(i * 6, 31 * 6, 32 * 6)
        rows.data[i * 6]! += 1e-5 * (i - 179)
      }
      const unit = normaliseRows(rows).unit
      const task = taskOf(unit, 12, 2)
      await expectDefined(
        engine,
        {...task, points: selectRows(unit, Uint32Array.of(2, 5, 8, 12, 20, 25, 30, 31, 240, 250, 260, 270))},
        0,
        280,
      )
    })

    it('property: sums of stretches add up to those of all rows, and the same call gives the same bits', async () => {
      const n = 530
      const stage = await engine.openLandmarks!(taskOf(units(4, n, 8), 24, 3), host(units(4, n, 8)))
      const whole = await stage.sums(0, n)
      expect(await stage.sums(0, n)).toEqual(whole)
      await fc.assert(
        fc.asyncProperty(fc.integer({min: 0, max: n}), fc.integer({min: 0, max: n}), async (a, b) => {
          const cuts = [0, Math.min(a, b), Math.max(a, b), n]
          const outer = new Float64Array(whole.outer.data.length)
          let own = 0
          for (let k = 0; k < 3; k++) {
            const part = await stage.sums(cuts[k]!, cuts[k + 1]!)
            part.outer.data.forEach((x, t) => (outer[t]! += x))
            own += part.own
          }
          expectClose(outer, whole.outer.data, 1e-6)
          expect(Math.abs(own - whole.own)).toBeLessThan(1e-6 * whole.own)
        }),
        {seed: 5, numRuns: 5},
      )
      await stage.close()
    }, 120_000)

    it('of sparse rows are those of the rows filled in', async () => {
      const {csr, dense: filled} = sparse(8, 90, 30)
      const task = taskOf(filled, 15, 2)
      const [one, other] = [
        await engine.openLandmarks!(task, host(filled)),
        await engine.openLandmarks!({...task, rows: csr}, host(csr)),
      ]
      expect(await other.sums(0, 90)).toEqual(await one.sums(0, 90))
      const gamma = normal(9, 15, 2)
      expect((await other.gradient(10, 80, gamma)).data).toEqual((await one.gradient(10, 80, gamma)).data)
    })

    it('that no buffer holds are left to the processor', async () => {
      const rows = units(1, 300, 8)
      const here = host(rows)
      expect(await engine.openLandmarks!(taskOf(rows, 255, 3), here)).toBe(here)
    })

    it('several workgroups share a sum, over rows and over landmarks, where buffers have a usual size', async () => {
      const large = Object.create(gpu!, {bufferLimit: {value: 2 ** 25}}) as Gpu
      await expectDefined(webgpuEngine(large), taskOf(units(2, 1300, 6), 140, 2), 20, 1290)
    }, 120_000)
  },
)
