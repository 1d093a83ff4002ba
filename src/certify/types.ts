import type {Cell, LayerMetrics} from './layer-types.js'
import type {PerturbationMetrics} from './perturbation-types.js'
import type {Comparison} from './comparison-types.js'
import type {BreakingPoint} from './statements/shift.js'
import type {NearestHeadline} from './nearest/types.js'
import type {SliceAlpha, SliceRow, Slices} from './slices/types.js'
import type {CellStatus, ClassRow, Examples, LabelHint, Performance} from './family-types.js'
import type {LossName, RowLosses, TaskName} from './task-types.js'

export type * from './comparison-types.js'
export type * from './family-types.js'
export type * from './layer-types.js'
export type * from './nearest/types.js'
export type * from './perturbation-types.js'
export type * from './slices/types.js'
export type * from './task-types.js'
export type {BreakingPoint} from './statements/shift.js'

/** Hidden states of one layer: [rows, dim] row-major, one row per example. */
export interface LayerStates {
  name: string
  dim: number
  data: Float32Array | Float64Array
  /** the batch axis of the model's tensor; null: each example ran alone */
  batchAxis?: number | null
  /** what the state was pooled over, in words; null: nothing */
  pooledOver?: string | null
  /** probabilities from a softmax or sigmoid, not a hidden state */
  squashed?: true
}

/** What certify needs of a checkpoint on a data set, whatever its origin. */
export interface Embeddings {
  rows: number
  /** in order of depth, first hidden layer first */
  layers: LayerStates[]
  /** [rows] class numbers, or null if unknown */
  labels: Int32Array | null
  /** the model's final output, or null if the file has only losses */
  output: {
    /** one-vs-rest: an independent probability per class */
    kind: 'logits' | 'probabilities' | 'one-vs-rest'
    classes: number
    data: Float32Array | Float64Array
  } | null
  /** [rows] losses computed elsewhere, ≥ 0, or null */
  loss: Float64Array | null
  /** [rows] row numbers in the data file, if only a part is used; absent: 0 … rows − 1 */
  rowNumbers?: Uint32Array
  /** [rows] the source (patient, user, recording) of each row; absent: every row is its own source */
  groups?: Int32Array | null
  /** the slice of each row, if an array gives it */
  slices?: Slices | null
  /** for tasks other than one class per row; then labels and output are null */
  task?: RowLosses
}

export type MetricName = 'l2' | 'l1' | 'linf' | 'angle'
/** Bounds for two fresh examples that --bounds adds: the first two for ε, the third for cells. */
export type FreshBound = 'kl-u' | 'maurer-pontil' | 'clopper-pearson'
export interface CertifyMetrics {
  /** the model's task; absent: one class per row, or losses from a separate file */
  task?: Exclude<TaskName, 'classes'>
  /** the model's performance; absent if predictions or labels are unknown */
  performance?: Performance
  /** the statement to compare between runs; absent without a split */
  headline?: Headline
  /**
   * the verdict's statement on inputs and their nearest anchors; absent if no point is shown to cover half of the
   * inputs
   */
  nearest?: NearestHeadline
  /** examples used, after removing duplicates if requested */
  rows: number
  duplicatesRemoved: number
  /** rows among them that equal an earlier one in every layer, loss and label; absent without a split */
  duplicates?: number
  /** sizes of the split; null with --no-split */
  anchors: number | null
  references: number | null
  /**
   * with --group: number of sources on both sides, which are the independent units; and rows of the anchors' sources
   * that were left out
   */
  sources?: {anchors: number; references: number; leftOut: number}
  /** absent without a split, with --group, and below 40 rows */
  dependence?: Dependence
  loss: {
    name: LossName
    /** L_max: losses are clipped at this value in ε; null if nothing is clipped */
    max: number | null
    mean: number
    /** upper bound of P[L > L_max] from the references; null if the loss cannot exceed L_max */
    tailUpper: number | null
  }
  /** share of rows whose predicted class is the label; null if unknown */
  accuracy: number | null
  alpha: AlphaSplit
  layers: LayerMetrics[]
  cells: Cell[]
  /** one bound per class; absent without a split, without labels or with a single class */
  classes?: ClassRow[]
  /** the same statements per slice, worst first; absent without slices */
  slices?: SliceRow[]
  /** estimate of how many rows the requested bound needs */
  planning?: Planning
  /** radii of some anchors; absent without a split or if not requested */
  examples?: Examples
  witnesses: Witness[]
  localization: Localization
  /** with --perturb or --pairs: one per pair distribution */
  perturbations?: PerturbationMetrics[]
  /** with --against */
  comparison?: Comparison
}

/**
 * Comparable between runs: half of the loss's range, the closest 10 % of pairs, the worst layer. Custom grids of δ or η
 * use their nearest values, which are reported.
 */
export interface Headline {
  layer: string
  /** in scaled units */
  delta: number
  /** share of all pairs within δ */
  closeness: number
  eta: number
  /** upper bound of P[ΔL ≥ η | d ≤ δ]; 1 if nothing is certified there */
  bound: number
  /** the observed share; null if no pair is within δ */
  observed: number | null
  status: CellStatus
  /**
   * P[ΔL ≥ η] at any distance: the observed share, and a lower bound at the α of a cell, separate from the other
   * statements
   */
  arbitrary: {observed: number; lower: number}
  /**
   * the bound divided by `arbitrary.lower`, as in its cell: below 1, closeness is shown to help. null: nothing is
   * certified, or no loss change is shown; absent in reports of earlier versions
   */
  lift?: number | null
  /**
   * how far the distribution of close pairs may shift before the bound exceeds the limit (maxShare, else one half);
   * null: already not below it. Absent in reports of earlier versions
   */
  shift?: BreakingPoint | null
  /** estimate of the same cell's bound with 2, 4 and 8 times the rows */
  forecast?: number[]
}

/** Estimated number of rows for a target bound. null: the target is not above the observed share. */
export interface Planning {
  target: number
  /** rows for the headline's bound; for the nearest-anchor bound, absent if there is none */
  headline: number | null
  nearest?: number | null
}

/** Whether the rows look dependent, although the bounds assume independence: hints, not a certificate. */
export interface Dependence {
  /** number of rows examined */
  rows: number
  /** layer whose distances were used */
  layer: string
  /**
   * exchangeability test of the file order: an e-value of 100 or more has probability ≤ .01 if rows (or the rows of
   * each label) are exchangeable
   */
  order: {eValue: number; level: number}
  /** share of rows with neighbours much nearer than the next one, and the share from which on it is reported */
  nearCopies: {share: number; limit: number}
}

/** How α is split so that all bounds of the report hold simultaneously. */
export interface AlphaSplit {
  total: number
  /** α of each single statement of the family; null if the family is not reported */
  epsilon: number | null
  global: number | null
  windowed: number | null
  direct: number | null
  /** for a class's row, and for an example at one δ; absent if there are none */
  class?: number
  example?: number
  /** for the lower bound of the performance; absent if unknown */
  performance?: number
  /** for each bound and each covered share of a nearest-anchor curve; absent in reports of earlier versions */
  nearest?: number
  /** for the statements about slices; absent without any */
  slice?: SliceAlpha
  /** number of statements about random pairs, without those about perturbations */
  statements: number
  /** α of all perturbations together, shared equally among them; absent without any */
  perturbations?: number
}

/** A pair of examples that are close in a layer but differ a lot in loss. */
export interface Witness {
  layer: string
  rows: [number, number]
  distance: number
  losses: [number, number]
  labels: [number, number] | null
  /** ΔL / max(d, τ), scaled units */
  ratio: number
}

export interface Localization {
  /** layers by scale-free ε, most volatile first; without collapsed layers and probability outputs */
  ranking: {layer: string; scaleFree: number; interval: [number, number] | null}[]
  /** Jaccard overlap of the most volatile 5 % of rows between layers, in the order of `layers` */
  overlap: number[][]
  /**
   * mean over layers, and the last layer's `legacyVulnerability`, which the paper relates to attack success; absent
   * without an output
   */
  legacyMean?: number
  legacyLast?: number
  /** at most 20, strongest first; absent without labels */
  labelHints?: LabelHint[]
}
