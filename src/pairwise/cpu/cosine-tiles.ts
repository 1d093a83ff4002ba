import {denseRows, selectRows, transposeCsr} from '../../linalg/csr.js'
import {innerProductsOfRows} from '../../linalg/csr-products.js'
import type {Products, Real} from '../../linalg/products.js'
import {type Csr, type Dense, isCsr, type Matrix} from '../../linalg/types.js'
import {keptTiles} from './tiles.js'

/**
 * Rows of z in a block, the unit of work, and of w in a tile; both fixed, so that results do not depend on the number
 * of threads.
 */
export const KERNEL_BLOCK = 512

/** Below this share of stored values a sparse inner product beats a dense one (a BLAS is ≈ 60 × faster a product). */
const SPARSE_SHARE = 0.1

export interface CosineTiles {
  /** inner products of rows i0 … of z with rows j0 … of w, in memory that the next call uses again */
  of(i0: number, j0: number): Promise<Dense<Real>>
  /** rows j0 … of w, dense, in the type of the tiles */
  rowsOfW(j0: number): Dense<Real>
}

/** Tiles of Z Wᵀ: sparse where both sides are sparse enough (fp64 then), dense rows on `products` otherwise. */
export function cosineTiles(z: Matrix, w: Matrix, precision: 'fp64' | 'fp32', products: Products): CosineTiles {
  const isSparse = isCsr(z) && isCsr(w) && areSparse(z, w)
  const make = precision === 'fp32' && !isSparse ? Float32Array : Float64Array
  const tileOf = (x: Matrix, first: number): Dense<Real> => {
    const {rows, cols, data} = denseRows(x, first, Math.min(x.rows, first + KERNEL_BLOCK))
    // Native code takes no shared memory: a copy, except of rows that were filled in just now.
    return {rows, cols, data: isCsr(x) && make === Float64Array ? data : new make(data)}
  }
  const rowsOfW = keptTiles(make.BYTES_PER_ELEMENT * w.rows * w.cols, (j0) => tileOf(w, j0))
  let memory: Real | undefined
  const tileMemory = (length: number): Real =>
    (memory ??= new make(KERNEL_BLOCK * Math.min(KERNEL_BLOCK, w.rows))).subarray(0, length)
  if (isSparse) {
    const columns = keptTiles(12 * w.indices.length + (4 * w.rows * w.cols) / KERNEL_BLOCK, (j0) =>
      transposeCsr(rowsOfCsr(w, j0)),
    )
    return {
      rowsOfW,
      of(i0, j0) {
        const [end, turned] = [Math.min(z.rows, i0 + KERNEL_BLOCK), columns(j0)]
        const out = tileMemory((end - i0) * turned.cols) as Float64Array
        return Promise.resolve(innerProductsOfRows(z, turned, i0, end, out.fill(0)))
      },
    }
  }
  let left: {i0: number; rows: Dense<Real>} | undefined
  return {
    rowsOfW,
    of(i0, j0) {
      if (left?.i0 !== i0) left = {i0, rows: tileOf(z, i0)}
      const right = rowsOfW(j0)
      return products.multiplyTransposed(left.rows, right, tileMemory(left.rows.rows * right.rows))
    },
  }
}

/** Whether inner products of sparse rows are the faster way. */
export const areSparse = (z: Csr, w: Csr): boolean => shareOf(z) * shareOf(w) < SPARSE_SHARE ** 2

/** Share of stored values. */
export const shareOf = (m: Csr) => m.indices.length / Math.max(1, m.rows * m.cols)

const rowsOfCsr = (m: Csr, first: number) =>
  selectRows(
    m,
    Uint32Array.from({length: Math.min(m.rows - first, KERNEL_BLOCK)}, (_, k) => first + k),
  ) as Csr
