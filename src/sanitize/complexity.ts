import {type Cholesky, cholesky, choleskySolve} from '../linalg/cholesky.js'
import {selectRows} from '../linalg/csr.js'
import {innerProducts, multiplyCsrDense} from '../linalg/csr-products.js'
import type {Products} from '../linalg/products.js'
import type {Csr, Dense, Matrix} from '../linalg/types.js'
import {kernelMaps} from '../pairwise/arc-cosine.js'
import {type Aggregation, aggregateFeatures} from './aggregate.js'

/** The kernel of a node set S kept in memory, with what edge scores need of it. s = |S|. */
export interface KernelGram {
  readonly nodeSet: Uint32Array
  /** [n] place of a node in the node set, −1 outside */
  readonly position: Int32Array
  /** [s] ‖x̃‖ */
  readonly norms: Float64Array
  /** [n, s] x_k · x̂_j: input rows against aggregated unit rows */
  readonly cross: Dense
  /** [s, s] c_ij = x̂_i · x̂_j */
  readonly cosine: Dense
}

/**
 * The Gram matrices of a node set, from one product of input rows with aggregated rows: x̃_i · x̂_j = Σ_k Âʰ_ik (x_k · x̂_j).
 *
 * Precision  fp64.
 * Cost       one sparse or dense n × s product, then nnz(Âʰ_S) · s; (n + s) · s · 8 bytes.
 * Empty      a node whose aggregated row is zero has cosine 0 with every node, itself included.
 */
export async function kernelGram(features: Matrix, graph: Aggregation, nodeSet: Uint32Array, products: Products): Promise<KernelGram> {
  const mixing = selectRows(graph.matrix, nodeSet) as Csr
  const {unit, norms} = aggregateFeatures(mixing, features)
  const cross = await innerProducts(features, unit, products)
  const scaled = {...mixing, values: mixing.values.slice()}
  for (let i = 0; i < nodeSet.length; i++) {
    const scale = norms[i]! > 0 ? 1 / norms[i]! : 0
    for (let t = mixing.indptr[i]!; t < mixing.indptr[i + 1]!; t++) scaled.values[t]! *= scale
  }
  const position = new Int32Array(graph.nodes).fill(-1)
  nodeSet.forEach((node, i) => (position[node] = i))
  return {nodeSet, position, norms, cross, cosine: multiplyCsrDense(scaled, cross)}
}

/** H_SS, and κ′ with a zero diagonal where `withSlope` asks for it. */
export function kernelOf(gram: KernelGram, withSlope: boolean): {kernel: Dense; slope: Dense | null} {
  const s = gram.nodeSet.length
  const slope = withSlope ? new Float64Array(s * s) : null
  const kernel = kernelMaps(gram.cosine.data, s, slope)
  return {kernel: {rows: s, cols: s, data: kernel}, slope: slope === null ? null : {rows: s, cols: s, data: slope}}
}

export interface SolvedComplexity {
  readonly gkc: number
  /** [s, classes] α = (H + λI)⁻¹ Y */
  readonly alpha: Dense
  readonly factor: Cholesky
}

/**
 * Graph Kernel Complexity: GKC = √((2/|S|) Σ_c y_cᵀ (H_SS + λI)⁻¹ y_c).
 *
 * Shapes     kernel [s, s], y [s, classes].
 * Precision  fp64; relative error about condition(H + λI) · 2⁻⁵³.
 * Cost       s³/3 on `products`; s² · 16 bytes.
 * Throws     InputError  H + λI is not positive definite.
 * Source     sanitize design, after Arora et al. 2019, theorem 5.1. Deviation: the ridge.
 */
export async function solveComplexity(kernel: Dense, y: Dense, ridge: number, products: Products): Promise<SolvedComplexity> {
  const factor = await cholesky(kernel, products, ridge)
  const alpha = await choleskySolve(factor, y, products)
  return {gkc: complexityOf(y, alpha), alpha, factor}
}

/** √((2/s) Σ y ∘ α) */
export function complexityOf(y: Dense, alpha: Dense): number {
  let sum = 0
  for (let t = 0; t < y.data.length; t++) sum += y.data[t]! * alpha.data[t]!
  return Math.sqrt((2 / y.rows) * sum)
}
