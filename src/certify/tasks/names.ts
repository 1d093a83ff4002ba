import type {LossName, MeasureName, TaskName} from '../task-types.js'

/** The losses of each task, the default first; a stored loss can replace any of them. */
export const TASK_LOSSES: Record<TaskName, readonly LossName[]> = {
  classes: ['one-minus-p', 'zero-one', 'brier', 'cross-entropy', 'file'],
  'multi-label': ['hamming', 'binary-cross-entropy', 'file'],
  regression: ['absolute', 'squared', 'file'],
  tokens: ['one-minus-p', 'zero-one', 'cross-entropy', 'file'],
  scores: ['file'],
}

export const TASKS = Object.keys(TASK_LOSSES) as TaskName[]

/** All losses without duplicates, in task order. */
export const LOSSES: readonly LossName[] = [...new Set(TASKS.flatMap((task) => TASK_LOSSES[task]))]

/** Names of measures, and of their constant guesses. */
export const MEASURES: Record<MeasureName, {title: string; short: string; guess: string; isError: boolean}> = {
  accuracy: {title: 'Accuracy', short: 'accuracy', guess: 'always guessing the commonest class', isError: false},
  'label-accuracy': {
    title: 'Label accuracy',
    short: 'label accuracy',
    guess: 'always guessing the commoner answer of each label',
    isError: false,
  },
  'token-accuracy': {
    title: 'Token accuracy',
    short: 'token accuracy',
    guess: 'always guessing the commonest token',
    isError: false,
  },
  'absolute-error': {
    title: 'Mean absolute error',
    short: 'mean absolute error',
    guess: 'always guessing the median target',
    isError: true,
  },
  'squared-error': {
    title: 'Mean squared error',
    short: 'mean squared error',
    guess: 'always guessing the mean target',
    isError: true,
  },
}

/** A task's measure and the loss whose mean it is; a regression is measured by its own loss. */
export function measureOf(task: TaskName, loss: LossName): {name: MeasureName; loss: LossName} | null {
  switch (task) {
    case 'classes':
    case 'scores':
      return null
    case 'multi-label':
      return {name: 'label-accuracy', loss: 'hamming'}
    case 'tokens':
      return {name: 'token-accuracy', loss: 'zero-one'}
    case 'regression':
      return loss === 'squared' ? {name: 'squared-error', loss} : {name: 'absolute-error', loss: 'absolute'}
  }
}
