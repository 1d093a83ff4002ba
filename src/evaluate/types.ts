import type {ModelName} from '../learn/models.js'
import type {TrainingOptions} from '../learn/train.js'
import type {SanitizeOptions} from '../sanitize/settings.js'

export interface EvaluateOptions {
  model: ModelName
  /** trainings of every graph; their seeds are seed, seed + 1, … */
  seeds: number
  seed: number
  /** [2 k] the edges before an attack; null: unknown */
  clean: Uint32Array | null
  /** [2 k] known adversarial edges; null: those that `clean` does not hold, or unknown. Read to grade rankings only */
  truth: Uint32Array | null
  /** nodes that an attack aimed at; null: none */
  targets: Uint32Array | null
  /** rank and prune by every control too */
  compare: boolean
  /** shares of the edges to prune for the curves */
  budgets: readonly number[]
  sanitize: Omit<SanitizeOptions, 'truth' | 'seed'>
}

/** A measured share over seeds. */
export interface Spread {
  mean: number
  /** standard deviation over the seeds, n − 1 in the denominator; null with one seed */
  sd: number | null
  values: number[]
}

export interface Accuracy {
  test: Spread
  /** on the target nodes; null: none were named */
  targets: Spread | null
}

export interface GraphAccuracy extends Accuracy {
  /** defended: sanitized, with the edges that repair adds */
  graph: 'clean' | 'given' | 'sanitized' | 'defended'
  edges: number
}

/** How well a score finds the known adversarial edges. */
export interface Grade {
  auc: number
  averagePrecision: number
  /** share of adversarial edges among the k highest scores, k = number of known adversarial edges */
  precisionAtK: number
}

/** A way to rank edges: the score of sanitize, a part of it, or a control that a claim must beat. */
export interface Method {
  name: string
  kind: 'sanitize' | 'part' | 'control'
  /** null: no adversarial edge is known */
  grade: Grade | null
  /** after pruning as many edges by this ranking as sanitize did; null: not trained */
  samePruning: Accuracy | null
  /** accuracy by pruned share, in the order of the budgets; empty: not trained */
  curve: {share: number; pruned: number; accuracy: Accuracy}[]
}

/** What a model reaches that does not see the given graph. */
export interface WithoutGraph extends Accuracy {
  name: string
  edges: number
}

export interface EvaluateMetrics {
  nodes: number
  edges: number
  classes: number
  split: {train: number; validation: number; test: number; source: 'file' | 'drawn'}
  targets: number | null
  model: ModelName
  seeds: number
  training: TrainingOptions
  /** clean (where known), given, sanitized, defended (with repair) */
  accuracies: GraphAccuracy[]
  /**
   * share of the accuracy lost to the attack that sanitizing brings back; null: nothing was lost, or the clean graph is
   * unknown
   */
  recovered: {test: number | null; targets: number | null}
  /** no edges, and neighbours by features where there are some; absent in reports of earlier versions */
  withoutGraph?: WithoutGraph[]
  cut: {rule: string; pruned: number; share: number}
  adversarial: number | null
  /** the score of sanitize first, then its parts, then the controls */
  methods: Method[]
}
