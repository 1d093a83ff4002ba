import type {Dense, Matrix} from '../../linalg/types.js'
import type {Aggregation} from '../aggregate.js'
import type {PatternGradient} from '../first-order.js'
import {CHUNK} from '../landmarks.js'

/** A graph seen by the kernel: everything GKC depends on but the edges' scores. */
export interface KernelProblem {
  features: Matrix
  graph: Aggregation
  nodeSet: Uint32Array
  /** [s, classes] */
  y: Dense
  /** λ; Infinity: the limit of the scores, λ² · KC of GKC² */
  ridge: number
  /** λ of the label-free complexity; null: it is left out */
  labelFreeRidge: number | null
}

/** What the solve alone tells. */
export interface KernelFacts {
  method: 'exact' | 'first-order'
  /**
   * of the sums over pairs; fp32: edges whose rank is near the cut may change sides on another device (through landmarks it
   * is always fp32, which adds far less than they leave)
   */
  precision: 'fp64' | 'fp32'
  /** null in the limit λ → ∞, where it vanishes */
  gkc: number | null
  /** kernel–label alignment (1/s) Σ_c y_cᵀ H y_c, in the limit; else null */
  alignment: number | null
  /**
   * an estimate of the condition number of H + λI, by a power method with `gram`, an upper one through landmarks; 1 in
   * the limit
   */
  condition: number
  /** label-free complexity √((2/s) tr (H + λI)⁻¹) with the standard error of its estimate (0: exact); null: left out */
  labelFree: {gkc: number; standardError: number} | null
  /** nodes of the set whose aggregated features are zero */
  zeroRows: number
  /** landmarks and the relative error they leave on held-out columns of H; null where none are used */
  landmarks: {count: number; error: number} | null
  /**
   * measured relative residual of a device's solve (null: not measured), and why it was left to the processor (null: it
   * was not); null or absent: there was none
   */
  solve?: {residual: number | null; leftToHost: string | null} | null
}

/** One block of the work that grows with pairs: what it adds to the edge scores. */
export interface SolvedBlock {
  /**
   * gradients at the pattern places of the block's rows: of GKC² (empty where removal is exact), and label-free (empty:
   * left out)
   */
  gradients: PatternGradient[]
  /** KC of the block's edges, where removal is exact */
  exact: Float64Array
}

/** [m] signed KC, and label-free KC (null: left out). */
export interface KernelScores {
  kc: Float64Array
  labelFree: Float64Array | null
}

/**
 * One way to compute complexities and scores. Blocks are fixed by the problem, never by who computes them, so that one
 * run and any number of shards add up the same numbers.
 */
export interface KernelSolver {
  readonly facts: KernelFacts
  readonly blocks: number
  measure(block: number): Promise<SolvedBlock>
  /** lengths of the arrays of a block's part */
  sizes(block: number): {gradients: number[]; exact: number}
  /** from the parts of all blocks in order */
  scores(parts: readonly SolvedBlock[]): KernelScores
  /** facts.gkc, or in the limit facts.alignment, of the same nodes in another graph; nothing can be measured after it */
  complexityOf(graph: Aggregation): Promise<number>
  /** gives back what it holds of a device */
  close?(): Promise<void>
}

/** Solvers that pass over pairs of rows take a chunk of the node set as a block. */
export const blockCount = ({nodeSet}: KernelProblem): number => Math.ceil(nodeSet.length / CHUNK)

export const blockRows = ({nodeSet}: KernelProblem, block: number): [number, number] => [
  block * CHUNK,
  Math.min(nodeSet.length, (block + 1) * CHUNK),
]

/** The `block`-th of `blocks` nearly equal stretches of 0 … count − 1. */
export const stretch = (count: number, block: number, blocks: number): [number, number] => [
  Math.floor((count * block) / blocks),
  Math.floor((count * (block + 1)) / blocks),
]

/** Pattern places of the rows from … to − 1 of the node set. */
export function patternPlaces(
  {
    graph: {
      matrix: {indptr},
    },
    nodeSet,
  }: KernelProblem,
  [from, to]: readonly [number, number],
): number {
  let places = 0
  for (let i = from; i < to; i++) places += indptr[nodeSet[i]! + 1]! - indptr[nodeSet[i]!]!
  return places
}

/** KC from the change of GKC²: first order in the square root too. */
export const toComplexity = (changeOfSquare: Float64Array, gkc: number): Float64Array =>
  changeOfSquare.map((x) => x / (2 * gkc))
