import type {NamedArray} from '../../data/named-array.js'
import {writeNpz} from '../../data/npz.js'
import {denseRows} from '../../linalg/csr.js'
import type {NormalisedGraph, WriteResult} from '../document.js'
import {keptEdges} from '../kept-edges.js'

/** Beyond so many values features are left out: PyTorch Geometric wants them dense. */
const DENSE_VALUES = 2 ** 28

/**
 * What torch_geometric.data.Data takes: edge_index [2, 2 k] with both directions, sorted by source, edge_weight where
 * there are weights, edge_repaired [2 k] where edges were added, x [n, d] dense, y [n] (−1 = unknown), train_mask,
 * val_mask and test_mask [n].
 */
export function writeEdgeIndexNpz(result: NormalisedGraph, pruned: Uint8Array): WriteResult {
  const {graph} = result
  const {kept, weights, isAdded} = keptEdges(result, pruned)
  const k = kept.length / 2
  const order = Uint32Array.from({length: 2 * k}, (_, t) => t)
  const source = (t: number) => (t < k ? kept[2 * t]! : kept[2 * (t - k) + 1]!)
  const target = (t: number) => (t < k ? kept[2 * t + 1]! : kept[2 * (t - k)]!)
  order.sort((s, t) => source(s) - source(t) || target(s) - target(t))
  const index = new Float64Array(4 * k)
  order.forEach((t, at) => {
    index[at] = source(t)
    index[2 * k + at] = target(t)
  })
  const arrays: NamedArray[] = [{name: 'edge_index', shape: [2, 2 * k], type: 'i8', data: index}]
  if (weights !== null)
    arrays.push({
      name: 'edge_weight',
      shape: [2 * k],
      type: 'f4',
      data: Float32Array.from(order, (t) => weights[t % k]!),
    })
  if (isAdded !== null)
    arrays.push({
      name: 'edge_repaired',
      shape: [2 * k],
      type: 'b1',
      data: Uint8Array.from(order, (t) => isAdded[t % k]!),
    })
  const {features, labels, split, nodes} = graph
  const isTooLarge = features !== null && features.rows * features.cols > DENSE_VALUES
  if (features !== null && !isTooLarge)
    arrays.push({
      name: 'x',
      shape: [nodes, features.cols],
      type: 'f4',
      data: Float32Array.from(denseRows(features, 0, nodes).data),
    })
  if (labels !== null) arrays.push({name: 'y', shape: [nodes], type: 'i8', data: Float64Array.from(labels)})
  if (split !== null) {
    for (const [name, members] of [
      ['train_mask', split.train],
      ['val_mask', split.validation],
      ['test_mask', split.test],
    ] as const) {
      const mask = new Uint8Array(nodes)
      for (const node of members) mask[node] = 1
      arrays.push({name, shape: [nodes], type: 'b1', data: mask})
    }
  }
  arrays.push({name: 'num_nodes', shape: [1], type: 'i8', data: Float64Array.of(nodes)})
  const notes = isTooLarge
    ? [
        {
          level: 'warning' as const,
          code: 'not-written',
          message: `${nodes} × ${features.cols} dense features are too large for an edge_index file and were left out`,
        },
      ]
    : []
  return {bytes: writeNpz(arrays), notes}
}
