import type {Dense} from './types.js'

/** Elements of a matrix product; the same type in and out. */
export type Real = Float32Array | Float64Array

/**
 * Dense matrix products, the one expensive primitive under every engine that runs on the processor.
 *
 * Shapes     multiplyTransposed: a [m, k], b [n, k] → a bᵀ [m, n];  multiply: a [m, k], b [k, n] → a b [m, n].
 * Precision  that of the inputs (both Float64Array or both Float32Array); summation order fixed for a machine.
 * Cost       m · n · k multiply–adds.
 * Memory     the result is `into`, m · n numbers that are no part of a or b, where it is given, else new: fresh memory can cost more than the
 *            product.
 * Empty      k = 0 → zeros; m or n = 0 → empty.
 */
export interface Products {
  readonly name: string
  multiplyTransposed<T extends Real>(a: Dense<T>, b: Dense<T>, into?: T): Promise<Dense<T>>
  multiply<T extends Real>(a: Dense<T>, b: Dense<T>, into?: T): Promise<Dense<T>>
  close(): Promise<void>
}

const BLOCK = 64

/** Blocked products in JavaScript: the slow oracle of the others, 1 to 3 GFLOP/s. */
export const plainProducts: Products = {
  name: 'plain',
  multiplyTransposed: (a, b, into) => Promise.resolve(plainMultiplyTransposed(a, b, into)),
  multiply: (a, b, into) => Promise.resolve(plainMultiplyTransposed(a, transpose(b), into)),
  close: () => Promise.resolve(),
}

function plainMultiplyTransposed<T extends Real>(
  a: Dense<T>,
  b: Dense<T>,
  out: T = zerosLike(a.data, a.rows * b.rows),
): Dense<T> {
  const k = a.cols
  for (let i0 = 0; i0 < a.rows; i0 += BLOCK) {
    const i1 = Math.min(i0 + BLOCK, a.rows)
    for (let j0 = 0; j0 < b.rows; j0 += BLOCK) {
      const j1 = Math.min(j0 + BLOCK, b.rows)
      for (let i = i0; i < i1; i++) {
        let j = j0
        // Four columns at a time keep four independent sums in registers.
        for (; j + 3 < j1; j += 4) {
          let s0 = 0
          let s1 = 0
          let s2 = 0
          let s3 = 0
          const ai = i * k
          const b0 = j * k
          const b1 = b0 + k
          const b2 = b1 + k
          const b3 = b2 + k
          for (let t = 0; t < k; t++) {
            const x = a.data[ai + t]!
            s0 += x * b.data[b0 + t]!
            s1 += x * b.data[b1 + t]!
            s2 += x * b.data[b2 + t]!
            s3 += x * b.data[b3 + t]!
          }
          const o = i * b.rows + j
          out[o] = s0
          out[o + 1] = s1
          out[o + 2] = s2
          out[o + 3] = s3
        }
        for (; j < j1; j++) {
          let s = 0
          for (let t = 0; t < k; t++) s += a.data[i * k + t]! * b.data[j * k + t]!
          out[i * b.rows + j] = s
        }
      }
    }
  }
  return {rows: a.rows, cols: b.rows, data: out}
}

/** A few rows and columns at a time: rows that are a power of two long share a set of the cache. */
const TRANSPOSED_TILE = 16

/**
 * The transpose [cols, rows] as a copy, or that of diag(scale) · A; into `out`, rows · cols numbers, where one is
 * given.
 */
export function transpose<T extends Real>(
  a: Dense<T>,
  scale?: Real,
  out: T = zerosLike(a.data, a.data.length),
): Dense<T> {
  const {rows, cols, data} = a
  for (let i0 = 0; i0 < rows; i0 += TRANSPOSED_TILE) {
    const i1 = Math.min(i0 + TRANSPOSED_TILE, rows)
    for (let j0 = 0; j0 < cols; j0 += TRANSPOSED_TILE) {
      const j1 = Math.min(j0 + TRANSPOSED_TILE, cols)
      for (let j = j0; j < j1; j++) for (let i = i0; i < i1; i++) out[j * rows + i] = data[i * cols + j]!
    }
  }
  if (scale !== undefined)
    for (let j = 0, at = 0; j < cols; j++) for (let i = 0; i < rows; i++, at++) out[at]! *= scale[i]!
  return {rows: cols, cols: rows, data: out}
}

export function zerosLike<T extends Real>(like: T, length: number): T {
  return (like instanceof Float64Array ? new Float64Array(length) : new Float32Array(length)) as T
}
