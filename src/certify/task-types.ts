/**
 * What a model is asked for in each row: one class; several yes-or-no labels; numbers; a class of every token or pixel;
 * or nothing that is known here, only a loss (scores).
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

/** What says how well a model does its task: shares of right answers, and mean errors of numbers. */
export type MeasureName = 'accuracy' | 'label-accuracy' | 'token-accuracy' | 'absolute-error' | 'squared-error'

/** The losses of every row of a task other than one class a row. */
export interface RowLosses {
  task: Exclude<TaskName, 'classes'>
  /** each loss that the task has, but the file's own */
  losses: Partial<Record<LossName, RowLoss>>
}

export interface RowLoss {
  /** [rows] finite, ≥ 0 */
  values: Float64Array
  /** [rows] the same loss of the best constant answer, which needs no model; null where it is not what is measured */
  guess: Float64Array | null
}
