import fc from 'fast-check'
import {afterAll, describe, expect, it} from 'vitest'
import {openProducts} from '../../../src/linalg/open-products.js'
import {normaliseRows, selectRows} from '../../../src/linalg/csr.js'
import type {Dense, Matrix} from '../../../src/linalg/types.js'
import {createCpuEngine} from '../../../src/pairwise/cpu/index.js'
import type {HostSolve, SolveStage} from '../../../src/pairwise/engine.js'
import {withFallback} from '../../../src/pairwise/fallback.js'
import {kernelApplyByDefinition, solveByDefinition} from '../../../src/pairwise/reference-definitions.js'
import type {Gpu} from '../../../src/pairwise/webgpu/gpu.js'
import {webgpuEngine} from '../../../src/pairwise/webgpu/index.js'
import {unitRows} from '../../../src/sanitize/kernel-rows.js'
import {landmarkKernel} from '../../../src/sanitize/landmarks.js'
import {hostSolve} from '../../../src/sanitize/solvers/solve-stage.js'
import {random} from '../../../src/stats/random.js'
import {testGpu} from './adapter.js'
import {normal, sparse, units} from './data.js'

const gpu = await testGpu()
const cpu = await createCpuEngine({threads: 1})
const products = await openProducts(1)
afterAll(() => Promise.all([cpu.close(), products.close()]))

/** The processor's part with `count` landmarks; what it solves itself goes to `solve`, by default to nobody. */
async function hostOf(rows: Matrix, count: number, solve?: HostSolve['solve']): Promise<HostSolve> {
  const seen = unitRows(rows, cpu)
  const kernel = await landmarkKernel(seen, count, random(1), products)
  const host = hostSolve({rows: seen, kernel, products}, cpu)
  return {...host, solve: solve ?? (() => Promise.reject(new Error('the processor is asked')))}
}

/** The largest residual of a column over its length, in fp64. */
function residual(rows: Dense, b: Dense, ridge: number, x: Dense): number {
  const image = kernelApplyByDefinition(rows, rows, x)
  let worst = 0
  for (let c = 0; c < b.cols; c++) {
    let [left, all] = [0, 0]
    for (let at = c; at < b.data.length; at += b.cols) {
      left += (b.data[at]! - image.data[at]! - ridge * x.data[at]!) ** 2
      all += b.data[at]! ** 2
    }
    if (all > 0) worst = Math.max(worst, Math.sqrt(left / all))
    else expect(left).toBe(0)
  }
  return worst
}

function expectClose(got: Dense, truth: Dense, relative: number) {
  expect([got.rows, got.cols]).toEqual([truth.rows, truth.cols])
  const largest = truth.data.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-30)
  const worst = truth.data.reduce((most, x, at) => Math.max(most, Math.abs(x - got.data[at]!)), 0)
  expect(worst / largest).toBeLessThan(relative)
}

describe.skipIf(gpu === null)(
  `solves on ${gpu?.facts.description ?? 'no device: neither a GPU nor SwiftShader is here'}`,
  () => {
    const engine = webgpuEngine(gpu!)
    const open = async (rows: Matrix, columns: number, count = 40): Promise<SolveStage> =>
      engine.openSolve!({rows, columns}, await hostOf(rows, count))

    // A panel has 256 rows: one, two and three of them; the tall tile 16 columns, the wide one 64.
    it.each([
      [5, 3, 1, 2],
      [256, 6, 3, 1],
      [300, 9, 17, 2],
      [520, 12, 70, 100],
    ])(
      '%d rows of %d, %d right-hand sides, λ = %d: the residual and the solution hold',
      async (n, cols, columns, ridge) => {
        const rows = units(n, n, cols)
        const b = normal(2, n, columns)
        // A column of zeros has the solution zero; a huge and a tiny one are no harder than others.
        for (let i = 0; i < n; i++) b.data[i * columns] = columns > 1 ? 0 : b.data[i * columns]!
        if (columns > 2)
          for (let i = 0; i < n; i++) {
            b.data[i * columns + 1]! *= 1e30
            b.data[i * columns + 2]! *= 1e-30
          }
        const stage = await open(rows, columns)
        expect(stage.precision).toBe('fp32')
        const {x, condition, residual: measured, leftToHost} = await stage.solve(b, ridge, 1e-5)
        const truth = residual(rows, b, ridge, x)
        expect(truth).toBeLessThan(1.1e-5)
        expect(Math.abs(measured! - truth)).toBeLessThan(1e-6)
        expect(leftToHost).toBeNull()
        expect(condition).toBeGreaterThanOrEqual(1)
        if (columns < 3) expectClose(x, solveByDefinition(rows, b, ridge), 1e-4)
        if (columns < 18) expect((await stage.solve(b, ridge, 1e-5)).x).toEqual(x)
        await stage.close()
      },
      120_000,
    )

    it('property: rows in another order give the solution in that order', async () => {
      const n = 270
      const [rows, b] = [units(3, n, 8), normal(4, n, 2)]
      const stage = await open(rows, 2)
      const {x} = await stage.solve(b, 3, 1e-5)
      await fc.assert(
        fc.asyncProperty(fc.integer({min: 1, max: 2 ** 30}), async (seed) => {
          const order = random(seed).permutation(n)
          const moved = await open(selectRows(rows, order), 2)
          const {x: other} = await moved.solve(selectRows(b, order) as Dense, 3, 1e-5)
          await moved.close()
          expectClose(other, selectRows(x, order) as Dense, 1e-4)
        }),
        {seed: 7, numRuns: 2},
      )
      await stage.close()
    }, 120_000)

    it('many rows that are equal or nearly so, and zero rows, in several panels: their pairs count in fp64', async () => {
      const rows = units(5, 300, 6)
      for (let i = 30; i < 120; i++) rows.data.copyWithin(i * 6, 20 * 6, 21 * 6)
      for (let i = 250; i < 290; i++) {
        rows.data.copyWithin(i * 6, 20 * 6, 21 * 6)
        rows.data[i * 6]! += 1e-5 * (i - 249)
      }
      rows.data.fill(0, 295 * 6)
      const {unit} = normaliseRows(rows)
      const b = normal(6, 300, 2)
      const stage = await open(unit, 2, 20)
      const {x} = await stage.solve(b, 2, 1e-5)
      expectClose(x, solveByDefinition(unit, b, 2), 1e-4)
      await stage.close()
    }, 120_000)

    it('sparse rows give the solution of the rows filled in, several λ one after another', async () => {
      const {csr, dense} = sparse(8, 90, 30)
      const b = normal(9, 90, 3)
      const [one, other] = [await open(csr, 3), await open(dense, 3)]
      for (const ridge of [0.3, 40]) {
        const {x} = await one.solve(b, ridge, 1e-5)
        expect(x).toEqual((await other.solve(b, ridge, 1e-5)).x)
        expectClose(x, solveByDefinition(dense, b, ridge), 1e-4)
      }
      await one.close()
      await other.close()
    }, 120_000)

    it('tells every product, and takes the fewer the more landmarks there are', async () => {
      const [rows, b] = [units(10, 250, 5), normal(11, 250, 2)]
      const products = async (count: number) => {
        let told = 0
        const stage = await engine.openSolve!({rows, columns: 2, onProduct: () => told++}, await hostOf(rows, count))
        await stage.solve(b, 0.2, 1e-5)
        await stage.close()
        return told
      }
      const [few, many] = [await products(1), await products(120)]
      expect(many).toBeGreaterThan(1)
      expect(few).toBeGreaterThan(1.5 * many)
    }, 120_000)

    it('goes on with the processor where fp32 does not reach the tolerance, and says nothing wrong before', async () => {
      const [rows, b] = [units(12, 120, 9), normal(13, 120, 2)]
      const asked: unknown[] = []
      const answer = {x: b, condition: 7, residual: null, leftToHost: null}
      const host = await hostOf(rows, 20, (...task) => (asked.push(task), Promise.resolve(answer)))
      const stage = await engine.openSolve!({rows, columns: 2}, host)
      const {leftToHost, ...solved} = await stage.solve(b, 1, 1e-12)
      expect({...solved, leftToHost: null}).toEqual(answer)
      expect(leftToHost).toMatch(
        /^in fp32 (a relative residual of \de-\d+ is left|the matrix is not positive definite)/,
      )
      expect(asked).toEqual([[b, 1, 1e-12]])
      await stage.close()
    }, 120_000)

    it('is no error where λ is so far below the kernel that fp32 loses what is positive of the preconditioner', async () => {
      const rows = normaliseRows({...normal(18, 250, 3), data: normal(18, 250, 3).data.map((x) => 5 + x)}).unit
      const b = normal(19, 250, 2)
      const cg = await hostOf(rows, 40)
      const answer = {x: b, condition: 7, residual: null, leftToHost: null}
      const stage = await engine.openSolve!({rows, columns: 2}, {...cg, solve: () => Promise.resolve(answer)})
      for (const ridge of [1e-2, 1e-4, 1e-6]) {
        const {x, leftToHost} = await stage.solve(b, ridge, 1e-2)
        if (leftToHost === null) expect(residual(rows, b, ridge, x)).toBeLessThan(2e-2)
        else expect(x).toBe(b)
      }
      await stage.close()
    }, 120_000)

    it('is left to the processor where a buffer holds neither a panel nor 16 columns', async () => {
      const limited = (bufferLimit: number) =>
        webgpuEngine(Object.create(gpu!, {bufferLimit: {value: bufferLimit}}) as Gpu)
      const [tall, wide] = [units(14, 600, 3), units(15, 20, 256)]
      for (const rows of [tall, wide]) {
        const host = await hostOf(rows, 10)
        expect(await limited(2 ** 18).openSolve!({rows, columns: 2}, host)).not.toBe(host)
      }
      const host = await hostOf(wide, 10)
      expect(await limited(2 ** 18 - 1).openSolve!({rows: wide, columns: 2}, host)).toBe(host)
      const many = {...tall, rows: 2 ** 18}
      expect(await engine.openSolve!({rows: many, columns: 2}, host)).toBe(host)
    }, 120_000)

    // The last one: the device is gone after it.
    it('a device that is lost in the midst of a solve leaves all of it to the processor', async () => {
      const [rows, b] = [units(16, 200, 5), normal(17, 200, 2)]
      const failures: string[] = []
      const failing = withFallback(
        engine,
        () => createCpuEngine({threads: 1}),
        (reason) => failures.push(reason),
      )
      let told = 0
      const onProduct = () => {
        if (++told === 3) gpu!.device.destroy()
      }
      const seen = unitRows(rows, cpu)
      const kernel = await landmarkKernel(seen, 5, random(1), products)
      const host = hostSolve({rows: seen, kernel, products}, failing)
      const stage = await failing.openSolve!({rows, columns: 2, onProduct}, host)
      const {x, residual: measured} = await stage.solve(b, 0.5, 1e-9)
      expect(told).toBe(3)
      expect(measured).toBeNull()
      expectClose(x, solveByDefinition(rows, b, 0.5), 1e-7)
      expect(failures).toEqual([expect.stringContaining('device lost')])
      await stage.close()
      await failing.close()
    }, 120_000)
  },
)
