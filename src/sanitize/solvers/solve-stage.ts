import {conjugateGradients} from '../../linalg/conjugate-gradients.js'
import type {Products} from '../../linalg/products.js'
import {dense, type Dense, type Matrix} from '../../linalg/types.js'
import type {HostSolve, PairwiseEngine, SolveStage} from '../../pairwise/engine.js'
import {random} from '../../stats/random.js'
import {addScaled} from '../complexity.js'
import type {KernelRows} from '../kernel-rows.js'
import {type LandmarkFeatures, landmarkFeatures, landmarkPreconditioner, solveSums} from '../landmark-scores.js'
import {candidates, inSingle, type LandmarkKernel, landmarkKernel} from '../landmarks.js'

const MAX_ITERATIONS = 500
/** Drawing more landmarks for a device may take this part of the multiply–adds of one pass over all pairs. */
const DRAWN_PART = 1 / 16
/** They serve the preconditioner alone, so they take no numbers of the run's. */
const DRAWN_SEED = 0

/** Rows whose kernel is solved with, and the landmarks of the preconditioner. */
export interface SolveProblem {
  /** on the engine of landmarks */
  readonly rows: KernelRows
  readonly kernel: LandmarkKernel
  readonly products: Products
}

/** The solve on the engine asked for, where that has one and it pays, else on the processor with the engine's products. */
export async function openSolveStage(
  problem: SolveProblem,
  engine: PairwiseEngine,
  columns: number,
): Promise<SolveStage> {
  const host = hostSolve(problem, engine)
  return (await engine.openSolve?.({rows: problem.rows.unit, columns}, host)) ?? host
}

/**
 * Conjugate gradients on the processor, each product by `engine`; the features of all landmarks are kept from the first
 * solve on.
 *
 * Cost   for a device: as many landmarks as it takes, as long as drawing them, min(s, 20,000) · p² multiply–adds, is a
 *        sixteenth of a pass over all pairs, s² d; never fewer than the problem has.
 */
export function hostSolve({rows, kernel, products}: SolveProblem, engine: PairwiseEngine): HostSolve {
  const {unit} = rows
  let kept: Promise<LandmarkFeatures> | undefined
  return {
    precision: engine.precision,
    async solve(b, ridge, tolerance) {
      kept ??= landmarkFeatures(kernel, rows, products)
      const {apply: precondition, condition} = await landmarkPreconditioner(await kept, ridge, products)
      const apply = async (v: Dense) => addScaled(await engine.kernelApply(unit, unit, v), ridge, v)
      const {x} = await conjugateGradients(apply, b, {tolerance, maxIterations: MAX_ITERATIONS, precondition})
      return {x, condition, residual: null, leftToHost: null}
    },
    async landmarks(most) {
      const given = kernel.places.length
      const count = Math.min(most, Math.max(given, worthDrawing(unit, most)))
      const drawn = count === given ? kernel : await landmarkKernel(rows, count, random(DRAWN_SEED), products)
      return inSingle(drawn)
    },
    async inner(outer, ridge) {
      const p = outer.rows
      const sums = {outer, cross: dense(p, 0), own: 0}
      return solveSums([sums], p, {rows: unit.rows, cols: 0}, ridge, products)
    },
    close: () => Promise.resolve(),
  }
}

const worthDrawing = ({rows, cols}: Matrix, most: number): number =>
  Math.floor(Math.sqrt((DRAWN_PART * rows * rows * cols) / Math.min(rows, candidates(most))))
