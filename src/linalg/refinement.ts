import {relativeResidual} from './conjugate-gradients.js'
import {dense, type Dense} from './types.js'

export interface RefineOptions {
  /** R [n, r] → about A⁻¹ R */
  solve: (r: Dense) => Promise<Dense>
  /** X [n, r] → B − A X, as exactly as it can be had */
  residualOf: (x: Dense) => Promise<Dense>
  /** of ‖r_c‖ / ‖b_c‖, for every column */
  tolerance: number
  /** of the estimated relative error, for every column */
  errorTolerance: number
}

export interface Refined {
  x: Dense
  /** largest ‖b_c − A x_c‖ / ‖b_c‖, by `residualOf` */
  residual: number
  /** estimate of the largest ‖x_c − (A⁻¹B)_c‖ / ‖x_c‖, from how fast steps shrink; 1 after a single one */
  error: number
  /** whether both are within their tolerances */
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
 * Precision  residual and error within the tolerances, whatever the solver's, where each of its solves takes a digit of
 *            the residual; else what was reached, which is never worse than an earlier step's. A small residual alone
 *            would leave an error of up to the condition of A times as much: steps that shrink by ρ from c leave about
 *            c ρ, which is what `error` estimates.
 * Cost       a solve and a residual a step; a solver of relative error ρ takes log(tolerance) / log(ρ) steps.
 * Empty      a zero column of B → a zero column of X.
 * Source     Higham, Accuracy and Stability of Numerical Algorithms, §12.1. Deviation: all columns take as many steps.
 */
export async function refine(
  b: Dense,
  {solve, residualOf, tolerance, errorTolerance}: RefineOptions,
): Promise<Refined> {
  // 1, or 0 where B is zero.
  const whole = relativeResidual(b, b)
  let best = {x: dense(b.rows, b.cols), r: b, residual: whole, error: whole, step: 1}
  const isDone = ({residual, error}: Pick<Refined, 'residual' | 'error'>) =>
    residual <= tolerance && error <= errorTolerance
  for (let steps = 0; ; steps++) {
    if (isDone(best)) return {x: best.x, residual: best.residual, error: best.error, converged: true, steps}
    const change = await solve(best.r)
    const x = dense(
      b.rows,
      b.cols,
      best.x.data.map((value, t) => value + change.data[t]!),
    )
    const r = await residualOf(x)
    const residual = relativeResidual(r, b)
    const step = relativeResidual(change, x)
    const hasStalled = !(residual <= STALLED * best.residual)
    // NaN is not below anything, so such a step is never taken.
    if (residual < best.residual) best = {x, r, residual, error: step ** 2 / best.step, step}
    if (hasStalled && !isDone(best))
      return {x: best.x, residual: best.residual, error: best.error, converged: false, steps: steps + 1}
  }
}
