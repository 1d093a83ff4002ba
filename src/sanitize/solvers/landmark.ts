import {inTypeOf} from '../../linalg/blocks.js'
import {selectRows} from '../../linalg/csr.js'
import type {Products} from '../../linalg/products.js'
import {type Csr, type Dense, isCsr} from '../../linalg/types.js'
import {kappaSlope} from '../../pairwise/arc-cosine.js'
import type {PairwiseEngine} from '../../pairwise/engine.js'
import type {Random} from '../../stats/random.js'
import {type Aggregated, aggregateFeatures, type Aggregation} from '../aggregate.js'
import {firstOrderChanges, gradientFromCross, joinGradients} from '../first-order.js'
import {CROSS_BYTES, type KernelRows, mixedRows, type MixedRows, unitRows} from '../kernel-rows.js'
import {type LandmarkSolution, leftWeights, rightWeights, solveLandmarks} from '../landmark-scores.js'
import {
  featureChunk,
  featureChunks,
  inSingle,
  landmarkError,
  type LandmarkKernel,
  landmarkKernel,
  landmarksAt,
} from '../landmarks.js'
import {gradientFromPass, gradientFromTangents, type Tangents} from '../tangents.js'
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

export interface LandmarkTools {
  random: Random
  exact: PairwiseEngine
  products: Products
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
  {random, products}: LandmarkTools,
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
 * Precision  landmarks are chosen and whitened in fp64; Φ is fp32, and so are the pair weights of sparse features; sums
 *            over rows and the gradient fp64.
 * Cost       3 s · p kernel values, min(s, 20,000) · p² multiply–adds to choose the landmarks and 3⅝ p² a node; p² and
 *            p · d numbers. Φ is made twice, for the solution and for the gradient: to keep it saved no time that could
 *            be measured at 30,000 and 169,343 nodes, and cost 4 s · p bytes. Nothing of it for what is `done`.
 */
export async function landmarkSolver(
  problem: KernelProblem,
  edges: Uint32Array,
  count: number,
  tools: LandmarkTools,
  done: LandmarkWork = NOTHING_DONE,
): Promise<KernelSolver> {
  const {features, graph, nodeSet, y, ridge} = problem
  const {exact: engine, products} = tools
  let made: RowsOfSet | undefined
  const ofSet = () => (made ??= rowsOfSet(problem, graph, count, tools))
  const {kernel, error, zeroRows} = done.drawn ?? (await drawLandmarks(ofSet(), count, tools))
  const p = kernel.places.length
  const single = inSingle(kernel)
  const solve = (of: LandmarkKernel<Float32Array>, rows: KernelRows) =>
    solveLandmarks((...range) => featureChunks(of, rows, products, ...range), p, y, ridge, products)
  const solution = done.solution ?? (await solve(single, ofSet().rows))
  let right: Dense | undefined
  /** N ∘ κ′ of the rows from `from` on with the landmarks; 0 at a landmark's own row. */
  const slopeWeights = async (of: MixedRows, left: Dense, from: number): Promise<Dense> => {
    const weights = inTypeOf(left, await products.multiply(inTypeOf(single.whiten, left), single.whiten))
    const {data} = await of.cosines(kernel.points as Csr, from, from + left.rows)
    for (let t = 0; t < data.length; t++) weights.data[t]! *= kappaSlope(data[t]!)
    kernel.places.forEach((place, j) => {
      if (place >= from && place < from + left.rows) weights.data[(place - from) * p + j] = 0
    })
    return weights
  }
  const gradientOf = async (block: number) => {
    const [from, to] = blockRows(problem, block)
    if (done.tangents !== null)
      return gradientFromTangents({graph, features, nodeSet}, from, await done.tangents(block))
    const {rows, aggregated} = ofSet()
    const chunk = await featureChunk(single, rows, from, to, products)
    const left = await leftWeights(chunk, y, solution, products)
    const of = {graph, features, aggregated, nodeSet}
    if ('cross' in rows)
      return gradientFromCross(of, from, await slopeWeights(rows, left, from), await rows.cross(kernel.points as Csr))
    return gradientFromPass(engine, of, from, {
      rows: chunk.unit,
      norms: aggregated.norms.subarray(from, to),
      others: kernel.points,
      left,
      right: (right ??= rightWeights(kernel)),
    })
  }
  return {
    facts: {
      method: 'first-order',
      precision: 'fp64',
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
      const {rows} = rowsOfSet(problem, other, count, tools)
      return (await solve(inSingle(await landmarksAt(rows, kernel.places, products)), rows)).gkc
    },
  }
}
