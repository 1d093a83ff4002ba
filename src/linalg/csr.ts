import {InputError} from '../errors.js'
import type {Csr, Dense, Matrix} from './types.js'
import {isCsr} from './types.js'

/**
 * A CSR matrix from (row, column, value) triplets in any order; values of equal places are summed in input order.
 *
 * Shapes     three arrays of one length → [rows, cols].
 * Cost       O(triplets + rows + cols): two counting sorts.
 * Empty      no triplets → every row empty.
 * Throws     InputError  the lengths differ, or a place lies outside the matrix.
 */
export function csrFromTriplets(
  rows: number,
  cols: number,
  rowOf: ArrayLike<number>,
  colOf: ArrayLike<number>,
  value: ArrayLike<number>,
): Csr {
  const count = value.length
  if (rowOf.length !== count || colOf.length !== count)
    throw new InputError(`triplets need three lists of one length, not ${rowOf.length}, ${colOf.length} and ${count}`)
  for (let t = 0; t < count; t++) {
    if (!(rowOf[t]! < rows && colOf[t]! < cols))
      throw new InputError(`triplet ${t} lies at (${rowOf[t]!}, ${colOf[t]!}), outside of a ${rows} × ${cols} matrix`)
  }
  // Sorting by column, then stably by row, leaves the columns of each row sorted.
  const byColumn = countingSort(colOf, cols, identity(count)).order
  const {order, starts} = countingSort(rowOf, rows, byColumn)
  const indptr = new Uint32Array(rows + 1)
  const indices = new Uint32Array(count)
  const values = new Float64Array(count)
  let filled = 0
  for (let i = 0; i < rows; i++) {
    const first = filled
    for (let t = starts[i]!; t < starts[i + 1]!; t++) {
      const column = colOf[order[t]!]!
      const x = value[order[t]!]!
      if (filled > first && indices[filled - 1] === column) values[filled - 1]! += x
      else {
        indices[filled] = column
        values[filled++] = x
      }
    }
    indptr[i + 1] = filled
  }
  return {rows, cols, indptr, indices: indices.slice(0, filled), values: values.slice(0, filled)}
}

function countingSort(
  key: ArrayLike<number>,
  keys: number,
  input: Uint32Array,
): {order: Uint32Array; starts: Uint32Array} {
  const starts = new Uint32Array(keys + 1)
  for (const t of input) starts[key[t]! + 1]!++
  for (let k = 0; k < keys; k++) starts[k + 1]! += starts[k]!
  const next = starts.slice()
  const order = new Uint32Array(input.length)
  for (const t of input) order[next[key[t]!]!++] = t
  return {order, starts}
}

const identity = (n: number) => Uint32Array.from({length: n}, (_, i) => i)

/** The n × n identity. */
export function identityCsr(n: number): Csr {
  return {rows: n, cols: n, indptr: identity(n + 1), indices: identity(n), values: new Float64Array(n).fill(1)}
}

/** The transpose [cols, rows]; O(nnz + cols). */
export function transposeCsr(a: Csr): Csr {
  const indptr = new Uint32Array(a.cols + 1)
  for (const j of a.indices) indptr[j + 1]!++
  for (let j = 0; j < a.cols; j++) indptr[j + 1]! += indptr[j]!
  const next = indptr.slice()
  const indices = new Uint32Array(a.indices.length)
  const values = new Float64Array(a.indices.length)
  for (let i = 0; i < a.rows; i++) {
    for (let t = a.indptr[i]!; t < a.indptr[i + 1]!; t++) {
      const at = next[a.indices[t]!]!++
      indices[at] = i
      values[at] = a.values[t]!
    }
  }
  return {rows: a.cols, cols: a.rows, indptr, indices, values}
}

/** The chosen rows, in the order given, in the form of the input. */
export function selectRows(m: Matrix, rows: ArrayLike<number>): Matrix {
  if (!isCsr(m)) return gatherRows(m, rows)
  const indptr = new Uint32Array(rows.length + 1)
  for (let r = 0; r < rows.length; r++) indptr[r + 1] = indptr[r]! + m.indptr[rows[r]! + 1]! - m.indptr[rows[r]!]!
  const indices = new Uint32Array(indptr[rows.length]!)
  const values = new Float64Array(indices.length)
  for (let r = 0; r < rows.length; r++) {
    const from = m.indptr[rows[r]!]!
    const to = m.indptr[rows[r]! + 1]!
    indices.set(m.indices.subarray(from, to), indptr[r])
    values.set(m.values.subarray(from, to), indptr[r])
  }
  return {rows: rows.length, cols: m.cols, indptr, indices, values}
}

/** The chosen rows as a dense matrix [rows.length, cols]. */
export function gatherRows(m: Csr | Dense<Float32Array | Float64Array>, rows: ArrayLike<number>): Dense {
  const data = new Float64Array(rows.length * m.cols)
  for (let r = 0; r < rows.length; r++) {
    const i = rows[r]!
    if (isCsr(m)) for (let t = m.indptr[i]!; t < m.indptr[i + 1]!; t++) data[r * m.cols + m.indices[t]!] = m.values[t]!
    else data.set(m.data.subarray(i * m.cols, (i + 1) * m.cols), r * m.cols)
  }
  return {rows: rows.length, cols: m.cols, data}
}

/** Rows from … to − 1 as a dense matrix; a view, not a copy, where the input is dense. */
export function denseRows(m: Matrix, from: number, to: number): Dense {
  if (!isCsr(m)) return {rows: to - from, cols: m.cols, data: m.data.subarray(from * m.cols, to * m.cols)}
  const data = new Float64Array((to - from) * m.cols)
  for (let i = from; i < to; i++) {
    for (let t = m.indptr[i]!; t < m.indptr[i + 1]!; t++) data[(i - from) * m.cols + m.indices[t]!] = m.values[t]!
  }
  return {rows: to - from, cols: m.cols, data}
}

/**
 * Rows divided by their L2 norm; a zero row stays zero.
 *
 * Returns    the scaled matrix in the form of the input, and `norms` [rows]; its values in `values` where given, which may be
 *            those of the input.
 * Cost       O(stored values).
 */
export function normaliseRows<M extends Matrix>(
  m: M,
  values: Float64Array = new Float64Array((isCsr(m) ? m.values : m.data).length),
): {unit: M; norms: Float64Array} {
  const norms = new Float64Array(m.rows)
  const source = isCsr(m) ? m.values : m.data
  for (let i = 0; i < m.rows; i++) {
    const from = isCsr(m) ? m.indptr[i]! : i * m.cols
    const to = isCsr(m) ? m.indptr[i + 1]! : (i + 1) * m.cols
    let square = 0
    for (let t = from; t < to; t++) square += source[t]! * source[t]!
    const norm = Math.sqrt(square)
    norms[i] = norm
    if (norm > 0) for (let t = from; t < to; t++) values[t] = source[t]! / norm
  }
  return {unit: isCsr(m) ? {...m, values} : {...m, data: values}, norms}
}

/** Places side by side: [a | b]. */
export function concatColumns(a: Csr, b: Csr): Csr {
  const indptr = new Uint32Array(a.rows + 1)
  const indices = new Uint32Array(a.indices.length + b.indices.length)
  const values = new Float64Array(indices.length)
  let filled = 0
  for (let i = 0; i < a.rows; i++) {
    for (let t = a.indptr[i]!; t < a.indptr[i + 1]!; t++) {
      indices[filled] = a.indices[t]!
      values[filled++] = a.values[t]!
    }
    for (let t = b.indptr[i]!; t < b.indptr[i + 1]!; t++) {
      indices[filled] = a.cols + b.indices[t]!
      values[filled++] = b.values[t]!
    }
    indptr[i + 1] = filled
  }
  return {rows: a.rows, cols: a.cols + b.cols, indptr, indices, values}
}

/** The stored form of a dense matrix without its zeros. */
export function csrFromDense(m: Dense): Csr {
  const stored = m.data.reduce((count, x) => count + Number(x !== 0), 0)
  const indptr = new Uint32Array(m.rows + 1)
  const indices = new Uint32Array(stored)
  const values = new Float64Array(stored)
  let filled = 0
  for (let i = 0; i < m.rows; i++) {
    for (let j = 0; j < m.cols; j++) {
      const x = m.data[i * m.cols + j]!
      if (x === 0) continue
      indices[filled] = j
      values[filled++] = x
    }
    indptr[i + 1] = filled
  }
  return {rows: m.rows, cols: m.cols, indptr, indices, values}
}

/** Rows from … to − 1 in the form of the input; values are a view, not a copy. */
export function rowRange(m: Matrix, from: number, to: number): Matrix {
  if (!isCsr(m)) return denseRows(m, from, to)
  const [start, end] = [m.indptr[from]!, m.indptr[to]!]
  const indptr = m.indptr.slice(from, to + 1).map((place) => place - start)
  return {
    rows: to - from,
    cols: m.cols,
    indptr,
    indices: m.indices.subarray(start, end),
    values: m.values.subarray(start, end),
  }
}
