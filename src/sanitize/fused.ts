import {sharesBelow} from '../stats/ranking.js'
import {type PairSources, type Part, suspicionOf} from './parts.js'

/** The score of an edge by several parts, at the edges and at other values of the same parts. */
export interface FusedScore {
  readonly parts: readonly Part[]
  /** [m] in [0, 1] */
  readonly edges: Float64Array
  /** [k] the score that edges with these values would have; `values` as the parts give them, in their order */
  readonly at: (values: readonly Float64Array[], count: number) => Float64Array
}

/**
 * Fused rank: the weighted mean, over the parts, of the share of the edges that are less suspect, equal ones counted
 * half.
 *
 * Shapes     values of each part [m], edges = m → [m]; (m − ½)/m = the most suspect in every part.
 * Why ranks  the parts have different units and heavy tails; a rank needs no scale.
 * Cost       m log m for each part.   Empty  m = 0 → empty; no part with a weight → all ½.
 * Source     —   docs/math-sanitize.md, "Fused rank".
 */
export function fuseRanks(parts: readonly Part[], values: readonly Float64Array[], edges: number): FusedScore {
  const shares = parts.map((part, k) => sharesBelow(suspicionOf(part, values[k]!).slice().sort()))
  const total = parts.reduce((sum, {weight}) => sum + weight, 0)
  const at = (of: readonly Float64Array[], count: number) => {
    const out = new Float64Array(count).fill(total > 0 ? 0 : 0.5)
    if (total > 0)
      parts.forEach((part, k) => {
        const suspicion = suspicionOf(part, of[k]!)
        const share = shares[k]!
        for (let e = 0; e < out.length; e++) out[e]! += (part.weight * share(suspicion[e]!)) / total
      })
    return out
  }
  return {parts, edges: at(values, edges), at}
}

/** Scores of the pairs of one node with every node, as if they were edges: [n]. */
export function pairScores({parts, at}: FusedScore, pairs: PairSources): (u: number) => Float64Array {
  const withNode = parts.map((part) => part.withNode!(pairs))
  return (u) =>
    at(
      withNode.map((values) => values(u)),
      pairs.mixing.nodes,
    )
}
