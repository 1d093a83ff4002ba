import type {LayerStates} from '../types.js'

/** The units of one layer, computed only from its anchors. */
export interface LayerUnits extends Pick<LayerStates, 'batchAxis' | 'pooledOver' | 'squashed'> {
  name: string
  dim: number
  medianDistance: number
  scale: number
  /** τ and the finite δ grid, ascending, in scaled units */
  floor: number
  deltas: Float64Array
  /** radii of the nearest-anchor curve, ascending, scaled units; empty without a split */
  nearestRadii: number[]
}
