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

/** Hidden states of one layer: [rows, dim] row-major, one row an example. */
export interface LayerStates {
  name: string
  dim: number
  data: Float32Array | Float64Array
  /** of the model's own tensor: the axis that follows the batch; null: each example ran by itself */
  batchAxis?: number | null
  /** over what the state was pooled, in words; null: nothing */
  pooledOver?: string | null
  /** probabilities behind a softmax or sigmoid, no hidden state */
  squashed?: true
}

/** What certify needs of a checkpoint on a data set; where it came from does not matter. */
export interface Embeddings {
  rows: number
  /** in order of depth, first hidden layer first */
  layers: LayerStates[]
  /** [rows] class numbers, or null if unknown */
  labels: Int32Array | null
  /** the model's final output, or null where the file gives losses only */
  output: {
    /** one-vs-rest: a probability for each class by itself */
    kind: 'logits' | 'probabilities' | 'one-vs-rest'
    classes: number
    data: Float32Array | Float64Array
  } | null
  /** [rows] losses computed elsewhere, ≥ 0, or null */
  loss: Float64Array | null
  /** [rows] which row of the data file each one is, where a part of the file is used; absent: 0 … rows − 1 */
  rowNumbers?: Uint32Array
  /** [rows] which source (patient, user, recording) each row is of; absent: every row is one by itself */
  groups?: Int32Array | null
  /** which slice each row lies in, where one array says so */
  slices?: Slices | null
  /** of a task other than one class a row; then labels and output are null */
  task?: RowLosses
}

export type MetricName = 'l2' | 'l1' | 'linf' | 'angle'
/** Bounds of two fresh examples that --bounds adds: of ε, of ε, of the cells. */
export type FreshBound = 'kl-u' | 'maurer-pontil' | 'clopper-pearson'
export interface CertifyMetrics {
  /** what the model is asked for; absent: one class a row, or losses of a file beside it */
  task?: Exclude<TaskName, 'classes'>
  /** how often the model is right; absent where predictions or labels are unknown */
  performance?: Performance
  /** the statement that can be held against another run's; absent without a split */
  headline?: Headline
  /** what the verdict says of inputs and their nearest anchors; absent where no point is shown to cover half of the inputs */
  nearest?: NearestHeadline
  /** examples used, after duplicates were removed where that was asked for */
  rows: number
  duplicatesRemoved: number
  /** rows of these that are equal to an earlier one in every layer, loss and label; absent without a split */
  duplicates?: number
  /** sizes of the split; null with --no-split */
  anchors: number | null
  references: number | null
  /** with --group: the sources of the two sides, which are what counts; rows of the anchors' sources that were left out */
  sources?: {anchors: number; references: number; leftOut: number}
  /** absent without a split, with --group, and below 40 rows */
  dependence?: Dependence
  loss: {
    name: LossName
    /** L_max: losses are clipped here inside ε; null where nothing is clipped */
    max: number | null
    mean: number
    /** P[L > L_max] bounded from the references; null where the loss cannot exceed L_max */
    tailUpper: number | null
  }
  /** share of rows whose predicted class is the label; null if unknown */
  accuracy: number | null
  alpha: AlphaSplit
  layers: LayerMetrics[]
  cells: Cell[]
  /** a bound for each class; absent without a split, without labels or with one class only */
  classes?: ClassRow[]
  /** the same statements for each slice, worst first; absent where nothing is sliced */
  slices?: SliceRow[]
  /** how many rows it would take for the bound that was asked for, about */
  planning?: Planning
  /** a radius for each of some anchors; absent without a split or where none was asked for */
  examples?: Examples
  witnesses: Witness[]
  localization: Localization
  /** with --perturb or --pairs: one for each pair distribution */
  perturbations?: PerturbationMetrics[]
  /** with --against */
  comparison?: Comparison
}

/**
 * Comparable between runs: half of the loss's range, the closest 10 % of pairs, the worst layer. Other grids of δ or η
 * give the nearest that they have, and say which.
 */
export interface Headline {
  layer: string
  /** in scaled units */
  delta: number
  /** share of all pairs that are within δ */
  closeness: number
  eta: number
  /** upper bound of P[ΔL ≥ η | d ≤ δ]; 1 where nothing is certified there */
  bound: number
  /** the share seen; null where no pair is within δ */
  observed: number | null
  status: CellStatus
  /** P[ΔL ≥ η] at any distance: the share seen, and a lower bound at the α of a cell, a statement of its own */
  arbitrary: {observed: number; lower: number}
  /** the bound over `arbitrary.lower`, as of its cell: below 1, closeness is shown to buy something. null: nothing is certified, or no loss change is shown at all; absent in reports of earlier versions */
  lift?: number | null
  /**
   * how far the law of the close pairs may move before the bound passes the limit (maxShare, else one half); null: it is
   * not below it. Absent in reports of earlier versions
   */
  shift?: BreakingPoint | null
  /** about what the bound would be with 2, 4 and 8 times the rows: an estimate, of the same cell */
  forecast?: number[]
}

/** Rows that a wanted bound would take: estimates, from what these rows show. null: it is not above the share observed. */
export interface Planning {
  target: number
  /** of the headline's bound; of the nearest anchors', absent where nothing is said of them */
  headline: number | null
  nearest?: number | null
}

/** Whether the rows look dependent, which the bounds assume they are not: hints, no certificate. */
export interface Dependence {
  /** looked at */
  rows: number
  /** whose distances were looked at */
  layer: string
  /**
   * exchangeability of the order of the file: an e-value of 100 or more has probability ≤ .01 where rows are
   * exchangeable, or those of one label are
   */
  order: {eValue: number; level: number}
  /** share of the rows with neighbours that are far nearer than the next, and the share above which it is said */
  nearCopies: {share: number; limit: number}
}

/** How α is shared so that every bound of the report holds at once. */
export interface AlphaSplit {
  total: number
  /** α spent on each single statement of the family; null where the family is not reported */
  epsilon: number | null
  global: number | null
  windowed: number | null
  direct: number | null
  /** of a class's row, and of an example at one δ; absent where there are none */
  class?: number
  example?: number
  /** of the lower bound of the performance; absent where that is unknown */
  performance?: number
  /** of each bound of a nearest-anchor curve, and of each share covered; absent in reports of earlier versions */
  nearest?: number
  /** of the statements about slices; absent where none is stated of any */
  slice?: SliceAlpha
  /** statements about random pairs; those about perturbations have a count of their own */
  statements: number
  /** α of all perturbations together, shared equally among them; absent without any */
  perturbations?: number
}

/** A pair of examples that are close in a layer and far apart in loss. */
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
  /** layers by scale-free ε, most volatile first; without collapsed ones and outputs of probabilities */
  ranking: {layer: string; scaleFree: number; interval: [number, number] | null}[]
  /** Jaccard overlap of the most volatile 5 % of rows between layers, in the order of `layers` */
  overlap: number[][]
  /**
   * mean over layers, and the last layer's `legacyVulnerability`: what the paper relates to attack success; absent
   * without an output
   */
  legacyMean?: number
  legacyLast?: number
  /** at most 20, strongest first; absent without labels */
  labelHints?: LabelHint[]
}
