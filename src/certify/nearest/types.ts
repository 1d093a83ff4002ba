import type {CellStatus} from '../family-types.js'

/**
 * A point of a layer's nearest-anchor curve. For a fresh Z with nearest anchor a(Z): how many inputs have an anchor
 * within δ, and of these how many differ from it in loss. All points of a report hold at once.
 */
export interface NearestPoint {
  /** in scaled units (those of the cells), and the same radius in raw units */
  delta: number
  deltaRaw: number
  eta: number
  /** references within δ of an anchor, and their share */
  inputs: number
  covered: number
  /** lower bound of P[d(Z, A) ≤ δ] */
  coveredLower: number
  /** of these references, those with |L − L of the nearest anchor| ≥ η */
  exceeding: number
  observed: number | null
  /** upper bound of P[ΔL ≥ η | d(Z, A) ≤ δ] */
  bound: number
  status: Exclude<CellStatus, 'invalid'>
}

/** The point of all curves that the verdict names. */
export interface NearestHeadline extends NearestPoint {
  layer: string
  /** about what the bound would be with 2, 4 and 8 times the rows, an estimate; absent with sources */
  forecast?: number[]
}
