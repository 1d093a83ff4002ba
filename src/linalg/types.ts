import {InputError} from '../errors.js'

/** A dense matrix, row-major: element (i, j) is `data[i * cols + j]`; `data.length === rows * cols`. */
export interface Dense<T extends Float32Array | Float64Array = Float64Array> {
  readonly rows: number
  readonly cols: number
  readonly data: T
}

/** A sparse matrix in compressed sparse rows; the columns of a row are sorted and unique. */
export interface Csr {
  readonly rows: number
  readonly cols: number
  /** [rows + 1] */
  readonly indptr: Uint32Array
  /** [nnz] column of each stored value */
  readonly indices: Uint32Array
  /** [nnz] */
  readonly values: Float64Array
}

export type Matrix = Dense | Csr

export const isCsr = <T extends Float32Array | Float64Array>(m: Csr | Dense<T>): m is Csr => 'indptr' in m

export function dense(rows: number, cols: number, data: Float64Array = new Float64Array(rows * cols)): Dense {
  if (data.length !== rows * cols)
    throw new InputError(`a ${rows} × ${cols} matrix needs ${rows * cols} values, not ${data.length}`)
  return {rows, cols, data}
}
