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
  /** the file's names of the classes, or null where classes are numbered */
  readonly classNames: readonly ClassName[] | null
  readonly split: Split | null
}

export interface GraphDocument {
  readonly format: GraphFormat
  /** the graph file first, then those of features, labels and split */
  readonly inputs: readonly InputFile[]
  readonly raw: RawGraph
  /** the split numbers the nodes of the file, or those of its largest component as DeepRobust does */
  readonly splitNumbers: 'file' | 'component'
  readonly notes: readonly Note[]
  readonly carried: Carried
  /** columns of the files beside the graph that say what kind a node is, where these were named; absent: none */
  readonly kinds?: readonly AttributeColumn[]
}

/** One attribute of all nodes or of all edge records of a file; undefined: this one has none. */
export interface AttributeColumn {
  readonly name: string
  readonly values: readonly unknown[]
}

/** What a format keeps of its file so that writing it back loses nothing. */
export interface Carried {
  /** what conversions carry beside ends, weights, features and labels; absent: nothing */
  readonly edgeColumns?: () => AttributeColumn[]
  readonly nodeColumns?: () => AttributeColumn[]
  /** attributes among the node columns that features and labels were read from */
  readonly taken?: {readonly labels: string | null; readonly features: readonly string[]}
  /** [records] 1: this record has no direction, in a file where others have one */
  readonly undirectedRecords?: Uint8Array | null
  /** the format has no word for direction: whether edges have one is not known */
  readonly directionUnknown?: boolean
  /**
   * the same format with the edges of `pruned` and what normalisation took away left out, those of `added` added, all
   * else as it was
   */
  rewrite(result: NormalisedGraph, pruned: Uint8Array): WriteResult
}

export interface WriteResult {
  readonly bytes: Uint8Array
  /** what the target could not hold */
  readonly notes: readonly Note[]
}

/** What a format's reader gives; `readGraph` makes it a document. */
export interface ReadResult {
  readonly raw: RawGraph
  readonly notes: readonly Note[]
  readonly carried: Carried
}

export const DROPPED = -1
/** a self loop at a node that is kept: not scored, but it stays in the file */
export const LOOP = -2

export interface NormalisedGraph {
  readonly graph: Graph
  readonly counts: NormalisationCounts
  /** [edges of graph] the first record of each edge */
  readonly edgeOrigin: Uint32Array
  /** [records] edge of graph that a record belongs to; LOOP, or DROPPED (outside the component) */
  readonly recordEdge: Int32Array
  /** [nodes of graph] number of each node in the file; null: the same numbers */
  readonly nodeOrigin: Uint32Array | null
  /**
   * the document's record weights at `edgeOrigin`, or the combined ones where weights were asked for; null: unweighted
   */
  readonly writeWeights: Float64Array | null
  /** [2 a] edges to write beside those of the graph, u < v, sorted, marked as added; null: none */
  readonly added: Uint32Array | null
  readonly classNames: readonly ClassName[] | null
}
