import type {CertifyOptions} from './options.js'
import type {LayerUnits} from './sample/layer-units.js'
import type {Points} from './sample/points.js'
import type {PackedPilot} from './evidence/pilot-codec.js'
import type {LayerBets} from './bets.js'
import type {Survey} from './survey/layer-survey.js'
import type {AlphaSplit, Dependence, LabelHint, LossName, MeasureName, TaskName} from './types.js'

export interface LayerPlan extends LayerUnits, Survey {
  /** stakes of the bounds, and the pairs of anchors they were chosen from; null without a split */
  pilot: {
    bets: LayerBets
    sums: PackedPilot
    zeroDistancePairs: number
    zeroDistanceLossPairs: number
    diameter: number
  } | null
}

/** Everything that is decided before a reference is seen: the same for every shard. */
export interface CertifyPlan {
  options: CertifyOptions
  anchors: Points
  /** the anchors again where nothing is split */
  references: Points
  duplicatesRemoved: number
  /** found and kept */
  duplicates: number
  /** rows of the anchors' sources beyond the most anchors */
  leftOut: number
  loss: {
    name: LossName
    bound: number | null
    accuracy: number | null
    /** of a task other than one class a row: that, and what is measured of it, where anything is */
    task?: Exclude<TaskName, 'classes'>
    measure?: MeasureName
  }
  /** L_max; Infinity: nothing is clipped (no split) */
  lossMax: number
  /** ascending */
  etas: Float64Array
  /** null without a split */
  alpha: AlphaSplit | null
  /** what the slices are called, by number; absent where nothing is sliced, and where the labels are the slices */
  sliceNames?: readonly string[]
  bootstrapSeed: number
  /** null without a split, with sources, and of too few rows */
  dependence: Dependence | null
  /** null without labels */
  labelHints: LabelHint[] | null
  layers: LayerPlan[]
}
