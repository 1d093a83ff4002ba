import type {CellStatus, Performance} from '../family-types.js'
import type {NearestHeadline, NearestPoint} from '../nearest/types.js'

/** Which slice each row lies in: numbers into `names`. */
export interface Slices {
  names: readonly string[]
  /** [rows] */
  of: Int32Array
}

/** P[ΔL ≥ η | d ≤ δ] of a random anchor and a fresh example of one slice. */
export interface SliceCell {
  layer: string
  /** in scaled units */
  delta: number
  eta: number
  /** pairs of an anchor and a reference of the slice within δ */
  pairs: number
  observed: number | null
  /** upper bound at the split α, at most 1 */
  bound: number
  status: CellStatus
}

/** What is stated about the examples of one slice. All statements of all slices hold at once with everything else. */
export interface SliceRow {
  name: string
  /** the array or column that makes the slices; class: the labels */
  column: string
  /** rows of the slice, and those of them that are references */
  rows: number
  references: number
  /** too-few: fewer than 30 references, so nothing is stated */
  status: 'stated' | 'too-few'
  meanLoss: number
  /** baseline: always guessing the commonest class of all rows; null where predictions are unknown, or too few rows */
  performance: Performance | null
  /** at the closest 10 % of pairs, the worst layer; null: too few rows */
  headline: SliceCell | null
  /** the smallest bound among the points shown to cover half of the slice; null: there is none */
  nearest: NearestHeadline | null
  /** at the headline's η: cells by δ, and the nearest-anchor curve; empty: too few rows */
  layers: {layer: string; cells: SliceCell[]; nearest: NearestPoint[]}[]
}

/** α of each single statement about a slice. */
export interface SliceAlpha {
  /** absent where predictions are unknown */
  performance?: number
  cell: number
  nearest: number
}
