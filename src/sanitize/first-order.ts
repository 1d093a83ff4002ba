import {addRow, clearRow, rowDotVector} from '../linalg/csr-products.js'
import type {Dense, Matrix} from '../linalg/types.js'
import {type Aggregated, type Aggregation, type AggregationRow, rowsAfterRemoval} from './aggregate.js'
import type {KernelGram} from './complexity.js'

/**
 * g_i · x_k for every place (i, k) of the pattern of Âʰ, where g_i is the gradient of GKC² at x̃_i:
 *   g_i = −(4/s)(s_i − (s_i · x̂_i) x̂_i) / ‖x̃_i‖,  s_i = Σ_{j≠i} M_ij κ′(c_ij) x̂_j.
 * Zero for a node outside the node set, or with a zero row. Of a stretch of the node set: the places of its rows, one
 * row after another.
 */
export type PatternGradient = Float64Array

/** First place of each row of a stretch of the node set in its PatternGradient, and their number at the end. */
export function patternStarts({matrix: {indptr}}: Aggregation, nodeSet: Uint32Array): Float64Array {
  const starts = new Float64Array(nodeSet.length + 1)
  nodeSet.forEach((node, i) => (starts[i + 1] = starts[i]! + indptr[node + 1]! - indptr[node]!))
  return starts
}

/** The gradient over the whole pattern, from those of consecutive stretches of the node set. */
export function joinGradients(
  parts: readonly PatternGradient[],
  graph: Aggregation,
  nodeSet: Uint32Array,
): PatternGradient {
  const {indptr, indices} = graph.matrix
  const out = new Float64Array(indices.length)
  let part = 0
  let at = 0
  for (const node of nodeSet) {
    while (at === parts[part]!.length) {
      part++
      at = 0
    }
    const length = indptr[node + 1]! - indptr[node]!
    out.set(parts[part]!.subarray(at, at + length), indptr[node])
    at += length
  }
  return out
}

/**
 * Gradients from Gram matrices in memory, one for each matrix of pair weights, of the rows from … to − 1 of the node
 * set.
 *
 * Formula    s_i · x_k = Σ_j B_ij (x̂_j · x_k), B = M ∘ κ′; and s_i · x̂_i = Σ_k Âʰ_ik (s_i · x_k) / ‖x̃_i‖ from the
 *            same row of the pattern.
 * Shapes     weights [to − from, s] each, rows of M = ααᵀ, or of (H + λI)⁻² for Y = I; slope [s, s] κ′ with zero diagonal.
 * Cost       nnz(Âʰ_S) · s multiply–adds each.
 */
export function gradientsFromGram(
  gram: KernelGram,
  weights: readonly Dense[],
  slope: Dense,
  graph: Aggregation,
  from = 0,
  to = gram.nodeSet.length,
): PatternGradient[] {
  const s = gram.nodeSet.length
  const {indptr, indices, values} = graph.matrix
  const starts = patternStarts(graph, gram.nodeSet.subarray(from, to))
  const out = weights.map(() => new Float64Array(starts[to - from]!))
  const b = new Float64Array(s)
  for (let i = from; i < to; i++) {
    const norm = gram.norms[i]!
    if (norm === 0) continue
    const node = gram.nodeSet[i]!
    const first = indptr[node]!
    weights.forEach((m, g) => {
      const gradient = out[g]!.subarray(starts[i - from]!, starts[i - from + 1]!)
      for (let j = 0; j < s; j++) b[j] = m.data[(i - from) * s + j]! * slope.data[i * s + j]!
      for (let t = 0; t < gradient.length; t++) gradient[t] = dotAt(b, gram.cross.data, indices[first + t]! * s)
      toTangent(gradient, values.subarray(first), norm, s, (t) => gram.cross.data[indices[first + t]! * s + i]!)
    })
  }
  return out
}

/** b · x[offset …], in two sums, which a processor adds side by side. */
function dotAt(b: Float64Array, x: Float64Array, offset: number): number {
  let even = 0
  let odd = 0
  let j = 0
  for (; j + 1 < b.length; j += 2) {
    even += b[j]! * x[offset + j]!
    odd += b[j + 1]! * x[offset + j + 1]!
  }
  return j < b.length ? even + odd + b[j]! * x[offset + j]! : even + odd
}

/** What a stretch of the node set needs to turn sums of rows into gradients. */
export interface GradientRows {
  readonly graph: Aggregation
  readonly features: Matrix
  readonly aggregated: Aggregated
  readonly nodeSet: Uint32Array
}

/**
 * The gradient of a stretch of the node set from weights of its rows' pairs with other rows p_j, and the products of
 * those with all features: s_i · x_k = Σ_j B_ij (p_j · x_k), as gradientsFromGram has it.
 *
 * Shapes     weights B = N ∘ κ′ [m, p]; cross [n, p], p_j · x_k.
 * Cost       p multiply–adds for each place of the pattern, and a sparse inner product.
 */
export function gradientFromCross(
  {graph, features, aggregated, nodeSet}: GradientRows,
  from: number,
  weights: Dense,
  cross: Dense,
): PatternGradient {
  const {indptr, indices, values} = graph.matrix
  const starts = patternStarts(graph, nodeSet.subarray(from, from + weights.rows))
  const out = new Float64Array(starts[weights.rows]!)
  const row = new Float64Array(features.cols)
  for (let m = 0; m < weights.rows; m++) {
    const i = from + m
    if (aggregated.norms[i] === 0) continue
    const first = indptr[nodeSet[i]!]!
    const gradient = out.subarray(starts[m]!, starts[m + 1]!)
    const b = weights.data.subarray(m * weights.cols, (m + 1) * weights.cols)
    for (let t = 0; t < gradient.length; t++) gradient[t] = dotAt(b, cross.data, indices[first + t]! * cross.cols)
    addRow(aggregated.unit, i, 1, row)
    toTangent(gradient, values.subarray(first), aggregated.norms[i]!, nodeSet.length, (t) =>
      rowDotVector(features, indices[first + t]!, row),
    )
    clearRow(aggregated.unit, i, row)
  }
  return out
}

/**
 * From s_i · x_k at the places of a row to g_i · x_k, in place: s_i · x̂_i = Σ_k Âʰ_ik (s_i · x_k) / ‖x̃_i‖ is taken out
 * along x̂_i · x_k.
 */
function toTangent(
  gradient: Float64Array,
  mixing: ArrayLike<number>,
  norm: number,
  s: number,
  alongRow: (place: number) => number,
): void {
  let along = 0
  for (let t = 0; t < gradient.length; t++) along += (mixing[t]! * gradient[t]!) / norm
  for (let t = 0; t < gradient.length; t++) gradient[t] = ((-4 / s) * (gradient[t]! - along * alongRow(t))) / norm
}

/**
 * Change of GKC² when each edge is removed, to first order, for several gradients at once.
 *
 * Formula    GKC²(G) − GKC²(G∖e) ≈ −Σ_{r ∈ R(e)} g_r · (x̃′_r − x̃_r) = −Σ_r Σ_k Â′_rk (g_r · x_k): the old row drops
 *            out since g_r ⟂ x̃_r. With row aggregation and one hop this is g_u·x_v/deg_u + g_v·x_u/deg_v.
 * Shapes     edges [2 m] → one [m] for each gradient.
 * Precision  against exact removal: see docs/math-sanitize.md; best with centred labels.
 * Cost       Σ over edges of the lengths of the rows that change; of `row` and one hop a search in two rows an edge.
 * Source     docs/math-sanitize.md, "Closed form". Deviation: the finite change of the row stands in place of its
 *            derivative, so that `sym` and two hops need no formula of their own.
 */
export function firstOrderChanges(
  graph: Aggregation,
  edges: Uint32Array,
  gradients: readonly PatternGradient[],
): Float64Array[] {
  const out = gradients.map(() => new Float64Array(edges.length / 2))
  if (graph.norm === 'row' && graph.hops === 1) {
    gradients.forEach((gradient, g) => addNeighbourTerms(graph, edges, gradient, out[g]!))
    return out
  }
  for (let e = 0; e < edges.length / 2; e++) {
    for (const row of rowsAfterRemoval(graph, edges[2 * e]!, edges[2 * e + 1]!)) {
      const places = placesOf(graph, row)
      gradients.forEach((gradient, g) => {
        let sum = 0
        for (let t = 0; t < places.length; t++) sum += row.values[t]! * gradient[places[t]!]!
        out[g]![e]! -= sum
      })
    }
  }
  return out
}

/** g_u·x_v/deg_u + g_v·x_u/deg_v: the sum over the row without v is 0, since g_u ⟂ x̃_u. */
function addNeighbourTerms(graph: Aggregation, edges: Uint32Array, gradient: PatternGradient, out: Float64Array): void {
  const {indptr, indices} = graph.matrix
  const at = (row: number, column: number) => {
    let low = indptr[row]!
    let high = indptr[row + 1]! - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if (indices[middle]! < column) low = middle + 1
      else high = middle
    }
    return gradient[low]!
  }
  for (let e = 0; e < out.length; e++) {
    const u = edges[2 * e]!
    const v = edges[2 * e + 1]!
    out[e] = at(u, v) / graph.degrees[u]! + at(v, u) / graph.degrees[v]!
  }
}

/** Places of a changed row in the pattern of Âʰ: a removal never adds a column. */
function placesOf(graph: Aggregation, row: AggregationRow): Uint32Array {
  const {indptr, indices} = graph.matrix
  let at = indptr[row.row]!
  return Uint32Array.from(row.columns, (column) => {
    while (indices[at] !== column) at++
    return at
  })
}
