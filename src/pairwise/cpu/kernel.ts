import {denseRows, transposeCsr} from '../../linalg/csr.js'
import {innerProductsOfRows} from '../../linalg/csr-products.js'
import type {Products} from '../../linalg/products.js'
import {type Csr, type Dense, isCsr, type Matrix} from '../../linalg/types.js'
import {kappa, kappaInPlace, kappaSlope} from '../arc-cosine.js'

/** Values in one strip of pairs (rows × n): 64 MiB, whatever n. */
const STRIP_VALUES = 2 ** 23

/** Below this share of stored values a sparse inner product beats a dense one (a BLAS is ≈ 60 × faster a product). */
const SPARSE_SHARE = 0.1

/** κ(Z Wᵀ): see PairwiseEngine.kernelBlock. Cost: m · n products of rows, one acos a pair. */
export async function kernelBlock(z: Matrix, w: Matrix, products: Products): Promise<Dense> {
  const out = new Float64Array(z.rows * w.rows)
  for await (const strip of strips(z, w, products)) {
    kappaInPlace(strip.block.data)
    out.set(strip.block.data, strip.from * w.rows)
  }
  return {rows: z.rows, cols: w.rows, data: out}
}

/** κ(Z Wᵀ) V: see PairwiseEngine.kernelApply. Holds one strip of pairs at a time. */
export async function kernelApply(z: Matrix, w: Matrix, v: Dense, products: Products): Promise<Dense> {
  const out = new Float64Array(z.rows * v.cols)
  for await (const {block, from} of strips(z, w, products)) {
    for (let i = 0; z === w && i < block.rows; i++) {
      const diagonal = i * z.rows + from + i
      const isZeroRow = !(block.data[diagonal]! > 0)
      block.data[diagonal] = isZeroRow ? 0 : 1
    }
    kappaInPlace(block.data)
    out.set((await products.multiply(block, v)).data, from * v.cols)
  }
  return {rows: z.rows, cols: v.cols, data: out}
}

/** Σ_j (left_i · right_j) κ′(z_i · w_j) w_j: see PairwiseEngine.kernelGradient. */
export async function kernelGradient(
  z: Matrix,
  w: Matrix,
  left: Dense,
  right: Dense,
  products: Products,
  onRows: (firstRow: number, block: Dense) => void,
): Promise<void> {
  const n = w.rows
  for await (const {block, from} of strips(z, w, products)) {
    const weights = await products.multiplyTransposed(denseRows(left, from, from + block.rows), right)
    for (let t = 0; t < block.data.length; t++) weights.data[t]! *= kappaSlope(block.data[t]!)
    for (let i = 0; z === w && i < block.rows; i++) weights.data[i * n + from + i] = 0
    onRows(from, isCsr(w) ? multiplyDenseCsr(weights, w) : await products.multiply(weights, w))
  }
}

/** Strips of Z Wᵀ from the top: sparse where both are sparse enough, dense rows on `products` otherwise. */
async function* strips(z: Matrix, w: Matrix, products: Products): AsyncGenerator<{from: number; block: Dense}> {
  const rows = Math.max(1, Math.min(1024, Math.floor(STRIP_VALUES / Math.max(1, w.rows, z.cols))))
  const isSparse = isCsr(z) && isCsr(w) && share(z) * share(w) < SPARSE_SHARE ** 2
  const wTransposed = isSparse ? transposeCsr(w) : null
  for (let from = 0; from < z.rows; from += rows) {
    const to = Math.min(from + rows, z.rows)
    yield {from, block: wTransposed !== null ? innerProductsOfRows(z as Csr, wTransposed, from, to) : await denseStrip(z, w, from, to, rows, products)}
  }
}

async function denseStrip(z: Matrix, w: Matrix, from: number, to: number, step: number, products: Products): Promise<Dense> {
  const top = denseRows(z, from, to)
  if (!isCsr(w)) return products.multiplyTransposed(top, w)
  const out = new Float64Array(top.rows * w.rows)
  for (let first = 0; first < w.rows; first += step) {
    const part = await products.multiplyTransposed(top, denseRows(w, first, Math.min(first + step, w.rows)))
    for (let i = 0; i < part.rows; i++) out.set(part.data.subarray(i * part.cols, (i + 1) * part.cols), i * w.rows + first)
  }
  return {rows: top.rows, cols: w.rows, data: out}
}

const share = (m: Csr) => m.indices.length / Math.max(1, m.rows * m.cols)

/** B Z [b, d] for a dense B [b, n] and a sparse Z [n, d]. */
function multiplyDenseCsr(b: Dense, z: Csr): Dense {
  const out = new Float64Array(b.rows * z.cols)
  for (let i = 0; i < b.rows; i++) {
    const row = i * z.cols
    for (let j = 0; j < z.rows; j++) {
      const x = b.data[i * b.cols + j]!
      if (x === 0) continue
      for (let t = z.indptr[j]!; t < z.indptr[j + 1]!; t++) out[row + z.indices[t]!]! += x * z.values[t]!
    }
  }
  return {rows: b.rows, cols: z.cols, data: out}
}

/** The kernel diagonal: ½, or 0 for a zero row. */
export function kernelDiagonal(z: Matrix): Float64Array {
  return Float64Array.from({length: z.rows}, (_, i) => {
    const row = isCsr(z) ? z.values.subarray(z.indptr[i], z.indptr[i + 1]) : z.data.subarray(i * z.cols, (i + 1) * z.cols)
    return row.some((x) => x !== 0) ? kappa(1) : 0
  })
}
