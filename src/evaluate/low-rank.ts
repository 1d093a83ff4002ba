import {multiplyCsrDense} from '../linalg/csr-products.js'
import {leadingDirections} from '../linalg/spectrum.js'
import {multiply, multiplyLeftTransposed} from '../learn/layers.js'
import {type Csr, dense, type Dense} from '../linalg/types.js'
import type {Random} from '../stats/random.js'

const ROUNDS = 30

/**
 * Entries of the best approximation of low rank of an adjacency matrix, at its edges: what GCN-SVD would keep of each
 * edge.
 *
 * Formula    A_r = U_r U_rᵀ A, U_r the leading left singular vectors; entry (u, v) of every edge.
 * Shapes     adjacency [n, n] symmetric, edges [2 m], ranks k → k lists [m], in the order of the ranks.
 * Precision  subspace iteration, 30 rounds: directions of nearly equal singular values are mixed, which changes A_r
 *            little.
 * Cost       60 nnz(A) · (largest rank + 8), and m · rank.
 * Source     Entezari et al. 2020, section 4. Deviation: A and not its normalised form; edges are judged, not
 *            reweighted.
 */
export function lowRankEntries(
  adjacency: Csr,
  edges: Uint32Array,
  ranks: readonly number[],
  random: Random,
): Float64Array[] {
  const {u, mixed} = factors(adjacency, Math.max(...ranks), random)
  const {cols} = u
  const entry = (a: number, b: number, rank: number) => {
    let sum = 0
    for (let c = 0; c < Math.min(rank, cols); c++) sum += u.data[a * cols + c]! * mixed.data[b * cols + c]!
    return sum
  }
  return ranks.map((rank) =>
    Float64Array.from({length: edges.length / 2}, (_, e) => entry(edges[2 * e]!, edges[2 * e + 1]!, rank)),
  )
}

/**
 * GCN-SVD as a defence: how a network mixes neighbours when A_r takes the place of A.
 *
 * Formula    B → D̃^-½ (A_r + I) D̃^-½ B, A_r = ½(U Uᵀ A + A U Uᵀ), D̃ the row sums of A_r + I; a row whose sum is not
 *            positive is left out.
 * Shapes     adjacency [n, n] symmetric; B [n, k] → [n, k].
 * Cost       4 n · rank · k multiply–adds a call; A_r is never written out.
 * Source     Entezari et al. 2020. Deviation: subspace iteration, so A_r is made symmetric.
 */
export function lowRankMix(adjacency: Csr, rank: number, random: Random): (b: Dense) => Dense {
  const {u, mixed} = factors(adjacency, rank, random)
  const smooth = (b: Dense) => {
    const [first, second] = [
      multiply(u, multiplyLeftTransposed(mixed, b)),
      multiply(mixed, multiplyLeftTransposed(u, b)),
    ]
    return dense(
      b.rows,
      b.cols,
      b.data.map((x, t) => x + (first.data[t]! + second.data[t]!) / 2),
    )
  }
  const sums = smooth(dense(u.rows, 1, new Float64Array(u.rows).fill(1))).data
  const scale = sums.map((sum) => (sum > 0 ? 1 / Math.sqrt(sum) : 0))
  const scaled = ({rows, cols, data}: Dense) =>
    dense(
      rows,
      cols,
      data.map((x, t) => x * scale[Math.floor(t / cols)]!),
    )
  return (b) => scaled(smooth(scaled(b)))
}

/** U [n, r] of unit columns, and A U = (Uᵀ A)ᵀ. */
function factors(adjacency: Csr, rank: number, random: Random): {u: Dense; mixed: Dense} {
  const scaled = leadingDirections(adjacency, rank, random, ROUNDS)
  const {rows, cols} = scaled
  const u = dense(rows, cols)
  for (let c = 0; c < cols; c++) {
    let square = 0
    for (let i = 0; i < rows; i++) square += scaled.data[i * cols + c]! ** 2
    if (square > 0) for (let i = 0; i < rows; i++) u.data[i * cols + c] = scaled.data[i * cols + c]! / Math.sqrt(square)
  }
  return {u, mixed: multiplyCsrDense(adjacency, u)}
}
