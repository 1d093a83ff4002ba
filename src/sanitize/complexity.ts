import {cholesky, choleskySolve} from '../linalg/cholesky.js'
import {conjugateGradients} from '../linalg/conjugate-gradients.js'
import {selectRows} from '../linalg/csr.js'
import {innerProducts} from '../linalg/csr-products.js'
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
  /** [s, s] c_ij = x̂_i · x̂_j, lower triangle and diagonal only, until the kernel takes its place */
  readonly cosine: Dense
}

/**
 * The Gram matrices of a node set, from one product of input rows with aggregated rows: x̃_i · x̂_j = Σ_k Âʰ_ik (x_k ·
 * x̂_j).
 *
 * Precision  fp64.
 * Cost       one sparse or dense n × s product, then nnz(Âʰ_S) · s / 2; (n + s) · s · 8 bytes, or the matrices of
 *            `spent`, of the same nodes, which are overwritten: fresh memory can take longer than the arithmetic.
 * Empty      a node whose aggregated row is zero has cosine 0 with every node, itself included.
 */
export async function kernelGram(
  features: Matrix,
  graph: Aggregation,
  nodeSet: Uint32Array,
  products: Products,
  spent?: KernelGram,
): Promise<KernelGram> {
  const mixing = selectRows(graph.matrix, nodeSet) as Csr
  const {unit, norms} = aggregateFeatures(mixing, features)
  const cross = await innerProducts(features, unit, products, spent?.cross.data)
  const position = new Int32Array(graph.nodes).fill(-1)
  nodeSet.forEach((node, i) => (position[node] = i))
  return {nodeSet, position, norms, cross, cosine: lowerCosines(mixing, norms, cross, spent?.cosine.data.fill(0))}
}

/** c_ij = Σ_k Âʰ_ik (x_k · x̂_j) / ‖x̃_i‖ for j ≤ i. */
function lowerCosines(
  mixing: Csr,
  norms: Float64Array,
  cross: Dense,
  data: Float64Array = new Float64Array(mixing.rows ** 2),
): Dense {
  const s = mixing.rows
  const out: Dense = {rows: s, cols: s, data}
  for (let i = 0; i < s; i++) {
    if (norms[i] === 0) continue
    const row = out.data.subarray(i * s, i * s + i + 1)
    for (let t = mixing.indptr[i]!; t < mixing.indptr[i + 1]!; t++) {
      const weight = mixing.values[t]! / norms[i]!
      const from = mixing.indices[t]! * s
      for (let j = 0; j <= i; j++) row[j]! += weight * cross.data[from + j]!
    }
  }
  return out
}

/** H_SS, in the memory of the cosines, which are gone then; and κ′ with a zero diagonal where `withSlope` asks for it. */
export function kernelOf(gram: KernelGram, withSlope: boolean): {kernel: Dense; slope: Dense | null} {
  return kernelMaps(gram.cosine.data, gram.nodeSet.length, withSlope)
}

export interface SolvedComplexity {
  readonly gkc: number
  /** [s, classes] α = (H + λI)⁻¹ Y */
  readonly alpha: Dense
}

/** From here on conjugate gradients need a few tens of products, which a factorisation costs many times over. */
export const ITERATIVE_RIDGE = 1
const CG = {tolerance: 1e-12, maxIterations: 200}

/**
 * Graph Kernel Complexity: GKC = √((2/|S|) Σ_c y_cᵀ (H_SS + λI)⁻¹ y_c).
 *
 * Shapes     kernel [s, s], y [s, classes].
 * Precision  fp64; relative error about condition(H + λI) · 2⁻⁵³ by Cholesky (λ < 1), · 1e-12 by conjugate gradients.
 * Cost       s³/6 on `products` and s² · 10 bytes, or about 20 products of H with Y.
 * Throws     InputError  H + λI is not positive definite.
 * Source     Arora et al. 2019, theorem 5.1, as KCES (arXiv 2506.11611) uses it. Deviation: the ridge.
 */
export async function solveComplexity(
  kernel: Dense,
  y: Dense,
  ridge: number,
  products: Products,
): Promise<SolvedComplexity> {
  const alpha =
    ridge < ITERATIVE_RIDGE
      ? await choleskySolve(await cholesky(kernel, products, ridge), y, products)
      : await solveIteratively(kernel, y, ridge, products)
  return {gkc: complexityOf(y, alpha), alpha}
}

async function solveIteratively(kernel: Dense, y: Dense, ridge: number, products: Products): Promise<Dense> {
  const apply = async (v: Dense) => addScaled(await products.multiply(kernel, v), ridge, v)
  return (await conjugateGradients(apply, y, CG)).x
}

/** A + scale · B, into A. */
export function addScaled(a: Dense, scale: number, b: Dense): Dense {
  for (let t = 0; t < a.data.length; t++) a.data[t]! += scale * b.data[t]!
  return a
}

/** √((2/s) Σ y ∘ α) */
export function complexityOf(y: Dense, alpha: Dense): number {
  let sum = 0
  for (let t = 0; t < y.data.length; t++) sum += y.data[t]! * alpha.data[t]!
  return Math.sqrt((2 / y.rows) * sum)
}

/**
 * Kernel–label alignment (1/s) Σ_c y_cᵀ H y_c, from H Y; it decides the order of GKC as λ → ∞, where GKC² λ → (2/s)(Σ
 * y² − s · alignment / λ).
 */
export function labelAlignment(hy: Dense, y: Dense): number {
  let sum = 0
  for (let t = 0; t < y.data.length; t++) sum += y.data[t]! * hy.data[t]!
  return sum / y.rows
}
