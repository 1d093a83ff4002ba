/**
 * What a model predicts per row: one class; several binary labels; numbers; a class per token or pixel; or something
 * unknown with a given loss (scores).
 */
export type TaskName = 'classes' | 'multi-label' | 'regression' | 'tokens' | 'scores'

export type LossName =
  | 'zero-one'
  | 'one-minus-p'
  | 'brier'
  | 'cross-entropy'
  | 'hamming'
  | 'binary-cross-entropy'
  | 'absolute'
  | 'squared'
  | 'file'

/** Performance measures: shares of right answers, and mean errors of numbers. */
export type MeasureName = 'accuracy' | 'label-accuracy' | 'token-accuracy' | 'absolute-error' | 'squared-error'

/** The per-row losses of a task other than one class per row. */
export interface RowLosses {
  task: Exclude<TaskName, 'classes'>
  /** each loss of the task, except one stored in the file */
  losses: Partial<Record<LossName, RowLoss>>
}

export interface RowLoss {
  /** [rows] finite, ≥ 0 */
  values: Float64Array
  /** [rows] the same loss for the best constant answer; null if it is not the task's measure */
  guess: Float64Array | null
}
