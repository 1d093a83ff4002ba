import {type Products, type Real, zerosLike} from './products.js'
import {dense, type Dense} from './types.js'

/** Rows a product: few, large products outweigh the copies. */
export const BLOCK = 256
const TILE = 64

/** Below this size JavaScript is as fast as a product. */
export const BASE = 64

/** W Wᵀ [n, n], exactly symmetric: only the blocks on and below the diagonal are computed; n² · k / 2 multiply–adds. */
export async function symmetricProduct<T extends Real>(w: Dense<T>, products: Products): Promise<Dense<T>> {
  const n = w.rows
  const out: Dense<T> = {rows: n, cols: n, data: zerosLike(w.data, n * n)}
  for (let from = 0; from < n; from += BLOCK) {
    const to = Math.min(from + BLOCK, n)
    place(out, await products.multiplyTransposed(rowsOf(w, from, to), rowsOf(w, 0, to)), from, 0)
  }
  mirrorLower(out)
  return out
}

/** A copy of a block, into `buffer` where one is given. */
export function block<T extends Real>(
  m: Dense<T>,
  rowFrom: number,
  rowTo: number,
  colFrom: number,
  colTo: number,
  buffer?: T,
): Dense<T> {
  const cols = colTo - colFrom
  const rows = rowTo - rowFrom
  if (cols === m.cols && buffer !== undefined) return rowsOf(m, rowFrom, rowTo)
  const data = (buffer?.subarray(0, rows * cols) ?? zerosLike(m.data, rows * cols)) as T
  for (let i = 0; i < rows; i++)
    data.set(m.data.subarray((rowFrom + i) * m.cols + colFrom, (rowFrom + i) * m.cols + colTo), i * cols)
  return {rows, cols, data}
}

/** Whole rows as a view. */
export function rowsOf<T extends Real>(m: Dense<T>, from: number, to: number): Dense<T> {
  return {rows: to - from, cols: m.cols, data: m.data.subarray(from * m.cols, to * m.cols) as T}
}

export function place<T extends Real>(m: Dense<T>, part: Dense<T>, row: number, col: number): void {
  for (let i = 0; i < part.rows; i++)
    m.data.set(part.data.subarray(i * part.cols, (i + 1) * part.cols), (row + i) * m.cols + col)
}

/** The same with the sign turned: fresh memory for a negated copy would cost more than the copy. */
export function placeNegated(m: Dense, part: Dense, row: number, col: number): void {
  for (let i = 0, from = 0; i < part.rows; i++) {
    const to = (row + i) * m.cols + col
    for (let j = 0; j < part.cols; j++) m.data[to + j] = -part.data[from++]!
  }
}

/** A[j, i] = A[i, j] for j < i, in place, by tiles. */
export function mirrorLower(a: Dense<Real>): void {
  const n = a.rows
  for (let i0 = 0; i0 < n; i0 += TILE) {
    for (let j0 = 0; j0 <= i0; j0 += TILE) {
      for (let i = i0; i < Math.min(i0 + TILE, n); i++) {
        for (let j = j0; j < Math.min(j0 + TILE, i); j++) a.data[j * n + i] = a.data[i * n + j]!
      }
    }
  }
}

export function negated(a: Dense): Dense {
  return {...a, data: a.data.map((x) => -x)}
}

/** A −= B, in place. */
export function subtract(a: Dense<Real>, b: Dense<Real>): void {
  for (let t = 0; t < a.data.length; t++) a.data[t]! -= b.data[t]!
}

/** A += B, in place. */
export function add(a: Dense<Real>, b: Dense<Real>): void {
  for (let t = 0; t < a.data.length; t++) a.data[t]! += b.data[t]!
}

export function identity(n: number): Dense {
  const out = dense(n, n)
  for (let i = 0; i < n; i++) out.data[i * n + i] = 1
  return out
}

/** M in the type of another matrix; M itself where it has it. */
export function inTypeOf<T extends Real>(like: Dense<T>, m: Dense<Real>): Dense<T> {
  const isDouble = like.data instanceof Float64Array
  if (isDouble === m.data instanceof Float64Array) return m as Dense<T>
  return {...m, data: (isDouble ? new Float64Array(m.data) : new Float32Array(m.data)) as T}
}

/** diag(scale) · M as a copy. */
export function scaledRows(m: Dense, scale: Float64Array): Dense {
  const data = m.data.slice()
  for (let i = 0, at = 0; i < m.rows; i++) for (let c = 0; c < m.cols; c++, at++) data[at]! *= scale[i]!
  return {...m, data}
}

/** |row i|² */
export function squaredLength(m: Dense<Real>, i: number): number {
  let sum = 0
  for (let t = i * m.cols; t < (i + 1) * m.cols; t++) sum += m.data[t]! ** 2
  return sum
}
