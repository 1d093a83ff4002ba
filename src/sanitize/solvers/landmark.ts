import {selectRows} from '../../linalg/csr.js'
import type {Products} from '../../linalg/products.js'
import type {Csr} from '../../linalg/types.js'
import type {PairwiseEngine} from '../../pairwise/engine.js'
import type {Random} from '../../stats/random.js'
import {aggregateFeatures} from '../aggregate.js'
import {firstOrderChanges, gradientFromPass, joinGradients} from '../first-order.js'
import {leftWeights, rightWeights, solveLandmarks} from '../landmark-scores.js'
import {
  type FeatureChunk,
  featureChunk,
  featureChunks,
  inSingle,
  KEPT_BYTES,
  landmarkError,
  landmarkKernel,
  landmarksAt,
} from '../landmarks.js'
import {blockCount, blockRows, type KernelProblem, type KernelSolver, patternPlaces, toComplexity} from './solver.js'

/**
 * The kernel through landmarks (Nyström): GKC and first-order KC in time linear in nodes. No label-free score: its
 * small ridge asks for what lies between neighbouring rows, which landmarks do not see (docs/math-sanitize.md,
 * "Landmarks").
 *
 * Precision  landmarks are chosen and whitened in fp64, Φ is fp32, the gradient fp64.
 * Cost       3 s · p kernel values, min(s, 20,000) · p² multiply–adds to choose the landmarks and 2⅝ p² a node; Φ of
 *            all nodes (4 bytes a value) up to 1 GiB, beyond that one more p² a node; p² and p · d numbers.
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
  const p = kernel.places.length
  const error = await landmarkError(kernel, aggregated.unit, random, engine, products)
  const single = inSingle(kernel)
  const kept: FeatureChunk<Float32Array>[] = []
  const isKept = 4 * nodeSet.length * p <= KEPT_BYTES
  async function* chunks() {
    for await (const chunk of featureChunks(single, aggregated.unit, engine, products)) {
      if (isKept) kept.push(chunk)
      yield chunk
    }
  }
  const solution = await solveLandmarks(chunks(), p, y, ridge, products)
  const right = rightWeights(kernel)
  return {
    facts: {
      method: 'first-order',
      precision: 'fp64',
      gkc: solution.gkc,
      alignment: null,
      condition: solution.condition,
      labelFree: null,
      zeroRows: aggregated.norms.filter((norm) => norm === 0).length,
      landmarks: {count: p, error},
    },
    blocks: blockCount(problem),
    async measure(block) {
      const [from, to] = blockRows(problem, block)
      const chunk = kept[block] ?? (await featureChunk(single, aggregated.unit, from, to, engine, products))
      const left = await leftWeights(chunk, y, solution, products)
      return {
        gradients: [
          await gradientFromPass(
            engine,
            {graph, features, aggregated, nodeSet},
            {rows: chunk.unit, from, others: kernel.points, left, right},
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
      const moved = inSingle(await landmarksAt(unit, kernel.places, engine, products))
      return (await solveLandmarks(featureChunks(moved, unit, engine, products), p, y, ridge, products)).gkc
    },
  }
}
