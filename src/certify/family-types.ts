import type {MeasureName} from './task-types.js'

/** The model's performance over all rows used; with sources, each source counts once. */
export interface Performance {
  /**
   * accuracy: share of rows whose predicted class is the label; label-accuracy and token-accuracy: mean share of a
   * row's labels or tokens that are right; absolute-error and squared-error: mean error of a row, lower is better
   */
  measure: MeasureName
  /** for errors: mean over the references, each clipped at `limit` */
  value: number
  /** lower bound for fresh examples, exact at its share of α; null without a split, and for errors */
  lower: number | null
  /** for errors: upper bound for fresh examples, exact at its share of α; null without a split. Absent otherwise */
  upper?: number | null
  /**
   * the same measure for a constant guess: the most common class, the most common answer per label, the most common
   * token, the median or the mean target
   */
  baseline: number
  /** for errors: clipping limit; by default the largest error of an anchor */
  limit?: number
}

/** P[ΔL ≥ η | d ≤ δ] for a random anchor and a fresh example of one class, at the middle δ and η of the grids. */
export interface ClassRow {
  layer: string
  label: number
  delta: number
  eta: number
  /** references of this class */
  references: number
  /** their pairs with anchors within δ */
  pairs: number
  observed: number | null
  /** upper bound at its share of α, at most 1 */
  bound: number
  status: CellStatus
}

/**
 * For single examples z₀: P[ΔL(z₀, Z) ≥ η | d(z₀, Z) ≤ δ] for a fresh Z (Theorem A5). All bounds hold simultaneously.
 */
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
  /** per δ, the share of examples with a bound ≤ β */
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
  /** per layer, the largest δ of its grid with a bound ≤ β; null: abstains */
  radii: (number | null)[]
  /** per layer, the bound at each δ; null: fewer than 30 references within δ */
  bounds: (number | null)[][]
}

/** A group of consecutive hidden units, with its part of the close pairs' volatility. Estimates. */
export interface ChannelGroup {
  /** first and last unit */
  units: [number, number]
  /** part of the windowed volatility of close pairs; the groups sum to 1. null: no close pair changes its loss */
  volatilityShare: number | null
  /** part of the distance of the same pairs: a group with a larger volatilityShare changes when the loss does */
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
  /** their share of all close pairs with ΔL ≥ η */
  share: number
}

/**
 * An example with a high loss whose neighbours in the late layers agree on another label: worth checking, but no proof.
 */
export interface LabelHint {
  row: number
  label: number
  suggested: number
  /** share of its 10 nearest neighbours with the suggested label, minimum over the late layers */
  agreement: number
  loss: number
}

export type CellStatus = 'certified' | 'vacuous' | 'abstain' | 'invalid'
