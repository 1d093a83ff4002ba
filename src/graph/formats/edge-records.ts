import type {NodeIds, NumberingOptions} from '../node-ids.js'
import type {ColumnOptions} from '../tables/edge-columns.js'

export interface EdgeListOptions extends ColumnOptions {
  nodeIds: NodeIds
  /** ids stay text: 007 is not 7 */
  idsAsText: boolean
  firstId: number | undefined
  /** rows without ids follow the nodes in the order in which they first occur */
  rowsInOrder: boolean
  /** what files of features and labels say of the nodes, given the ids of the list */
  sideRows: (ids: () => readonly string[]) => Pick<NumberingOptions, 'rows' | 'rowIds'>
}

/** The records of a table of edges, before its nodes have numbers. */
export interface EdgeRecords {
  /** [2 m] whole numbers, or text */
  ids: Float64Array | string[]
  weights: Float64Array | null
  /** [m] 1: without direction; null: the table does not say */
  undirected: Uint8Array | null
}
