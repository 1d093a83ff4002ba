import {integersOf, type NamedArray, numbersOf} from '../../data/named-array.js'
import {type NpzArchive, writeNpz} from '../../data/npz.js'
import {isCsr} from '../../linalg/types.js'
import type {NormalisedGraph, ReadResult, WriteResult} from '../document.js'
import {keptEdges} from '../kept-edges.js'
import type {GraphLimits} from '../limits.js'
import {csrToArrays} from '../matrices.js'
import {csrNames, nodeNames, pairsOf, repairedArray, readFeatures, readLabels, skippedNotes} from '../npz-arrays.js'
import {splitOfArrays} from '../split-arrays.js'
import {carriedArrays, type NpzMember} from '../npz-carry.js'

/**
 * Plain arrays: a list [m, 2] of undirected edges (with `edges` also `edge_weights` [m]), and optionally feat_* (CSR)
 * or features (dense), labels, train_idx/val_idx/test_idx, num_nodes, node_names. Every other array is carried.
 */
export function readPlainNpz(archive: NpzArchive, edgesName: string, limits: GraphLimits): ReadResult {
  const {place} = archive
  const features = readFeatures(archive)
  const labelled = readLabels(archive, limits.maxClasses)
  const edgesArray = archive.read(edgesName)
  const nodes = nodeCount(archive, edgesArray, features?.rows ?? labelled?.labels.length)
  const weighted = edgesName === 'edges' && archive.has('edge_weights')
  return {
    raw: {
      nodes,
      edges: pairsOf(edgesArray, nodes, place),
      weights: weighted ? Float64Array.from(numbersOf(archive.read('edge_weights'), place)) : null,
      directed: false,
      nodeNames: nodeNames(archive),
      features,
      labels: labelled?.labels ?? null,
      classNames: labelled?.classNames ?? null,
      split: splitOfArrays(archive.names, archive.read, nodes, place),
    },
    notes: skippedNotes(archive),
    carried: {rewrite: (result, pruned) => rewritePlainNpz(archive, edgesName, nodes, result, pruned)},
  }
}

function nodeCount(archive: NpzArchive, edges: NamedArray, rows: number | undefined): number {
  if (archive.has('num_nodes')) return integersOf(archive.read('num_nodes'), archive.place, 0, 2 ** 32 - 2)[0] ?? 0
  if (rows !== undefined) return rows
  let most = -1
  for (const value of integersOf(edges, archive.place, 0, 2 ** 32 - 2)) if (value > most) most = value
  return most + 1
}

/** The result goes to `edges`; an array it would overwrite without being its source stays as `<name>_original`. */
function rewritePlainNpz(
  archive: NpzArchive,
  edgesName: string,
  nodes: number,
  result: NormalisedGraph,
  pruned: Uint8Array,
): WriteResult {
  const written = edgeArrays(result, pruned)
  const replaced = new Set(['edges', 'edge_weights', 'edges_removed', 'edges_repaired'])
  const {arrays, notes} = carriedArrays(archive, replaced, result, nodes)
  const present = new Set(archive.names)
  const saved = ['edges', 'edges_removed'].filter(
    (name) => name !== edgesName && present.has(name) && !present.has(`${name}_original`),
  )
  const everythingElse = new Set(
    [...archive.names, ...archive.skipped.map(({name}) => name)].filter((name) => !saved.includes(name)),
  )
  const originals = carriedArrays(archive, everythingElse, result, nodes).arrays.map(
    (array): NpzMember => ({...array, name: `${array.name}_original`}),
  )
  return {bytes: writeNpz([...written, ...arrays, ...originals]), notes}
}

/** Any graph as plain arrays. */
export function writePlainNpz(result: NormalisedGraph, pruned: Uint8Array): WriteResult {
  const {graph, classNames} = result
  const arrays: NamedArray[] = edgeArrays(result, pruned)
  if (graph.features !== null) {
    const {features} = graph
    arrays.push(
      ...(isCsr(features)
        ? csrToArrays(features, csrNames('feat_'), 'f8', 'i4')
        : [{name: 'features', shape: [features.rows, features.cols], type: 'f8' as const, data: features.data}]),
    )
  }
  if (graph.labels !== null) {
    const words = classNames?.some((name) => typeof name === 'string') === true
    const names = Array.from(graph.labels, (label) => (label < 0 ? (words ? '' : -1) : (classNames?.[label] ?? label)))
    arrays.push(
      words
        ? {name: 'labels', shape: [graph.nodes], type: 'U', data: names.map(String)}
        : {name: 'labels', shape: [graph.nodes], type: 'i8', data: Float64Array.from(names as number[])},
    )
  }
  if (graph.split !== null) {
    const {train, validation, test} = graph.split
    for (const [name, data] of [
      ['train_idx', train],
      ['val_idx', validation],
      ['test_idx', test],
    ] as const) {
      arrays.push({name, shape: [data.length], type: 'i4', data})
    }
  }
  if (graph.nodeNames !== null)
    arrays.push({name: 'node_names', shape: [graph.nodes], type: 'U', data: graph.nodeNames})
  arrays.push({name: 'num_nodes', shape: [1], type: 'i4', data: Int32Array.of(graph.nodes)})
  return {bytes: writeNpz(arrays), notes: []}
}

function edgeArrays(result: NormalisedGraph, pruned: Uint8Array): NamedArray[] {
  const {kept, removed, weights} = keptEdges(result, pruned)
  const arrays: NamedArray[] = [
    {name: 'edges', shape: [kept.length / 2, 2], type: 'i4', data: kept},
    {name: 'edges_removed', shape: [removed.length / 2, 2], type: 'i4', data: removed},
  ]
  if (weights !== null) arrays.push({name: 'edge_weights', shape: [weights.length], type: 'f8', data: weights})
  return [...arrays, ...repairedArray(result)]
}
