import {identity} from '../../linalg/blocks.js'
import {selectRows} from '../../linalg/csr.js'
import type {Products} from '../../linalg/products.js'
import type {Csr} from '../../linalg/types.js'
import type {PairwiseEngine} from '../../pairwise/engine.js'
import type {Random} from '../../stats/random.js'
import {aggregateFeatures} from '../aggregate.js'
import {firstOrderChanges, gradientFromPass, joinGradients} from '../first-order.js'
import {pairWeights, solveLandmarks} from '../landmark-scores.js'
import {featureChunk, landmarkError, landmarkKernel, landmarksAt} from '../landmarks.js'
import {blockCount, blockRows, type KernelProblem, type KernelSolver, patternPlaces, toComplexity} from './solver.js'

/**
 * The kernel through landmarks (Nyström): GKC and first-order KC in time linear in nodes. No label-free score: its
 * small ridge asks for what lies between neighbouring rows, which landmarks do not see (docs/math-sanitize.md,
 * "Landmarks").
 *
 * Cost       s · p kernel values three times, 5 p² multiply–adds a node; a block of nodes, p² and p · d numbers in
 *            memory.
 */
export async function landmarkSolver(
  problem: KernelProblem,
  edges: Uint32Array,
  count: number,
  random: Random,
  engine: PairwiseEngine,
  products: Products,
): Promise<KernelSolver> {
  const {features, graph, nodeSet, y, ridge} = problem
  const rowsOfSet = (of: typeof graph) => aggregateFeatures(selectRows(of.matrix, nodeSet) as Csr, features)
  const aggregated = rowsOfSet(graph)
  const kernel = await landmarkKernel(aggregated.unit, count, random, engine, products)
  const error = await landmarkError(kernel, aggregated.unit, random, engine, products)
  const solution = await solveLandmarks(kernel, aggregated.unit, y, ridge, engine, products)
  const all = identity(kernel.places.length)
  return {
    facts: {
      method: 'first-order',
      precision: 'fp64',
      gkc: solution.gkc,
      alignment: null,
      condition: solution.condition,
      labelFree: null,
      zeroRows: aggregated.norms.filter((norm) => norm === 0).length,
      landmarks: {count: kernel.places.length, error},
    },
    blocks: blockCount(problem),
    async measure(block) {
      const [from, to] = blockRows(problem, block)
      const chunk = await featureChunk(kernel, aggregated.unit, from, to, engine, products)
      const weights = await pairWeights(chunk, y, solution, kernel, products)
      return {
        gradients: [
          await gradientFromPass(
            engine,
            {graph, features, aggregated, nodeSet},
            {rows: chunk.unit, from, others: kernel.points, left: weights, right: all},
          ),
        ],
        exact: new Float64Array(0),
      }
    },
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
      const {unit} = rowsOfSet(other)
      return (
        await solveLandmarks(await landmarksAt(unit, kernel.places, engine, products), unit, y, ridge, engine, products)
      ).gkc
    },
  }
}
