import {relativeResidual} from './conjugate-gradients.js'
import {dense, type Dense} from './types.js'

export interface RefineOptions {
  /** R [n, r] → about A⁻¹ R */
  solve: (r: Dense) => Promise<Dense>
  /** X [n, r] → B − A X, as exactly as it can be had */
  residualOf: (x: Dense) => Promise<Dense>
  /** stop when ‖r_c‖ ≤ tolerance · ‖b_c‖ for every column */
  tolerance: number
}

export interface Refined {
  x: Dense
  /** largest ‖b_c − A x_c‖ / ‖b_c‖, by `residualOf` */
  residual: number
  /** whether that is within the tolerance */
  converged: boolean
  /** solves, and residuals, that were computed */
  steps: number
}

/** A step that leaves more than this share of the residual is the last: a digit a step, or the way is too long. */
const STALLED = 0.1

/**
 * Iterative refinement: A X = B from a rough solver, with residuals in a precision that the solver lacks.
 *
 * Shapes     b [n, r].
 * Precision  relative residual `tolerance`, whatever the solver's, where each of its solves takes a digit of the
 *            residual; else what was reached, which is never worse than an earlier step's.
 * Cost       a solve and a residual a step; a solver of relative error ρ takes log(tolerance) / log(ρ) steps.
 * Empty      a zero column of B → a zero column of X.
 * Source     Higham, Accuracy and Stability of Numerical Algorithms, §12.1. Deviation: all columns take as many steps.
 */
export async function refine(b: Dense, {solve, residualOf, tolerance}: RefineOptions): Promise<Refined> {
  let best = {x: dense(b.rows, b.cols), r: b, residual: relativeResidual(b, b)}
  for (let steps = 0; ; steps++) {
    if (best.residual <= tolerance) return {x: best.x, residual: best.residual, converged: true, steps}
    const step = await solve(best.r)
    const x = dense(
      b.rows,
      b.cols,
      best.x.data.map((value, t) => value + step.data[t]!),
    )
    const r = await residualOf(x)
    const residual = relativeResidual(r, b)
    const hasStalled = !(residual <= STALLED * best.residual)
    // NaN is not below anything, so such a step is never taken.
    if (residual < best.residual) best = {x, r, residual}
    if (hasStalled && best.residual > tolerance)
      return {x: best.x, residual: best.residual, converged: false, steps: steps + 1}
  }
}
