import type {Products} from '../linalg/products.js'
import type {PairwiseEngine} from '../pairwise/engine.js'
import type {Random} from '../stats/random.js'
import {type Aggregation, changedRows} from './aggregate.js'
import type {SolverName} from './settings.js'
import type {SanitizeSettings} from './settings.js'
import {gramSolver} from './solvers/gram.js'
import {landmarkSolver, type LandmarkWork} from './solvers/landmark.js'
import type {SolvedBlock, KernelProblem, KernelSolver} from './solvers/solver.js'
import {streamSolver} from './solvers/stream.js'

/**
 * `exact` computes in fp64, so that what is decided does not depend on a device; `fast` is the engine asked for, for
 * passes over all pairs and for landmarks.
 */
export interface SolverEngines {
  exact: PairwiseEngine
  fast: PairwiseEngine
}

export interface SolverTools extends SolverEngines {
  random: Random
  products: Products
  /** of the solver `landmarks`, what other processes did; absent: nothing */
  done?: LandmarkWork | undefined
}

/** The solver of a plan, after its solve; scores follow from its blocks. */
export function createSolver(
  name: SolverName,
  problem: KernelProblem,
  edges: Uint32Array,
  settings: SanitizeSettings,
  {random, exact, fast, products, done}: SolverTools,
): Promise<KernelSolver> {
  if (name === 'gram') return gramSolver(problem, edges, settings.method, {exact, fast, products})
  if (name === 'landmarks')
    return landmarkSolver(problem, edges, settings.landmarks, {random, exact, fast, products}, done)
  return streamSolver(problem, edges, {random, engine: fast, exact, products})
}

/** Computes the part of a block, or takes it from an earlier run. */
export type KeepPart = (block: number, make: () => Promise<SolvedBlock>) => Promise<SolvedBlock>

/** The parts of the given blocks, in that order. */
export async function solveBlocks(
  solver: KernelSolver,
  blocks: readonly number[],
  onProgress?: (stage: string, done: number, total: number) => void,
  keep: KeepPart = (_, make) => make(),
): Promise<SolvedBlock[]> {
  const parts: SolvedBlock[] = []
  for (const block of blocks) {
    parts.push(await keep(block, () => solver.measure(block)))
    onProgress?.('blocks of nodes', parts.length, blocks.length)
  }
  return parts
}

export const allBlocks = (solver: KernelSolver): number[] => Array.from({length: solver.blocks}, (_, block) => block)

/** [m] 1 where the removal of an edge changes a row of the node set; elsewhere KC is 0 and says nothing. */
export function withinReach(graph: Aggregation, edges: Uint32Array, nodeSet: Uint32Array): Uint8Array {
  const inside = new Uint8Array(graph.nodes)
  for (const i of nodeSet) inside[i] = 1
  return Uint8Array.from({length: edges.length / 2}, (_, e) =>
    changedRows(graph, edges[2 * e]!, edges[2 * e + 1]!).some((i) => inside[i] === 1) ? 1 : 0,
  )
}
