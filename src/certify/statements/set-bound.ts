import {InternalError} from '../../errors.js'
import {clopperPearsonLower} from '../../stats/clopper-pearson.js'

/**
 * Theorem B: a bound of P[A′ | d(·, A) < δ], the share of a neighbourhood of a set A with a mean loss change against A
 * of at least η.
 *
 * Formula   min(1, (δ + D_A) ε_A / (η p)), p = max(P[A], lower bound of P[d(·, A) < δ]).
 * Units     δ, D_A (diameter of A) and 1/ε_A in one unit of distance. The statement holds whenever `epsilon` is an
 *           upper bound of ε_A = E[ΔL(Z, Z_A)/max(d, τ)], τ ≤ δ, `diameter` one of D_A, and `mass` and `near` lower
 *           bounds of P[A] and P[d(·, A) < δ].
 * Empty     p = 0 → 1.
 * Throws    InternalError  a negative or missing figure, η or δ not above 0.
 * Source    Sun et al. 2024, Theorem 4.1, repaired (docs/math.md, Theorem B). Deviation: adds D_A, without which it
 *           does not hold; P[A] instead of the exponential, which is never larger.
 */
export function setBound({
  epsilon,
  delta,
  diameter,
  eta,
  mass,
  near = 0,
}: {
  epsilon: number
  delta: number
  diameter: number
  eta: number
  mass: number
  near?: number
}): number {
  if (!(epsilon >= 0 && diameter >= 0 && delta > 0 && eta > 0 && mass >= 0 && mass <= 1 && near >= 0 && near <= 1)) {
    throw new InternalError(
      `no set bound for ε ${epsilon}, δ ${delta}, diameter ${diameter}, η ${eta}, P[A] ${mass}, P[near A] ${near}`,
    )
  }
  const p = Math.max(mass, near)
  return p === 0 ? 1 : Math.min(1, ((delta + diameter) * epsilon) / (eta * p))
}

/**
 * Lower bounds of P[A] and P[d(·, A) < δ] from n fresh points, which hold jointly with probability ≥ 1 − α.
 *
 * Formula   Clopper–Pearson, α/2 each. A finite set may have P[A] = 0: then the bound uses P[d(·, A) < δ].
 */
export const setMasses = (inside: number, near: number, n: number, alpha: number): {mass: number; near: number} => ({
  mass: clopperPearsonLower(inside, n, alpha / 2),
  near: clopperPearsonLower(near, n, alpha / 2),
})
