import {csrFromTriplets} from '../linalg/csr.js'
import {leadingDirections} from '../linalg/spectrum.js'
import {type Csr, dense, type Dense} from '../linalg/types.js'
import {random} from '../stats/random.js'

/** There are communities if the last direction of one is larger than the next by this factor. */
const GAP = 1.2
/** Directions to compare, and a few more to see the gap after the last. */
const MOST = 16
const ROUNDS = 20

/**
 * Where the nodes of a graph lie in its few leading directions, if these stand out. Communities do, and an attack of a
 * few per cent of the edges cannot turn them: it lives in the bulk behind the gap.
 *
 * Formula    L = (D + τI)^-½ A (D + τI)^-½, τ the mean degree; rows of U Σ of its first r singular directions to unit
 *            length, r ≥ 2 the place of the largest ratio σ_r/σ_{r+1} among the first 2 · classes (at most 16). Singular, so that the two sides of a bipartite graph (an eigenvalue below 0) count too.
 * Shapes     neighbours [n, n] symmetric, order [n] canonical → [n, r]; null: no ratio reaches 1.2.
 * Random     the start is the same in every run, in canonical order.
 * Cost       40 · nnz · (r + 9) multiply–adds.
 * Source     Amini et al. 2013 and Qin & Rohe 2013, regularised spectral clustering. Deviation: r by the largest gap.
 */
export function communityPositions({rows: n, indptr, indices}: Csr, classes: number, order: Uint32Array): Dense | null {
  const degree = Float64Array.from({length: n}, (_, i) => indptr[i + 1]! - indptr[i]!)
  const regular = indices.length / n
  const from = new Uint32Array(indices.length)
  for (let i = 0; i < n; i++) from.fill(i, indptr[i], indptr[i + 1])
  const values = Float64Array.from(
    indices,
    (j, t) => 1 / Math.sqrt((degree[from[t]!]! + regular) * (degree[j]! + regular)),
  )
  const most = Math.min(2 * classes, MOST, n - 1)
  const found = leadingDirections(csrFromTriplets(n, n, from, indices, values), most + 1, random(0), ROUNDS, order)
  const squares = new Float64Array(found.cols)
  found.data.forEach((x, t) => (squares[t % found.cols]! += x * x))
  const size = squares.map(Math.sqrt)
  let best = 0
  for (let r = 2; r < found.cols; r++) if (ratio(size, r) > (best === 0 ? GAP : ratio(size, best))) best = r
  return best === 0 ? null : unitRows(found, best)
}

const ratio = (size: Float64Array, r: number) => size[r - 1]! / size[r]!

/** The first columns, rows of unit length (a node without edges: zeros). */
function unitRows(m: Dense, cols: number): Dense {
  const out = dense(m.rows, cols)
  for (let i = 0; i < m.rows; i++) {
    const row = m.data.subarray(i * m.cols, i * m.cols + cols)
    const length = Math.hypot(...row)
    if (length > 0)
      out.data.set(
        row.map((x) => x / length),
        i * cols,
      )
  }
  return out
}
