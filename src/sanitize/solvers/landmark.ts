import {inTypeOf} from '../../linalg/blocks.js'
import {selectRows} from '../../linalg/csr.js'
import type {Products} from '../../linalg/products.js'
import {type Csr, type Dense, isCsr} from '../../linalg/types.js'
import {kappaSlope} from '../../pairwise/arc-cosine.js'
import type {PairwiseEngine} from '../../pairwise/engine.js'
import type {Random} from '../../stats/random.js'
import {aggregateFeatures} from '../aggregate.js'
import {firstOrderChanges, gradientFromCross, gradientFromPass, joinGradients} from '../first-order.js'
import {CROSS_BYTES, type KernelRows, mixedRows, type MixedRows, unitRows} from '../kernel-rows.js'
import {leftWeights, rightWeights, solveLandmarks} from '../landmark-scores.js'
import {featureChunk, featureChunks, inSingle, landmarkError, landmarkKernel, landmarksAt} from '../landmarks.js'
import {blockCount, blockRows, type KernelProblem, type KernelSolver, patternPlaces, toComplexity} from './solver.js'

/**
 * The kernel through landmarks (Nyström): GKC and first-order KC in time linear in nodes. No label-free score: its
 * small ridge asks for what lies between neighbouring rows, which landmarks do not see (docs/math-sanitize.md,
 * "Landmarks").
 *
 * Precision  landmarks are chosen and whitened in fp64; Φ is fp32, and so are the pair weights of sparse features; sums
 *            over rows and the gradient fp64.
 * Cost       3 s · p kernel values, min(s, 20,000) · p² multiply–adds to choose the landmarks and 3⅝ p² a node; p² and
 *            p · d numbers. Φ is made twice, for the solution and for the gradient: to keep it saved no time that could
 *            be measured at 30,000 and 169,343 nodes, and cost 4 s · p bytes.
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
  const kernelRows = (of: typeof graph, {unit, norms}: typeof aggregated): KernelRows | MixedRows =>
    isCsr(features) && isCsr(unit) && 8 * features.rows * count <= CROSS_BYTES
      ? mixedRows({mixing: selectRows(of.matrix, nodeSet) as Csr, features, unit, norms}, products)
      : unitRows(unit, engine)
  const rows = kernelRows(graph, aggregated)
  const kernel = await landmarkKernel(rows, count, random, products)
  const p = kernel.places.length
  const error = await landmarkError(kernel, rows, random, products)
  const single = inSingle(kernel)
  const solution = await solveLandmarks(
    (...range) => featureChunks(single, rows, products, ...range),
    p,
    y,
    ridge,
    products,
  )
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
      const chunk = await featureChunk(single, rows, from, to, products)
      const left = await leftWeights(chunk, y, solution, products)
      const of = {graph, features, aggregated, nodeSet}
      const gradient =
        'cross' in rows
          ? gradientFromCross(of, from, await slopeWeights(rows, left, from), await rows.cross(kernel.points as Csr))
          : await gradientFromPass(engine, of, {
              rows: chunk.unit,
              from,
              others: kernel.points,
              left,
              right: (right ??= rightWeights(kernel)),
            })
      return {gradients: [gradient], exact: new Float64Array(0)}
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
      const there = kernelRows(other, rowsOfSet(other))
      const moved = inSingle(await landmarksAt(there, kernel.places, products))
      return (
        await solveLandmarks((...range) => featureChunks(moved, there, products, ...range), p, y, ridge, products)
      ).gkc
    },
  }
}
