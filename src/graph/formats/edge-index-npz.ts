import type {NamedArray} from '../../data/named-array.js'
import {writeNpz} from '../../data/npz.js'
import {denseRows} from '../../linalg/csr.js'
import type {Note} from '../../frame/report.js'
import type {WriteResult} from '../document.js'
import type {WrittenGraph} from '../written.js'
import {arrayOfColumn, nodeArrays, textNotes} from './write-plain-npz.js'

/** Larger feature matrices are left out, because PyTorch Geometric needs them dense. */
const DENSE_VALUES = 2 ** 28

/**
 * What torch_geometric.data.Data takes: edge_index [2, k], sorted by source, an undirected graph in both directions;
 * edge_weight and edge_<name> for weights and attributes, edge_repaired [k] if edges were added, x [n, d] dense, y [n]
 * (−1 = unknown), train_mask, val_mask and test_mask [n].
 */
export function writeEdgeIndexNpz(graph: WrittenGraph): WriteResult {
  const {edges, weights, isAdded, features, split, nodes, labels} = graph
  const records = edges.length / 2
  /** position of each column in the records, and whether it is turned round */
  const turned: boolean[] = []
  const record: number[] = []
  // A file that already has every edge in both directions needs no second copy.
  const at = (u: number, v: number) => u * nodes + v
  const stored = new Map<number, number>()
  for (let r = 0; r < records; r++) {
    const key = at(edges[2 * r]!, edges[2 * r + 1]!)
    stored.set(key, (stored.get(key) ?? 0) + 1)
  }
  const isMirrored = (u: number, v: number) => stored.get(at(u, v)) === stored.get(at(v, u))
  for (const back of [false, true])
    for (let r = 0; r < records; r++) {
      const isBoth = !graph.directed || graph.undirected?.[r] === 1
      if (back && (!isBoth || isMirrored(edges[2 * r]!, edges[2 * r + 1]!))) continue
      record.push(r)
      turned.push(back)
    }
  const source = (t: number) => edges[2 * record[t]! + (turned[t]! ? 1 : 0)]!
  const target = (t: number) => edges[2 * record[t]! + (turned[t]! ? 0 : 1)]!
  const order = Uint32Array.from(record, (_, t) => t).sort(
    (s, t) => source(s) - source(t) || target(s) - target(t) || s - t,
  )
  const k = order.length
  const index = new Float64Array(2 * k)
  order.forEach((t, at) => {
    index[at] = source(t)
    index[k + at] = target(t)
  })
  const arrays: NamedArray[] = [{name: 'edge_index', shape: [2, k], type: 'i8', data: index}]
  if (weights !== null)
    arrays.push({
      name: 'edge_weight',
      shape: [k],
      type: 'f4',
      data: Float32Array.from(order, (t) => weights[record[t]!]!),
    })
  if (isAdded !== null)
    arrays.push({
      name: 'edge_repaired',
      shape: [k],
      type: 'b1',
      data: Uint8Array.from(order, (t) => isAdded[record[t]!]!),
    })
  for (const {name, values} of graph.edgeColumns)
    arrays.push(arrayOfColumn({name, values: Array.from(order, (t) => values[record[t]!])}, 'edge'))
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
  const own = new Set(['x', 'y', 'train_mask', 'val_mask', 'test_mask'])
  arrays.push(
    ...nodeArrays({...graph, features: null, labels: null, split: null}, 'i8').filter(({name}) => !own.has(name)),
  )
  const words = graph.classNames?.some((name) => typeof name === 'string') === true
  const notes: Note[] = [
    ...graph.notes,
    ...textNotes(graph),
    ...(isTooLarge
      ? [
          {
            level: 'warning' as const,
            code: 'not-written',
            message: `${nodes} × ${features.cols} dense features are too large for an edge_index file and were left out`,
          },
        ]
      : []),
    ...(labels !== null &&
    graph.classNames !== null &&
    (words || graph.classNames.some((name, label) => name !== label))
      ? [
          {
            level: 'info' as const,
            code: 'classes-numbered',
            message: `y holds class numbers: ${graph.classNames
              .slice(0, 20)
              .map((name, label) => `${label} is ${name}`)
              .join(', ')}${graph.classNames.length > 20 ? ', …' : ''}`,
          },
        ]
      : []),
  ]
  return {bytes: writeNpz(arrays), notes}
}
