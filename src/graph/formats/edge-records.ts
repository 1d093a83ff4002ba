import type {NodeIds, NumberingOptions} from '../node-ids.js'
import type {ColumnOptions} from '../tables/edge-columns.js'

export interface EdgeListOptions extends ColumnOptions {
  nodeIds: NodeIds
  /** ids are text: 007 is not 7 */
  idsAsText: boolean
  firstId: number | undefined
  /** rows without ids are in the order in which nodes first occur */
  rowsInOrder: boolean
  /** what files of features and labels tell about the nodes, given the ids of the list */
  sideRows: (ids: () => readonly string[]) => Pick<NumberingOptions, 'rows' | 'rowIds'>
}

/** The records of a table of edges, before its nodes have numbers. */
export interface EdgeRecords {
  /** [2 m] whole numbers, or text */
  ids: Float64Array | string[]
  weights: Float64Array | null
  /** [m] 1: undirected; null: the table does not say */
  undirected: Uint8Array | null
}
