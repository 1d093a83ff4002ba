import type {JsonObject} from '../../data/json.js'
import {rawOfAttributed} from '../attributed.js'
import type {ReadResult} from '../document.js'
import type {GraphLimits} from '../limits.js'
import type {AttributeOptions} from '../node-attributes.js'
import {attributeColumns, idOf, objectList, rewriteJson} from './json-records.js'

/**
 * NetworkX node_link_data: nodes [{id, …}], links or edges [{source, target, …}] (or from and to), directed. D3 and
 * NetworkX 1 write indices in the list of nodes as source and target, and D3 has names instead of ids: ends are read as
 * indices if every one is a valid index and none is an id.
 */
export function readNodeLink(
  root: JsonObject,
  place: string,
  options: AttributeOptions,
  limits: GraphLimits,
): ReadResult {
  const edgesKey = Object.hasOwn(root, 'links') ? 'links' : 'edges'
  const items = objectList(root, 'nodes', place)
  const records = objectList(root, edgesKey, place)
  const has = (list: readonly JsonObject[], key: string) =>
    list.length > 0 && list.every((item) => Object.hasOwn(item, key))
  const [from, to] = !has(records, 'source') && has(records, 'from') ? ['from', 'to'] : ['source', 'target']
  const ends = records.flatMap((item) => [item[from], item[to]])
  const isPlace = (end: unknown) => Number.isSafeInteger(end) && Number(end) >= 0 && Number(end) < items.length
  const named = has(items, 'name') && new Set(items.map((item) => item['name'])).size === items.length
  const idKey = has(items, 'id') || ends.length === 0 || !(named || ends.every(isPlace)) ? 'id' : named ? 'name' : null
  const ids = items.map((item, i) => (idKey === null ? String(i) : idOf(item, idKey, `${place}: nodes[${i}]`)))
  const known = new Set(ids)
  const byPlace = ends.length > 0 && ends.every((end) => isPlace(end) && (idKey === null || !known.has(String(end))))
  const end = (item: JsonObject, key: string, e: number) =>
    byPlace ? ids[Number(item[key])]! : idOf(item, key, `${place}: ${edgesKey}[${e}]`)
  const edges = records.map((item, e) => ({
    source: end(item, from, e),
    target: end(item, to, e),
    weight: item['weight'],
  }))
  const nodes = items.map((attributes, i) => ({id: ids[i]!, attributes}))
  const {taken, notes, ...read} = rawOfAttributed(
    {nodes, edges, directed: root['directed'] === true},
    place,
    options,
    limits,
  )
  return {
    ...read,
    notes: [
      ...notes,
      ...(byPlace && idKey !== null
        ? [
            {
              level: 'info' as const,
              code: 'ends-are-places',
              message: `${place}: ${from} and ${to} of its edges are places in the list of nodes, counted from 0`,
            },
          ]
        : []),
    ],
    carried: {
      taken,
      nodeColumns: () => attributeColumns(items, ['id']),
      edgeColumns: () => attributeColumns(records, [from, to, 'weight']),
      rewrite: (result, pruned) =>
        rewriteJson(
          root,
          {
            idKey: byPlace ? null : idKey,
            edgesKey,
            added: (source, target) => ({[from]: source, [to]: target, added: true}),
            ...(byPlace && {ends: [from, to] as const}),
          },
          result,
          pruned,
        ),
    },
  }
}
