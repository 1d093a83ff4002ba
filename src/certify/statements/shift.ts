import {klBernoulli} from '../../stats/kl-bound.js'

/** How far the law of the pairs may move before a bound passes a limit. */
export interface BreakingPoint {
  limit: number
  /** the share stays below the limit for every law Q with KL(Q‖P) up to this, nats */
  kl: number
  /** and for every Q whose density against P lies within [1/Γ, Γ] */
  ratio: number
}

/**
 * The breaking point of a bound U of a share under the sampled law P.
 *
 * Formula    For KL(Q‖P) ≤ ρ the share under Q is at most sup{q : kl(q‖U) ≤ ρ} (data processing), so ρ* = kl(limit‖U) =
 *            l log(l/U) + (1 − l) log((1 − l)/(1 − U)). For dQ/dP in [1/Γ, Γ] it is at most Γ²U/(1 − U + Γ²U), so Γ* =
 *            √(l (1 − U)/(U (1 − l))).
 * Precision  fp64; both are rounded down in the ninth digit, so that they err towards the bound.
 * Empty      U ≥ limit → null: the bound is not below it under P itself. limit ≥ 1 → null.
 * Source     docs/math.md, "Shift".   Deviation: none.
 */
export function breakingPoint(upper: number, limit: number): BreakingPoint | null {
  if (!(upper > 0 && upper < limit && limit < 1)) return null
  const down = 1 - 1e-9
  return {
    limit,
    kl: klBernoulli(limit, upper) * down,
    ratio: Math.max(1, Math.sqrt((limit * (1 - upper)) / (upper * (1 - limit))) * down),
  }
}
