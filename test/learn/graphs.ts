import {csrFromDense} from '../../src/linalg/csr.js'
import {dense} from '../../src/linalg/types.js'
import {type NodeData} from '../../src/learn/model.js'
import {nodeData} from '../../src/learn/models.js'
import {random} from '../../src/stats/random.js'

export interface SmallGraph {
  nodes: number
  edges: Uint32Array
  features: ReturnType<typeof csrFromDense>
  labels: Int32Array
  classes: number
}

/** A random graph with sparse features; node 0 has no neighbour and node 1 no feature. */
export function smallGraph(seed: number, nodes = 11, columns = 6, classes = 3): SmallGraph {
  const rng = random(seed)
  const edges: number[] = []
  for (let u = 1; u < nodes; u++) for (let v = u + 1; v < nodes; v++) if (rng.uniform() < 0.3) edges.push(u, v)
  const x = dense(nodes, columns)
  for (let i = 0; i < nodes; i++)
    for (let j = 0; j < columns; j++) if (i !== 1 && rng.uniform() < 0.5) x.data[i * columns + j] = rng.normal()
  return {
    nodes,
    edges: Uint32Array.from(edges),
    features: csrFromDense(x),
    labels: Int32Array.from({length: nodes}, () => rng.integer(classes)),
    classes,
  }
}

export const dataOf = ({nodes, edges, features, classes}: SmallGraph): NodeData =>
  nodeData(nodes, edges, features, classes)

/** The same graph with node i renamed order[i]. */
export function renamed(graph: SmallGraph, order: Uint32Array): SmallGraph {
  const pairs = Array.from({length: graph.edges.length / 2}, (_, e) =>
    [order[graph.edges[2 * e]!]!, order[graph.edges[2 * e + 1]!]!].sort((a, b) => a - b),
  )
  pairs.sort(([a, b], [c, d]) => a! - c! || b! - d!)
  const {rows, cols, indptr, indices, values} = graph.features
  const x = dense(rows, cols)
  for (let i = 0; i < rows; i++)
    for (let t = indptr[i]!; t < indptr[i + 1]!; t++) x.data[order[i]! * cols + indices[t]!] = values[t]!
  const labels = new Int32Array(rows)
  graph.labels.forEach((label, i) => (labels[order[i]!] = label))
  return {...graph, edges: Uint32Array.from(pairs.flat()), features: csrFromDense(x), labels}
}
