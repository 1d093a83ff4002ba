import {type NpzArchive, writeNpz} from '../../data/npz.js'
import {recordsOfCsr, requireSquare} from '../adjacency.js'
import type {NormalisedGraph, ReadResult, WriteResult} from '../document.js'
import {pairFilter} from '../kept-edges.js'
import {cutMatrix} from '../matrix-rewrite.js'
import type {GraphLimits} from '../limits.js'
import {
  type ArrayRoles,
  askedArrays,
  askedSplit,
  csrNames,
  nodeNames,
  readCsr,
  readFeatures,
  readLabels,
  repairedArray,
  skippedNotes,
} from '../npz-arrays.js'
import {splitOfArrays} from '../split-arrays.js'
import {carriedArrays} from '../npz-carry.js'
import {nodeColumns} from '../npz-roles.js'
import {zerosNote} from './scipy-npz.js'

/** Prefixes of the adjacency arrays data, indices, indptr and shape. */
export const ADJACENCY_PREFIXES = ['adj_', 'adj_matrix.', 'adj_matrix_'] as const

/**
 * DeepRobust and gnn-benchmark files: adjacency adj_* and features attr_* in CSR (or attr_matrix dense), labels, object
 * arrays beside.
 */
export function readDeepRobustNpz(
  archive: NpzArchive,
  limits: GraphLimits,
  prefix = 'adj_',
  roles: ArrayRoles = {},
): ReadResult {
  const {place} = archive
  const adjacency = readCsr(archive, prefix)
  requireSquare(adjacency.rows, adjacency.cols, place)
  const records = recordsOfCsr(adjacency)
  const labelled = readLabels(archive, limits.maxClasses, roles.labels)
  return {
    raw: {
      nodes: adjacency.rows,
      edges: records.edges,
      weights: records.weights.every((weight) => weight === 1) ? null : records.weights,
      directed: true,
      nodeNames: nodeNames(archive, roles.names),
      features: readFeatures(archive, roles.features),
      labels: labelled?.labels ?? null,
      classNames: labelled?.classNames ?? null,
      split: splitOfArrays(archive.names, archive.read, adjacency.rows, place, null, askedSplit(roles)),
    },
    notes: [...skippedNotes(archive), ...zerosNote(place, records.zeros)],
    carried: {
      nodeColumns: () =>
        nodeColumns(archive, -1, adjacency.rows, new Set([...Object.values(csrNames(prefix)), ...askedArrays(roles)])),
      rewrite: (result, pruned) => rewriteDeepRobustNpz(archive, prefix, adjacency.rows, result, pruned),
    },
  }
}

function rewriteDeepRobustNpz(
  archive: NpzArchive,
  prefix: string,
  nodes: number,
  result: NormalisedGraph,
  pruned: Uint8Array,
): WriteResult {
  const names = csrNames(prefix)
  const matrix = cutMatrix(archive, {kind: 'csr', ...names}, pairFilter(result, pruned, nodes), nodes, result.added)
  const replaced = new Set([...matrix.map(({name}) => name), 'edges_repaired'])
  const {arrays, notes} = carriedArrays(archive, replaced, result, nodes)
  return {bytes: writeNpz([...matrix, ...repairedArray(result), ...arrays]), notes}
}
