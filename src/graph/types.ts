import type {Matrix} from '../linalg/types.js'

/**
 * An undirected simple graph with what surety needs of it. Nodes are 0 … nodes − 1.
 * `edges` holds m pairs (u, v) flat, u < v, sorted by u then v, no loops, no duplicates.
 */
export interface Graph {
  readonly nodes: number
  /** [2 m] */
  readonly edges: Uint32Array
  /** [m] positive weights, or null for an unweighted graph */
  readonly weights: Float64Array | null
  /** [nodes, d], or null if the file has no features */
  readonly features: Matrix | null
  /** [nodes] class number, −1 where the file gives none; or null if the file has no labels */
  readonly labels: Int32Array | null
  readonly classes: number
  /** nodes whose label may be used; labels outside are for evaluation only. null: the file has no split */
  readonly split: Split | null
  /** the file's own name of each node, or null where nodes are numbered */
  readonly nodeNames: readonly string[] | null
}

export interface Split {
  readonly train: Uint32Array
  readonly validation: Uint32Array
  readonly test: Uint32Array
}

/** What reading did to the file's edges. The first three count edge records of the file, the others undirected pairs. */
export interface NormalisationCounts {
  directedEdges: number
  selfLoopsDropped: number
  /** records that repeat an earlier one: in the same direction where the file has directions, else in either */
  duplicatesMerged: number
  /** edges present in one direction only, taken as undirected; 0 where the file has no directions */
  symmetrised: number
  /** nodes and edges outside the largest component, where that was asked for */
  nodesDropped: number
  edgesDropped: number
  isolatedNodes: number
}
