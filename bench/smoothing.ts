import {clopperPearsonLower} from '../src/stats/clopper-pearson.js'
import {normalQuantile} from '../src/stats/normal.js'

/** What the smoothed classifier g(x) = argmax_c P[f(x + ε) = c], ε ~ N(0, σ²I), is shown to say around one input. */
export interface Smoothed {
  /** null: abstains */
  label: number | null
  /** in the unit of σ: g says the same at every point of the ball of this L2 radius */
  radius: number
  /** lower bound of P[f(x + ε) = label] */
  lower: number
}

/**
 * The certificate of randomized smoothing for one input, from how often each class was said.
 *
 * Formula    the class is the commonest of the n₀ first draws (the smallest of equal ones), which are not used again; with k
 *            of n further draws that say it, p = CP⁻(k, n, α); radius σ Φ⁻¹(p) where p > ½, else it abstains.
 *            P[the statement is wrong] ≤ α for each input by itself.
 * Shapes     counts [classes] of either sample.
 * Precision  that of clopperPearsonLower; Φ⁻¹ to 1e-15 within ±8.
 * Empty      n = 0 → abstains.
 * Source     Cohen, Rosenfeld & Kolter 2019, "Certified adversarial robustness via randomized smoothing", Theorem 1 with
 *            p_B ≤ 1 − p_A, and procedure CERTIFY.   Deviation: none.
 */
export function smoothedLabel(
  first: ArrayLike<number>,
  further: ArrayLike<number>,
  {sigma, alpha}: {sigma: number; alpha: number},
): Smoothed {
  const top = Array.from(first).reduce((best, count, c, all) => (count > all[best]! ? c : best), 0)
  const n = Array.from(further).reduce((sum, count) => sum + count, 0)
  const lower = n === 0 ? 0 : clopperPearsonLower(further[top]!, n, alpha)
  return lower > 0.5 ? {label: top, radius: sigma * normalQuantile(lower), lower} : {label: null, radius: 0, lower}
}
