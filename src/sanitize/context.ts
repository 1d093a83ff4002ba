import {csrFromTriplets} from '../linalg/csr.js'
import {addRow, clearRow, rowDot, rowDotVector} from '../linalg/csr-products.js'
import type {Csr, Dense, Matrix} from '../linalg/types.js'
import type {Aggregation} from './aggregate.js'

/** How much of its own profile a node's context holds, in units of one perfectly alike neighbour. */
export const SELF = 0.3

/** The edges weighted by the likeness of their ends. */
export interface WeightedGraph {
  /** [m] e_u · e_v of each edge */
  readonly cosines: Float64Array
  /** [m] weight of each edge */
  readonly edgeWeights: Float64Array
  /** [n, n] the same, symmetric */
  readonly weights: Csr
}

/** Weights √max(0, e_u · e_v): an edge between unlike nodes, which an attack adds, has little say. */
export function weighByLikeness(nodes: number, edges: Uint32Array, e: Csr): WeightedGraph {
  const m = edges.length / 2
  const cosines = edgeCosines(edges, e)
  const edgeWeights = cosines.map((x) => Math.sqrt(Math.max(0, x)))
  const from = new Uint32Array(2 * m)
  const to = new Uint32Array(2 * m)
  const value = new Float64Array(2 * m)
  for (let k = 0; k < m; k++) {
    from[2 * k] = to[2 * k + 1] = edges[2 * k]!
    to[2 * k] = from[2 * k + 1] = edges[2 * k + 1]!
    value[2 * k] = value[2 * k + 1] = edgeWeights[k]!
  }
  return {cosines, edgeWeights, weights: csrFromTriplets(nodes, nodes, from, to, value)}
}

/** e_u · e_v of every edge: the row of a first end is spread over the columns once for all its edges. */
function edgeCosines(edges: Uint32Array, e: Csr): Float64Array {
  const out = new Float64Array(edges.length / 2)
  const row = new Float64Array(e.cols)
  const firstEnds = edges.filter((_, t) => t % 2 === 0)
  const {starts, places} = placesOfNodes(firstEnds, e.rows)
  for (let u = 0; u < e.rows; u++) {
    if (starts[u] === starts[u + 1]) continue
    addRow(e, u, 1, row)
    for (let t = starts[u]!; t < starts[u + 1]!; t++) out[places[t]!] = rowDotVector(e, edges[2 * places[t]! + 1]!, row)
    clearRow(e, u, row)
  }
  return out
}

/** For each node its places in a list of nodes: places[starts[v]] … places[starts[v + 1] − 1], ascending. */
function placesOfNodes(nodes: Uint32Array, count: number): {starts: Uint32Array; places: Uint32Array} {
  const starts = new Uint32Array(count + 1)
  for (let t = 0; t < nodes.length; t++) starts[nodes[t]! + 1]!++
  for (let v = 0; v < count; v++) starts[v + 1]! += starts[v]!
  const next = starts.slice()
  const places = new Uint32Array(nodes.length)
  for (let t = 0; t < nodes.length; t++) places[next[nodes[t]!]!++] = t
  return {starts, places}
}

/**
 * Context likeness of every edge: how alike each end is to the neighbourhood of the other, the edge itself left out.
 *
 * Formula    t(u → v) = (Σ_{j ∈ N(v)∖u} w_vj e_j·e_u + 0.3 e_v·e_u) / (Σ_{j ∈ N(v)∖u} w_vj + 0.3);
 *            the score is t(u → v) + t(v → u).
 * Shapes     edges [2 m] → [judged], numbers of edges (default: all m); higher = more alike.
 * Precision  fp64.   Cost  Σ degree · nnz of a profile row.
 * Why        one pair of sparse rows says little (a quarter of the true edges of Cora share no rare word); a whole
 *            neighbourhood says much, and the attacker does not choose it.
 */
export function contextLikeness(
  edges: Uint32Array,
  e: Csr,
  graph: WeightedGraph,
  judged: Uint32Array = everyEdge(edges),
): Float64Array {
  const out = new Float64Array(judged.length)
  const ends = Uint32Array.from({length: 2 * judged.length}, (_, t) => edges[2 * judged[t >> 1]! + (t & 1)]!)
  const squares = Float64Array.from({length: e.rows}, (_, u) => rowDot(e, u, e, u))
  eachNeighbourhood(e, graph.weights, ends, (_, t, sum, total) => {
    const k = judged[t >> 1]!
    const u = edges[2 * k + ((t & 1) ^ 1)]!
    const w = graph.edgeWeights[k]!
    out[t >> 1]! += (rowDotVector(e, u, sum) - w * squares[u]! + SELF * graph.cosines[k]!) / (total - w + SELF)
  })
  return out
}

const everyEdge = (edges: Uint32Array) => Uint32Array.from({length: edges.length / 2}, (_, e) => e)

/**
 * Visits each place t of a list of nodes with Σ_j w_vj e_j around v = nodes[t] and Σ_j w_vj; the places of a node together, so that each sum is
 * made once. A sum is its own while the visits of its node last.
 */
export function eachNeighbourhood(
  e: Csr,
  {indptr, indices, values}: Csr,
  nodes: Uint32Array,
  visit: (v: number, t: number, sum: Float64Array, total: number) => void,
): void {
  const {starts, places} = placesOfNodes(nodes, e.rows)
  const sum = new Float64Array(e.cols)
  for (let v = 0; v < e.rows; v++) {
    if (starts[v] === starts[v + 1]) continue
    let total = 0
    for (let t = indptr[v]!; t < indptr[v + 1]!; t++) {
      addRow(e, indices[t]!, values[t]!, sum)
      total += values[t]!
    }
    for (let t = starts[v]!; t < starts[v + 1]!; t++) visit(v, places[t]!, sum, total)
    for (let t = indptr[v]!; t < indptr[v + 1]!; t++) clearRow(e, indices[t]!, sum)
  }
}

const overlaps = new WeakMap<Uint32Array, {of: Aggregation; overlap: Float64Array}>()

/** Share of common neighbours of every edge: neighbourShare with the edge itself left out. Made once for the same edges and aggregation. */
export function neighbourOverlap(edges: Uint32Array, aggregation: Aggregation): Float64Array {
  const made = overlaps.get(edges)
  if (made?.of === aggregation) return made.overlap
  const overlap = Float64Array.from({length: edges.length / 2}, (_, k) =>
    neighbourShare(aggregation, edges[2 * k]!, edges[2 * k + 1]!, edges[2 * k + 1]!, edges[2 * k]!),
  )
  overlaps.set(edges, {of: aggregation, overlap})
  return overlap
}

/** |N(u) ∩ N(v)| / |N(u) ∪ N(v)|, one neighbour of u and one of v left out; 0 where both have no other. */
export function neighbourShare(
  {neighbours: {indptr, indices}, degrees}: Aggregation,
  u: number,
  v: number,
  withoutOfU: number,
  withoutOfV: number,
): number {
  let s = indptr[u]!
  let t = indptr[v]!
  let common = 0
  while (s < indptr[u + 1]! && t < indptr[v + 1]!) {
    if (indices[s] === indices[t]) {
      if (indices[s] !== withoutOfU && indices[s] !== withoutOfV) common++
      s++
      t++
    } else if (indices[s]! < indices[t]!) s++
    else t++
  }
  const union = degrees[u]! - 1 + degrees[v]! - 1 - common
  return union > 0 ? common / union : 0
}

/** [m] cosine of the rows of the ends of every edge; rows must be unit or zero. */
export function endCosine(edges: Uint32Array, unit: Matrix): Float64Array {
  return Float64Array.from({length: edges.length / 2}, (_, k) => rowDot(unit, edges[2 * k]!, unit, edges[2 * k + 1]!))
}

/** 1 − Σ_cd p_uc A_cd p_vd of the edges judged, `affine` = p A. */
export function softDisagreement(
  edges: Uint32Array,
  soft: Dense,
  affine: Dense,
  judged: Uint32Array = everyEdge(edges),
): Float64Array {
  return Float64Array.from(judged, (k) => 1 - rowDot(affine, edges[2 * k]!, soft, edges[2 * k + 1]!))
}
