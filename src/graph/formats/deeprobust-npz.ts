import {type NpzArchive, writeNpz} from '../../data/npz.js'
import {recordsOfCsr, requireSquare, symmetricCsr, valueType} from '../adjacency.js'
import type {NormalisedGraph, ReadResult, WriteResult} from '../document.js'
import {keptEdges} from '../kept-edges.js'
import type {GraphLimits} from '../limits.js'
import {csrToArrays} from '../matrices.js'
import {csrNames, nodeNames, readCsr, readFeatures, readLabels, repairedArray, skippedNotes} from '../npz-arrays.js'
import {splitOfArrays} from '../split-arrays.js'
import {carriedArrays} from '../npz-carry.js'
import {zerosNote} from './scipy-npz.js'

const ADJACENCY = csrNames('adj_')

/**
 * DeepRobust and gnn-benchmark files: adjacency adj_* and features attr_* in CSR (or attr_matrix dense), labels, object
 * arrays beside.
 */
export function readDeepRobustNpz(archive: NpzArchive, limits: GraphLimits): ReadResult {
  const {place} = archive
  const adjacency = readCsr(archive, 'adj_')
  requireSquare(adjacency.rows, adjacency.cols, place)
  const records = recordsOfCsr(adjacency)
  const labelled = readLabels(archive, limits.maxClasses)
  return {
    raw: {
      nodes: adjacency.rows,
      edges: records.edges,
      weights: records.weights.every((weight) => weight === 1) ? null : records.weights,
      directed: true,
      nodeNames: nodeNames(archive),
      features: readFeatures(archive),
      labels: labelled?.labels ?? null,
      classNames: labelled?.classNames ?? null,
      split: splitOfArrays(archive.names, archive.read, adjacency.rows, place),
    },
    notes: [...skippedNotes(archive), ...zerosNote(place, records.zeros)],
    carried: {rewrite: (result, pruned) => rewriteDeepRobustNpz(archive, adjacency.rows, result, pruned)},
  }
}

function rewriteDeepRobustNpz(
  archive: NpzArchive,
  nodes: number,
  result: NormalisedGraph,
  pruned: Uint8Array,
): WriteResult {
  const matrix = symmetricCsr(result.graph.nodes, keptEdges(result, pruned))
  const type = valueType(archive.read(ADJACENCY.data).type)
  const {arrays, notes} = carriedArrays(
    archive,
    new Set([...Object.values(ADJACENCY), 'edges_repaired']),
    result,
    nodes,
  )
  return {bytes: writeNpz([...csrToArrays(matrix, ADJACENCY, type, 'i8'), ...repairedArray(result), ...arrays]), notes}
}
