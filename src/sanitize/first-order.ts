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
 * Gradients from Gram matrices in memory, one for each matrix of pair weights.
 *
 * Formula    s_i · x_k = Σ_j B_ij (x̂_j · x_k), B = M ∘ κ′; and s_i · x̂_i = Σ_k Âʰ_ik (s_i · x_k) / ‖x̃_i‖ from the same row of the pattern.
 * Shapes     weights [s, s] each: M = ααᵀ, or (H + λI)⁻² for Y = I; slope [s, s] κ′ with zero diagonal.
 * Cost       nnz(Âʰ_S) · s multiply–adds each.
 */
export function gradientsFromGram(gram: KernelGram, weights: readonly Dense[], slope: Dense, graph: Aggregation): PatternGradient[] {
  const s = gram.nodeSet.length
  const {indptr, indices, values} = graph.matrix
  const out = weights.map(() => new Float64Array(indices.length))
  const b = new Float64Array(s)
  for (let i = 0; i < s; i++) {
    const norm = gram.norms[i]!
    if (norm === 0) continue
    const node = gram.nodeSet[i]!
    weights.forEach((m, g) => {
      const gradient = out[g]!
      for (let j = 0; j < s; j++) b[j] = m.data[i * s + j]! * slope.data[i * s + j]!
      let along = 0
      for (let t = indptr[node]!; t < indptr[node + 1]!; t++) {
        gradient[t] = dotAt(b, gram.cross.data, indices[t]! * s)
        along += (values[t]! * gradient[t]!) / norm
      }
      for (let t = indptr[node]!; t < indptr[node + 1]!; t++) {
        gradient[t] = ((-4 / s) * (gradient[t]! - along * gram.cross.data[indices[t]! * s + i]!)) / norm
      }
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
 * Source     docs/math-sanitize.md, "Closed form". Deviation: the finite change of the row stands in place of its
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
