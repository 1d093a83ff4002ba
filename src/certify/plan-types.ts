import type {CertifyOptions} from './options.js'
import type {LayerUnits} from './sample/layer-units.js'
import type {Points} from './sample/points.js'
import type {PackedPilot} from './evidence/pilot-codec.js'
import type {LayerBets} from './bets.js'
import type {Survey} from './survey/layer-survey.js'
import type {AlphaSplit, Dependence, LabelHint, LossName, MeasureName, TaskName} from './types.js'

export interface LayerPlan extends LayerUnits, Survey {
  /** stakes of the bounds, and the sums over anchor pairs they were chosen from; null without a split */
  pilot: {
    bets: LayerBets
    sums: PackedPilot
    zeroDistancePairs: number
    zeroDistanceLossPairs: number
    diameter: number
  } | null
}

/** Everything decided before looking at a reference; the same for every shard. */
export interface CertifyPlan {
  options: CertifyOptions
  anchors: Points
  /** the anchors again without a split */
  references: Points
  duplicatesRemoved: number
  /** number found and kept */
  duplicates: number
  /** rows of the anchors' sources beyond the maximum number of anchors */
  leftOut: number
  loss: {
    name: LossName
    bound: number | null
    accuracy: number | null
    /** for tasks other than one class per row: the task, and its measure if there is one */
    task?: Exclude<TaskName, 'classes'>
    measure?: MeasureName
  }
  /** L_max; Infinity: nothing is clipped (no split) */
  lossMax: number
  /** ascending */
  etas: Float64Array
  /** null without a split */
  alpha: AlphaSplit | null
  /** slice names by number; absent without slices, and if the labels are the slices */
  sliceNames?: readonly string[]
  bootstrapSeed: number
  /** null without a split, with sources, and for too few rows */
  dependence: Dependence | null
  /** null without labels */
  labelHints: LabelHint[] | null
  layers: LayerPlan[]
}
