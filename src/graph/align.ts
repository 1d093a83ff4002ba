import {InputError, option} from '../errors.js'
import type {Note} from '../frame/report.js'
import type {AttributeColumn, GraphFormat, RawGraph, ReadResult} from './document.js'
import {requireNodes} from './labels.js'
import {unmatched} from './node-ids.js'
import {type NodeSet, nodeSet} from './node-set.js'
import type {ReadOptions} from './read-options.js'
import {rowsByNode, type SideTable, type SideRows} from './side-data.js'

/** Formats with numbered nodes: node k is row k of the arrays, whatever its name. */
export const rowsAreNodes = (format: GraphFormat, nodeNames: readonly string[] | null) =>
  nodeNames === null || format.endsWith('npz')

/** Attributes that may hold node names: igraph writes n0, n1 … as ids and the names as an attribute. */
const NAMING = ['name', 'label', 'Label', 'title', 'id']

/** Alternative node names: an attribute whose values are unique. */
export interface Alias {
  readonly attribute: string
  readonly set: NodeSet
}

export function aliasSets({raw: {nodeNames, nodes}, carried}: ReadResult, asText: boolean): Alias[] {
  if (carried.nodeColumns === undefined) return []
  return carried.nodeColumns().flatMap(({name, values}) => {
    if (!NAMING.includes(name) || !values.every((value) => ['string', 'number', 'bigint'].includes(typeof value)))
      return []
    const names = values.map(String)
    const isOther = names.some((one, node) => one !== (nodeNames?.[node] ?? String(node)))
    return isOther && new Set(names).size === nodes ? [{attribute: name, set: nodeSet(names, asText)}] : []
  })
}

/** Sorts rows of features and labels into node order. */
export function aligner(
  {nodes, nodeNames}: RawGraph,
  format: GraphFormat,
  set: NodeSet,
  aliases: readonly Alias[],
  options: ReadOptions,
) {
  // Names 0, 1, 2 … or 1, 2, 3 … are row numbers.
  const counts = nodeNames?.every((name, node) => name === String(node + 1)) ?? true
  const isNumbered = counts || rowsAreNodes(format, nodeNames) || options.rowsInOrder === true
  return <Value>(side: SideTable<Value> | null, kind: 'features' | 'labels') => {
    if (side === null) return null
    const {by, rows: matchedRows, note} = bestMatch(side, set, aliases)
    const {value, rows, ids, notes, kinds = []} = matchedRows
    const {path} = side.file
    if (ids === null && !isNumbered) throw unmatched(path, nodeNames![0]!)
    if (ids === null) {
      requireNodes(rows, nodes, kind, path)
      return {value, rows: null, notes, kinds}
    }
    const matched = rowsByNode({ids}, nodes, by, (node) => nodeNames?.[node] ?? String(node), path, kind === 'features')
    return {value, rows: matched.rows, notes: [...notes, ...note, ...matched.notes], kinds: byNode(kinds, matched.rows)}
  }
}

/** Reorders columns from rows to nodes; undefined: a node without a row. */
const byNode = (columns: readonly AttributeColumn[], rows: Uint32Array | null): AttributeColumn[] =>
  columns.map(({name, values}) => ({
    name,
    values: rows === null ? values : Array.from(rows, (row): unknown => values[row]),
  }))

/**
 * Matches rows by node id, or by a naming attribute if that matches every row and the ids do not.
 *
 * Throws  InputError  both fit and disagree.
 */
function bestMatch<Value>(
  side: SideTable<Value>,
  set: NodeSet,
  aliases: readonly Alias[],
): {by: NodeSet; rows: SideRows<Value>; note: Note[]} {
  const tried = aliases.flatMap(({attribute, set: by}) => {
    const rows = attempt(side, by)
    return rows instanceof InputError || !isWhole(rows, by) ? [] : [{attribute, by, rows}]
  })
  const [other] = tried
  const rows = attempt(side, set)
  if (other === undefined) {
    if (rows instanceof InputError) throw rows
    return {by: set, rows, note: []}
  }
  const note: Note[] = [
    {
      level: 'info',
      code: 'matched-by-attribute',
      message: `${side.file.path}: its ids are the node attribute ${other.attribute} of the graph file`,
    },
  ]
  if (rows instanceof InputError || !isWhole(rows, set)) return {by: other.by, rows: other.rows, note}
  const differs = rows.ids!.some((id) => set.find(id) !== other.by.find(id))
  if (differs)
    throw new InputError(
      `${side.file.path}: its ids are ids of nodes, and they are also the node attribute ${other.attribute} of other nodes`,
      [`give the rows ids of one kind`, `name the column of ids with ${option('idColumn')}`],
    )
  return {by: set, rows, note: []}
}

function attempt<Value>(side: SideTable<Value>, set: NodeSet): SideRows<Value> | InputError {
  try {
    return side.match(set)
  } catch (error) {
    if (error instanceof InputError) return error
    throw error
  }
}

/** Every row is a node, or every node has a row. */
function isWhole<Value>({ids}: SideRows<Value>, set: NodeSet): boolean {
  if (ids === null) return false
  const found = new Set(ids.map((id) => set.find(id)))
  return found.delete(undefined) ? found.size === set.size : ids.length > 0
}
