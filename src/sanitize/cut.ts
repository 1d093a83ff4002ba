import {rowDot} from '../linalg/csr-products.js'
import type {Csr, Dense} from '../linalg/types.js'
import type {Random} from '../stats/random.js'
import {SELF, type WeightedGraph} from './context.js'

const NULL_PAIRS = 4000

/** Below the first quantile of the null lie hardly any real edges; below the second lie most of the null. */
const SURE = 0.1
const LIKELY = 0.6
/** Share of edges that look wired at random beyond doubt from which an attack is taken for certain. */
const EVIDENCE = 0.08

/** What likeness is measured with: profiles [n, d], soft pseudo-labels [n, classes], edges weighted by likeness. */
export interface LikenessSource {
  profiles: Csr
  soft: Dense
  graph: WeightedGraph
}

/**
 * The share of edges to prune without ground truth, `--prune auto`: those that look like random pairs of ends, the more of them the clearer
 * that there was an attack.
 *
 * Model      the likeness of an edge (context likeness + Σ_c p_uc p_vc) comes from real edges or, with share π, from edges
 *            wired at random with the same degrees: an attacker who joins unlike nodes is no more alike than that. With
 *            π̂(q) = #{edges: likeness ≤ the null's quantile q} / (q m), π̂(.1) counts hardly a real edge but misses what is less unlike than
 *            most random pairs, π̂(.6) misses little but counts real edges too. The share is π̂(.1) + (π̂(.6) − π̂(.1)) · min(1, π̂(.1)/.08)².
 *            The null: two edges {u, u′}, {v, v′} drawn and rewired to {u, v}.
 * Shapes     context, disagreement [m], edges [2 m] → a share in [0, 1].
 * Precision  measured on clean and attacked graphs in docs/math-sanitize.md, which .1, .6 and .08 were chosen on; sampling moves π̂(.1) by about
 *            √(10 π / m) and 5 % of itself.
 * Cost       4,000 pairs, degree inner products each.
 * Source     Storey 2002, eq. 6, for the share of nulls. Deviation: a sampled null in place of uniform p-values, and two quantiles.
 */
export function unlikelyShare(context: Float64Array, disagreement: Float64Array, edges: Uint32Array, source: LikenessSource, random: Random): number {
  const m = context.length
  const nulls: number[] = []
  for (let pair = 0; pair < NULL_PAIRS; pair++) {
    const s = random.integer(2 * m)
    const t = random.integer(2 * m)
    const u = edges[s]!
    const v = edges[t]!
    // s ^ 1 is the other end of the edge of s, which rewiring takes away from u.
    if (u !== v) nulls.push(towards(u, v, edges[t ^ 1]!, source) + towards(v, u, edges[s ^ 1]!, source) + rowDot(source.soft, u, source.soft, v))
  }
  if (nulls.length === 0) return 0
  nulls.sort((a, b) => a - b)
  const share = (quantile: number) => {
    const limit = nulls[Math.floor(quantile * nulls.length)]!
    let below = 0
    for (let e = 0; e < m; e++) if (context[e]! + 1 - disagreement[e]! <= limit) below++
    return Math.min(1, below / (quantile * m))
  }
  const sure = share(SURE)
  return sure + Math.max(0, share(LIKELY) - sure) * Math.min(1, sure / EVIDENCE) ** 2
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
