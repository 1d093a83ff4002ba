import {exactJson, isJsonObject, type JsonObject} from '../../data/json.js'
import {rawOfAttributed} from '../attributed.js'
import type {AttributeColumn, ReadResult, WriteResult} from '../document.js'
import type {GraphLimits} from '../limits.js'
import type {AttributeOptions, Attributes} from '../node-attributes.js'
import {rowOf} from '../graphology.js'
import {partOf} from '../split-arrays.js'
import {notHeld, type WrittenGraph} from '../written.js'
import {classColumn, weightColumn} from './graphml.js'
import {attributeColumns, idOf, objectList, rewriteJson} from './json-records.js'

const attributesOf = (item: JsonObject): Attributes => (isJsonObject(item['attributes']) ? item['attributes'] : {})

/** A serialized graphology graph: nodes [{key, attributes}], edges [{source, target, attributes, undirected}], options. */
export function readGraphologyJson(
  root: JsonObject,
  place: string,
  options: AttributeOptions,
  limits: GraphLimits,
): ReadResult {
  const nodes = objectList(root, 'nodes', place).map((item, i) => ({
    id: idOf(item, 'key', `${place}: nodes[${i}]`),
    attributes: attributesOf(item),
  }))
  const records = objectList(root, 'edges', place)
  const edges = records.map((item, i) => ({
    source: idOf(item, 'source', `${place}: edges[${i}]`),
    target: idOf(item, 'target', `${place}: edges[${i}]`),
    weight: attributesOf(item)['weight'],
  }))
  const type = isJsonObject(root['options']) ? root['options']['type'] : undefined
  const directed = type !== 'undirected' && records.some((item) => item['undirected'] !== true)
  const {taken, ...read} = rawOfAttributed({nodes, edges, directed}, place, options, limits)
  return {
    ...read,
    carried: {
      taken,
      nodeColumns: () => attributeColumns(nodes.map((node) => node.attributes)),
      edgeColumns: () =>
        attributeColumns(
          records.map((item) => ({key: item['key'], ...attributesOf(item)})),
          ['weight'],
        ),
      undirectedRecords:
        directed && records.some((item) => item['undirected'] === true)
          ? Uint8Array.from(records, (item) => Number(item['undirected'] === true))
          : null,
      rewrite: (result, pruned) =>
        rewriteJson(
          root,
          {
            idKey: 'key',
            edgesKey: 'edges',
            added: (source, target) => ({source, target, undirected: !directed, attributes: {added: true}}),
          },
          result,
          pruned,
        ),
    },
  }
}

/** Any graph as graphology JSON: every record with its attributes and its key; class, features and weight are attributes. */
export function writeGraphologyJson(graph: WrittenGraph): WriteResult {
  const {edges, weights, isAdded, names, taken, features} = graph
  const name = (node: number) => names?.[node] ?? String(node)
  const nodeColumns = [...(taken.labels === null ? classColumn(graph) : []), ...graph.nodeColumns]
  const keys = graph.edgeColumns.find((column) => column.name === 'key')
  const isUnique =
    keys !== undefined && new Set(keys.values).size === keys.values.length && !keys.values.includes(undefined)
  const edgeColumns = [
    ...(weights === null ? [] : [weightColumn(weights)]),
    ...graph.edgeColumns.filter((column) => column !== keys || !isUnique),
  ]
  const attributes = (columns: readonly AttributeColumn[], row: number): [string, unknown][] =>
    columns.flatMap(({name: key, values}) =>
      values[row] === undefined ? [] : [[key, values[row]] as [string, unknown]],
    )
  const pairs = new Set<string>()
  let isMulti = false
  for (let r = 0; r < edges.length / 2; r++) {
    const [u, v] = [edges[2 * r]!, edges[2 * r + 1]!]
    const key = graph.directed && graph.undirected?.[r] !== 1 ? `${u},${v}` : `${Math.min(u, v)},${Math.max(u, v)},`
    if (pairs.has(key)) isMulti = true
    pairs.add(key)
  }
  const mixed = graph.undirected?.includes(1) === true && graph.undirected.includes(0)
  const content = {
    attributes: {},
    options: {type: mixed ? 'mixed' : graph.directed ? 'directed' : 'undirected', multi: isMulti, allowSelfLoops: true},
    nodes: Array.from({length: graph.nodes}, (_, node) => ({
      key: name(node),
      attributes: Object.fromEntries([
        ...attributes(nodeColumns, node),
        ...(features !== null && taken.features.length === 0
          ? [['features', rowOf(features, node)] as [string, unknown]]
          : []),
      ]),
    })),
    edges: Array.from({length: edges.length / 2}, (_, r) => ({
      key: isUnique ? String(keys.values[r]) : String(r),
      source: name(edges[2 * r]!),
      target: name(edges[2 * r + 1]!),
      attributes: Object.fromEntries([
        ...attributes(edgeColumns, r),
        ...(isAdded?.[r] === 1 ? [['added', true] as [string, unknown]] : []),
      ]),
      ...((!graph.directed || graph.undirected?.[r] === 1) && {undirected: true}),
    })),
  }
  return {
    bytes: Buffer.from(`${exactJson(content)}\n`),
    notes: [
      ...graph.notes,
      ...notHeld('graphology JSON', [
        graph.split !== null && graph.nodeColumns.every((column) => partOf(column.name) === null) && 'split',
      ]),
    ],
  }
}
