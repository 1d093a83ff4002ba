import {afterAll, expect, it} from 'vitest'
import {openProducts} from '../../../src/linalg/open-products.js'
import {transpose} from '../../../src/linalg/products.js'
import type {Dense} from '../../../src/linalg/types.js'
import {createCpuEngine} from '../../../src/pairwise/cpu/index.js'
import type {SolveStage, SolveTask} from '../../../src/pairwise/engine.js'
import {kernelByDefinition, solveByDefinition} from '../../../src/pairwise/reference-definitions.js'
import {unitRows} from '../../../src/sanitize/kernel-rows.js'
import {landmarkKernel} from '../../../src/sanitize/landmarks.js'
import {hostSolve, openSolveStage} from '../../../src/sanitize/solvers/solve-stage.js'
import {random} from '../../../src/stats/random.js'
import {normal, units} from '../../pairwise/webgpu/data.js'

const engine = await createCpuEngine({threads: 1})
const products = await openProducts(1)
afterAll(() => Promise.all([engine.close(), products.close()]))

async function problemOf(unit: Dense, count: number) {
  const rows = unitRows(unit, engine)
  return {rows, kernel: await landmarkKernel(rows, count, random(3), products), products}
}

function expectIdentity({rows, data}: Dense, digits: number) {
  data.forEach((value, at) => expect(value).toBeCloseTo(Number(at % (rows + 1) === 0), digits))
}

it('solves as defined, by few landmarks or all, several λ one after another', async () => {
  const [unit, b] = [units(1, 60, 5), normal(2, 60, 3)]
  for (const count of [4, 60]) {
    const stage = hostSolve(await problemOf(unit, count), engine)
    for (const ridge of [0.2, 30]) {
      const {x, residual, leftToHost} = await stage.solve(b, ridge, 1e-10)
      const truth = solveByDefinition(unit, b, ridge)
      x.data.forEach((value, at) => expect(value).toBeCloseTo(truth.data[at]!, 7))
      expect([residual, leftToHost]).toEqual([null, null])
    }
  }
})

it('gives a device landmarks that whiten their kernel: those it has, more where a pass costs far more, or fewer', async () => {
  const unit = units(4, 300, 12)
  const problem = await problemOf(unit, 9)
  const host = hostSolve(problem, engine)
  // A sixteenth of 300² · 12, over 300 rows: 15² of them.
  for (const [most, count] of [
    [5, 5],
    [9, 9],
    [12, 12],
    [256, 15],
  ] as const) {
    const {points, whiten} = await host.landmarks(most)
    expect([points.rows, whiten.rows]).toEqual([count, count])
    const whole = {...whiten, data: Float64Array.from(whiten.data)}
    const gram = kernelByDefinition(points as Dense, points as Dense)
    expectIdentity(await products.multiply(await products.multiply(whole, gram), transpose(whole)), 3)
    expect((await host.landmarks(most)).points).toEqual(points)
  }
  expect((await hostSolve(await problemOf(unit, 40), engine).landmarks(256)).points.rows).toBe(40)
})

it('inverts I + outer, and tells its condition with that of the diagonal', async () => {
  const half = normal(5, 8, 6)
  const outer = await products.multiply(transpose(half), half)
  const {inverse, condition} = await hostSolve(await problemOf(units(6, 20, 4), 5), engine).inner(outer, 2)
  const a = {...outer, data: outer.data.map((value, at) => value + Number(at % 7 === 0))}
  expectIdentity(await products.multiply(a, inverse), 9)
  const largest = Math.max(...a.data.filter((_, at) => at % 7 === 0))
  expect(condition).toBeGreaterThanOrEqual(1.25 * largest * 0.99)
})

it('is that of the engine where it has one, else the processor with the engine’s products', async () => {
  const problem = await problemOf(units(7, 30, 4), 5)
  const tasks: SolveTask[] = []
  const own = {precision: 'fp32'} as SolveStage
  const openSolve = (task: SolveTask) => (tasks.push(task), Promise.resolve(own))
  expect(await openSolveStage(problem, {...engine, openSolve}, 64)).toBe(own)
  expect(tasks).toEqual([{rows: problem.rows.unit, columns: 64}])
  let calls = 0
  const counted = {
    ...engine,
    precision: 'fp32' as const,
    kernelApply: (...task: Parameters<typeof engine.kernelApply>) => (calls++, engine.kernelApply(...task)),
  }
  const stage = await openSolveStage(problem, counted, 64)
  await stage.solve(normal(8, 30, 2), 1, 1e-6)
  expect([stage.precision, calls > 1]).toEqual(['fp32', true])
})
