import {choleskySolve, cholesky} from '../linalg/cholesky.js'
import {selectRows} from '../linalg/csr.js'
import {aggregateRows, multiplyCsrDense, multiplyCsrTransposedDense} from '../linalg/csr-products.js'
import {multiplyCsr} from '../linalg/sparse-product.js'
import {type Products, transpose} from '../linalg/products.js'
import {type Csr, dense, type Dense, isCsr, type Matrix} from '../linalg/types.js'

/** What an attack knows about the victim: features, training labels, and the surrogate's ridge parameter. */
export interface Victim {
  readonly nodes: number
  /** [nodes, d] rows of length 1 */
  readonly features: Matrix
  readonly classes: number
  /** [L] labelled nodes, and their classes */
  readonly train: Uint32Array
  readonly trainLabels: Int32Array
  readonly ridge: number
}

/** The surrogate fitted to one graph. */
export interface Surrogate {
  readonly victim: Victim
  /** [n, n] Â = D^-½ (A + I) D^-½, D the degrees of A + I */
  readonly propagation: Csr
  /** [n] */
  readonly degrees: Float64Array
  /** [d, C] */
  readonly weights: Dense
  /** [n, C] X W, Â X W and the scores Â² X W */
  readonly projected: Dense
  readonly hop: Dense
  readonly scores: Dense
  /** data for the gradient through the fit */
  readonly fit: {labelledRows: Dense; dual: Dense; solve: (b: Dense) => Promise<Dense>}
}

/**
 * The linear two-layer graph network F = Â² X W (SGC), fitted by ridge regression on the labelled nodes.
 *
 * Formula    S = Â² X, W = S_Lᵀ α, α = (S_L S_Lᵀ + λ I)⁻¹ Y, Y one-hot minus 1/C.
 * Shapes     adjacency [n, n] symmetric, no loops, weights ≥ 0.
 * Precision  fp64.
 * Cost       labelled rows within two hops · nnz of a feature row, L² d / 2 and L³ / 6 multiply–adds, and 3 nnz · C.
 * Source     Zügner & Günnemann 2019 (surrogate), Wu et al. 2019 (SGC). Deviation: squared loss instead of
 *            cross-entropy, so that training is one linear solve with an exact gradient (docs/attack.md).
 */
export async function fitSurrogate(victim: Victim, adjacency: Csr, products: Products): Promise<Surrogate> {
  const {features, train, trainLabels, classes, ridge} = victim
  const {propagation, degrees} = propagate(adjacency)
  const labelledRows = denseOf(aggregateRows(multiplyCsr(selectRows(propagation, train) as Csr, propagation), features))
  const y = dense(train.length, classes)
  y.data.fill(-1 / classes)
  trainLabels.forEach((label, i) => (y.data[i * classes + label]! += 1))
  const factor = await cholesky(await products.multiplyTransposed(labelledRows, labelledRows), products, ridge)
  const solve = (b: Dense) => choleskySolve(factor, b, products)
  const dual = await solve(y)
  const weights = await products.multiply(transpose(labelledRows), dual)
  const projected = await times(features, weights, products)
  const hop = multiplyCsrDense(propagation, projected)
  return {
    victim,
    propagation,
    degrees,
    weights,
    projected,
    hop,
    scores: multiplyCsrDense(propagation, hop),
    fit: {labelledRows, dual, solve},
  }
}

/** Â of a weighted adjacency matrix without loops: a self loop of weight 1 is added. */
export function propagate(adjacency: Csr): {propagation: Csr; degrees: Float64Array} {
  const n = adjacency.rows
  const degrees = new Float64Array(n).fill(1)
  for (let u = 0; u < n; u++)
    for (let t = adjacency.indptr[u]!; t < adjacency.indptr[u + 1]!; t++) degrees[u]! += adjacency.values[t]!
  const indptr = adjacency.indptr.map((start, u) => start + u)
  const indices = new Uint32Array(adjacency.indices.length + n)
  const values = new Float64Array(indices.length)
  let at = 0
  for (let u = 0; u < n; u++) {
    const put = (v: number, weight: number) => {
      indices[at] = v
      values[at++] = weight / Math.sqrt(degrees[u]! * degrees[v]!)
    }
    let t = adjacency.indptr[u]!
    const end = adjacency.indptr[u + 1]!
    for (; t < end && adjacency.indices[t]! < u; t++) put(adjacency.indices[t]!, adjacency.values[t]!)
    put(u, 1)
    for (; t < end; t++) put(adjacency.indices[t]!, adjacency.values[t]!)
  }
  return {propagation: {rows: n, cols: n, indptr, indices, values}, degrees}
}

/** Mean diagonal of S_L S_Lᵀ: the unit in which a ridge parameter has the same effect on every graph. */
export const meanSelfSimilarity = ({fit: {labelledRows}}: Surrogate): number =>
  labelledRows.data.reduce((sum, x) => sum + x * x, 0) / labelledRows.rows

/** Class with the largest score in each row; ties to the smaller class. */
export function predictions({rows, cols, data}: Dense): Int32Array {
  return Int32Array.from({length: rows}, (_, i) => {
    let best = 0
    for (let c = 1; c < cols; c++) if (data[i * cols + c]! > data[i * cols + best]!) best = c
    return best
  })
}

export const times = (m: Matrix, b: Dense, products: Products): Promise<Dense> =>
  isCsr(m) ? Promise.resolve(multiplyCsrDense(m, b)) : products.multiply(m, b)

export const transposedTimes = (m: Matrix, b: Dense, products: Products): Promise<Dense> =>
  isCsr(m) ? Promise.resolve(multiplyCsrTransposedDense(m, b)) : products.multiply(transpose(m), b)

function denseOf(m: Matrix): Dense {
  if (!isCsr(m)) return m
  const out = dense(m.rows, m.cols)
  for (let i = 0; i < m.rows; i++)
    for (let t = m.indptr[i]!; t < m.indptr[i + 1]!; t++) out.data[i * m.cols + m.indices[t]!] = m.values[t]!
  return out
}
