import {inTypeOf} from '../../linalg/blocks.js'
import {rowRange} from '../../linalg/csr.js'
import type {Products} from '../../linalg/products.js'
import type {Csr, Dense} from '../../linalg/types.js'
import {kappaSlope} from '../../pairwise/arc-cosine.js'
import type {HostLandmarks, LandmarkStage, LandmarkSums, PairwiseEngine} from '../../pairwise/engine.js'
import {gradientFromCross, type GradientRows, type PatternGradient} from '../first-order.js'
import type {KernelRows, MixedRows} from '../kernel-rows.js'
import {leftWeights, rightWeights} from '../landmark-scores.js'
import {groupRows, landmarkSums, sumGroups} from '../landmark-sums.js'
import {featureChunk, featureChunks, inSingle, type LandmarkKernel} from '../landmarks.js'
import {gradientFromPass, gradientFromSums} from '../tangents.js'

/** A node set seen through landmarks, and what its gradients need. */
export interface LandmarkProblem {
  readonly kernel: LandmarkKernel
  readonly rows: KernelRows | MixedRows
  readonly of: GradientRows
  /** [s, classes] */
  readonly y: Dense
  readonly ridge: number
}

/** The engines of a run: see SolverEngines. */
export interface StageTools {
  readonly exact: PairwiseEngine
  readonly fast: PairwiseEngine
  readonly products: Products
}

/** The stage on the engine asked for, where that has one and it pays, else on the processor. */
export async function openStage(
  problem: LandmarkProblem,
  {exact, fast, products}: StageTools,
): Promise<LandmarkStage<PatternGradient>> {
  const {kernel, rows, y, ridge} = problem
  const host = hostStage(problem, exact, products)
  const {points, whiten} = inSingle(kernel)
  return (await fast.openLandmarks?.({rows: rows.unit, points, whiten, y, ridge}, host)) ?? host
}

/** The sums of every group of rows in order. */
export async function* stageSums(stage: LandmarkStage<PatternGradient>, rows: number): AsyncGenerator<LandmarkSums> {
  for (let group = 0; group < sumGroups(rows); group++) yield stage.sums(...groupRows(rows, group))
}

/**
 * The stage on the processor.
 *
 * Precision  Φ is fp32, and so are the pair weights of sparse features; sums over rows and the gradient fp64.
 * Cost       Φ is made for the sums and again for the gradient: to keep it saved no time that could be measured at
 *            30,000 and 169,343 nodes, and cost 4 s · p bytes.
 */
function hostStage(
  {kernel, rows, of, y, ridge}: LandmarkProblem,
  engine: PairwiseEngine,
  products: Products,
): HostLandmarks<PatternGradient> {
  const single = inSingle(kernel)
  const {points, places} = kernel
  const p = places.length
  let right: Dense | undefined
  /** N ∘ κ′ of the rows from `from` on with the landmarks; 0 at a landmark's own row. */
  const slopeWeights = async (mixed: MixedRows, left: Dense, from: number): Promise<Dense> => {
    const weights = inTypeOf(left, await products.multiply(inTypeOf(single.whiten, left), single.whiten))
    const {data} = await mixed.cosines(points as Csr, from, from + left.rows)
    for (let t = 0; t < data.length; t++) weights.data[t]! *= kappaSlope(data[t]!)
    places.forEach((place, j) => {
      if (place >= from && place < from + left.rows) weights.data[(place - from) * p + j] = 0
    })
    return weights
  }
  const norms = (from: number, to: number) => of.aggregated.norms.subarray(from, to)
  return {
    precision: 'fp64',
    sums: (from, to) => landmarkSums(featureChunks(single, rows, products, from, to), p, y, ridge, products),
    async gradient(from, to, gamma) {
      const chunk = await featureChunk(single, rows, from, to, products)
      const left = await leftWeights(chunk, y, {gamma, ridge}, products)
      if ('cross' in rows)
        return gradientFromCross(of, from, await slopeWeights(rows, left, from), await rows.cross(points as Csr))
      return gradientFromPass(engine, of, from, {
        rows: chunk.unit,
        norms: norms(from, to),
        others: points,
        left,
        right: (right ??= rightWeights(kernel)),
      })
    },
    gather: (from, to, pass) =>
      gradientFromSums(of, from, {rows: rowRange(rows.unit, from, to), norms: norms(from, to)}, pass),
    close: () => Promise.resolve(),
  }
}
