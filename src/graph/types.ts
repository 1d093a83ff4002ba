import type {Matrix} from '../linalg/types.js'

/**
 * An undirected simple graph with the data surety needs. Nodes are 0 … nodes − 1. `edges` holds m pairs (u, v) flat, u
 * < v, sorted by u then v, no loops, no duplicates.
 */
export interface Graph {
  readonly nodes: number
  /** [2 m] */
  readonly edges: Uint32Array
  /** [m] positive weights, or null for an unweighted graph */
  readonly weights: Float64Array | null
  /** [nodes, d], or null if the file has no features */
  readonly features: Matrix | null
  /** [nodes] class number, −1: unknown; or null if the file has no labels */
  readonly labels: Int32Array | null
  readonly classes: number
  /** nodes whose labels may be used; other labels are for evaluation only. null: the file has no split */
  readonly split: Split | null
  /** the file's name of each node, or null if nodes are numbered */
  readonly nodeNames: readonly string[] | null
}

export interface Split {
  readonly train: Uint32Array
  readonly validation: Uint32Array
  readonly test: Uint32Array
}

/** What normalisation did to the file's edges. The first three count edge records, the others undirected pairs. */
export interface NormalisationCounts {
  directedEdges: number
  selfLoopsDropped: number
  /** records that repeat an earlier one: in the same direction if the file is directed, else in either */
  duplicatesMerged: number
  /** edges present in one direction only, taken as undirected; 0 if the file is undirected */
  symmetrised: number
  /** nodes and edges outside the largest component, if only that was kept */
  nodesDropped: number
  edgesDropped: number
  isolatedNodes: number
}
