import {InputError} from '../errors.js'
import type {Csr} from '../linalg/types.js'
import type {KeptEdges} from './kept-edges.js'

export interface AdjacencyRecords {
  readonly edges: Uint32Array
  readonly weights: Float64Array
  /** stored zeros, which are not edges */
  readonly zeros: number
}

/** The stored entries (row, column, value) of an adjacency matrix as edge records, without zeros. */
export function recordsOfCsr(matrix: Csr): AdjacencyRecords {
  const rows = new Uint32Array(matrix.indices.length)
  for (let row = 0; row < matrix.rows; row++) rows.fill(row, matrix.indptr[row], matrix.indptr[row + 1])
  return recordsOfEntries(rows, matrix.indices, matrix.values)
}

export function recordsOfEntries(rows: Uint32Array, columns: Uint32Array, values: Float64Array): AdjacencyRecords {
  const edges = new Uint32Array(2 * values.length)
  const weights = new Float64Array(values.length)
  let m = 0
  for (let k = 0; k < values.length; k++) {
    if (values[k] === 0) continue
    edges[2 * m] = rows[k]!
    edges[2 * m + 1] = columns[k]!
    weights[m++] = values[k]!
  }
  return {edges: edges.subarray(0, 2 * m), weights: weights.subarray(0, m), zeros: values.length - m}
}

/** An adjacency matrix is square. */
export function requireSquare(rows: number, cols: number, place: string): void {
  if (rows !== cols)
    throw new InputError(`${place}: the adjacency matrix is ${rows} × ${cols}, expected a square one`, [
      'check that the file holds a graph',
    ])
}

/**
 * The symmetric adjacency matrix of undirected edges: two entries per edge, value = weight or 1.
 *
 * Cost  O(nodes + m): edges sorted by u then v fill each row in column order. Empty: no edge → no entry.
 */
export function symmetricCsr(nodes: number, {kept, weights}: Pick<KeptEdges, 'kept' | 'weights'>): Csr {
  const indptr = new Uint32Array(nodes + 1)
  for (const node of kept) indptr[node + 1]!++
  for (let i = 0; i < nodes; i++) indptr[i + 1]! += indptr[i]!
  const next = indptr.slice(0, nodes)
  const indices = new Uint32Array(kept.length)
  const values = new Float64Array(kept.length)
  const put = (row: number, column: number, e: number) => {
    const k = next[row]!++
    indices[k] = column
    values[k] = weights?.[e] ?? 1
  }
  // Lower triangle first: in each row, columns left of the diagonal come before those right of it.
  for (let e = 0; e < kept.length / 2; e++) put(kept[2 * e + 1]!, kept[2 * e]!, e)
  for (let e = 0; e < kept.length / 2; e++) put(kept[2 * e]!, kept[2 * e + 1]!, e)
  return {rows: nodes, cols: nodes, indptr, indices, values}
}
