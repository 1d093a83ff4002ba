import {type Csr, dense, type Dense} from '../linalg/types.js'
import type {Random} from '../stats/random.js'

/** Uniform in ±√(6 / (rows + cols)).   Source  Glorot & Bengio 2010, eq. 16. Deviation: none. */
export function glorot(rows: number, cols: number, random: Random): Dense {
  const limit = Math.sqrt(6 / (rows + cols))
  return dense(rows, cols, Float64Array.from({length: rows * cols}, () => limit * (2 * random.uniform() - 1)))
}

/** One factor a value: 0 with probability `rate`, else 1 / (1 − rate); null where nothing is dropped. */
export function dropoutMask(length: number, rate: number, random: Random | null): Float64Array | null {
  if (random === null || rate === 0) return null
  const mask = new Float64Array(length)
  const kept = 1 / (1 - rate)
  for (let t = 0; t < length; t++) if (random.uniform() >= rate) mask[t] = kept
  return mask
}

/** Stored values times the mask, dropped ones left out: a zero that is never multiplied costs nothing. */
export function maskCsr(x: Csr, mask: Float64Array | null): Csr {
  if (mask === null) return x
  const indptr = new Uint32Array(x.rows + 1)
  const indices = new Uint32Array(x.indices.length)
  const values = new Float64Array(x.indices.length)
  let filled = 0
  for (let i = 0; i < x.rows; i++) {
    for (let t = x.indptr[i]!; t < x.indptr[i + 1]!; t++) {
      if (mask[t] === 0) continue
      indices[filled] = x.indices[t]!
      values[filled++] = x.values[t]! * mask[t]!
    }
    indptr[i + 1] = filled
  }
  return {rows: x.rows, cols: x.cols, indptr, indices: indices.subarray(0, filled), values: values.subarray(0, filled)}
}

/** x ← x ∘ mask, in place; the same for a layer's output and for its gradient. */
export function applyMask(x: Float64Array, mask: Float64Array | null): void {
  if (mask !== null) for (let t = 0; t < x.length; t++) x[t]! *= mask[t]!
}

/** x ← x + 1 bᵀ, in place. */
export function addBias(x: Dense, bias: Float64Array): void {
  for (let i = 0; i < x.rows; i++) for (let j = 0; j < x.cols; j++) x.data[i * x.cols + j]! += bias[j]!
}

/** Sums of the columns: the gradient of a bias. */
export function columnSums(x: Dense): Float64Array {
  const sums = new Float64Array(x.cols)
  for (let i = 0; i < x.rows; i++) for (let j = 0; j < x.cols; j++) sums[j]! += x.data[i * x.cols + j]!
  return sums
}

/** A B for narrow matrices [m, k] · [k, n], without leaving this thread. */
export function multiply(a: Dense, b: Dense): Dense {
  const out = dense(a.rows, b.cols)
  for (let i = 0; i < a.rows; i++) {
    const to = i * b.cols
    for (let t = 0; t < a.cols; t++) {
      const x = a.data[i * a.cols + t]!
      // Half of a layer after ReLU and dropout is zero.
      if (x !== 0) for (let j = 0; j < b.cols; j++) out.data[to + j]! += x * b.data[t * b.cols + j]!
    }
  }
  return out
}

/** Aᵀ B of [m, k] and [m, n] → [k, n]. */
export function multiplyLeftTransposed(a: Dense, b: Dense): Dense {
  const out = dense(a.cols, b.cols)
  for (let i = 0; i < a.rows; i++) {
    for (let t = 0; t < a.cols; t++) {
      const x = a.data[i * a.cols + t]!
      if (x !== 0) for (let j = 0; j < b.cols; j++) out.data[t * b.cols + j]! += x * b.data[i * b.cols + j]!
    }
  }
  return out
}

/** A Bᵀ of [m, k] and [n, k] → [m, n]. */
export function multiplyRightTransposed(a: Dense, b: Dense): Dense {
  const out = dense(a.rows, b.rows)
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < b.rows; j++) {
      let sum = 0
      for (let t = 0; t < a.cols; t++) sum += a.data[i * a.cols + t]! * b.data[j * b.cols + t]!
      out.data[i * b.rows + j] = sum
    }
  }
  return out
}
