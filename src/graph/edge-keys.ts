import {exactJson} from '../data/json.js'
import type {GraphDocument, NormalisedGraph} from './document.js'

/**
 * The file's ids of each edge's records, joined with ";": the attribute key, id or edge_id, or a unique one ending in
 * _id; null: records have no ids.
 */
export function edgeKeys({carried}: GraphDocument, {recordEdge, graph}: NormalisedGraph): string[] | null {
  const columns = carried.edgeColumns?.() ?? []
  const named = (name: string) =>
    columns.find((column) => column.name === name && column.values.some((value) => value !== undefined))
  const column =
    named('key') ??
    named('id') ??
    named('edge_id') ??
    columns.find(({name, values}) => /_id$|Id$/.test(name) && new Set(values).size === values.length)
  if (column === undefined) return null
  const keys: string[][] = Array.from({length: graph.edges.length / 2}, () => [])
  recordEdge.forEach((edge, r) => {
    const value = column.values[r]
    if (edge >= 0 && value !== undefined && value !== null)
      keys[edge]!.push(typeof value === 'string' ? value : exactJson(value))
  })
  return keys.map((of) => of.join(';'))
}
