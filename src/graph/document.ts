import type {ClassName} from './labels.js'
import type {Matrix} from '../linalg/types.js'
import type {InputFile, Note} from '../frame/report.js'
import type {Graph, NormalisationCounts, Split} from './types.js'

export type GraphFormat =
  | 'plain-npz'
  | 'deeprobust-npz'
  | 'scipy-npz'
  | 'edge-list'
  | 'graphml'
  | 'gexf'
  | 'graphology-json'
  | 'node-link'
  | 'cytoscape-json'
  | 'adjacency-json'
  | 'gml'
  | 'pajek'
  | 'matrix-market'

/** A graph as its file has it: loops, repeated edges and directions included. */
export interface RawGraph {
  readonly nodes: number
  /** [2 m] source and target of each edge record, in the order of the file */
  readonly edges: Uint32Array
  /** [m] as read, or null where the file has none */
  readonly weights: Float64Array | null
  /** (u, v) and (v, u) are two records of one edge, not a repetition */
  readonly directed: boolean
  readonly nodeNames: readonly string[] | null
  readonly features: Matrix | null
  /** [nodes], −1 = unknown */
  readonly labels: Int32Array | null
  /** the file's class names, or null if classes are numbered */
  readonly classNames: readonly ClassName[] | null
  readonly split: Split | null
}

export interface GraphDocument {
  readonly format: GraphFormat
  /** the graph file first, then those of features, labels and split */
  readonly inputs: readonly InputFile[]
  readonly raw: RawGraph
  /** node numbers of the split refer to the file, or (as in DeepRobust) to its largest component */
  readonly splitNumbers: 'file' | 'component'
  readonly notes: readonly Note[]
  readonly carried: Carried
  /** node-kind columns from the files beside the graph, if any were named; absent: none */
  readonly kinds?: readonly AttributeColumn[]
}

/** One attribute for all nodes or all edge records of a file; undefined: no value here. */
export interface AttributeColumn {
  readonly name: string
  readonly values: readonly unknown[]
}

/** What a format keeps from its file so that writing it back loses nothing. */
export interface Carried {
  /** further edge attributes that a conversion carries over; absent: none */
  readonly edgeColumns?: () => AttributeColumn[]
  readonly nodeColumns?: () => AttributeColumn[]
  /** the node attributes that features and labels were read from */
  readonly taken?: {readonly labels: string | null; readonly features: readonly string[]}
  /** [records] 1: this record is undirected, in a file that has directed ones */
  readonly undirectedRecords?: Uint8Array | null
  /** the format cannot express direction, so whether edges are directed is unknown */
  readonly directionUnknown?: boolean
  /**
   * the same format without the `pruned` edges and without what normalisation dropped, plus the `added` edges; all else
   * unchanged
   */
  rewrite(result: NormalisedGraph, pruned: Uint8Array): WriteResult
}

export interface WriteResult {
  readonly bytes: Uint8Array
  /** what the target could not hold */
  readonly notes: readonly Note[]
}

/** What a format's reader returns; `readGraph` turns it into a document. */
export interface ReadResult {
  readonly raw: RawGraph
  readonly notes: readonly Note[]
  readonly carried: Carried
}

export const DROPPED = -1
/** a self loop at a kept node: not scored, but it stays in the file */
export const LOOP = -2

export interface NormalisedGraph {
  readonly graph: Graph
  readonly counts: NormalisationCounts
  /** [edges of graph] the first record of each edge */
  readonly edgeOrigin: Uint32Array
  /** [records] edge of graph that a record belongs to; LOOP, or DROPPED (outside the component) */
  readonly recordEdge: Int32Array
  /** [nodes of graph] each node's number in the file; null: the same numbers */
  readonly nodeOrigin: Uint32Array | null
  /** the document's weights at `edgeOrigin`, or the combined ones if weights are used; null: unweighted */
  readonly writeWeights: Float64Array | null
  /** [2 a] edges to write in addition to the graph's, u < v, sorted, marked as added; null: none */
  readonly added: Uint32Array | null
  readonly classNames: readonly ClassName[] | null
}
