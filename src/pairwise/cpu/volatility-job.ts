import type {Metric} from './distances.js'
import type {Sides} from './pair-rows.js'

/** A volatility task for any thread: see VolatilityTask. */
export interface VolatilityJob {
  kind: 'volatility'
  sides: Sides
  one: boolean
  metric: Metric
  /** [m] anchors in the order of their losses: the order in which tiles, and the three arrays below, hold them */
  order: Uint32Array
  /** [m] the place of each anchor in it */
  rank: Uint32Array
  anchorSquares: Float64Array
  anchorLoss: Float64Array
  /** all equal where labels are unknown */
  anchorLabels: Int32Array
  referenceLoss: Float64Array
  referenceLabels: Int32Array
  scale: number
  floor: number
  deltas: Float64Array
  etas: Float64Array
  lossMax: number
}
