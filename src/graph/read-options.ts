import type {GraphLimits} from './limits.js'
import type {ArrayRoles} from './npz-arrays.js'
import type {NodeIds} from './node-ids.js'
import type {ColumnOptions} from './tables/edge-columns.js'

/** How a graph file and the files beside it are read. */
export interface ReadOptions extends ColumnOptions {
  /** array of edges in a plain npz; default `edges` */
  edges?: string
  /** which arrays of an npz hold what, if their names do not tell */
  arrays?: ArrayRoles
  /** files that override the graph file */
  features?: string
  labels?: string
  split?: string
  /** what the split's node numbers refer to: the file (default), or its largest component, as in DeepRobust */
  splitNumbers?: 'file' | 'component'
  /** what numeric ids of an edge list are; see numberNumericIds */
  nodeIds?: NodeIds
  /** node attributes of GraphML, GEXF and JSON; by default only clear cases are taken, see node-attributes */
  labelAttribute?: string
  featureAttributes?: readonly string[]
  /** column or array of node ids in features and labels files */
  idColumn?: string
  /** ids are text: 007 is not 7 */
  idsAsText?: boolean
  /** the id of the first row of files whose rows have no ids */
  firstId?: number
  /** such rows are in the order in which the graph file first names its nodes */
  rowsInOrder?: boolean
  /** columns that give the kind of edges or nodes: not read as features, and as labels only if named */
  within?: readonly string[]
  limits?: Partial<GraphLimits>
}
