import {clopperPearsonLower} from '../../stats/clopper-pearson.js'
import {incompleteBeta} from '../../stats/special.js'
import type {SurvivalRow} from '../perturbation-types.js'

/** γ of the statements: an input is robust if its prediction survives with probability ≥ 1 − γ. */
export const GAMMAS = [0.1, 0.05, 0.01]

/** Per input: how many of `draws` independent perturbed copies keep its prediction. */
export interface Survivals {
  draws: number
  /** [m + n] 0 … draws; anchors first */
  counts: Int32Array
}

/**
 * PR(γ): the share of inputs whose prediction survives a drawn perturbation with probability ≥ 1 − γ, bounded from below
 * from k draws of each of n inputs.
 *
 * Formula    s(z) = P[f(z′) = f(z) | z], PR(γ) = P[s(Z) ≥ 1 − γ], T_j | z_j ~ Bin(k, s(z_j)). For a threshold c, a
 *            non-robust input reaches it with probability at most b = P[Bin(k, 1 − γ) ≥ c], so P[T ≥ c] ≤ PR(γ) + (1 −
 *            PR(γ)) b, and with L the Clopper–Pearson lower bound of P[T ≥ c] at level α: PR(γ) ≥ (L − b)/(1 − b). c ∈
 *            1 … k is the threshold with the best bound on the anchors, scaled to the number of references. k = 1 is
 *            Markov's inequality for 1 − s.
 * Shapes     counts [m + n]; one row per γ.
 * Precision  fp64; b is rounded up by 1e-12.
 * Cost       k bisections per γ.
 * Empty      no bound above 0 → lower 0.
 * Source     PR(γ) as in PRBench (Zhang et al. 2025) and probabilistic robustness in Robey et al. 2022; the per-input
 *            rate as in RoMA (Levy & Katz 2021). docs/math.md, Theorem F.   Deviation: the bound is exact in both
 *            levels.
 */
export function survivalRows({draws, counts}: Survivals, anchors: number, alpha: number): SurvivalRow[] {
  const n = counts.length - anchors
  const reaching = (c: number, from: number, to: number) =>
    counts.subarray(from, to).reduce((sum, count) => sum + (count >= c ? 1 : 0), 0)
  return GAMMAS.map((gamma) => {
    const bound = (c: number, reached: number) => {
      const b = Math.min(1, binomialTail(draws, 1 - gamma, c) + 1e-12)
      return b >= 1 ? 0 : Math.max(0, (clopperPearsonLower(reached, n, alpha) - b) / (1 - b))
    }
    let threshold = draws
    let most = 0
    for (let c = draws; c >= 1; c--) {
      const expected = bound(c, Math.round((n * reaching(c, 0, anchors)) / anchors))
      if (expected > most) [threshold, most] = [c, expected]
    }
    const reached = reaching(threshold, anchors, counts.length)
    return {
      gamma,
      threshold,
      reached,
      observed: reaching(Math.ceil((1 - gamma) * draws - 1e-9), anchors, counts.length) / n,
      lower: bound(threshold, reached),
    }
  })
}

/** P[Bin(k, p) ≥ c], c ≥ 1. */
const binomialTail = (k: number, p: number, c: number) => incompleteBeta(p, c, k - c + 1)
