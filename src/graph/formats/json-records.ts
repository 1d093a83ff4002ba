import {isJsonObject, type JsonObject} from '../../data/json.js'
import {InputError} from '../../errors.js'
import type {NormalisedGraph, WriteResult} from '../document.js'
import {keptNodes, keptRecords} from '../kept-edges.js'

/** A list of objects under a key of a JSON object. */
export function objectList(root: JsonObject, key: string, place: string): JsonObject[] {
  const list = root[key]
  if (!Array.isArray(list)) throw new InputError(`${place}: ${key} is no list`, ['give a list of objects'])
  list.forEach((item, i) => {
    if (!isJsonObject(item)) throw new InputError(`${place}: ${key}[${i}] is no object`, ['give a list of objects'])
  })
  return list as JsonObject[]
}

/** A node id: text, or a number as text. */
export function idOf(item: JsonObject, key: string, where: string): string {
  const id = item[key]
  if (typeof id !== 'string' && typeof id !== 'number') throw new InputError(`${where}: ${key} is ${JSON.stringify(id) ?? 'missing'}, expected text or a number`, ['give every node and edge end an id'])
  return String(id)
}

/** The same JSON with the nodes and edges that are left out taken from their lists; all attributes and their order kept. */
export function rewriteJson(root: JsonObject, edgesKey: string, nodes: number, result: NormalisedGraph, pruned: Uint8Array): WriteResult {
  const stays = keptRecords(result, pruned)
  const nodeStays = keptNodes(result, nodes)
  const content = {
    ...root,
    nodes: (root['nodes'] as unknown[]).filter((_, i) => nodeStays[i] === 1),
    [edgesKey]: (root[edgesKey] as unknown[]).filter((_, i) => stays[i] === 1),
  }
  return {bytes: Buffer.from(`${JSON.stringify(content)}\n`), notes: []}
}
