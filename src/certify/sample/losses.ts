import {InputError, UsageError, option} from '../../errors.js'
import {measureOf, TASK_LOSSES} from '../tasks/names.js'
import {surprise} from '../tasks/row-losses.js'
import type {Embeddings, LossName, MeasureName, RowLosses} from '../types.js'

export interface Losses {
  name: LossName
  /** [rows] */
  values: Float64Array
  /** upper bound of the loss; null if unbounded */
  bound: number | null
  /** share of rows whose predicted class is the label; null without output or labels */
  accuracy: number | null
  /** [rows] 1: the predicted class is the label; null without output or labels */
  correct: Uint8Array | null
  /** for tasks other than one class per row: the measure, [rows] its errors, and those of the best constant answer */
  measure: {name: MeasureName; errors: Float64Array; guesses: Float64Array} | null
}

/** Upper bound of each loss; null: unbounded. */
export const LOSS_BOUND: Record<LossName, number | null> = {
  'zero-one': 1,
  'one-minus-p': 1,
  brier: 2,
  'cross-entropy': null,
  hamming: 1,
  'binary-cross-entropy': null,
  absolute: null,
  squared: null,
  file: null,
}

/**
 * The loss of every row.
 *
 * Formula    zero-one 1{argmax ≠ y}; one-minus-p 1 − p_y; brier Σ_c (p_c − 1{c = y})²; cross-entropy −log p_y in nats;
 *            file: stored losses. `auto`: file if there is one, else one-minus-p. p = softmax of logits; one-vs-rest
 *            scores are independent probabilities per class: only zero-one and one-minus-p. Other tasks provide their
 *            losses (tasks/row-losses); `auto` is the task's first.
 * Precision  fp64; cross-entropy of given probabilities is at most 87.3 nats (p = 2⁻¹²⁶).
 * Cost       rows · classes.
 * Throws     UsageError  the loss needs an output, labels or a loss array that the file lacks, or does not belong to
 *            the task (lists those that do).
 *            InputError  a label outside 0 … classes − 1, a loss that is negative or not finite, invalid probabilities.
 * Source     —   Deviation: none.
 */
export function lossOf(embeddings: Embeddings, requested: LossName | 'auto'): Losses {
  const {output, labels, loss, task} = embeddings
  if (task !== undefined) return ofTask(task, loss, requested)
  requireLoss('classes', requested)
  const probabilities = output !== null && labels !== null ? trueAndAll(embeddings) : null
  const accuracy = probabilities === null ? null : probabilities.correct.reduce((s, x) => s + x, 0) / embeddings.rows
  const correctRows = probabilities?.correct ?? null
  const name = requested === 'auto' ? (loss === null ? 'one-minus-p' : 'file') : requested
  if (name === 'file') {
    if (loss === null)
      throw new UsageError(`${option('loss')} file, but the embeddings hold no loss array`, [
        'store the losses as `loss`',
        `use ${option('loss')} one-minus-p`,
      ])
    return {name, values: checked(loss), bound: LOSS_BOUND[name], accuracy, correct: correctRows, measure: null}
  }
  if (probabilities === null) {
    const lacking = output === null ? "the model's output (logits or probabilities)" : 'labels'
    throw new UsageError(`the loss ${name} needs ${lacking}, which the input does not hold`, [
      'add them to the file',
      `store losses as \`loss\` and use ${option('loss')} file`,
    ])
  }
  const {ofTrueClass, brier, correct} = probabilities
  const known = {name, bound: LOSS_BOUND[name], accuracy, correct, measure: null}
  if (output!.kind === 'one-vs-rest' && (name === 'brier' || name === 'cross-entropy'))
    throw new UsageError(`the loss ${name} needs probabilities that add up to 1, but each class is scored by itself`, [
      `use ${option('loss')} one-minus-p or zero-one`,
    ])
  switch (name) {
    case 'zero-one':
      return {...known, values: Float64Array.from(correct, (x) => 1 - x)}
    case 'one-minus-p':
      return {...known, values: ofTrueClass.map((p) => Math.max(0, 1 - p))}
    case 'brier':
      return {...known, values: brier}
    default:
      return {...known, values: probabilities.crossEntropy}
  }
}

/** Throws UsageError: a loss that the task does not have. */
function requireLoss(task: RowLosses['task'] | 'classes', requested: LossName | 'auto'): void {
  const fitting = TASK_LOSSES[task]
  if (requested === 'auto' || fitting.includes(requested)) return
  throw new UsageError(`the loss ${requested} is not one of the task ${task}, which has ${fitting.join(', ')}`, [
    `choose one of these with ${option('loss')}`,
    `or name another task with ${option('task')}`,
  ])
}

function ofTask({task, losses}: RowLosses, loss: Float64Array | null, requested: LossName | 'auto'): Losses {
  requireLoss(task, requested)
  const name = requested === 'auto' ? TASK_LOSSES[task][0]! : requested
  const values = name === 'file' ? loss : losses[name]?.values
  if (values === null || values === undefined)
    throw new UsageError(`${option('loss')} file, but the embeddings hold no loss array`, [
      'store the losses as `loss`',
      `use ${option('loss')} ${TASK_LOSSES[task][0]!}`,
    ])
  const measured = measureOf(task, name)
  const errors = measured === null ? undefined : losses[measured.loss]
  return {
    name,
    values: checked(values),
    bound: LOSS_BOUND[name],
    accuracy: null,
    correct: null,
    measure:
      measured === null || errors === undefined || errors.guess === null
        ? null
        : {name: measured.name, errors: checked(errors.values), guesses: errors.guess},
  }
}

function checked(loss: Float64Array): Float64Array {
  const bad = loss.findIndex((x) => !(x >= 0 && x < Infinity))
  if (bad !== -1) throw new InputError(`the loss of row ${bad} is ${loss[bad]!}; losses are finite and at least 0`)
  return loss
}

/** p_y of every row, or null if output or labels are missing. */
export function trueClassProbability(embeddings: Embeddings): Float64Array | null {
  return embeddings.output === null || embeddings.labels === null ? null : trueAndAll(embeddings).ofTrueClass
}

function trueAndAll({rows, output, labels}: Embeddings) {
  const {classes, data, kind} = output!
  const ofTrueClass = new Float64Array(rows)
  const brier = new Float64Array(rows)
  const crossEntropy = new Float64Array(rows)
  const correct = new Uint8Array(rows)
  for (let i = 0; i < rows; i++) {
    const label = labels![i]!
    if (label < 0 || label >= classes)
      throw new InputError(
        `the label of row ${i} is ${label}, but the output has ${classes} classes (0 … ${classes - 1})`,
        ['number the classes from 0'],
      )
    const row = Float64Array.from(data.subarray(i * classes, (i + 1) * classes))
    const column = row.findIndex((x) => !Number.isFinite(x))
    if (column !== -1)
      throw new InputError(`the output of row ${i}, column ${column} is ${row[column]!}, not a finite number`)
    const top = Math.max(...row)
    correct[i] = row.indexOf(top) === label ? 1 : 0
    if (kind === 'logits') {
      const logSum = top + Math.log(row.reduce((s, x) => s + Math.exp(x - top), 0))
      crossEntropy[i] = Math.max(0, logSum - row[label]!)
      row.forEach((x, c) => (row[c] = Math.exp(x - logSum)))
    } else {
      const sum = row.reduce((s, x) => s + x, 0)
      if ((kind === 'probabilities' && Math.abs(sum - 1) > 1e-3) || Math.min(...row) < 0 || top > 1 + 1e-3)
        throw new InputError(`the probabilities of row ${i} add up to ${sum}, not 1`, [
          'name the array `logits` if it holds logits',
        ])
      crossEntropy[i] = surprise(row[label]!)
    }
    ofTrueClass[i] = Math.min(1, row[label]!)
    row.forEach((p, c) => (brier[i]! += (p - (c === label ? 1 : 0)) ** 2))
    brier[i] = Math.min(2, brier[i]!)
  }
  return {ofTrueClass, brier, crossEntropy, correct}
}
