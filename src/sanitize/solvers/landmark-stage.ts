import {rowRange} from '../../linalg/csr.js'
import type {Products} from '../../linalg/products.js'
import type {Csr, Dense} from '../../linalg/types.js'
import type {HostLandmarks, LandmarkStage, LandmarkSums, PairwiseEngine} from '../../pairwise/engine.js'
import {gradientFromCross, type GradientRows, type PatternGradient} from '../first-order.js'
import type {KernelRows, MixedRows} from '../kernel-rows.js'
import {LandmarkChunks} from '../landmark-chunks.js'
import {groupRows, sumGroups} from '../landmark-sums.js'
import {inSingle, type LandmarkKernel} from '../landmarks.js'
import {gradientFromSums} from '../tangents.js'

/** A node set seen through landmarks, and what its gradients need. */
export interface LandmarkProblem {
  readonly kernel: LandmarkKernel
  readonly rows: KernelRows | MixedRows
  readonly of: GradientRows
  /** [s, classes] */
  readonly y: Dense
  readonly ridge: number
}

export interface StageTools {
  /** the engine asked for */
  readonly fast: PairwiseEngine
  readonly products: Products
}

/** The stage on the engine asked for, where that has one and it pays, else on the processor. */
export async function openStage(
  problem: LandmarkProblem,
  {fast, products}: StageTools,
): Promise<LandmarkStage<PatternGradient>> {
  const {kernel, rows, y, ridge} = problem
  const host = hostStage(problem, products)
  const {points, whiten} = inSingle(kernel)
  return (await fast.openLandmarks?.({rows: rows.unit, points, whiten, y, ridge}, host)) ?? host
}

/** The sums of every group of rows in order. */
export async function* stageSums(stage: LandmarkStage<PatternGradient>, rows: number): AsyncGenerator<LandmarkSums> {
  for (let group = 0; group < sumGroups(rows); group++) yield stage.sums(...groupRows(rows, group))
}

/** The stage on the processor: fp32, see LandmarkChunks. */
function hostStage({kernel, rows, of, y, ridge}: LandmarkProblem, products: Products): HostLandmarks<PatternGradient> {
  let made: LandmarkChunks | undefined
  const chunks = () => (made ??= new LandmarkChunks(kernel, rows, products))
  const gather: HostLandmarks<PatternGradient>['gather'] = (from, to, pass) =>
    gradientFromSums(
      of,
      from,
      {rows: rowRange(rows.unit, from, to), norms: of.aggregated.norms.subarray(from, to)},
      pass,
    )
  return {
    precision: 'fp32',
    sums: (from, to) => chunks().sums(y, ridge, from, to),
    async gradient(from, to, gamma) {
      if ('cross' in rows) {
        const weights = await chunks().weightsOfRows(y, {gamma, ridge}, from, to)
        return gradientFromCross(of, from, weights, await rows.cross(kernel.points as Csr))
      }
      return gather(from, to, (onRows) => chunks().rowSums(y, {gamma, ridge}, [from, to], onRows))
    },
    gather,
    close: () => Promise.resolve(),
  }
}
