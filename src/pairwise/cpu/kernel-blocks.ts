import {rowDot} from '../../linalg/csr-products.js'
import type {Products, Real} from '../../linalg/products.js'
import {type Csr, type Dense, isCsr, type Matrix} from '../../linalg/types.js'
import {kappa, kappaSlope, NEAR_ONE} from '../arc-cosine.js'
import {type CosineTiles, cosineTiles, KERNEL_BLOCK, shareOf} from './cosine-tiles.js'

/** Below this share of stored values weights · W is faster in sparse rows of W than on a BLAS. */
const SPARSE_SHARE = 0.02

/** A reduction over the pairs of rows of z and w: see PairwiseEngine for each. */
export interface KernelJob {
  kind: 'kernelBlock' | 'kernelApply' | 'kernelGradient'
  z: Matrix
  w: Matrix
  /** z and w are one set of rows */
  one: boolean
  precision: 'fp64' | 'fp32'
  /** of kernelGradient [rows of z, r] */
  left: Dense | null
  /** [rows of w, r]: V of kernelApply, right of kernelGradient */
  right: Dense | null
  /** kernelBlock on the calling thread: where the rows of the result are to be; else null */
  into: Float64Array | null
}

export interface KernelPart {
  /** rows of the block in the result; empty where they went to `into` */
  rows: Float64Array
  /** kernelApply of one set: [r, rows after the block], what the block adds to the rows after it; else empty */
  later: Float64Array
}

/**
 * Computes one block of KERNEL_BLOCK rows of z.
 *
 * Precision  cosines, V and weights in fp64 or fp32, u = 2⁻⁵³ or 2⁻²⁴; sums over tiles in fp64. In fp32 a cosine beyond
 *            NEAR_ONE is computed again in fp64, since κ′ and κ″ grow there.
 * Memory     the rows of w once (see keptTiles), the block, and a few tiles of KERNEL_BLOCK² pairs.
 */
export function kernelBlocks(job: KernelJob, products: Products): (block: number) => Promise<KernelPart> {
  const tiles = cosineTiles(job.z, job.w, job.precision, products)
  const reduce = {kernelBlock: blockRows, kernelApply: applyRows, kernelGradient: gradientRows}[job.kind]
  return (block) => reduce(job, tiles, products, block * KERNEL_BLOCK, Math.min((block + 1) * KERNEL_BLOCK, job.z.rows))
}

const NONE = new Float64Array(0)

/** Rows i0 … i1 − 1 of a reduction. */
type Reduce = (job: KernelJob, tiles: CosineTiles, products: Products, i0: number, i1: number) => Promise<KernelPart>

const blockRows: Reduce = async (job, tiles, _, i0, i1) => {
  const n = job.w.rows
  const rows = job.into?.subarray(i0 * n, i1 * n) ?? new Float64Array((i1 - i0) * n)
  for (let j0 = 0; j0 < n; j0 += KERNEL_BLOCK) {
    const tile = await tiles.of(i0, j0)
    toKappa(job, tile, i0, j0)
    for (let i = 0; i < tile.rows; i++) rows.set(tile.data.subarray(i * tile.cols, (i + 1) * tile.cols), i * n + j0)
  }
  return {rows: job.into === null ? rows : NONE, later: NONE}
}

/** Of one set only the tiles on and above the diagonal: a tile serves its rows and, transposed, its columns. */
const applyRows: Reduce = async (job, tiles, products, i0, i1) => {
  const {one, z, w} = job
  const v = job.right!
  const rows = new Float64Array((i1 - i0) * v.cols)
  const width = w.rows - i1
  const later = one ? new Float64Array(v.cols * width) : NONE
  for (let j0 = one ? i0 : 0; j0 < w.rows; j0 += KERNEL_BLOCK) {
    const tile = await tiles.of(i0, j0)
    toKappa(job, tile, i0, j0)
    const onDiagonal = one && j0 === i0
    if (onDiagonal)
      for (let i = 0; i < tile.rows; i++) tile.data[i * tile.cols + i] = rowDot(z, i0 + i, z, i0 + i) > 0 ? 0.5 : 0
    add(rows, (await products.multiply(tile, rowsOf(v, j0, tile.cols, tile.data))).data)
    if (!one || onDiagonal) continue
    const columns = (await products.multiply(transposedRows(v, i0, tile.rows, tile.data), tile)).data
    for (let c = 0; c < v.cols; c++)
      later.set(columns.subarray(c * tile.cols, (c + 1) * tile.cols), c * width + j0 - i1)
  }
  return {rows, later}
}

const gradientRows: Reduce = async (job, tiles, products, i0, i1) => {
  const {one, w} = job
  const rows = new Float64Array((i1 - i0) * w.cols)
  const isSparse = isCsr(w) && shareOf(w) < SPARSE_SHARE
  for (let j0 = 0; j0 < w.rows; j0 += KERNEL_BLOCK) {
    const tile = await tiles.of(i0, j0)
    const weights = await products.multiplyTransposed(
      rowsOf(job.left!, i0, tile.rows, tile.data),
      rowsOf(job.right!, j0, tile.cols, tile.data),
    )
    timesSlope(job, weights.data, tile, i0, j0)
    if (one && j0 === i0) for (let i = 0; i < tile.rows; i++) weights.data[i * tile.cols + i] = 0
    if (isSparse) addDenseCsr(weights, w, j0, rows)
    else add(rows, (await products.multiply(weights, tiles.rowsOfW(j0))).data)
  }
  return {rows, later: NONE}
}

/** κ of a tile of cosines, in place. */
function toKappa({z, w}: KernelJob, {rows, cols, data}: Dense<Real>, i0: number, j0: number): void {
  const trusted = data instanceof Float32Array ? NEAR_ONE : Infinity
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++, at++) {
      const c = data[at]!
      data[at] = kappa(Math.abs(c) > trusted ? rowDot(z, i0 + i, w, j0 + j) : c)
    }
  }
}

/** weights · κ′ of a tile of cosines, in place. */
function timesSlope({z, w}: KernelJob, weights: Real, {rows, cols, data}: Dense<Real>, i0: number, j0: number): void {
  const trusted = data instanceof Float32Array ? NEAR_ONE : Infinity
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++, at++) {
      const c = data[at]!
      weights[at]! *= kappaSlope(Math.abs(c) > trusted ? rowDot(z, i0 + i, w, j0 + j) : c)
    }
  }
}

/** `count` rows of x from `first` on, in the type of `like` and in memory of this thread. */
function rowsOf({cols, data}: Dense, first: number, count: number, like: Real): Dense<Real> {
  const part = data.subarray(first * cols, (first + count) * cols)
  return {rows: count, cols, data: like instanceof Float32Array ? new Float32Array(part) : new Float64Array(part)}
}

/** The transpose of `rowsOf`. */
function transposedRows({cols, data}: Dense, first: number, count: number, like: Real): Dense<Real> {
  const out = like instanceof Float32Array ? new Float32Array(cols * count) : new Float64Array(cols * count)
  for (let i = 0; i < count; i++) for (let c = 0; c < cols; c++) out[c * count + i] = data[(first + i) * cols + c]!
  return {rows: cols, cols: count, data: out}
}

function add(to: Float64Array, x: Real): void {
  for (let t = 0; t < to.length; t++) to[t]! += x[t]!
}

/** out += B · (rows j0 … of a sparse W), B [b, tile] dense. */
function addDenseCsr({rows, cols, data}: Dense<Real>, w: Csr, j0: number, out: Float64Array): void {
  for (let i = 0; i < rows; i++) {
    const row = i * w.cols
    for (let j = 0; j < cols; j++) {
      const x = data[i * cols + j]!
      if (x === 0) continue
      for (let t = w.indptr[j0 + j]!; t < w.indptr[j0 + j + 1]!; t++) out[row + w.indices[t]!]! += x * w.values[t]!
    }
  }
}
