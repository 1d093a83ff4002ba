import {exactJson, isJsonObject, type JsonObject} from '../../data/json.js'
import {InputError} from '../../errors.js'
import {rawOfAttributed} from '../attributed.js'
import type {ReadResult} from '../document.js'
import {pairFilter} from '../kept-edges.js'
import type {GraphLimits} from '../limits.js'
import type {AttributeOptions} from '../node-attributes.js'
import {attributeColumns, idOf, objectList, rewriteJson} from './json-records.js'

/** Cytoscape JSON: elements.nodes and elements.edges, each with its attributes in data. */
export function readCytoscape(
  root: JsonObject,
  place: string,
  options: AttributeOptions,
  limits: GraphLimits,
): ReadResult {
  const elements = root['elements'] as JsonObject
  const dataOf = (key: string) =>
    objectList(elements, key, `${place}: elements`).map((item, i) => {
      const {data} = item
      if (!isJsonObject(data))
        throw new InputError(`${place}: elements.${key}[${i}] has no data`, ['give every node and edge a data object'])
      return data
    })
  const [nodes, edges] = [dataOf('nodes'), dataOf('edges')]
  const {taken, ...read} = rawOfAttributed(
    {
      nodes: nodes.map((data, i) => ({id: idOf(data, 'id', `${place}: elements.nodes[${i}]`), attributes: data})),
      edges: edges.map((data, i) => ({
        source: idOf(data, 'source', `${place}: elements.edges[${i}]`),
        target: idOf(data, 'target', `${place}: elements.edges[${i}]`),
        weight: data['weight'],
      })),
      directed: root['directed'] === true,
    },
    place,
    options,
    limits,
  )
  return {
    ...read,
    carried: {
      taken,
      nodeColumns: () => attributeColumns(nodes, ['id']),
      edgeColumns: () => attributeColumns(edges, ['source', 'target', 'weight']),
      rewrite(result, pruned) {
        // Rewriting finds items by the ids in their data.
        const layout = {
          idKey: 'data',
          edgesKey: 'edges',
          added: (source: unknown, target: unknown) => ({
            data: {source: (source as JsonObject)['id'], target: (target as JsonObject)['id'], added: true},
          }),
        }
        const {bytes, notes} = rewriteJson(elements, layout, result, pruned)
        return {
          bytes: Buffer.from(
            `${exactJson(root).replace(exactJson(elements), () => Buffer.from(bytes).toString().trim())}\n`,
          ),
          notes,
        }
      },
    },
  }
}

/** NetworkX adjacency_data: nodes, and a list of neighbours per node; an undirected edge is in two lists. */
export function readAdjacencyJson(
  root: JsonObject,
  place: string,
  options: AttributeOptions,
  limits: GraphLimits,
): ReadResult {
  const nodes = objectList(root, 'nodes', place)
  const lists = root['adjacency'] as unknown[]
  if (lists.length !== nodes.length)
    throw new InputError(`${place}: has ${lists.length} lists of neighbours for ${nodes.length} nodes`, [
      'give one list per node',
    ])
  const ids = nodes.map((item, i) => idOf(item, 'id', `${place}: nodes[${i}]`))
  const number = new Map(ids.map((id, i) => [id, i]))
  const directed = root['directed'] === true
  const entries = lists.map((list, i) => objectList({list}, 'list', `${place}: adjacency[${i}]`))
  const targets = entries.map((list, i) => list.map((item, k) => idOf(item, 'id', `${place}: adjacency[${i}][${k}]`)))
  const listed = targets.map((list) => new Set(list))
  /** Whether this is the second occurrence of an edge that is in two lists. */
  const isSecond = (i: number, target: string) => {
    const other = number.get(target) ?? Infinity
    return other < i && listed[other]!.has(ids[i]!)
  }
  const records = entries.flatMap((list, i) =>
    list.flatMap((item, k) => {
      const target = targets[i]![k]!
      return directed || !isSecond(i, target) ? [{source: ids[i]!, target, item}] : []
    }),
  )
  const {taken, ...read} = rawOfAttributed(
    {
      nodes: nodes.map((attributes, i) => ({id: ids[i]!, attributes})),
      edges: records.map(({source, target, item}) => ({source, target, weight: item['weight']})),
      directed,
    },
    place,
    options,
    limits,
  )
  return {
    ...read,
    carried: {
      taken,
      nodeColumns: () => attributeColumns(nodes, ['id']),
      edgeColumns: () =>
        attributeColumns(
          records.map(({item}) => item),
          ['id', 'weight'],
        ),
      rewrite(result, pruned) {
        const {stays} = pairFilter(result, pruned, nodes.length)
        const isKept = (i: number) => stays(i, i)
        const origin = (node: number) => result.nodeOrigin?.[node] ?? node
        const pairs = result.added ?? new Uint32Array(0)
        const fresh = new Map<number, JsonObject[]>()
        for (let a = 0; a < pairs.length; a += 2) {
          const [u, v] = [origin(pairs[a]!), origin(pairs[a + 1]!)]
          for (const [from, to] of directed
            ? [[u, v]]
            : [
                [u, v],
                [v, u],
              ])
            fresh.set(from!, [...(fresh.get(from!) ?? []), {id: nodes[to!]!['id'], added: true}])
        }
        const content = {
          ...root,
          nodes: nodes.filter((_, i) => isKept(i)),
          adjacency: entries.flatMap((list, i) =>
            isKept(i)
              ? [[...list.filter((item) => stays(i, number.get(String(item['id'])) ?? i)), ...(fresh.get(i) ?? [])]]
              : [],
          ),
        }
        return {bytes: Buffer.from(`${exactJson(content)}\n`), notes: []}
      },
    },
  }
}
