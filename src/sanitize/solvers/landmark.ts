import {selectRows} from '../../linalg/csr.js'
import {type Csr, isCsr} from '../../linalg/types.js'
import type {LandmarkStage, PairwiseEngine} from '../../pairwise/engine.js'
import type {Random} from '../../stats/random.js'
import {type Aggregated, aggregateFeatures, type Aggregation} from '../aggregate.js'
import {firstOrderChanges, joinGradients, type PatternGradient} from '../first-order.js'
import {CROSS_BYTES, type KernelRows, mixedRows, type MixedRows, unitRows} from '../kernel-rows.js'
import {type LandmarkSolution, solveSums} from '../landmark-scores.js'
import {landmarkError, type LandmarkKernel, landmarkKernel, landmarksAt} from '../landmarks.js'
import {gradientFromTangents, type Tangents} from '../tangents.js'
import {openStage, stageSums, type StageTools} from './landmark-stage.js'
import {blockCount, blockRows, type KernelProblem, type KernelSolver, patternPlaces, toComplexity} from './solver.js'

/** The aggregated rows of a node set in a graph. */
export interface RowsOfSet {
  readonly aggregated: Aggregated
  readonly rows: KernelRows | MixedRows
}

/** Landmarks, the error they leave, and the nodes of the set whose aggregated features are zero. */
export interface DrawnLandmarks {
  readonly kernel: LandmarkKernel
  readonly error: number
  readonly zeroRows: number
}

/** What was computed before, by other processes; null: it is computed here. */
export interface LandmarkWork {
  readonly drawn: DrawnLandmarks | null
  readonly solution: Solution | null
  /** of a block, in order */
  readonly tangents: ((block: number) => Promise<Tangents>) | null
}

/** What scores need of a solution. */
export type Solution = Omit<LandmarkSolution, 'inverse'>

const NOTHING_DONE: LandmarkWork = {drawn: null, solution: null, tangents: null}

export interface LandmarkTools extends StageTools {
  readonly random: Random
  /** see SolverEngines */
  readonly exact: PairwiseEngine
}

export function rowsOfSet(
  {features, nodeSet}: Pick<KernelProblem, 'features' | 'nodeSet'>,
  graph: Aggregation,
  count: number,
  {exact, products}: Pick<LandmarkTools, 'exact' | 'products'>,
): RowsOfSet {
  const mixing = selectRows(graph.matrix, nodeSet) as Csr
  const aggregated = aggregateFeatures(mixing, features)
  const {unit, norms} = aggregated
  const isMixed = isCsr(features) && isCsr(unit) && 8 * features.rows * count <= CROSS_BYTES
  return {aggregated, rows: isMixed ? mixedRows({mixing, features, unit, norms}, products) : unitRows(unit, exact)}
}

export async function drawLandmarks(
  {aggregated, rows}: RowsOfSet,
  count: number,
  {random, products}: Pick<LandmarkTools, 'random' | 'products'>,
): Promise<DrawnLandmarks> {
  const kernel = await landmarkKernel(rows, count, random, products)
  return {
    kernel,
    error: await landmarkError(kernel, rows, random, products),
    zeroRows: aggregated.norms.filter((norm) => norm === 0).length,
  }
}

/**
 * The kernel through landmarks (Nyström): GKC and first-order KC in time linear in nodes. No label-free score: its
 * small ridge asks for what lies between neighbouring rows, which landmarks do not see (docs/math-sanitize.md,
 * "Landmarks").
 *
 * Precision  landmarks are chosen and whitened in fp64 on the processor, so they are the same on every device; what follows is fp32
 *            (LandmarkChunks, or the stage of an engine), sums over chunks of rows fp64.
 * Cost       3 s · p kernel values, min(s, 10,000) · p² multiply–adds to choose the landmarks and 4 p² a node; p² and
 *            p · d numbers. Nothing of it for what is `done`.
 */
export async function landmarkSolver(
  problem: KernelProblem,
  edges: Uint32Array,
  count: number,
  tools: LandmarkTools,
  done: LandmarkWork = NOTHING_DONE,
): Promise<KernelSolver> {
  const {features, graph, nodeSet, y, ridge} = problem
  let made: RowsOfSet | undefined
  const ofSet = () => (made ??= rowsOfSet(problem, graph, count, tools))
  const {kernel, error, zeroRows} = done.drawn ?? (await drawLandmarks(ofSet(), count, tools))
  const p = kernel.places.length
  const open = (of: LandmarkKernel, {rows, aggregated}: RowsOfSet, there: Aggregation) =>
    openStage({kernel: of, rows, of: {graph: there, features, aggregated, nodeSet}, y, ridge}, tools)
  const solve = (of: LandmarkStage<PatternGradient>) =>
    solveSums(stageSums(of, nodeSet.length), p, y, ridge, tools.products)
  const isDone = done.solution !== null && done.tangents !== null
  const stage = isDone ? null : await open(kernel, ofSet(), graph)
  const solution = done.solution ?? (await solve(stage!))
  const gradientOf = async (block: number) => {
    const [from, to] = blockRows(problem, block)
    return done.tangents === null
      ? stage!.gradient(from, to, solution.gamma)
      : gradientFromTangents({graph, features, nodeSet}, from, await done.tangents(block))
  }
  return {
    facts: {
      method: 'first-order',
      precision: stage?.precision ?? 'fp32',
      gkc: solution.gkc,
      alignment: null,
      condition: solution.condition,
      labelFree: null,
      zeroRows,
      landmarks: {count: p, error},
    },
    blocks: blockCount(problem),
    measure: async (block) => ({gradients: [await gradientOf(block)], exact: new Float64Array(0)}),
    sizes: (block) => ({gradients: [patternPlaces(problem, blockRows(problem, block))], exact: 0}),
    scores(parts) {
      const [change] = firstOrderChanges(graph, edges, [
        joinGradients(
          parts.map(({gradients}) => gradients[0]!),
          graph,
          nodeSet,
        ),
      ])
      return {kc: toComplexity(change!, solution.gkc), labelFree: null}
    },
    // The same nodes are landmarks, with the rows they have there.
    async complexityOf(other) {
      made = undefined
      await stage?.close()
      const there = rowsOfSet(problem, other, count, tools)
      const after = await open(await landmarksAt(there.rows, kernel.places, tools.products), there, other)
      return (await solve(after).finally(() => after.close())).gkc
    },
    close: async () => stage?.close(),
  }
}
