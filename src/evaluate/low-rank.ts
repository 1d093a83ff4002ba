import {multiplyCsrDense} from '../linalg/csr-products.js'
import {leadingDirections} from '../linalg/spectrum.js'
import {type Csr, dense} from '../linalg/types.js'
import type {Random} from '../stats/random.js'

const ROUNDS = 30

/**
 * Entries of the best approximation of low rank of an adjacency matrix, at its edges: what GCN-SVD would keep of each edge.
 *
 * Formula    A_r = U_r U_rᵀ A, U_r the leading left singular vectors; entry (u, v) of every edge.
 * Shapes     adjacency [n, n] symmetric, edges [2 m], ranks k → k lists [m], in the order of the ranks.
 * Precision  subspace iteration, 30 rounds: directions of nearly equal singular values are mixed, which changes A_r little.
 * Cost       60 nnz(A) · (largest rank + 8), and m · rank.
 * Source     Entezari et al. 2020, section 4. Deviation: A and not its normalised form; edges are judged, not reweighted.
 */
export function lowRankEntries(adjacency: Csr, edges: Uint32Array, ranks: readonly number[], random: Random): Float64Array[] {
  const scaled = leadingDirections(adjacency, Math.max(...ranks), random, ROUNDS)
  const {rows, cols} = scaled
  const u = dense(rows, cols)
  for (let c = 0; c < cols; c++) {
    let square = 0
    for (let i = 0; i < rows; i++) square += scaled.data[i * cols + c]! ** 2
    if (square > 0) for (let i = 0; i < rows; i++) u.data[i * cols + c] = scaled.data[i * cols + c]! / Math.sqrt(square)
  }
  // A is symmetric: (Uᵀ A)ᵀ = A U.
  const mixed = multiplyCsrDense(adjacency, u)
  const entry = (a: number, b: number, rank: number) => {
    let sum = 0
    for (let c = 0; c < Math.min(rank, cols); c++) sum += u.data[a * cols + c]! * mixed.data[b * cols + c]!
    return sum
  }
  return ranks.map((rank) => Float64Array.from({length: edges.length / 2}, (_, e) => entry(edges[2 * e]!, edges[2 * e + 1]!, rank)))
}
