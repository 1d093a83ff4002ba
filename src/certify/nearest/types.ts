import type {CellStatus} from '../family-types.js'

/**
 * A point of a layer's nearest-anchor curve. For a fresh Z with nearest anchor a(Z): the share of inputs with an anchor
 * within δ, and how many of these differ from it in loss. All points of a report hold simultaneously.
 */
export interface NearestPoint {
  /** the radius in scaled units (as in cells), and in raw units */
  delta: number
  deltaRaw: number
  eta: number
  /** references within δ of an anchor, and their share */
  inputs: number
  covered: number
  /** lower bound of P[d(Z, A) ≤ δ] */
  coveredLower: number
  /** number of these references with |L − L of the nearest anchor| ≥ η */
  exceeding: number
  observed: number | null
  /** upper bound of P[ΔL ≥ η | d(Z, A) ≤ δ] */
  bound: number
  status: Exclude<CellStatus, 'invalid'>
}

/** The point of all curves that the verdict reports. */
export interface NearestHeadline extends NearestPoint {
  layer: string
  /** estimate of the bound with 2, 4 and 8 times the rows; absent with sources */
  forecast?: number[]
}
