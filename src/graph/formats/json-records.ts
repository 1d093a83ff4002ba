import {exactJson, isJsonObject, type JsonObject} from '../../data/json.js'
import {InputError} from '../../errors.js'
import type {AttributeColumn, NormalisedGraph, WriteResult} from '../document.js'
import {keptNodes, keptRecords} from '../kept-edges.js'
import {renumbering} from '../select-nodes.js'

/** A list of objects under a key of a JSON object. */
export function objectList(root: JsonObject, key: string, place: string): JsonObject[] {
  const list = root[key]
  if (!Array.isArray(list)) throw new InputError(`${place}: ${key} is not a list`, ['give a list of objects'])
  list.forEach((item, i) => {
    if (!isJsonObject(item)) throw new InputError(`${place}: ${key}[${i}] is not an object`, ['give a list of objects'])
  })
  return list as JsonObject[]
}

/** A node id: text, or a number as text. */
export function idOf(item: JsonObject, key: string, where: string): string {
  const id = item[key]
  if (typeof id !== 'string' && typeof id !== 'number' && typeof id !== 'bigint')
    throw new InputError(
      `${where}: ${key} is ${id === undefined ? 'missing' : exactJson(id)}, expected text or a number`,
      ['give every node and edge end an id'],
    )
  return String(id)
}

/** How a format names its lists, and how it writes an added edge between two ids. */
export interface JsonLayout {
  /** null: edges refer to indices in the list of nodes */
  idKey: string | null
  edgesKey: string
  /** the keys of such indices */
  ends?: readonly [string, string]
  added: (source: unknown, target: unknown) => JsonObject
}

/**
 * The same JSON without the removed nodes and edges, and with added edges at the end; all attributes and their order
 * are kept.
 */
export function rewriteJson(
  root: JsonObject,
  {idKey, edgesKey, added, ends}: JsonLayout,
  result: NormalisedGraph,
  pruned: Uint8Array,
): WriteResult {
  const stays = keptRecords(result, pruned)
  const nodes = root['nodes'] as JsonObject[]
  const nodeStays = keptNodes(result, nodes.length)
  const idOfNode = (node: number) => (idKey === null ? node : nodes[result.nodeOrigin?.[node] ?? node]![idKey])
  const number = result.nodeOrigin === null ? null : renumbering(result.nodeOrigin, nodes.length)
  const renumbered = (edge: unknown) =>
    ends === undefined || number === null
      ? edge
      : {
          ...(edge as JsonObject),
          ...Object.fromEntries(ends.map((key) => [key, number[Number((edge as JsonObject)[key])]])),
        }
  const pairs = result.added ?? new Uint32Array(0)
  const content = {
    ...root,
    nodes: nodes.filter((_, i) => nodeStays[i] === 1),
    [edgesKey]: [
      ...(root[edgesKey] as unknown[]).filter((_, i) => stays[i] === 1).map(renumbered),
      ...Array.from({length: pairs.length / 2}, (_, a) => added(idOfNode(pairs[2 * a]!), idOfNode(pairs[2 * a + 1]!))),
    ],
  }
  return {bytes: Buffer.from(`${exactJson(content)}\n`), notes: []}
}

/** Attributes of all items as columns, in order of first occurrence, except those in `without`. */
export function attributeColumns(
  items: readonly Readonly<Record<string, unknown>>[],
  without: readonly string[] = [],
): AttributeColumn[] {
  const names = new Set(items.flatMap((item) => Object.keys(item).filter((name) => item[name] !== undefined)))
  return [...names]
    .filter((name) => !without.includes(name))
    .map((name) => ({name, values: items.map((item) => (Object.hasOwn(item, name) ? item[name] : undefined))}))
}
