import {rowDot} from '../linalg/csr-products.js'
import {areaUnderRoc} from '../stats/ranking.js'
import type {Random} from '../stats/random.js'
import {SELF} from './context.js'
import {isKnown, type LikenessSource} from './likeness.js'

const NULL_PAIRS = 4000

/** Below the first quantile of the null lie hardly any real edges; below the second lie most of the null. */
const SURE = 0.1
const LIKELY = 0.6
/** Share of edges that look wired at random beyond doubt from which an attack is taken for certain. */
const EVIDENCE = 0.08

/**
 * Likeness of pairs that are wired at random, each judged as if it were an edge: what the likeness of the edges is compared with. Two edges {u, u′},
 * {v, v′} of one source are drawn and rewired to {u, v}, which keeps the degrees.
 *
 * Shapes     edges [2 m] → at most 4,000 values of contextLikeness + Σ_c p_uc p_vc, ascending; a pair {u, u}, or one of which nothing is known, is left out.
 * Cost       4,000 pairs, degree inner products each.
 */
export function rewiredLikeness(edges: Uint32Array, sources: readonly LikenessSource[], random: Random): Float64Array {
  const nulls: number[] = []
  for (const source of sources) {
    const ends = source.edges.length * 2
    const draw = () => {
      const t = random.integer(ends)
      return 2 * source.edges[t >> 1]! + (t & 1)
    }
    for (let pair = 0; pair < NULL_PAIRS / sources.length; pair++) {
      const s = draw()
      const t = draw()
      const u = edges[s]!
      const v = edges[t]!
      // s ^ 1 is the other end of the edge of s, which rewiring takes away from u.
      if (u !== v && isKnown(source, u, v)) nulls.push(towards(u, v, edges[t ^ 1]!, source) + towards(v, u, edges[s ^ 1]!, source) + rowDot(source.soft, u, source.soft, v))
    }
  }
  return Float64Array.from(nulls).sort()
}

/**
 * The share of edges to prune without ground truth, `--prune auto`: those that look like random pairs of ends, the more of them the clearer
 * that there was an attack.
 *
 * Model      the likeness of an edge (context likeness + Σ_c p_uc p_vc) comes from real edges or, with share π, from edges
 *            wired at random with the same degrees: an attacker who joins unlike nodes is no more alike than that. With
 *            π̂(q) = #{edges: likeness ≤ the null's quantile q} / (q m), π̂(.1) counts hardly a real edge but misses what is less unlike than
 *            most random pairs, π̂(.6) misses little but counts real edges too. The share is π̂(.1) + (π̂(.6) − π̂(.1)) · min(1, π̂(.1)/.08)².
 * Shapes     likeness [m] of the edges, nulls ascending, from rewiredLikeness → a share in [0, 1].
 * Precision  measured on clean and attacked graphs in docs/math-sanitize.md, which .1, .6 and .08 were chosen on; sampling moves π̂(.1) by about
 *            √(10 π / m) and 5 % of itself.
 * Cost       m.   Empty  no null → 0.
 * Source     Storey 2002, eq. 6, for the share of nulls. Deviation: a sampled null in place of uniform p-values, and two quantiles.
 */
export function unlikelyShare(likeness: Float64Array, nulls: Float64Array): number {
  if (nulls.length === 0 || likeness.length === 0) return 0
  const m = likeness.length
  const share = (quantile: number) => {
    const limit = nulls[Math.floor(quantile * nulls.length)]!
    let below = 0
    for (let e = 0; e < m; e++) if (likeness[e]! <= limit) below++
    return Math.min(1, below / (quantile * m))
  }
  const sure = share(SURE)
  return sure + Math.max(0, share(LIKELY) - sure) * Math.min(1, sure / EVIDENCE) ** 2
}

/** How well likeness tells the edges from pairs wired at random: the chance that an edge is more alike than such a pair (.5: not at all; no null: null). */
export function separation(likeness: Float64Array, nulls: Float64Array): number | null {
  if (nulls.length === 0) return null
  const isEdge = new Uint8Array(likeness.length + nulls.length).fill(1, 0, likeness.length)
  const all = new Float64Array(isEdge.length)
  all.set(likeness)
  all.set(nulls, likeness.length)
  return areaUnderRoc(isEdge, all)
}

/** t(u → v) of contextLikeness for a pair that is no edge, the neighbour `without` of v left out. */
function towards(u: number, v: number, without: number, {profiles: e, graph}: LikenessSource): number {
  const {indptr, indices, values} = graph.weights
  let sum = SELF * rowDot(e, u, e, v)
  let total = SELF
  for (let t = indptr[v]!; t < indptr[v + 1]!; t++) {
    if (indices[t] === u || indices[t] === without) continue
    sum += values[t]! * rowDot(e, u, e, indices[t]!)
    total += values[t]!
  }
  return sum / total
}
