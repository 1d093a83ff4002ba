import type {Dense} from '../../linalg/types.js'
import type {HostSolve, Solved, SolveStage, SolveTask} from '../engine.js'
import type {Gpu} from './gpu.js'
import {beside, columns} from './panels.js'
import {featureSums, uploadSolve} from './solve-device.js'
import {planSolve} from './solve-plan.js'
import {solveVectors, type SolveVectors} from './solve-vectors.js'

const MAX_ITERATIONS = 500
/** Times that the residual is computed anew and the solve goes on from it. */
const RESTARTS = 4
/** Of the tolerance: where the recurrence stops, since the residual itself is a little larger. */
const MARGIN = 0.8
/** Digits that the recurrence is believed, as a part of the residual it began with: fp32 has a few more. */
const BELIEVED = 1e-6
/** Of the goal: columns this far below it stand still, before fp32 has nothing left of them. */
const STILL = 1e-2

/**
 * (κ(X̂X̂ᵀ) + λI) X = B on the device: rows, the features Φ of a landmark preconditioner and the vectors of conjugate
 * gradients stay there; a step asks for two sums a column.
 *
 * Preconditioner  (ΦΦᵀ + D)⁻¹ = D⁻¹ − D⁻¹Φ A⁻¹ ΦᵀD⁻¹, D = R + λI; A = I + ΦᵀD⁻¹Φ is summed on the device and inverted on
 *                 the host in fp64. Positive definite whatever fp32 leaves of Φ, since A is made of that very Φ, and
 *                 lifted by what its sums may err.
 * Precision       the residual B − (κ + λI) X itself is at most `tolerance` of each column of B, as far as an fp32 product
 *                 tells (see solveVectors); where the recurrence ends above it, the solve goes on from the residual.
 *                 One that fp32 does not bring below it (about 10⁻⁷ · ‖κ‖/λ, at worst) is left to `host`.
 * Cost            see uploadSolve, outerSums and solveVectors; iterations as conjugateGradients, one product more for the residual.
 * Too large       a matrix that no buffer holds → `host`.
 * Source          Golub & Van Loan, Matrix Computations, §11.5.2; Frangella, Tropp & Udell 2023 (Nyström preconditioner).
 *                 Deviation: R, the diagonal that landmarks leave, is kept in place of the smallest eigenvalue.
 */
export async function openSolve(gpu: Gpu, task: SolveTask, host: HostSolve): Promise<SolveStage> {
  const planned = planSolve(task, gpu.bufferLimit)
  if (planned === null || task.rows.rows === 0) return host
  const landmarks = await host.landmarks(planned.wide)
  const arena = gpu.arena()
  try {
    const on = await gpu.exclusive(() => uploadSolve(gpu, arena, task, planned, landmarks))
    if (on === null) {
      arena.free()
      return host
    }
    return {
      precision: 'fp32',
      async solve(b, ridge, tolerance): Promise<Solved> {
        const outer = await gpu.exclusive((own) => featureSums(gpu, own, on, ridge))
        const {inverse, condition} = await host.inner(outer, ridge)
        const together = planned.width(b.cols)
        const parts: Dense[] = []
        let residual = 0
        for (let from = 0; from < b.cols; from += together) {
          const {unit, norms} = unitColumns(columns(b, from, from + together))
          const reached = await gpu.exclusive((own) =>
            descend(solveVectors(gpu, own, on, {b: unit, inverse, ridge}), norms, tolerance, task.onProduct),
          )
          if ('failure' in reached)
            return {...(await host.solve(b, ridge, tolerance)), leftToHost: `in fp32 ${reached.failure}`}
          parts.push(reached.x)
          residual = Math.max(residual, reached.residual)
        }
        return {x: beside(b.rows, b.cols, parts), condition, residual, leftToHost: null}
      },
      close() {
        arena.free()
        return Promise.resolve()
      },
    }
  } catch (error) {
    arena.free()
    throw error
  }
}

/** Columns of length 1, or 0, so that fp32 holds the squares of whatever is given. */
function unitColumns(b: Dense): {unit: Dense; norms: Float64Array} {
  const norms = new Float64Array(b.cols)
  b.data.forEach((value, at) => (norms[at % b.cols]! += value * value))
  norms.forEach((square, c) => (norms[c] = Math.sqrt(square)))
  const data = b.data.map((value, at) => (norms[at % b.cols] === 0 ? 0 : value / norms[at % b.cols]!))
  return {unit: {...b, data}, norms}
}

/** Conjugate gradients until every column's residual is at most the tolerance, or why fp32 does not get there. */
async function descend(
  on: SolveVectors,
  norms: Float64Array,
  tolerance: number,
  onProduct: () => void = () => undefined,
): Promise<{x: Dense; residual: number} | {failure: string}> {
  let squares: ArrayLike<number> = norms.map((norm) => (norm === 0 ? 0 : 1))
  let iterations = 0
  for (let restart = 0; restart <= RESTARTS; restart++) {
    const before = largest(squares)
    const goal = Math.max(MARGIN * tolerance, BELIEVED * before)
    let rz = await on.precondition()
    await on.turn(new Float64Array(rz.length))
    while (largest(squares) > goal) {
      if (iterations++ === MAX_ITERATIONS)
        return {failure: left(largest(squares), `after ${MAX_ITERATIONS} iterations`)}
      onProduct()
      const curvature = await on.image('p')
      const moves = norms.map((_, c) => Number(Math.sqrt(squares[c]!) > STILL * goal))
      // Also where one of them is not a number: no step of it is a solution.
      if (moves.some((move, c) => move === 1 && !(rz[c]! > 0 && curvature[c]! > 0)))
        return {failure: 'the matrix is not positive definite'}
      const column = (value: (c: number) => number) => Float64Array.from(rz, (_, c) => (moves[c] === 1 ? value(c) : 0))
      const stepped = await on.step(column((c) => rz[c]! / curvature[c]!))
      const next = await on.precondition()
      squares = await stepped.squares
      const last = rz
      await on.turn(column((c) => next[c]! / last[c]!))
      rz = next
    }
    onProduct()
    await on.image('x')
    squares = await on.residual()
    const after = largest(squares)
    if (after <= tolerance) {
      const x = await on.result()
      x.data.forEach((value, at) => (x.data[at] = value * norms[at % x.cols]!))
      return {x, residual: after}
    }
    if (!(after < before / 2)) return {failure: left(after, 'and a restart gains nothing on it')}
  }
  return {failure: left(largest(squares), `after ${RESTARTS} restarts`)}
}

const left = (residual: number, when: string) => `a relative residual of ${residual.toExponential(0)} is left ${when}`

const largest = (squares: ArrayLike<number>) => Math.sqrt(Array.from(squares).reduce((a, b) => Math.max(a, b), 0))
