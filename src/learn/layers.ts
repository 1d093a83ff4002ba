import {type Csr, dense, type Dense} from '../linalg/types.js'
import type {Random} from '../stats/random.js'

/** Uniform in ±√(6 / (rows + cols)).   Source  Glorot & Bengio 2010, eq. 16. Deviation: none. */
export function glorot(rows: number, cols: number, random: Random): Dense {
  const limit = Math.sqrt(6 / (rows + cols))
  return dense(
    rows,
    cols,
    Float64Array.from({length: rows * cols}, () => limit * (2 * random.uniform() - 1)),
  )
}

/** One factor per value: 0 with probability `rate`, else 1 / (1 − rate); null: no dropout. */
export function dropoutMask(length: number, rate: number, random: Random | null): Float64Array | null {
  if (random === null || rate === 0) return null
  const mask = new Float64Array(length)
  random.uniforms(mask)
  const kept = 1 / (1 - rate)
  for (let t = 0; t < length; t++) mask[t] = mask[t]! >= rate ? kept : 0
  return mask
}

/**
 * Dropout on the stored values of a matrix, without the dropped ones, which saves multiplications by zero. Draws the same
 * numbers as dropoutMask; their buffer is reused between calls.
 */
export function dropoutOf(x: Csr, rate: number): (random: Random | null) => Csr {
  const {rows, cols, indptr: from} = x
  const draws = new Float64Array(rate === 0 ? 0 : x.indices.length)
  const scale = 1 / (1 - rate)
  return (random) => {
    if (random === null || rate === 0) return x
    random.uniforms(draws)
    const indptr = new Uint32Array(rows + 1)
    const indices = new Uint32Array(x.indices.length)
    const values = new Float64Array(x.indices.length)
    let filled = 0
    for (let i = 0; i < rows; i++) {
      const end = from[i + 1]!
      for (let t = from[i]!; t < end; t++) {
        if (draws[t]! < rate) continue
        indices[filled] = x.indices[t]!
        values[filled++] = x.values[t]! * scale
      }
      indptr[i + 1] = filled
    }
    return {rows, cols, indptr, indices: indices.subarray(0, filled), values: values.subarray(0, filled)}
  }
}

/** x ← x ∘ mask, in place; the same for a layer's output and for its gradient. */
export function applyMask(x: Float64Array, mask: Float64Array | null): void {
  if (mask === null) return
  for (let t = 0; t < x.length; t++) x[t]! *= mask[t]!
}

/** x ← max(0, x), in place; returns its slope, 0 or 1, for applyMask. */
export function rectify(x: Float64Array): Float64Array {
  const slope = new Float64Array(x.length)
  for (let t = 0; t < x.length; t++) {
    // Branch-free, because a branch would be mispredicted half the time; times 0, so that NaN stays NaN.
    const kept = Number(x[t]! > 0)
    slope[t] = kept
    x[t]! *= kept
  }
  return slope
}

/** x ← x + 1 bᵀ, in place. */
export function addBias({rows, cols, data}: Dense, bias: Float64Array): void {
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) data[i * cols + j]! += bias[j]!
}

/** Sums of the columns: the gradient of a bias. */
export function columnSums({rows, cols, data}: Dense): Float64Array {
  const sums = new Float64Array(cols)
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) sums[j]! += data[i * cols + j]!
  return sums
}

/** A B for narrow matrices [m, k] · [k, n], on this thread. */
export function multiply({rows, cols, data: a}: Dense, {cols: n, data: b}: Dense): Dense {
  const out = dense(rows, n)
  const to = out.data
  // Four columns at a time: their sums stay in registers, in the same order as one by one.
  for (let j = 0; j < n; j += 4) {
    const [second, third, fourth] = [1, 2, 3].map((k) => Math.min(j + k, n - 1)) as [number, number, number]
    for (let i = 0; i < rows; i++) {
      let s0 = 0
      let s1 = 0
      let s2 = 0
      let s3 = 0
      for (let t = 0; t < cols; t++) {
        // Half of a layer after ReLU and dropout is zero, but which half no processor can foresee.
        const x = a[i * cols + t]!
        const row = t * n
        s0 += x * b[row + j]!
        s1 += x * b[row + second]!
        s2 += x * b[row + third]!
        s3 += x * b[row + fourth]!
      }
      const row = i * n
      to[row + j] = s0
      to[row + second] = s1
      to[row + third] = s2
      to[row + fourth] = s3
    }
  }
  return out
}

/** Aᵀ B of [m, k] and [m, n] → [k, n]. */
export function multiplyLeftTransposed({rows, cols, data: a}: Dense, {cols: n, data: b}: Dense): Dense {
  const out = dense(cols, n)
  const to = out.data
  for (let i = 0; i < rows; i++) {
    if (isZero(b, i * n, n)) continue
    for (let t = 0; t < cols; t++) {
      const x = a[i * cols + t]!
      if (x !== 0) for (let j = 0; j < n; j++) to[t * n + j]! += x * b[i * n + j]!
    }
  }
  return out
}

/** A Bᵀ of [m, k] and [n, k] → [m, n]. */
export function multiplyRightTransposed({rows, cols, data: a}: Dense, {rows: n, data: b}: Dense): Dense {
  const out = dense(rows, n)
  const to = out.data
  for (let i = 0; i < rows; i++) {
    // Gradients are zero except near training nodes.
    if (isZero(a, i * cols, cols)) continue
    for (let j = 0; j < n; j++) {
      let sum = 0
      for (let t = 0; t < cols; t++) sum += a[i * cols + t]! * b[j * cols + t]!
      to[i * n + j] = sum
    }
  }
  return out
}

function isZero(x: Float64Array, from: number, length: number): boolean {
  for (let j = 0; j < length; j++) if (x[from + j] !== 0) return false
  return true
}
