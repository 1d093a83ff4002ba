import {type Csr, type Dense, isCsr, type Matrix} from '../linalg/types.js'
import type {Split} from './types.js'

/** New number of each old node: [old nodes], −1 where the node is left out. */
export function renumbering(kept: Uint32Array, nodes: number): Int32Array {
  const number = new Int32Array(nodes).fill(-1)
  kept.forEach((node, i) => (number[node] = i))
  return number
}

/** The rows `kept` of a matrix, in that order, as a copy of the same kind. */
export function selectRows(matrix: Matrix, kept: Uint32Array): Matrix {
  return isCsr(matrix) ? selectCsrRows(matrix, kept) : selectDenseRows(matrix, kept)
}

function selectDenseRows(matrix: Dense, kept: Uint32Array): Dense {
  const data = new Float64Array(kept.length * matrix.cols)
  kept.forEach((row, i) => data.set(matrix.data.subarray(row * matrix.cols, (row + 1) * matrix.cols), i * matrix.cols))
  return {rows: kept.length, cols: matrix.cols, data}
}

function selectCsrRows(matrix: Csr, kept: Uint32Array): Csr {
  const indptr = new Uint32Array(kept.length + 1)
  kept.forEach((row, i) => (indptr[i + 1] = indptr[i]! + matrix.indptr[row + 1]! - matrix.indptr[row]!))
  const indices = new Uint32Array(indptr.at(-1)!)
  const values = new Float64Array(indices.length)
  kept.forEach((row, i) => {
    indices.set(matrix.indices.subarray(matrix.indptr[row], matrix.indptr[row + 1]), indptr[i])
    values.set(matrix.values.subarray(matrix.indptr[row], matrix.indptr[row + 1]), indptr[i])
  })
  return {rows: kept.length, cols: matrix.cols, indptr, indices, values}
}

/** Node numbers after renumbering, those left out dropped; order kept. */
export const renumber = (nodes: Uint32Array, number: Int32Array): Uint32Array =>
  Uint32Array.from(Array.from(nodes, (node) => number[node]!).filter((node) => node >= 0))

export const renumberSplit = (split: Split, number: Int32Array): Split => ({
  train: renumber(split.train, number),
  validation: renumber(split.validation, number),
  test: renumber(split.test, number),
})
