import {transposeCsr} from './csr.js'
import type {Products} from './products.js'
import {multiplyCsr} from './sparse-product.js'
import {type Csr, type Dense, isCsr, type Matrix} from './types.js'

/**
 * Sparse × dense: A B.
 *
 * Shapes     a [m, k], b [k, n] → [m, n], into `out` where it is given.   Precision  fp64, summed in the order of a row's columns.
 * Cost       nnz(a) · n multiply–adds.      Empty      a row without values → zeros.
 */
export function multiplyCsrDense(
  {rows, indptr, indices, values}: Csr,
  {cols: n, data}: Dense,
  out: Float64Array = new Float64Array(rows * n),
): Dense {
  const last = n - 1
  for (let i = 0; i < rows; i++) {
    const start = indptr[i]!
    const end = indptr[i + 1]!
    const to = i * n
    let j = 0
    // Several columns at a time: their sums stay in registers, in the same order as one by one.
    for (; j + 8 <= n; j += 8) {
      let s0 = 0
      let s1 = 0
      let s2 = 0
      let s3 = 0
      let s4 = 0
      let s5 = 0
      let s6 = 0
      let s7 = 0
      for (let t = start; t < end; t++) {
        const x = values[t]!
        const from = indices[t]! * n + j
        s0 += x * data[from]!
        s1 += x * data[from + 1]!
        s2 += x * data[from + 2]!
        s3 += x * data[from + 3]!
        s4 += x * data[from + 4]!
        s5 += x * data[from + 5]!
        s6 += x * data[from + 6]!
        s7 += x * data[from + 7]!
      }
      out[to + j] = s0
      out[to + j + 1] = s1
      out[to + j + 2] = s2
      out[to + j + 3] = s3
      out[to + j + 4] = s4
      out[to + j + 5] = s5
      out[to + j + 6] = s6
      out[to + j + 7] = s7
    }
    if (j + 4 <= n) {
      let s0 = 0
      let s1 = 0
      let s2 = 0
      let s3 = 0
      for (let t = start; t < end; t++) {
        const x = values[t]!
        const from = indices[t]! * n + j
        s0 += x * data[from]!
        s1 += x * data[from + 1]!
        s2 += x * data[from + 2]!
        s3 += x * data[from + 3]!
      }
      out[to + j] = s0
      out[to + j + 1] = s1
      out[to + j + 2] = s2
      out[to + j + 3] = s3
      j += 4
    }
    if (j === n) continue
    // The last one, two or three columns; of fewer than three some are the same twice.
    const middle = Math.min(j + 1, last)
    let s0 = 0
    let s1 = 0
    let s2 = 0
    for (let t = start; t < end; t++) {
      const x = values[t]!
      const from = indices[t]! * n
      s0 += x * data[from + j]!
      s1 += x * data[from + middle]!
      s2 += x * data[from + last]!
    }
    out[to + j] = s0
    out[to + middle] = s1
    out[to + last] = s2
  }
  return {rows, cols: n, data: out}
}

/** Aᵀ B for a sparse A [m, k] and dense B [m, n] → [k, n]; nnz(a) · n multiply–adds. */
export function multiplyCsrTransposedDense({rows, cols, indptr, indices, values}: Csr, {cols: n, data}: Dense): Dense {
  const out = new Float64Array(cols * n)
  for (let i = 0; i < rows; i++) {
    const start = indptr[i]!
    const end = indptr[i + 1]!
    const from = i * n
    let j = 0
    for (; j + 8 <= n; j += 8) {
      const b0 = data[from + j]!
      const b1 = data[from + j + 1]!
      const b2 = data[from + j + 2]!
      const b3 = data[from + j + 3]!
      const b4 = data[from + j + 4]!
      const b5 = data[from + j + 5]!
      const b6 = data[from + j + 6]!
      const b7 = data[from + j + 7]!
      for (let t = start; t < end; t++) {
        const x = values[t]!
        const to = indices[t]! * n + j
        out[to]! += x * b0
        out[to + 1]! += x * b1
        out[to + 2]! += x * b2
        out[to + 3]! += x * b3
        out[to + 4]! += x * b4
        out[to + 5]! += x * b5
        out[to + 6]! += x * b6
        out[to + 7]! += x * b7
      }
    }
    for (; j + 4 <= n; j += 4) {
      const b0 = data[from + j]!
      const b1 = data[from + j + 1]!
      const b2 = data[from + j + 2]!
      const b3 = data[from + j + 3]!
      for (let t = start; t < end; t++) {
        const x = values[t]!
        const to = indices[t]! * n + j
        out[to]! += x * b0
        out[to + 1]! += x * b1
        out[to + 2]! += x * b2
        out[to + 3]! += x * b3
      }
    }
    for (; j < n; j++) {
      const b = data[from + j]!
      for (let t = start; t < end; t++) out[indices[t]! * n + j]! += values[t]! * b
    }
  }
  return {rows: cols, cols: n, data: out}
}

/** A · B for a sparse A and a B of either form; the result has the form of B. */
export function aggregateRows<M extends Matrix>(a: Csr, b: M): M {
  return (isCsr(b) ? multiplyCsr(a, b) : multiplyCsrDense(a, b)) as M
}

/**
 * Inner products of the rows of two matrices: A Bᵀ.
 *
 * Shapes     a [m, k], b [n, k], both sparse or both dense → [m, n].
 * Precision  fp64.
 * Cost       sparse: Σ over columns of nnz(a, column) · nnz(b, column), in `memory` where it is given; dense: m · n · k
 *            on `products`.
 */
export async function innerProducts(a: Matrix, b: Matrix, products: Products, memory?: Float64Array): Promise<Dense> {
  if (isCsr(a) && isCsr(b)) return innerProductsOfRows(a, transposeCsr(b), 0, a.rows, memory?.fill(0))
  if (!isCsr(a) && !isCsr(b)) return products.multiplyTransposed(a, b)
  return isCsr(a) ? multiplyCsrDense(a, transposed(b as Dense)) : transposed(multiplyCsrDense(b as Csr, transposed(a)))
}

/** Rows from … to − 1 of A Bᵀ, with Bᵀ given in CSR; added to `out`. */
export function innerProductsOfRows(
  a: Csr,
  bTransposed: Csr,
  from: number,
  to: number,
  out: Float64Array = new Float64Array((to - from) * bTransposed.cols),
): Dense {
  const n = bTransposed.cols
  const {indptr, indices, values} = bTransposed
  for (let i = from; i < to; i++) {
    const row = (i - from) * n
    for (let t = a.indptr[i]!; t < a.indptr[i + 1]!; t++) {
      const x = a.values[t]!
      const k = a.indices[t]!
      const end = indptr[k + 1]!
      for (let s = indptr[k]!; s < end; s++) out[row + indices[s]!]! += x * values[s]!
    }
  }
  return {rows: to - from, cols: n, data: out}
}

function transposed(m: Dense): Dense {
  const data = new Float64Array(m.data.length)
  for (let i = 0; i < m.rows; i++) for (let j = 0; j < m.cols; j++) data[j * m.rows + i] = m.data[i * m.cols + j]!
  return {rows: m.cols, cols: m.rows, data}
}

/** Inner product of row i of A and row j of B, the same form and width. */
export function rowDot(a: Matrix, i: number, b: Matrix, j: number): number {
  let sum = 0
  if (isCsr(a) && isCsr(b)) {
    let s = a.indptr[i]!
    let t = b.indptr[j]!
    const sEnd = a.indptr[i + 1]!
    const tEnd = b.indptr[j + 1]!
    while (s < sEnd && t < tEnd) {
      const p = a.indices[s]!
      const q = b.indices[t]!
      if (p === q) sum += a.values[s++]! * b.values[t++]!
      else if (p < q) s++
      else t++
    }
  } else if (isCsr(a)) sum = rowDotVector(a, i, (b as Dense).data, j * b.cols)
  else if (isCsr(b)) sum = rowDotVector(b, j, a.data, i * a.cols)
  else for (let t = 0; t < a.cols; t++) sum += a.data[i * a.cols + t]! * b.data[j * b.cols + t]!
  return sum
}

/** Inner product of row i of M and the vector at `offset` of `x`. */
export function rowDotVector(m: Matrix, i: number, x: Float64Array, offset = 0): number {
  let sum = 0
  if (isCsr(m)) for (let t = m.indptr[i]!; t < m.indptr[i + 1]!; t++) sum += m.values[t]! * x[offset + m.indices[t]!]!
  else for (let t = 0; t < m.cols; t++) sum += m.data[i * m.cols + t]! * x[offset + t]!
  return sum
}

/** x += scale · (row i of M), in place. */
export function addRow(m: Matrix, i: number, scale: number, x: Float64Array): void {
  if (isCsr(m)) for (let t = m.indptr[i]!; t < m.indptr[i + 1]!; t++) x[m.indices[t]!]! += scale * m.values[t]!
  else for (let t = 0; t < m.cols; t++) x[t]! += scale * m.data[i * m.cols + t]!
}

/** x = 0 wherever row i of M has a value, in place. */
export function clearRow(m: Matrix, i: number, x: Float64Array): void {
  if (isCsr(m)) for (let t = m.indptr[i]!; t < m.indptr[i + 1]!; t++) x[m.indices[t]!] = 0
  else x.fill(0)
}
