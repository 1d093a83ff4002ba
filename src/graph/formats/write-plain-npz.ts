import {exactJson} from '../../data/json.js'
import type {NamedArray} from '../../data/named-array.js'
import {writeNpz} from '../../data/npz.js'
import type {Note} from '../../frame/report.js'
import {isCsr} from '../../linalg/types.js'
import type {AttributeColumn, NormalisedGraph, WriteResult} from '../document.js'
import {csrToArrays} from '../matrices.js'
import {csrNames, repairedArray} from '../npz-arrays.js'
import {partOf} from '../split-arrays.js'
import {type WrittenGraph, simpleGraph, typeOfColumn} from '../written.js'

/** The undirected simple graph as plain arrays. */
export const writeSimpleNpz = (result: NormalisedGraph, pruned: Uint8Array): WriteResult =>
  writePlainNpz(simpleGraph(result, pruned))

/**
 * Any graph as plain arrays: records in `edges` [k, 2], `directed` if they have a direction, `edge_weights`, other
 * record attributes as edge_<name>, node attributes as node_<name>.
 */
export function writePlainNpz(graph: WrittenGraph): WriteResult {
  const {edges, removed, weights, added} = graph
  const arrays: NamedArray[] = [
    {name: 'edges', shape: [edges.length / 2, 2], type: 'i4', data: edges},
    {name: 'edges_removed', shape: [removed.length / 2, 2], type: 'i4', data: removed},
    ...(graph.directed ? [{name: 'directed', shape: [], type: 'b1' as const, data: Uint8Array.of(1)}] : []),
    ...(weights === null ? [] : [{name: 'edge_weights', shape: [weights.length], type: 'f8' as const, data: weights}]),
    ...(graph.undirected === null
      ? []
      : [{name: 'edge_undirected', shape: [graph.undirected.length], type: 'b1' as const, data: graph.undirected}]),
    ...repairedArray({added}),
    ...graph.edgeColumns.map((column) => arrayOfColumn(column, 'edge')),
    ...nodeArrays(graph, 'i4'),
  ]
  return {bytes: writeNpz(arrays), notes: [...graph.notes, ...textNotes(graph)]}
}

/** Features, labels, split and node names, and other node attributes as node_<name>. */
export function nodeArrays(graph: WrittenGraph, integers: 'i4' | 'i8'): NamedArray[] {
  const {classNames, features, taken} = graph
  const arrays: NamedArray[] = []
  if (features !== null)
    arrays.push(
      ...(isCsr(features)
        ? csrToArrays(features, csrNames('feat_'), 'f8', 'i4')
        : [{name: 'features', shape: [features.rows, features.cols], type: 'f8' as const, data: features.data}]),
    )
  if (graph.labels !== null) {
    const words = classNames?.some((name) => typeof name === 'string') === true
    const names = Array.from(graph.labels, (label) => (label < 0 ? (words ? '' : -1) : (classNames?.[label] ?? label)))
    arrays.push(
      words
        ? {name: 'labels', shape: [graph.nodes], type: 'U', data: names.map(String)}
        : classNames?.includes(-1) === true && graph.labels.includes(-1)
          ? {
              name: 'labels',
              shape: [graph.nodes],
              type: 'f8',
              data: Float64Array.from(graph.labels, (label) => (label < 0 ? NaN : Number(classNames[label]))),
            }
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
      arrays.push({name, shape: [data.length], type: integers, data})
    }
  }
  if (graph.names !== null) arrays.push({name: 'node_names', shape: [graph.nodes], type: 'U', data: graph.names})
  arrays.push({name: 'num_nodes', shape: [1], type: integers, data: Int32Array.of(graph.nodes)})
  const inOwnArrays = (name: string) =>
    (graph.labels !== null && name === taken.labels) || taken.features.includes(name) || partOf(name) !== null
  return [
    ...arrays,
    ...graph.nodeColumns.filter(({name}) => !inOwnArrays(name)).map((column) => arrayOfColumn(column, 'node')),
  ]
}

/** A column as an array; a column with whole numbers beyond 2⁵³, lists, objects or missing numbers becomes text. */
export function arrayOfColumn(column: AttributeColumn, prefix: 'edge' | 'node'): NamedArray {
  const {name, values} = column
  const type = typeOfColumn(column)
  const full = name.startsWith(`${prefix}_`) ? name : `${prefix}_${name}`
  const shape = [values.length]
  const isFull = values.every((value) => value !== undefined && value !== null && typeof value !== 'bigint')
  if (isFull && type === 'boolean')
    return {name: full, shape, type: 'b1', data: Uint8Array.from(values as boolean[], Number)}
  if (isFull && type === 'long') return {name: full, shape, type: 'i8', data: Float64Array.from(values as number[])}
  if (type === 'double')
    return {
      name: full,
      shape,
      type: 'f8',
      data: Float64Array.from(values, (value) => (value === undefined || value === null ? NaN : Number(value))),
    }
  return {
    name: full,
    shape,
    type: 'U',
    data: values.map((value) =>
      value === undefined || value === null ? '' : typeof value === 'string' ? value : exactJson(value),
    ),
  }
}

/** A note that lists and objects become text. */
export function textNotes({edgeColumns, nodeColumns, taken}: WrittenGraph): Note[] {
  const lists = [...edgeColumns, ...nodeColumns].filter(
    ({name, values}) =>
      !taken.features.includes(name) && values.some((value) => typeof value === 'object' && value !== null),
  )
  return lists.length === 0
    ? []
    : [
        {
          level: 'warning',
          code: 'written-as-text',
          message: `lists and objects become JSON text in an array: ${lists.map(({name}) => name).join(', ')}`,
        },
      ]
}
