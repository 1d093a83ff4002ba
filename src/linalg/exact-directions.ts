import {EigenvalueDecomposition, Matrix as SmallMatrix} from 'ml-matrix'
import {add} from './blocks.js'
import {denseRows} from './csr.js'
import {type Products, transpose} from './products.js'
import {dense, type Dense, type Matrix} from './types.js'

/** Rows at a time; fixed, so that sums have the same order on any machine. */
const BLOCK = 4096
/** Eigenvalues that differ by less of themselves are the same but for rounding. */
const TIE = 1e-9
/** Eigenvalues below this share of the largest are rounding. */
const NOTHING = 1e-12

/**
 * The rows of a matrix in its leading singular directions, exactly: U Σ = X V, V the eigenvectors of XᵀX. For few columns;
 * `leadingDirections` approximates those of many.
 *
 * Shapes     x [n, d] → [n, r] by falling singular value, signs as they come; r = min(rank, rank of X), and more where the
 *            next directions are as large as the last: which of equals are taken would turn on rounding.
 * Precision  fp64; singular values below 10⁻⁶ of the largest are left out.
 * Cost       n d² and n d r multiply–adds on `products`, about 10 d³ for the eigenvectors; 4,096 rows dense at a time.
 * Empty      no row, no column or zeros → r = 0.
 * Source     Golub & Van Loan, section 8.6: singular vectors from XᵀX. Deviation: none; squaring costs small directions
 *            their digits, and they are left out.
 */
export async function exactDirections(x: Matrix, rank: number, products: Products): Promise<Dense> {
  const {rows: n, cols: d} = x
  const gram = dense(d, d)
  for (let from = 0; from < n; from += BLOCK) {
    const rows = denseRows(x, from, Math.min(n, from + BLOCK))
    add(gram, await products.multiply(transpose(rows), rows))
  }
  const v = leadingVectors(gram, rank)
  const out = dense(n, v.cols)
  for (let from = 0; v.cols > 0 && from < n; from += BLOCK) {
    const {data} = await products.multiply(denseRows(x, from, Math.min(n, from + BLOCK)), v)
    out.data.set(data, from * v.cols)
  }
  return out
}

/** [d, r] eigenvectors of a symmetric [d, d] by falling eigenvalue. */
function leadingVectors({rows: d, data}: Dense, rank: number): Dense {
  if (d === 0) return dense(0, 0)
  const whole = SmallMatrix.from1DArray(d, d, data)
  const {realEigenvalues, eigenvectorMatrix} = new EigenvalueDecomposition(whole, {assumeSymmetric: true})
  // Eigenvalues ascend.
  const largest = realEigenvalues[d - 1]!
  const last = realEigenvalues[d - Math.min(rank, d)]!
  const least = Math.max(last * (1 - TIE), largest * NOTHING)
  const kept = largest > 0 ? realEigenvalues.filter((value) => value >= least).length : 0
  const out = dense(d, kept)
  for (let i = 0; i < d; i++)
    for (let c = 0; c < kept; c++) out.data[i * kept + c] = eigenvectorMatrix.get(i, d - 1 - c)
  return out
}
