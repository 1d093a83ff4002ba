import type {MeasureName} from './task-types.js'

/** The difference to an earlier report on the same anchors and references: this checkpoint minus the earlier one. */
export interface Comparison {
  /** how the examples were matched */
  pairing: 'input-hash' | 'labels' | 'targets'
  /** all exact intervals hold simultaneously with probability ≥ 1 − alpha, separately from the report's statements */
  alpha: number
  /**
   * accuracy of both checkpoints, with an exact interval for the difference; absent if one is unknown. For other tasks,
   * the `measure`; errors are those of the references, clipped at `limit`
   */
  performance?: {
    measure?: MeasureName
    value: number
    earlier: number
    difference: number
    exact: [number, number]
    limit?: number
  }
  /** L_max of both, if they differ: then ε and η refer to different losses */
  lossMax?: {here: number | null; there: number | null}
  /** layers that are collapsed in neither */
  layers: LayerDifference[]
  /** cells at the same grid index; empty if the grids differ in size or η */
  cells: CellDifference[]
  /** layers without a counterpart */
  onlyHere: string[]
  onlyThere: string[]
}

export interface LayerDifference {
  name: string
  /** τ of both checkpoints in scale-free units. Distances are clamped to at least τ, so different τ also changes ε */
  floor: number
  earlierFloor: number
  /** scale-free ε of this and of the earlier checkpoint: estimates */
  epsilon: number
  earlier: number
  difference: number
  /** exact, simultaneous for all layers; null without a floor */
  exact: [number, number] | null
  /** paired normal approximation per layer; not a certificate */
  asymptotic: [number, number]
}

export interface CellDifference {
  layer: string
  delta: number
  earlierDelta: number
  eta: number
  observed: number | null
  earlierObserved: number | null
  /** difference of the observed shares; null if one has no pairs */
  difference: number | null
  /** interval for the difference of P[ΔL ≥ η | d ≤ δ], simultaneous for all cells; null if one has no pairs */
  exact: [number, number] | null
  /** the same by a paired normal approximation; not a certificate, and [0, 0] if no loss changed */
  asymptotic: [number, number] | null
  /** the smallest of the three certified bounds, for both checkpoints */
  bound: number
  earlierBound: number
}
