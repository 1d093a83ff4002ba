import {addRow, rowDotVector} from '../linalg/csr-products.js'
import type {Dense, Matrix} from '../linalg/types.js'
import type {PairwiseEngine} from '../pairwise/engine.js'
import {type Aggregated, type Aggregation, type AggregationRow, rowsAfterRemoval} from './aggregate.js'
import type {KernelGram} from './complexity.js'

/**
 * g_i · x_k for every place (i, k) of the pattern of Âʰ, where g_i is the gradient of GKC² at x̃_i:
 *   g_i = −(4/s)(s_i − (s_i · x̂_i) x̂_i) / ‖x̃_i‖,  s_i = Σ_{j≠i} M_ij κ′(c_ij) x̂_j.
 * Zero for a node outside the node set, or with a zero row.
 */
export type PatternGradient = Float64Array

/**
 * The gradient from Gram matrices in memory.
 *
 * Shapes     m [s, s] the pair weights M (ααᵀ, or (H + λI)⁻² for Y = I); slope [s, s] κ′ with zero diagonal.
 * Cost       (nnz(Âʰ_S) + s) · s multiply–adds; one row of memory.
 */
export function gradientFromGram(gram: KernelGram, m: Dense, slope: Dense, graph: Aggregation): PatternGradient {
  const s = gram.nodeSet.length
  const {indptr, indices} = graph.matrix
  const out = new Float64Array(indices.length)
  const b = new Float64Array(s)
  for (let i = 0; i < s; i++) {
    const norm = gram.norms[i]!
    if (norm === 0) continue
    let along = 0
    for (let j = 0; j < s; j++) {
      b[j] = m.data[i * s + j]! * slope.data[i * s + j]!
      along += b[j]! * gram.cosine.data[i * s + j]!
    }
    const node = gram.nodeSet[i]!
    for (let t = indptr[node]!; t < indptr[node + 1]!; t++) {
      const row = indices[t]! * s
      let sum = 0
      for (let j = 0; j < s; j++) sum += b[j]! * gram.cross.data[row + j]!
      out[t] = ((-4 / s) * (sum - along * gram.cross.data[row + i]!)) / norm
    }
  }
  return out
}

/**
 * The gradient from a pass of the engine over pairs, without an s × s matrix: M = left rightᵀ of low rank.
 *
 * Shapes     aggregated rows of the node set [s, d]; features [n, d]; left, right [s, r].
 * Cost       one kernelGradient pass, and nnz(Âʰ_S) sparse inner products.
 */
export async function gradientFromStream(
  engine: PairwiseEngine,
  aggregated: Aggregated,
  features: Matrix,
  nodeSet: Uint32Array,
  left: Dense,
  right: Dense,
  graph: Aggregation,
): Promise<PatternGradient> {
  const {indptr, indices} = graph.matrix
  const out = new Float64Array(indices.length)
  const scale = -4 / nodeSet.length
  await engine.kernelGradient(aggregated.unit, aggregated.unit, left, right, (first, block) => {
    for (let row = 0; row < block.rows; row++) {
      const i = first + row
      const norm = aggregated.norms[i]!
      if (norm === 0) continue
      const along = rowDotVector(aggregated.unit, i, block.data, row * block.cols)
      const tangent = block.data.slice(row * block.cols, (row + 1) * block.cols)
      addRow(aggregated.unit, i, -along, tangent)
      const node = nodeSet[i]!
      for (let t = indptr[node]!; t < indptr[node + 1]!; t++) out[t] = (scale / norm) * rowDotVector(features, indices[t]!, tangent)
    }
  })
  return out
}

/**
 * Change of GKC² when each edge is removed, to first order, for several gradients at once.
 *
 * Formula    GKC²(G) − GKC²(G∖e) ≈ −Σ_{r ∈ R(e)} g_r · (x̃′_r − x̃_r) = −Σ_r Σ_k Â′_rk (g_r · x_k): the old row drops out since
 *            g_r ⟂ x̃_r. With row aggregation and one hop this is g_u·x_v/deg_u + g_v·x_u/deg_v.
 * Shapes     edges [2 m] → one [m] for each gradient.
 * Precision  against exact removal: see docs/math-sanitize.md; best with centred labels.
 * Cost       Σ over edges of the lengths of the rows that change.
 * Source     sanitize design, "scores in closed form". Deviation: the finite change of the row stands in place of its
 *            derivative, so that `sym` and two hops need no formula of their own.
 */
export function firstOrderChanges(graph: Aggregation, edges: Uint32Array, gradients: readonly PatternGradient[]): Float64Array[] {
  const out = gradients.map(() => new Float64Array(edges.length / 2))
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

/** Places of a changed row in the pattern of Âʰ: a removal never adds a column. */
function placesOf(graph: Aggregation, row: AggregationRow): Uint32Array {
  const {indptr, indices} = graph.matrix
  let at = indptr[row.row]!
  return Uint32Array.from(row.columns, (column) => {
    while (indices[at] !== column) at++
    return at
  })
}
