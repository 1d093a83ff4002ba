import type {UndirectedGraph} from 'graphology'
import type {AbstractGraph} from 'graphology-types'
import {requirePart} from '../packages.js'
import {isCsr, type Matrix} from '../linalg/types.js'
import {rawOfAttributed} from './attributed.js'
import type {ClassName} from './labels.js'
import {GRAPH_LIMITS} from './limits.js'
import type {AttributeOptions} from './node-attributes.js'
import {normaliseRaw, type NormaliseOptions} from './normalise.js'
import type {Graph} from './types.js'

/** One row of a matrix as plain numbers. */
export function rowOf(matrix: Matrix, row: number): number[] {
  if (!isCsr(matrix)) return Array.from(matrix.data.subarray(row * matrix.cols, (row + 1) * matrix.cols))
  const out = new Array<number>(matrix.cols).fill(0)
  for (let k = matrix.indptr[row]!; k < matrix.indptr[row + 1]!; k++) out[matrix.indices[k]!] = matrix.values[k]!
  return out
}

/** Class name or number of a node, or nothing where its label is not known. */
export const classOf = (
  graph: Graph,
  classNames: readonly ClassName[] | null,
  node: number,
): {class?: string | number} => {
  const label = graph.labels?.[node] ?? -1
  return label < 0 ? {} : {class: classNames?.[label] ?? label}
}

/**
 * A graphology graph for its algorithms and formats: nodes by name or number, attributes class, features and weight.
 * Only at the border: a million edges take it seconds and hundreds of megabytes.
 *
 * Throws  DeviceError  graphology is not installed.
 */
export function toGraphology(
  graph: Graph,
  classNames: readonly ClassName[] | null = null,
  isAdded: Uint8Array | null = null,
): UndirectedGraph {
  const graphology = requirePart<typeof import('graphology')>('graphology', 'graphology')
  const out = new graphology.UndirectedGraph()
  const name = (node: number) => graph.nodeNames?.[node] ?? String(node)
  for (let node = 0; node < graph.nodes; node++) {
    out.addNode(name(node), {
      ...classOf(graph, classNames, node),
      ...(graph.features && {features: rowOf(graph.features, node)}),
    })
  }
  for (let e = 0; e < graph.edges.length / 2; e++) {
    // Keys that graphology makes up differ from run to run.
    out.addEdgeWithKey(String(e), name(graph.edges[2 * e]!), name(graph.edges[2 * e + 1]!), {
      ...(graph.weights && {weight: graph.weights[e]!}),
      ...(isAdded?.[e] === 1 && {added: true}),
    })
  }
  return out
}

/** The graph of a graphology graph, labels and features from its node attributes. */
export function fromGraphology(source: AbstractGraph, options: NormaliseOptions & AttributeOptions = {}): Graph {
  const nodes = source.mapNodes((id, attributes) => ({id, attributes}))
  const edges = source.mapEdges((_, attributes, from, to) => ({
    source: from,
    target: to,
    weight: attributes['weight'] as unknown,
  }))
  const {raw} = rawOfAttributed({nodes, edges, directed: source.directedSize > 0}, 'graph', options, GRAPH_LIMITS)
  return normaliseRaw(raw, 'graph', options).graph
}
