import {InternalError} from '../errors.js'
import {firstTrue} from './bisect.js'
import {incompleteBeta} from './special.js'

/**
 * Clopper–Pearson upper bound of a binomial probability: P[bound < p] ≤ α for `successes` of `trials` independent
 * trials.
 *
 * Formula    the p with P[Bin(trials, p) ≤ successes] = α, that is the 1 − α quantile of Beta(k + 1, n − k).
 * Precision  ≈ 1e-14 relative of I_p (continued fraction), then bisection, which errs upwards.
 * Cost       ≈ 60 continued fractions of O(√trials) terms.
 * Empty      trials = 0 → 1; all successes → 1.
 * Throws     InternalError  counts that are not counts, α outside (0, 1).
 * Source     Clopper & Pearson, Biometrika 1934.   Deviation: one-sided.
 */
export function clopperPearsonUpper(successes: number, trials: number, alpha: number): number {
  if (!(successes >= 0 && successes <= trials && alpha > 0 && alpha < 1))
    throw new InternalError(`no binomial bound for ${successes} of ${trials} at α = ${alpha}`)
  if (successes === trials) return 1
  return firstTrue(successes / trials, 1, (p) => incompleteBeta(p, successes + 1, trials - successes) >= 1 - alpha)
}

/** Clopper–Pearson lower bound: P[bound > p] ≤ α. The mirror image of the upper one; no trials or no success → 0. */
export const clopperPearsonLower = (successes: number, trials: number, alpha: number): number =>
  1 - clopperPearsonUpper(trials - successes, trials, alpha)
