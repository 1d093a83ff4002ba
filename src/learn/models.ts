import {csrFromDense, csrFromTriplets, identityCsr, normaliseRows} from '../linalg/csr.js'
import {multiplyCsrDense} from '../linalg/csr-products.js'
import {type Csr, isCsr, type Matrix} from '../linalg/types.js'
import {gat} from './gat.js'
import {gcn} from './gcn.js'
import type {CreateModel, NodeData} from './model.js'
import {sgc} from './sgc.js'
import {TRAINING, type TrainingOptions} from './train.js'

interface Recipe {
  create: CreateModel
  training: TrainingOptions
}

/** Models by name, each with the training that reaches its published accuracy on clean Cora. */
export const MODELS = {
  gcn: {create: gcn, training: TRAINING},
  // A single weight layer needs larger steps: with .01 it is far from its optimum after 200 epochs (Wu et al. use .2).
  sgc: {create: sgc, training: {...TRAINING, dropout: 0, learningRate: 0.1}},
  gat: {create: gat, training: TRAINING},
} satisfies Record<string, Recipe>

export type ModelName = keyof typeof MODELS

export const MODEL_NAMES = Object.keys(MODELS) as ModelName[]

/** A model's view of a graph; without features every node is its own feature. */
export const nodeData = (nodes: number, edges: Uint32Array, features: Matrix | null, classes: number): NodeData =>
  graphData(featureRows(nodes, features), edges, classes)

/** A model's features: rows of length 1. */
export const featureRows = (nodes: number, features: Matrix | null): Csr =>
  features === null ? identityCsr(nodes) : normaliseRows(isCsr(features) ? features : csrFromDense(features)).unit

/** The same features with the edges of a graph. */
export function graphData(features: Csr, edges: Uint32Array, classes: number): NodeData {
  const adjacency = normalisedAdjacency(features.rows, edges)
  return {features, adjacency, mix: (b) => multiplyCsrDense(adjacency, b), classes}
}

/**
 * Â = D̃^-½ÃD̃^-½ of an undirected graph, Ã = A + I.
 *
 * Shapes     edges [2 m], no loops, no duplicates → [nodes, nodes], symmetric.
 * Source     Kipf & Welling 2017, eq. 2. Deviation: none.
 */
function normalisedAdjacency(nodes: number, edges: Uint32Array): Csr {
  const m = edges.length / 2
  const degree = new Float64Array(nodes).fill(1)
  for (const i of edges) degree[i]!++
  const rows = new Uint32Array(2 * m + nodes)
  const columns = new Uint32Array(2 * m + nodes)
  for (let e = 0; e < m; e++) {
    rows[2 * e] = columns[2 * e + 1] = edges[2 * e]!
    columns[2 * e] = rows[2 * e + 1] = edges[2 * e + 1]!
  }
  for (let i = 0; i < nodes; i++) rows[2 * m + i] = columns[2 * m + i] = i
  return csrFromTriplets(
    nodes,
    nodes,
    rows,
    columns,
    Float64Array.from(rows, (i, t) => 1 / Math.sqrt(degree[i]! * degree[columns[t]!]!)),
  )
}
