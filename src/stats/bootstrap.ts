import {quantile} from './quantile.js'
import type {Random} from './random.js'

/**
 * Percentile bootstrap over points of a mean over pairs, from the row means of its parts. Asymptotic: no certificate.
 *
 * Formula    estimate + Σ_s w_s · mean over a resample of part s of (row mean − estimate); the percentiles (1 ± level)/2.
 *            One sample of n points (U-statistic): one part, its row means over the others, w = 2.
 *            Anchors against references (two-sample U-statistic): two parts, w = 1 each.
 * Precision  this is the bootstrap of the first-order (Hájek) term of the statistic; the neglected term is O(1/n) of the
 *            interval's width and costs a resampled n × n sum.
 * Cost       rounds · points.
 * Empty      an empty part or no rounds → null.
 * Source     Arcones & Giné 1992 (bootstrap of U-statistics).   Deviation: linearised.
 */
export function bootstrapPairMean(
  estimate: number,
  parts: readonly {rowMeans: Float64Array; weight: number}[],
  options: {rounds: number; level: number; random: Random},
): [number, number] | null {
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
  return [quantile(values, (1 - level) / 2), quantile(values, (1 + level) / 2)]
}
