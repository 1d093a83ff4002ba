import type {GraphLimits} from './limits.js'
import type {ArrayRoles} from './npz-arrays.js'
import type {NodeIds} from './node-ids.js'
import type {ColumnOptions} from './tables/edge-columns.js'

/** How a graph file and the files beside it are read. */
export interface ReadOptions extends ColumnOptions {
  /** array of edges in a plain npz; default `edges` */
  edges?: string
  /** which arrays of an npz hold what, where their names do not say so */
  arrays?: ArrayRoles
  /** files that replace what the graph file says */
  features?: string
  labels?: string
  split?: string
  /** whose nodes the split numbers: the file's (default), or those of its largest component, as DeepRobust's splits do */
  splitNumbers?: 'file' | 'component'
  /** what numeric ids of an edge list are; see numberNumericIds */
  nodeIds?: NodeIds
  /** node attributes of GraphML, GEXF and JSON; by default what is clearly meant, see node-attributes */
  labelAttribute?: string
  featureAttributes?: readonly string[]
  /** column or array of features and labels files that says whose each row is */
  idColumn?: string
  /** ids stay text: 007 is not 7 */
  idsAsText?: boolean
  /** the id of the first row of files whose rows have no ids */
  firstId?: number
  /** such rows follow the order in which the graph file first names its nodes */
  rowsInOrder?: boolean
  /** columns of edges or nodes that say what kind they are: read as neither features nor, unless asked, labels */
  within?: readonly string[]
  limits?: Partial<GraphLimits>
}
