import {rowDot} from '../linalg/csr-products.js'
import type {Csr} from '../linalg/types.js'
import type {Random} from '../stats/random.js'
import {SELF, type WeightedGraph} from './context.js'

const NULL_PAIRS = 4000

/**
 * The share of edges that look like random pairs of ends: where `--prune auto` cuts, without ground truth.
 *
 * Model      the context likeness of an edge comes from real edges or, with share π, from pairs wired at random with the
 *            same degrees (an attacker who joins unlike nodes is no better than random). Real edges seldom fall below
 *            the null's median q, so  π̂ = min(1, #{edges: likeness ≤ q} / (m / 2)).
 * Shapes     likeness [m], edges [2 m] → a share in [0, 1].
 * Precision  π̂ errs upwards by the share of real edges below q, and by ≈ √(π / m) and 1.6 % of itself from sampling.
 * Cost       4,000 pairs of ends, degree inner products each.
 * Source     Storey 2002, eq. 6, for the share of nulls. Deviation: a sampled null in place of uniform p-values.
 */
export function unlikelyShare(likeness: Float64Array, edges: Uint32Array, e: Csr, graph: WeightedGraph, random: Random): number {
  const m = likeness.length
  const nulls: number[] = []
  for (let t = 0; t < NULL_PAIRS; t++) {
    const u = edges[random.integer(2 * m)]!
    const v = edges[random.integer(2 * m)]!
    if (u !== v) nulls.push(towards(u, v, e, graph) + towards(v, u, e, graph))
  }
  if (nulls.length === 0) return 0
  nulls.sort((a, b) => a - b)
  const median = nulls[nulls.length >> 1]!
  let below = 0
  for (const value of likeness) if (value <= median) below++
  return Math.min(1, (2 * below) / m)
}

/** t(u → v) of contextLikeness for a pair that is no edge. */
function towards(u: number, v: number, e: Csr, graph: WeightedGraph): number {
  const {indptr, indices, values} = graph.weights
  let sum = SELF * rowDot(e, u, e, v)
  let total = SELF
  for (let t = indptr[v]!; t < indptr[v + 1]!; t++) {
    if (indices[t] === u) continue
    sum += values[t]! * rowDot(e, u, e, indices[t]!)
    total += values[t]!
  }
  return sum / total
}
