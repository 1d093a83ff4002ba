import {integersOf, type NamedArray, numbersOf, requireRank} from '../../data/named-array.js'
import {type NpzArchive, writeNpz} from '../../data/npz.js'
import {InputError} from '../../errors.js'
import type {Note} from '../../frame/report.js'
import {type AdjacencyRecords, recordsOfCsr, recordsOfEntries, requireSquare} from '../adjacency.js'
import type {NormalisedGraph, ReadResult, WriteResult} from '../document.js'
import {pairFilter} from '../kept-edges.js'
import {cutMatrix, type MatrixNames} from '../matrix-rewrite.js'
import {csrMatrix, shapeOf} from '../matrices.js'
import {csrNames, repairedArray, skippedNotes} from '../npz-arrays.js'
import {carriedArrays} from '../npz-carry.js'
import {nodeColumns} from '../npz-roles.js'

/** An adjacency matrix saved by scipy.sparse.save_npz in csr, csc or coo form. Weights: the stored values. */
export function readScipyNpz(archive: NpzArchive): ReadResult {
  const {place} = archive
  const shape = archive.read('shape')
  const {rows, cols} = shapeOf(shape, place)
  requireSquare(rows, cols, place)
  const records = recordsOf(archive, shape)
  return {
    raw: {
      nodes: rows,
      edges: records.edges,
      weights: records.weights.every((weight) => weight === 1) ? null : records.weights,
      directed: true,
      nodeNames: null,
      features: null,
      labels: null,
      classNames: null,
      split: null,
    },
    notes: [...skippedNotes(archive), ...zerosNote(place, records.zeros)],
    carried: {
      nodeColumns: () =>
        nodeColumns(archive, -1, rows, new Set([...Object.values(csrNames('')), 'row', 'col', 'format', '_is_array'])),
      rewrite: (result, pruned) => rewriteScipyNpz(archive, rows, result, pruned),
    },
  }
}

function recordsOf(archive: NpzArchive, shape: NamedArray): AdjacencyRecords {
  const {place} = archive
  const data = archive.read('data')
  const format = String(archive.read('format').data[0])
  if (format === 'csr' || format === 'csc') {
    // The csc arrays of A are the csr arrays of its transpose; only the direction differs.
    const records = recordsOfCsr(
      csrMatrix({data, shape, indices: archive.read('indices'), indptr: archive.read('indptr')}, place),
    )
    return format === 'csr' ? records : {...records, edges: records.edges.map((_, i, edges) => edges[i ^ 1]!)}
  }
  if (format === 'coo') {
    requireRank(data, 1, place)
    const {rows} = shapeOf(shape, place)
    const row = Uint32Array.from(integersOf(archive.read('row'), place, 0, rows - 1))
    const col = Uint32Array.from(integersOf(archive.read('col'), place, 0, rows - 1))
    if (row.length !== data.data.length || col.length !== data.data.length) {
      throw new InputError(
        `${place}: arrays row, col and data have ${row.length}, ${col.length} and ${data.data.length} elements`,
      )
    }
    return recordsOfEntries(row, col, Float64Array.from(numbersOf(data, place)))
  }
  throw new InputError(`${place}: holds a ${format} matrix, only csr, csc and coo are supported`, [
    'save matrix.tocsr() instead',
  ])
}

/** Writes the matrix in its original form. */
function rewriteScipyNpz(archive: NpzArchive, nodes: number, result: NormalisedGraph, pruned: Uint8Array): WriteResult {
  const format = String(archive.read('format').data[0]) as 'csr' | 'csc' | 'coo'
  const names: MatrixNames =
    format === 'coo'
      ? {kind: 'coo', row: 'row', col: 'col', data: 'data', shape: 'shape'}
      : {kind: format, ...csrNames('')}
  const matrix = cutMatrix(archive, names, pairFilter(result, pruned, nodes), nodes, result.added)
  const replaced = new Set([...matrix.map(({name}) => name), 'edges_repaired'])
  const {arrays, notes} = carriedArrays(archive, replaced, result, nodes)
  return {bytes: writeNpz([...matrix, ...repairedArray(result), ...arrays]), notes}
}

export const zerosNote = (place: string, zeros: number): Note[] =>
  zeros === 0
    ? []
    : [
        {
          level: 'info',
          code: 'stored-zeros',
          message: `${place}: ${zeros} stored zeros of the adjacency matrix are not edges`,
        },
      ]
