import type {CellStatus, Performance} from '../family-types.js'
import type {NearestHeadline, NearestPoint} from '../nearest/types.js'

/** The slice of each row, as indices into `names`. */
export interface Slices {
  names: readonly string[]
  /** [rows] */
  of: Int32Array
}

/** P[ΔL ≥ η | d ≤ δ] for a random anchor and a fresh example of one slice. */
export interface SliceCell {
  layer: string
  /** in scaled units */
  delta: number
  eta: number
  /** pairs of an anchor and a reference of the slice within δ */
  pairs: number
  observed: number | null
  /** upper bound at its share of α, at most 1 */
  bound: number
  status: CellStatus
}

/** Statements about the examples of one slice. They hold simultaneously with all other statements of the report. */
export interface SliceRow {
  name: string
  /** the array or column that defines the slices; class: the labels */
  column: string
  /** rows of the slice, and how many of them are references */
  rows: number
  references: number
  /** too-few: fewer than 30 references, so there are no statements */
  status: 'stated' | 'too-few'
  meanLoss: number
  /** baseline: always guessing the most common class of all rows; null if predictions are unknown, or rows too few */
  performance: Performance | null
  /** at the closest 10 % of pairs, the worst layer; null: too few rows */
  headline: SliceCell | null
  /** the smallest bound among points shown to cover half of the slice; null: none */
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
