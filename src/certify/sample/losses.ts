import {InputError, UsageError, option} from '../../errors.js'
import type {Embeddings, LossName} from '../types.js'

export interface Losses {
  name: LossName
  /** [rows] */
  values: Float64Array
  /** what the loss cannot exceed; null where it is unbounded */
  bound: number | null
  /** share of rows whose predicted class is the label; null without output or labels */
  accuracy: number | null
  /** [rows] 1 where the predicted class is the label; null without output or labels */
  correct: Uint8Array | null
}

/** What each loss cannot exceed; null: unbounded. */
export const LOSS_BOUND: Record<LossName, number | null> = {
  'zero-one': 1,
  'one-minus-p': 1,
  brier: 2,
  'cross-entropy': null,
  file: null,
}

/** Smallest probability whose logarithm is taken: the smallest normal fp32 number, 87.3 nats. */
const SMALLEST_PROBABILITY = 2 ** -126

/**
 * The loss of every row.
 *
 * Formula    zero-one 1{argmax ≠ y}; one-minus-p 1 − p_y; brier Σ_c (p_c − 1{c = y})²; cross-entropy −log p_y in nats;
 *            file: the embeddings' own. `auto`: file where there is one, else one-minus-p. p = softmax of logits;
 *            one-vs-rest scores are probabilities of each class by itself: zero-one and one-minus-p only.
 * Precision  fp64; cross-entropy of given probabilities stops at 87.3 nats (p = 2⁻¹²⁶).
 * Cost       rows · classes.
 * Throws     UsageError  the loss needs an output, labels or a loss array that the file lacks.
 *            InputError  a label outside 0 … classes − 1, a loss that is negative or not finite, probabilities that are
 *            none.
 * Source     —   Deviation: none.
 */
export function lossOf(embeddings: Embeddings, requested: LossName | 'auto'): Losses {
  const {output, labels, loss} = embeddings
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
    const bad = loss.findIndex((x) => !(x >= 0 && x < Infinity))
    if (bad !== -1) throw new InputError(`the loss of row ${bad} is ${loss[bad]!}; losses are finite and at least 0`)
    return {name, values: loss, bound: LOSS_BOUND[name], accuracy, correct: correctRows}
  }
  if (probabilities === null) {
    const lacking = output === null ? "the model's output (logits or probabilities)" : 'labels'
    throw new UsageError(`the loss ${name} needs ${lacking}, which the input does not hold`, [
      'add them to the file',
      `store losses as \`loss\` and use ${option('loss')} file`,
    ])
  }
  const {ofTrueClass, brier, correct} = probabilities
  if (output!.kind === 'one-vs-rest' && (name === 'brier' || name === 'cross-entropy'))
    throw new UsageError(`the loss ${name} needs probabilities that add up to 1, but each class is scored by itself`, [
      `use ${option('loss')} one-minus-p or zero-one`,
    ])
  switch (name) {
    case 'zero-one':
      return {name, values: Float64Array.from(correct, (x) => 1 - x), bound: LOSS_BOUND[name], accuracy, correct}
    case 'one-minus-p':
      return {name, values: ofTrueClass.map((p) => Math.max(0, 1 - p)), bound: LOSS_BOUND[name], accuracy, correct}
    case 'brier':
      return {name, values: brier, bound: LOSS_BOUND[name], accuracy, correct}
    case 'cross-entropy':
      return {name, values: probabilities.crossEntropy, bound: LOSS_BOUND[name], accuracy, correct}
  }
}

/** p_y of every row, or null where output or labels are missing. */
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
      crossEntropy[i] = Math.max(0, -Math.log(Math.max(row[label]!, SMALLEST_PROBABILITY)))
    }
    ofTrueClass[i] = Math.min(1, row[label]!)
    row.forEach((p, c) => (brier[i]! += (p - (c === label ? 1 : 0)) ** 2))
    brier[i] = Math.min(2, brier[i]!)
  }
  return {ofTrueClass, brier, crossEntropy, correct}
}
