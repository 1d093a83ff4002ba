import {rankedShares} from '../stats/ranking.js'
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
 * Cost       a ranking of m for each part, log m for each other value.   Empty  m = 0 → empty; no part with a weight → all ½.
 * Source     —   docs/math-sanitize.md, "Fused rank".
 */
export function fuseRanks(parts: readonly Part[], values: readonly Float64Array[], edges: number): FusedScore {
  const ranked = parts.map((part, k) => rankedShares(suspicionOf(part, values[k]!)))
  const total = parts.reduce((sum, {weight}) => sum + weight, 0)
  const mean = (count: number, sharesOf: (k: number) => Float64Array) => {
    const out = new Float64Array(count).fill(total > 0 ? 0 : 0.5)
    if (total > 0)
      parts.forEach(({weight}, k) => {
        const shares = sharesOf(k)
        for (let e = 0; e < count; e++) out[e]! += (weight * shares[e]!) / total
      })
    return out
  }
  return {
    parts,
    edges: mean(edges, (k) => ranked[k]!.own),
    at: (of, count) => mean(count, (k) => suspicionOf(parts[k]!, of[k]!).map(ranked[k]!.share)),
  }
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
