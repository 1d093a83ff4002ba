import type {LayerStates, RowLosses} from '../../certify/types.js'
import {constantErrors, majorityHamming, multiLabelLosses, regressionErrors} from '../../certify/tasks/row-losses.js'
import {InputError, option} from '../../errors.js'
import type {Note} from '../../frame/report.js'
import {areProbabilities} from '../output.js'
import type {OutputKind} from '../types.js'
import type {Targets} from './targets.js'

/**
 * The losses of a task whose output has the size of its targets.
 *
 * Shapes   scores [rows, d], targets [rows, …] with d numbers per row.
 * Throws   InputError  scores of labels that could be logits or probabilities, or that are neither.
 */
export function rowTask(
  task: 'multi-label' | 'regression',
  scores: LayerStates,
  targets: Targets,
  kind: OutputKind | undefined,
  notes: Note[],
): RowLosses {
  const rows = targets.shape[0]!
  const {data, dim} = scores
  if (task === 'regression') {
    const {absolute, squared} = regressionErrors(data, targets.data, rows, dim)
    const guess = constantErrors(targets.data, rows, dim)
    say(notes, task, `${targets.place}: ${numbers(dim)} a row, like the output ${scores.name}: a regression`)
    return {
      task,
      losses: {
        absolute: {values: absolute, guess: guess.absolute},
        squared: {values: squared, guess: guess.squared},
      },
    }
  }
  const logits = isLogits(scores, rows, kind)
  const {hamming, crossEntropy} = multiLabelLosses(data, targets.data, rows, dim, logits)
  say(
    notes,
    task,
    `${targets.place}: ${dim} labels of 0 or 1 per row, each scored independently (${logits ? 'logits: yes above 0' : 'probabilities: yes above ½'})`,
  )
  return {
    task,
    losses: {
      hamming: {values: hamming, guess: majorityHamming(targets.data, rows, dim)},
      'binary-cross-entropy': {values: crossEntropy, guess: null},
    },
  }
}

export const say = (notes: Note[], task: string, message: string) =>
  notes.push({level: 'info', code: `task-${task}`, message})

const numbers = (d: number) => (d === 1 ? 'one number' : `${d} numbers`)

/** Whether label scores are logits; else they are independent probabilities. */
function isLogits(scores: LayerStates, rows: number, kind: OutputKind | undefined): boolean {
  const {name, dim, data} = scores
  if (kind === 'logits') return true
  if (areProbabilities(scores, rows))
    throw new InputError(
      `the rows of the output ${name} add up to 1 as after a softmax, but the task multi-label scores each label independently`,
      [`use ${option('task')} classes`, 'or store an independent score per label'],
    )
  const at = data.findIndex((x) => !(x >= 0 && x <= 1))
  if (kind === undefined && at < 0)
    throw new InputError(
      `the values of the output ${name} lie in [0, 1]: they could be probabilities of each label, or logits`,
      [`say what it holds: ${option('output')} one-vs-rest, or ${option('output')} logits`],
    )
  if (kind !== undefined && at >= 0)
    throw new InputError(
      `the output ${name} is ${data[at]!} at row ${Math.floor(at / dim)}, column ${at % dim}, but probabilities lie in [0, 1]`,
      [`say what it holds: ${option('output')} logits`],
    )
  return kind === undefined
}
