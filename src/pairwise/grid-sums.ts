import type {VolatilitySums} from './engine.js'

/**
 * Sums over a whole δ and η grid from bins of pairs, each pair in one bin: (first δ ≥ d) × (number of η ≤ ΔL).
 *
 * Shapes     bins [n, rows, E + 1, 3], rows ≥ G: pairs, Σ ΔL/max(d, τ), Σ 1/max(d, τ) → within [n, G], windowed and
 *            exceed [n, G, E].
 * Formula    prefix sums over δ; over η, min(ΔL, η_e) is η_e in the bins k > e and ΔL in the others.
 * Precision  fp64, in the order of the bins.   Cost  n · G · E².   Empty  n, G or E = 0 → empty.
 * Source     —   Deviation: none.
 */
export function gridSums(
  bins: Float64Array,
  n: number,
  G: number,
  etas: Float64Array,
): Pick<VolatilitySums, 'within' | 'windowed' | 'exceed'> {
  const E = etas.length
  const within = new Float64Array(n * G)
  const windowed = new Float64Array(n * G * E)
  const exceed = new Float64Array(n * G * E)
  const stride = bins.length / n
  const running = new Float64Array((E + 1) * 3)
  for (let j = 0; j < n; j++) {
    running.fill(0)
    for (let g = 0; g < G; g++) {
      const at = j * G + g
      for (let b = 0; b < running.length; b++) running[b]! += bins[j * stride + g * running.length + b]!
      for (let k = 0; k <= E; k++) {
        within[at]! += running[3 * k]!
        for (let e = 0; e < E; e++) {
          if (k > e) exceed[at * E + e]! += running[3 * k]!
          windowed[at * E + e]! += k > e ? etas[e]! * running[3 * k + 2]! : running[3 * k + 1]!
        }
      }
    }
  }
  return {within, windowed, exceed}
}
