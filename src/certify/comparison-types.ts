import type {MeasureName} from './task-types.js'

/** The difference to an earlier report on the same anchors and references: this checkpoint minus the earlier one. */
export interface Comparison {
  /** how it was established that the examples are the same */
  pairing: 'input-hash' | 'labels' | 'targets'
  /**
   * all exact intervals hold at once with probability ≥ 1 − alpha: a statement of its own, beside those of the report
   */
  alpha: number
  /**
   * accuracy now and then, with an exact interval of the difference; absent where one is unknown. Of another task its
   * `measure`; errors are those of the references, each at most the `limit`
   */
  performance?: {
    measure?: MeasureName
    value: number
    earlier: number
    difference: number
    exact: [number, number]
    limit?: number
  }
  /** L_max of the two, where they differ: then their ε and η are of other losses */
  lossMax?: {here: number | null; there: number | null}
  /** those collapsed in neither */
  layers: LayerDifference[]
  /** at the same place of the two grids; empty where the grids differ in size or η */
  cells: CellDifference[]
  /** layers without a counterpart */
  onlyHere: string[]
  onlyThere: string[]
}

export interface LayerDifference {
  name: string
  /** τ in scale-free units, here and there: distances below it count as it, so a difference changes ε too */
  floor: number
  earlierFloor: number
  /** scale-free ε of this and of the earlier checkpoint: estimates */
  epsilon: number
  earlier: number
  difference: number
  /** exact, all layers at once; null where a layer has no floor */
  exact: [number, number] | null
  /** paired and normal, each layer by itself: no certificate */
  asymptotic: [number, number]
}

export interface CellDifference {
  layer: string
  delta: number
  earlierDelta: number
  eta: number
  observed: number | null
  earlierObserved: number | null
  /** of the observed shares; null where one has no pair */
  difference: number | null
  /** of the difference of P[ΔL ≥ η | d ≤ δ], all cells at once; null where one has no pair */
  exact: [number, number] | null
  /** of the same, paired and normal: no certificate, and [0, 0] where no loss changed */
  asymptotic: [number, number] | null
  /** the smallest of the three certified bounds, now and then */
  bound: number
  earlierBound: number
}
