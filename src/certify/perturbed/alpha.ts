import type {PairAlpha} from '../perturbation-types.js'

const SHARE = {epsilon: 0.2, change: 0.2, survival: 0.1}

/**
 * Splits α of one pair distribution so that all its statements hold simultaneously (union bound).
 *
 * Formula   ε_Q of K layers: 0.2 α / K each; P[ΔL ≥ η] of E values: 0.2 α / E each; the joint and the conditional bound
 *           of every cell: 0.6 α / (2 · cells) each. With R values of γ: 0.1 α / R for each PR(γ), and 0.5 α for the cells.
 */
export function splitPairAlpha(total: number, layers: number, etas: number, cells: number, gammas = 0): PairAlpha {
  const survival = gammas === 0 ? 0 : SHARE.survival
  return {
    total,
    epsilon: (SHARE.epsilon * total) / layers,
    change: (SHARE.change * total) / etas,
    cell: ((1 - SHARE.epsilon - SHARE.change - survival) * total) / (2 * cells),
    ...(gammas === 0 ? {} : {survival: (survival * total) / gammas}),
    statements: layers + etas + 2 * cells + gammas,
  }
}
