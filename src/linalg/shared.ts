import {type Csr, type Dense, isCsr, type Matrix} from './types.js'

type Numbers = Float64Array | Float32Array | Int32Array | Uint32Array

/** The same values in memory that every thread sees. */
export function shared<T extends Numbers>(x: T): T {
  if (x.buffer instanceof SharedArrayBuffer) return x
  const make = x.constructor as new (buffer: SharedArrayBuffer) => T
  const copy = new make(new SharedArrayBuffer(x.byteLength))
  copy.set(x)
  return copy
}

export const sharedDense = ({rows, cols, data}: Dense): Dense => ({rows, cols, data: shared(data)})

export const sharedCsr = ({rows, cols, indptr, indices, values}: Csr): Csr => ({
  rows,
  cols,
  indptr: shared(indptr),
  indices: shared(indices),
  values: shared(values),
})

/** Copies of matrices in shared memory, kept as long as the matrix: conjugate gradients use the same one in every step. */
export class SharedMatrices {
  private readonly copies = new WeakMap<Matrix, Matrix>()

  of(matrix: Matrix): Matrix {
    let copy = this.copies.get(matrix)
    if (copy === undefined) this.copies.set(matrix, (copy = isCsr(matrix) ? sharedCsr(matrix) : sharedDense(matrix)))
    return copy
  }
}
