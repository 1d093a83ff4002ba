import {averageRanks} from '../stats/ranking.js'

/** One voice in the fused rank: higher value = more suspect. */
export interface RankedPart {
  values: Float64Array
  weight: number
}

/**
 * Fused rank: the weighted mean of the average ranks of the parts, scaled to (0, 1].
 *
 * Shapes     each part [m] → [m]; 1 = most suspect in every part.
 * Why ranks  the parts have different units and heavy tails; a rank needs no scale.
 * Cost       m log m for each part.   Empty  m = 0 → empty.
 * Source     —   docs/math-sanitize.md, "Fused rank".
 */
export function fuseRanks(parts: readonly RankedPart[]): Float64Array {
  const m = parts[0]!.values.length
  const out = new Float64Array(m)
  const total = parts.reduce((sum, part) => sum + part.weight, 0)
  for (const {values, weight} of parts) {
    const ranks = averageRanks(values)
    for (let e = 0; e < m; e++) out[e]! += (weight * ranks[e]!) / (total * m)
  }
  return out
}
