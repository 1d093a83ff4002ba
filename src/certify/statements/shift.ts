import {klBernoulli} from '../../stats/kl-bound.js'

/** How far the distribution of pairs may shift before a bound exceeds a limit. */
export interface BreakingPoint {
  limit: number
  /** the share stays below the limit for every distribution Q with KL(Q‖P) up to this, nats */
  kl: number
  /** and for every Q whose density against P lies within [1/Γ, Γ] */
  ratio: number
}

/**
 * The breaking point of a bound U of a share under the sampled distribution P.
 *
 * Formula    For KL(Q‖P) ≤ ρ the share under Q is at most sup{q : kl(q‖U) ≤ ρ} (data processing), so ρ* = kl(limit‖U) =
 *            l log(l/U) + (1 − l) log((1 − l)/(1 − U)). For dQ/dP in [1/Γ, Γ] it is at most Γ²U/(1 − U + Γ²U), so Γ* =
 *            √(l (1 − U)/(U (1 − l))).
 * Precision  fp64; both are rounded down in the ninth digit, which is conservative.
 * Empty      U ≥ limit → null: the bound is not below the limit even under P. limit ≥ 1 → null.
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

/** A bound as a function of the distribution shift. */
export interface ShiftCurves {
  /** x: KL(Q‖P) up to this, nats; y: the largest share under such a Q */
  kl: {x: number; y: number}[]
  /** x: dQ/dP within [1/x, x] */
  ratio: {x: number; y: number}[]
}

const POINTS = 48
/** How far the curves extend beyond the breaking point, as a fraction of it. */
const BEYOND = 0.5

/**
 * The two curves of `breakingPoint`, from no shift to 1.5 times the breaking point.
 *
 * Formula    kl: for q from U upwards (kl(q‖U), q), which is the inverse of q ↦ sup{q : kl(q‖U) ≤ ρ}; ratio: (Γ,
 *            Γ²U/(1 − U + Γ²U)) for Γ from 1.
 * Precision  fp64.
 * Empty      U outside (0, limit) → null.
 * Source     docs/math.md, "Shift".   Deviation: none.
 */
export function shiftCurves(upper: number, limit: number): ShiftCurves | null {
  const point = breakingPoint(upper, limit)
  if (point === null) return null
  const farthest = point.kl * (1 + BEYOND)
  const kl = Array.from({length: POINTS + 1}, (_, k) => {
    // Quadratic steps, because the divergence grows slowly near U.
    const q = upper + (1 - upper) * (k / POINTS) ** 2
    return {x: klBernoulli(q, upper), y: q}
  })
  const widest = 1 + (point.ratio - 1) * (1 + BEYOND)
  return {
    kl: kl.filter(({x}) => x <= farthest),
    ratio: Array.from({length: POINTS + 1}, (_, k) => {
      const gamma = 1 + ((widest - 1) * k) / POINTS
      const odds = gamma * gamma * upper
      return {x: gamma, y: odds / (1 - upper + odds)}
    }),
  }
}
