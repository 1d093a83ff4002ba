import fc from 'fast-check'
import {afterAll, describe, expect, it} from 'vitest'
import {cholesky, choleskySolve} from '../../../src/linalg/cholesky.js'
import {normaliseRows} from '../../../src/linalg/csr.js'
import {addRow, rowDotVector} from '../../../src/linalg/csr-products.js'
import {plainProducts} from '../../../src/linalg/products.js'
import {dense, type Dense, type Matrix} from '../../../src/linalg/types.js'
import type {GramTask, HostGram} from '../../../src/pairwise/engine.js'
import {
  kernelApplyByDefinition,
  kernelByDefinition,
  kernelGradientByDefinition,
} from '../../../src/pairwise/reference-definitions.js'
import type {Gpu} from '../../../src/pairwise/webgpu/gpu.js'
import {webgpuEngine} from '../../../src/pairwise/webgpu/index.js'
import {testGpu} from './adapter.js'
import {normal, sparse, units} from './data.js'

const gpu = await testGpu(2 ** 20)

const identity = (n: number): Dense => {
  const out = dense(n, n)
  for (let i = 0; i < n; i++) out.data[i * n + i] = 1
  return out
}
/** H written out, by its definition. */
const kernelOf = (rows: Dense) => kernelByDefinition(rows, rows)

const shifted = (h: Dense, ridge: number, x: Dense): Dense => {
  const out = dense(x.rows, x.cols)
  for (let i = 0; i < h.rows; i++)
    for (let c = 0; c < x.cols; c++) {
      let sum = ridge * x.data[i * x.cols + c]!
      for (let j = 0; j < h.rows; j++) sum += h.data[i * h.rows + j]! * x.data[j * x.cols + c]!
      out.data[i * x.cols + c] = sum
    }
  return out
}

/** What the stage may ask of the processor: residuals in fp64, counted, and the sums of a gradient as they come. */
function host(task: GramTask, h: Dense) {
  const asked = {residuals: 0, solves: 0}
  const stage: HostGram<Dense> = {
    precision: 'fp64',
    async solve() {
      asked.solves++
      const alpha = await choleskySolve(await cholesky(h, plainProducts, task.ridge), task.y, plainProducts)
      return {alpha, residual: null, leftToHost: null}
    },
    apply: (v) => Promise.resolve(shifted(h, 0, v)),
    residual(x) {
      asked.residuals++
      const image = shifted(h, task.ridge, x)
      return Promise.resolve({...image, data: image.data.map((value, t) => task.y.data[t]! - value)})
    },
    gradient: () => Promise.reject(new Error('the processor is asked')),
    async gather(from, to, pass) {
      const s = dense(to - from, task.rows.cols)
      let given = 0
      await pass((first, block) => {
        expect(first).toBe(given)
        s.data.set(block.data, first * s.cols)
        given += block.rows
      })
      expect(given).toBe(to - from)
      return s
    },
    sample: () => {
      throw new Error('nothing is raced')
    },
    close: () => Promise.resolve(),
  }
  return {asked, stage}
}

const taskOf = (rows: Matrix, classes: number, ridge: number): GramTask => ({
  rows,
  y: normal(77, rows.rows, classes),
  ridge,
})

const largest = (x: Float64Array) => x.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
const difference = (a: Float64Array, b: Float64Array) => {
  expect(a).toHaveLength(b.length)
  return largest(a.map((x, t) => x - b[t]!)) / largest(b)
}

/** What of s counts: a row with itself adds along the row. */
function tangents(rows: Dense, from: number, s: Dense): Float64Array {
  const out = s.data.slice()
  for (let i = 0; i < s.rows; i++)
    addRow(rows, from + i, -rowDotVector(rows, from + i, out, i * s.cols), out.subarray(i * s.cols, (i + 1) * s.cols))
  return out
}

describe.skipIf(gpu === null)(
  `Gram matrices on ${gpu?.facts.description ?? 'no device: neither a GPU nor SwiftShader is here'}`,
  () => {
    const engine = webgpuEngine(gpu!)
    afterAll(() => engine.close())

    const open = async (task: GramTask, filled = task.rows as Dense, on = engine) => {
      const here = host(task, kernelOf(filled))
      return {...here, opened: await on.openGram!(task, here.stage)}
    }

    // A panel has 256 rows, a tile 16 columns: sizes on both sides of these borders.
    it.each([
      [1, 3, 1],
      [256, 5, 3],
      [257, 9, 17],
      [520, 20, 66],
    ])('products with H are as defined: %d rows of %d, %d columns', async (n, cols, r) => {
      const rows = units(n, n, cols)
      const {opened} = await open(taskOf(rows, 2, 1))
      const v = normal(3, n, r)
      const got = await opened.apply(v)
      expect(difference(got.data, kernelApplyByDefinition(rows, rows, v).data)).toBeLessThan(2e-6)
      expect((await opened.apply(v)).data).toEqual(got.data)
      await opened.close()
    })

    it.each([10, 1, 0.5, 1e-3])(
      'the solve, λ = %d, agrees with a factorisation in fp64 to its residual',
      async (ridge) => {
        const rows = units(5, 400, 12)
        const task = taskOf(rows, 4, ridge)
        const {opened, stage, asked} = await open(task)
        const {alpha, residual, leftToHost} = await opened.solve()
        expect(leftToHost).toBeNull()
        expect(residual).toBeLessThanOrEqual(1e-10)
        expect(difference(alpha.data, (await stage.solve()).alpha.data)).toBeLessThan(1e-9)
        // One solve in fp32 does not reach it: the first residual is looked at, and refined.
        expect(asked.residuals).toBeGreaterThan(1)
        expect(opened.precision).toBe('fp32')
        await opened.close()
      },
    )

    // A step has 64 rows, a panel 256: sizes on both sides of these borders, more columns than a solve takes at once.
    it.each([
      [1, 1, 0.5],
      [64, 3, 0.1],
      [65, 2, 0.01],
      [256, 2, 0.01],
      [321, 66, 0.02],
      [520, 3, 0.05],
    ])('by a factorisation it agrees as well: %d rows, %d columns, λ = %d', async (n, classes, ridge) => {
      const {opened, stage, asked} = await open(taskOf(units(n, n, 10), classes, ridge))
      const {alpha, leftToHost} = await opened.solve()
      expect(leftToHost).toBeNull()
      // A factor with an error in one place would still do, in many steps.
      expect(asked.residuals).toBeLessThanOrEqual(3)
      expect(difference(alpha.data, (await stage.solve()).alpha.data)).toBeLessThan(1e-8)
      await opened.close()
    })

    it.each([
      [
        'whose condition fp32 cannot resolve',
        300,
        1e-7,
        /^in fp32 its residual stops at \S+, limit 1e-10, with an error of about \S+, limit 1e-8$/,
      ],
      [
        'of rows that repeat, which it takes for indefinite',
        30,
        1e-9,
        /^with λ = 1e-9 it is not positive definite in fp32$/,
      ],
    ])('a kernel %s is left to the processor altogether', async (_, distinct, ridge, reason) => {
      const rows = units(7, 300, 4)
      for (let i = distinct; i < 300; i++) rows.data.copyWithin(i * 4, (i % distinct) * 4, (i % distinct) * 4 + 4)
      const {opened, stage, asked} = await open(taskOf(rows, 2, ridge))
      const solved = await opened.solve()
      expect(solved.leftToHost).toMatch(reason)
      expect(asked.solves).toBe(1)
      expect(opened.precision).toBe('fp64')
      expect(solved.alpha).toEqual((await stage.solve()).alpha)
      const v = normal(1, 300, 1)
      expect(await opened.apply(v)).toEqual(await stage.apply(v))
      await expect(opened.gradient(0, 1, solved.alpha)).rejects.toThrow('the processor is asked')
      await opened.close()
    })

    it('in the limit α = Y, and nothing is solved', async () => {
      const task = taskOf(units(6, 40, 4), 2, Infinity)
      const {opened, asked} = await open(task)
      expect(await opened.solve()).toEqual({alpha: task.y, residual: null, leftToHost: null})
      expect(asked).toEqual({residuals: 0, solves: 0})
      await opened.close()
    })

    it.each([
      [300, 9, 3, 0, 300],
      [520, 20, 7, 3, 519],
      [1100, 3, 2, 1000, 1060],
    ])('gradients are as defined: %d rows of %d, %d classes, rows %d to %d', async (n, cols, classes, from, to) => {
      const rows = units(n, n, cols)
      const task = taskOf(rows, classes, 10)
      // More rows than a pass takes at once: with panels as large as they may be, which is faster.
      const large = webgpuEngine(Object.create(gpu!, {bufferLimit: {value: 2 ** 25}}) as Gpu)
      const {opened} = await open(task, rows, n > 1024 ? large : engine)
      const s = await opened.gradient(from, to, task.y)
      // A stretch is a part of what was computed with its neighbours, whatever became of them.
      const part = await opened.gradient(from + 1, Math.min(to, from + 90), task.y)
      expect(part.data).toEqual(s.data.slice(cols, cols * (1 + part.rows)))
      // And of another α another.
      const twice = {...task.y, data: task.y.data.map((x) => 2 * x)}
      expect((await opened.gradient(from, to, twice)).data).toEqual(s.data.map((x) => 4 * x))
      const all = kernelGradientByDefinition(rows, rows, task.y, task.y)
      const truth = {...all, rows: to - from, data: all.data.slice(from * cols, to * cols)}
      expect(difference(tangents(rows, from, s), tangents(rows, from, truth))).toBeLessThan(2e-5)
      await opened.close()
    })

    it('rows that are equal or nearly so, many of them, and zero rows enter H as in fp64', async () => {
      const rows = units(3, 280, 6)
      for (let i = 40; i < 90; i++) rows.data.copyWithin(i * 6, 30 * 6, 31 * 6)
      for (let i = 190; i < 230; i++) {
        rows.data.copyWithin(i * 6, 31 * 6, 32 * 6)
        rows.data[i * 6]! += 1e-5 * (i - 189)
      }
      rows.data.fill(0, 240 * 6, 250 * 6)
      const unit = normaliseRows(rows).unit
      const {opened, stage} = await open(taskOf(unit, 3, 1))
      const h = await opened.apply(identity(280))
      expect(difference(h.data, kernelOf(unit).data)).toBeLessThan(3e-6)
      expect(h.data[245 * 280 + 245]).toBe(0)
      expect(h.data[50 * 280 + 80]).toBe(0.5)
      expect(difference((await opened.solve()).alpha.data, (await stage.solve()).alpha.data)).toBeLessThan(1e-9)
      await opened.close()
    })

    it('of sparse rows are those of the rows filled in', async () => {
      const {csr, dense: filled} = sparse(8, 90, 30)
      const [one, other] = [await open(taskOf(filled, 3, 10)), await open(taskOf(csr, 3, 10), filled)]
      const v = normal(9, 90, 2)
      expect((await other.opened.apply(v)).data).toEqual((await one.opened.apply(v)).data)
      expect((await other.opened.gradient(10, 80, normal(9, 90, 3))).data).toEqual(
        (await one.opened.gradient(10, 80, normal(9, 90, 3))).data,
      )
    })

    it('property: products are linear and symmetric', async () => {
      const {opened} = await open(taskOf(units(4, 300, 8), 2, 1))
      await fc.assert(
        fc.asyncProperty(fc.integer({min: 1, max: 1000}), async (seed) => {
          const [u, v] = [normal(seed, 300, 1), normal(seed + 1, 300, 1)]
          const [hu, hv] = [await opened.apply(u), await opened.apply(v)]
          const dot = (a: Dense, b: Dense) => a.data.reduce((sum, x, t) => sum + x * b.data[t]!, 0)
          expect(Math.abs(dot(u, hv) - dot(v, hu))).toBeLessThan(1e-3)
          const sum = await opened.apply({...u, data: u.data.map((x, t) => x + 2 * v.data[t]!)})
          expect(
            difference(
              sum.data,
              hu.data.map((x, t) => x + 2 * hv.data[t]!),
            ),
          ).toBeLessThan(1e-5)
        }),
        {seed: 5, numRuns: 5},
      )
      await opened.close()
    })

    it('of which more than a sixteenth are nearly parallel are left to the processor', async () => {
      const rows = units(1, 300, 8)
      const left = async (equal: number) => {
        const some = {...rows, data: rows.data.slice()}
        for (let i = 100; i < 100 + equal; i++) some.data.copyWithin(i * 8, 99 * 8, 100 * 8)
        const {opened, stage} = await open(taskOf(some, 2, 1))
        return opened === stage
      }
      // (equal + 1)² pairs and the rest of the diagonal, against 300² / 16 + 4 · 300.
      expect([await left(78), await left(82)]).toEqual([false, true])
    })

    it('that no buffer holds are left to the processor', async () => {
      const task = taskOf(units(1, 300, 8), 2, 1)
      const here = host(task, identity(300)).stage
      const small = Object.create(gpu!, {bufferLimit: {value: 2 ** 17}}) as Gpu
      expect(await webgpuEngine(small).openGram!(task, here)).toBe(here)
    })
  },
)
