import type {NamedArray} from '../data/named-array.js'
import {integersOf, numbersOf, requireRank} from '../data/named-array.js'
import {InputError} from '../errors.js'
import type {Csr, Dense} from '../linalg/types.js'

const FINITE = ['replace NaN and Infinity in the features before running surety']

/** A dense matrix of finite numbers from an array [rows, cols]; NaN or Infinity is an InputError with row and column. */
export function denseMatrix(array: NamedArray, place: string): Dense {
  requireRank(array, 2, place)
  const [rows, cols] = array.shape as [number, number]
  const data = Float64Array.from(numbersOf(array, place))
  checkFinite(data, (i) => [Math.floor(i / cols), i % cols], `${place}, array ${array.name}`)
  return {rows, cols, data}
}

export interface CsrArrays {
  readonly indptr: NamedArray
  readonly indices: NamedArray
  readonly data: NamedArray
  /** [2] rows and columns */
  readonly shape: NamedArray
}

/**
 * A sparse matrix from the arrays of scipy.sparse: rows sorted, repeated entries summed as SciPy does.
 *
 * Shapes  indptr [rows + 1], indices [nnz], data [nnz], shape [2].
 * Cost    O(nnz log(row)) where a row is unsorted, else O(nnz).
 * Throws  InputError  indptr not 0 … nnz ascending, an index ≥ cols, a value that is not finite (names row and column).
 */
export function csrMatrix(arrays: CsrArrays, place: string): Csr {
  const {rows, cols} = shapeOf(arrays.shape, place)
  requireRank(arrays.data, 1, place)
  const values = Float64Array.from(numbersOf(arrays.data, place))
  const nnz = values.length
  const {indptr, indices} = arrays
  if (indices.data.length !== nnz)
    throw new InputError(
      `${place}: array ${indices.name} has ${indices.data.length} elements, ${arrays.data.name} has ${nnz}`,
    )
  if (indptr.data.length !== rows + 1) {
    throw new InputError(
      `${place}: array ${indptr.name} has ${indptr.data.length} elements, ${rows} rows need ${rows + 1}`,
    )
  }
  const starts = Uint32Array.from(integersOf(indptr, place, 0, nnz))
  for (let row = 0; row < rows; row++) {
    if (starts[row + 1]! < starts[row]!) throw new InputError(`${place}, array ${indptr.name}: descends at row ${row}`)
  }
  if (starts[0] !== 0 || starts[rows] !== nnz)
    throw new InputError(
      `${place}, array ${indptr.name}: runs from ${starts[0]} to ${starts[rows]}, expected 0 to ${nnz}`,
    )
  const columns = Uint32Array.from(integersOf(indices, place, 0, cols - 1))
  checkFinite(
    values,
    (i) => [starts.findIndex((start) => start > i) - 1, columns[i]!],
    `${place}, array ${arrays.data.name}`,
  )
  return canonical({rows, cols, indptr: starts, indices: columns, values})
}

export function shapeOf(array: NamedArray, place: string): {rows: number; cols: number} {
  const [rows, cols] = integersOf(array, place, 0, 2 ** 32 - 1)
  if (array.data.length !== 2)
    throw new InputError(`${place}, array ${array.name}: has ${array.data.length} elements, a shape has 2`)
  return {rows: rows!, cols: cols!}
}

/** Sorted, unique columns in every row; the same object if they are already. */
function canonical(matrix: Csr): Csr {
  const {rows, indptr, indices, values} = matrix
  const isCanonical = (row: number) => {
    for (let k = indptr[row]! + 1; k < indptr[row + 1]!; k++) if (indices[k]! <= indices[k - 1]!) return false
    return true
  }
  let row = 0
  while (row < rows && isCanonical(row)) row++
  if (row === rows) return matrix
  const outPtr = new Uint32Array(rows + 1)
  const outIndices = new Uint32Array(indices.length)
  const outValues = new Float64Array(values.length)
  let nnz = 0
  for (row = 0; row < rows; row++) {
    const order = Array.from({length: indptr[row + 1]! - indptr[row]!}, (_, i) => indptr[row]! + i)
    order.sort((a, b) => indices[a]! - indices[b]! || a - b)
    for (const k of order) {
      if (nnz > outPtr[row]! && outIndices[nnz - 1] === indices[k]!) outValues[nnz - 1]! += values[k]!
      else {
        outIndices[nnz] = indices[k]!
        outValues[nnz++] = values[k]!
      }
    }
    outPtr[row + 1] = nnz
  }
  return {rows, cols: matrix.cols, indptr: outPtr, indices: outIndices.slice(0, nnz), values: outValues.slice(0, nnz)}
}

function checkFinite(values: Float64Array, cell: (i: number) => [row: number, column: number], where: string): void {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) {
      const [row, column] = cell(i)
      throw new InputError(
        `${where}: row ${row}, column ${column} is ${values[i]}, features are finite numbers`,
        FINITE,
      )
    }
  }
}

/** A CSR matrix as the four arrays of scipy.sparse under a prefix, values in the given element type. */
export function csrToArrays(
  matrix: Csr,
  names: Record<keyof CsrArrays, string>,
  type: NamedArray['type'],
  shapeType: 'i4' | 'i8',
): NamedArray[] {
  return [
    {name: names.indptr, shape: [matrix.rows + 1], type: 'i4', data: matrix.indptr},
    {name: names.indices, shape: [matrix.indices.length], type: 'i4', data: matrix.indices},
    {name: names.data, shape: [matrix.values.length], type, data: matrix.values},
    {name: names.shape, shape: [2], type: shapeType, data: Float64Array.of(matrix.rows, matrix.cols)},
  ]
}
