import type {Cell} from '../layer-types.js'

/**
 * The bound of the certification algorithm of Sun et al. 2024, as printed, for comparison only: it does not hold
 * (docs/math.md shows two counter-examples).
 *
 * Formula   ε δ / (η p̂), p̂ = 1 − exp(−2(δ/B − √(½ log 2))²): the exponential that the printed form uses instead of
 *           P[d(·, A) < δ]. B bounds distances; the constant, unspecified there, is that of the bounded-differences
 *           inequality.
 * Empty     p̂ = 0 → Infinity.
 */
export function legacyBound(epsilon: number, delta: number, eta: number, diameter: number): number {
  return (epsilon * delta) / (eta * (1 - Math.exp(-2 * (delta / diameter - Math.sqrt(Math.LN2 / 2)) ** 2)))
}

/** Adds the printed bound to cells, computed as in the paper from the upper end of the asymptotic interval of raw ε. */
export function withLegacy(
  cells: readonly Cell[],
  interval: readonly [number, number] | null,
  diameter: number,
): Cell[] {
  return cells.map((cell) => ({
    ...cell,
    legacyBound:
      interval === null || diameter === 0
        ? null
        : Math.min(1, legacyBound(interval[1], cell.deltaRaw, cell.eta, diameter)),
  }))
}
