import type {MeasureName} from './task-types.js'

/** How well the model does its task, over all rows used; with sources, a row of a source, each source counting once. */
export interface Performance {
  /**
   * accuracy: share of rows whose predicted class is the label; label-accuracy and token-accuracy: mean share of a
   * row's labels or tokens that are right; absolute-error and squared-error: mean error of a row, of which less is better
   */
  measure: MeasureName
  /** of errors: over the references, each counting as at most `limit` */
  value: number
  /** lower bound for fresh examples, exact at the split α; null without a split, and of errors */
  lower: number | null
  /** of errors: upper bound for fresh examples, exact at the split α; null without a split. Absent of shares */
  upper?: number | null
  /**
   * the same measure of a guess that needs no model: always the commonest class, the commoner answer of each label, the
   * commonest token, the median or the mean target
   */
  baseline: number
  /** of errors: larger ones count as this, the largest of an anchor unless the loss was given a limit */
  limit?: number
}

/** P[ΔL ≥ η | d ≤ δ] of a random anchor and a fresh example of one class, at the middle δ and η of the grids. */
export interface ClassRow {
  layer: string
  label: number
  delta: number
  eta: number
  /** of this class */
  references: number
  /** their pairs with anchors within δ */
  pairs: number
  observed: number | null
  /** upper bound at the split α, at most 1 */
  bound: number
  status: CellStatus
}

/** For single examples z₀: P[ΔL(z₀, Z) ≥ η | d(z₀, Z) ≤ δ] for a fresh Z (Theorem A5). All bounds hold at once. */
export interface Examples {
  eta: number
  /** β */
  risk: number
  layers: ExampleLayer[]
  rows: ExampleRow[]
}

export interface ExampleLayer {
  layer: string
  deltas: number[]
  /** at each δ the share of examples with a bound ≤ β */
  certified: number[]
  /** share of examples without a radius */
  abstained: number
  /** half of all examples have at least this radius; null: more than half abstain */
  medianRadius: number | null
}

export interface ExampleRow {
  /** in the data file */
  row: number
  label: number | null
  loss: number
  /** in each layer the largest δ of its grid with a bound ≤ β; null: abstains */
  radii: (number | null)[]
  /** in each layer the bound at each δ; null: fewer than 30 references are within δ */
  bounds: (number | null)[][]
}

/** A run of hidden units, by how much of the close pairs' volatility lies in it. Estimates. */
export interface ChannelGroup {
  /** first and last unit */
  units: [number, number]
  /** part of the windowed volatility of close pairs; the groups add up to 1. null: no close pair changes its loss */
  volatilityShare: number | null
  /** part of the distance of the same pairs: a group with a larger volatilityShare moves when the loss changes */
  distanceShare: number | null
  /** relative change of scale-free ε when the group's units are left out */
  dropChange: number | null
}

export interface ClassPair {
  labels: [number, number]
  /** close pairs of examples of these classes, among the rows surveyed */
  pairs: number
  /** share of them with ΔL ≥ η */
  observed: number
  /** their part of all close pairs with ΔL ≥ η */
  share: number
}

/**
 * An example whose loss is high while its neighbours in the late layers agree on another label: look at it, it proves
 * nothing.
 */
export interface LabelHint {
  row: number
  label: number
  suggested: number
  /** the smallest share of its 10 nearest neighbours, over the late layers, that have the suggested label */
  agreement: number
  loss: number
}

export type CellStatus = 'certified' | 'vacuous' | 'abstain' | 'invalid'
