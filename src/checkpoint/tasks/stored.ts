import type {LayerStates, TaskName} from '../../certify/types.js'
import {type NamedArray, numbersOf} from '../../data/named-array.js'
import {InputError, option} from '../../errors.js'
import type {Note} from '../../frame/report.js'
import {areProbabilities} from '../output.js'
import {size} from '../pool.js'
import type {ModelStates, OutputKind} from '../types.js'
import {resolveTask} from './resolve.js'
import {rowTask} from './row-task.js'
import type {GivenAnswers} from './targets.js'
import {TokenTask} from './token-task.js'

/** Names of prediction arrays for tasks other than classes, besides `logits` and `probabilities`. */
export const PREDICTIONS = ['predictions', 'prediction', 'outputs', 'output', 'y_pred']

export interface StoredAnswers extends Pick<GivenAnswers, 'labels' | 'targets'> {
  asked: TaskName | 'auto'
  /** the model's output for the rows used; null: none */
  output: {array: NamedArray; kind: OutputKind | undefined} | null
  /** [rows] */
  loss: Float64Array | null
  /** [rows, tokens] */
  mask: Uint8Array | null
  rows: number
  path: string
}

/**
 * The losses of stored rows for a task other than classes; null: the task is classes, or losses are stored.
 *
 * Throws  InputError  what resolveTask and the tasks throw; a task without predictions.
 */
export function storedTask(stored: StoredAnswers, notes: Note[]): ModelStates['task'] | null {
  const {asked, labels, targets, output, loss, mask, rows, path} = stored
  if (asked === 'scores' || (asked === 'auto' && labels === null && targets === undefined)) {
    if (loss !== null) return {task: 'scores', losses: {}}
    throw new InputError(`${path}: has no array 'loss' [rows], which the task scores needs`, [
      'store the loss of each row',
    ])
  }
  if (asked === 'classes' || targets === undefined) return null
  if (output === null) {
    if (asked === 'auto' && labels !== null) return null
    throw new InputError(
      `${path}: has targets that are not classes, but no predictions${loss === null ? '' : ' beside the losses'}`,
      [
        `store the model's output as 'predictions', or name it: ${option('outputName')} NAME`,
        ...(loss === null ? [] : [`or use only the losses: ${option('task')} scores`]),
      ],
    )
  }
  const {array} = output
  const values = numbersOf(array, path)
  const data = values instanceof Float64Array ? values : Float32Array.from(values)
  const scores: LayerStates = {name: array.name, dim: size(array.shape.slice(1)), data}
  // An array called probabilities may hold one for each label.
  const kind =
    output.kind === 'probabilities' && array.shape.length < 3 && !areProbabilities(scores, rows)
      ? 'one-vs-rest'
      : output.kind
  const about = {name: array.name, shape: array.shape.slice(1), kind}
  const resolved = resolveTask({asked, targets, labels, output: about})
  switch (resolved.task) {
    case 'classes':
    case 'scores':
      return null
    case 'multi-label':
    case 'regression':
      return rowTask(resolved.task, scores, resolved.targets, kind, notes)
    case 'tokens': {
      const tokens = new TokenTask({...resolved, mask, output: about})
      tokens.add(data, 0, rows)
      return tokens.finish(notes)
    }
  }
}
