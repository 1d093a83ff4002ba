import {InputError, option} from '../errors.js'
import type {Note} from '../frame/report.js'

export type NodeIds = 'auto' | 'numbers' | 'names'

export interface NumberedNodes {
  readonly nodes: number
  /** [2 m] */
  readonly edges: Uint32Array
  /** null: ids are node numbers */
  readonly names: string[] | null
  readonly notes: readonly Note[]
}

/** What else is known about the nodes of an edge list. */
export interface NumberingOptions {
  nodeIds: NodeIds
  place: string
  /** feature or label rows without ids, and their file; null: none */
  rows: {count: number; place: string} | null
  /** ids of the feature rows; null: none */
  rowIds: ReadonlySet<string> | null
  /** the id of the first row */
  firstId: number | undefined
}

/**
 * Node numbers of numeric ids.
 *
 * Rows without ids     id k is row k, or row k − 1 if only that fits; refused if both fit.
 * Rows with ids        numbers 0 … max if each has a row, else names.
 * Neither              numbers 0 … max if 0 and at least half of them occur, else names (such as paper numbers).
 *
 * Names are numbered in ascending order.
 *
 * Shapes  ids [2 m] → edges [2 m].   Cost: O(m + max id), or O(m log m) for names.   Empty: m = 0 → no node.
 * Throws  InputError  rows that cannot be matched with certainty.
 */
export function numberNumericIds(ids: Float64Array, options: NumberingOptions): NumberedNodes {
  const {nodeIds, rows, rowIds, place} = options
  let most = -1
  let least = Infinity
  for (const id of ids) {
    if (id > most) most = id
    if (id < least) least = id
  }
  const numbered = (nodes: number, first: number, notes: Note[] = []): NumberedNodes => ({
    nodes,
    edges: Uint32Array.from(ids, (id) => id - first),
    names: first === 0 ? null : Array.from({length: nodes}, (_, node) => String(node + first)),
    notes,
  })
  if (ids.length === 0) return numbered(0, 0)
  if (nodeIds === 'numbers') return numbered(Math.max(most + 1, rows?.count ?? 0), 0)
  if (nodeIds === 'auto' && rows !== null) {
    const first = options.firstId ?? firstIdOf(least, most, rows.count, rows.place, place)
    if (least < first || most - first >= rows.count)
      throw new InputError(
        `${rows.place}: has ${rows.count} rows, ids ${first} to ${first + rows.count - 1}, but the node ids of ${place} run from ${least} to ${most}`,
        [`check that the files belong together, and ${option('firstId')}`],
      )
    return numbered(rows.count, first, first === 0 ? [] : [countsFrom(place, first)])
  }
  const covered = rowIds !== null && coversAll(rowIds, most)
  if (
    nodeIds === 'auto' &&
    rows === null &&
    (rowIds === null ? least === 0 && most < 2 * countDistinct(ids, most) : covered)
  )
    return numbered(covered ? Math.max(most + 1, wholeNumbers(rowIds)) : most + 1, 0)
  const sorted = Float64Array.from(new Set(ids)).sort()
  const number = new Map<number, number>()
  sorted.forEach((id, i) => number.set(id, i))
  return {
    nodes: sorted.length,
    edges: Uint32Array.from(ids, (id) => number.get(id)!),
    names: Array.from(sorted, String),
    notes: least === 1 && most === sorted.length ? [countsFrom(place, 1)] : [],
  }
}

const countsFrom = (place: string, first: number): Note => ({
  level: 'info',
  code: 'ids-from-one',
  message: `${place}: node ids count from ${first}: id ${first} is the first row`,
})

/** The id of the first row, if only one reading fits. */
function firstIdOf(least: number, most: number, rows: number, place: string, graph: string): 0 | 1 {
  if (least === 0 && most < rows) return 0
  if (least >= 1 && most === rows) return 1
  if (least >= 1 && most < rows)
    throw new InputError(
      `${place}: has ${rows} rows, and the node ids of ${graph} run from ${least} to ${most}: it is unclear whether id ${least} is row ${least} or row ${least - 1}`,
      [`set ${option('firstId')} 0 or ${option('firstId')} 1`, 'give the rows a column of ids'],
    )
  throw new InputError(
    `${place}: has ${rows} rows, but the node ids of ${graph} run from ${least} to ${most}, so which row belongs to which node is unknown`,
    ['give the rows ids: a csv with an id column, or an npz with an array ids', 'check that the files belong together'],
  )
}

const coversAll = (ids: ReadonlySet<string>, most: number): boolean => {
  if (most >= ids.size) return false
  for (let id = 0; id <= most; id++) if (!ids.has(String(id))) return false
  return true
}

/** n if the ids are exactly 0 … n − 1, else 0. */
const wholeNumbers = (ids: ReadonlySet<string> | null): number =>
  ids !== null && coversAll(ids, ids.size - 1) ? ids.size : 0

function countDistinct(ids: Float64Array, most: number): number {
  // The ids cannot cover half of that many numbers.
  if (most >= 2 * ids.length) return 0
  const seen = new Uint8Array(most + 1)
  for (const id of ids) seen[id] = 1
  return seen.reduce((count, one) => count + one, 0)
}

/** Numbers text ids in order of first occurrence. */
export function numberNames(ids: readonly string[]): NumberedNodes {
  const number = new Map<string, number>()
  const edges = Uint32Array.from(ids, (id) => {
    const known = number.get(id)
    if (known !== undefined) return known
    number.set(id, number.size)
    return number.size - 1
  })
  return {nodes: number.size, edges, names: [...number.keys()], notes: []}
}

/** Rows without ids and nodes with names: nothing matches rows to nodes. */
export const unmatched = (rows: string, example: string): InputError =>
  new InputError(
    `${rows}: its rows have no ids, and the nodes have names such as ${JSON.stringify(example)}: which row belongs to which node is unknown`,
    [
      'give the rows ids: a csv with an id column, or an npz with an array ids',
      `set ${option('rowsInOrder')} if the rows follow the order in which the graph file first names its nodes`,
    ],
  )
