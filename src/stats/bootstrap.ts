import {normalCdf, normalQuantile} from './normal.js'
import {quantile} from './quantile.js'
import type {Random} from './random.js'

export interface PairMeanPart {
  rowMeans: Float64Array
  weight: number
}

/** Two intervals from the same resamples: percentile, and BCa (bias-corrected and accelerated). */
export interface PairMeanIntervals {
  percentile: [number, number]
  bca: [number, number]
}

/**
 * Bootstrap intervals over points of a mean over pairs, from the row means of its parts. Asymptotic: no certificate.
 *
 * Formula    A resample is estimate + Σ_s w_s · mean over a resample of part s of (row mean − estimate).
 *            percentile: its quantiles (1 ± level)/2. BCa: its quantiles Φ(z₀ + (z₀ + z)/(1 − a(z₀ + z))), z = Φ⁻¹((1 ±
 *            level)/2), z₀ = Φ⁻¹ of the share of resamples below the estimate, a = Σ l³/(6 (Σ l²)^{3/2}) over the
 *            influences l = w_s (row mean − estimate)/n_s. One sample of n points (U-statistic): one part, its row
 *            means over the others, w = 2. Anchors against references (two-sample U-statistic): two parts, w = 1 each.
 * Precision  this is the bootstrap of the first-order (Hájek) term of the statistic; the neglected term is O(1/n) of
 *            the interval's width and costs a resampled n × n sum.
 * Cost       rounds · points.
 * Empty      an empty part or no rounds → null; influences all 0 → both intervals are the estimate.
 * Source     Arcones & Giné 1992 (bootstrap of U-statistics); Efron 1987 (BCa).   Deviation: linearised.
 */
export function bootstrapPairMean(
  estimate: number,
  parts: readonly PairMeanPart[],
  options: {rounds: number; level: number; random: Random},
): PairMeanIntervals | null {
  const {rounds, level, random} = options
  if (rounds === 0 || parts.some((part) => part.rowMeans.length === 0)) return null
  const values = new Float64Array(rounds).fill(estimate)
  for (const {rowMeans, weight} of parts) {
    for (let round = 0; round < rounds; round++) {
      let sum = 0
      for (let k = 0; k < rowMeans.length; k++) sum += rowMeans[random.integer(rowMeans.length)]!
      values[round]! += weight * (sum / rowMeans.length - estimate)
    }
  }
  values.sort()
  const ends = [(1 - level) / 2, (1 + level) / 2] as const
  const below = values.reduce((count, x) => count + (x < estimate ? 1 : x === estimate ? 0.5 : 0), 0)
  const bias = normalQuantile(below / rounds)
  const acceleration = accelerationOf(estimate, parts)
  const corrected = ends.map((p) => {
    const z = bias + normalQuantile(p)
    return quantile(values, normalCdf(bias + z / (1 - acceleration * z)))
  }) as [number, number]
  return {percentile: [quantile(values, ends[0]), quantile(values, ends[1])], bca: corrected}
}

function accelerationOf(estimate: number, parts: readonly PairMeanPart[]): number {
  const influences = parts.flatMap(({rowMeans, weight}) =>
    Array.from(rowMeans, (mean) => (weight * (mean - estimate)) / rowMeans.length),
  )
  const norm = Math.sqrt(influences.reduce((sum, x) => sum + x * x, 0))
  // Each over the norm first: cubes of small influences would underflow.
  return norm > 0 ? influences.reduce((sum, x) => sum + (x / norm) ** 3, 0) / 6 : 0
}
