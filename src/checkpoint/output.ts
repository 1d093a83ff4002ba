import type {Embeddings, LayerStates} from '../certify/types.js'
import {InputError, option} from '../errors.js'
import type {Note} from '../frame/report.js'
import type {OutputKind} from './types.js'

const ROW_SUM_TOLERANCE = 1e-3

export interface OutputClaim {
  /** from --output */
  asked?: OutputKind | undefined
  /** from the operator that produces the output */
  made?: OutputKind | undefined
  /** from the name of a stored array */
  named?: OutputKind | undefined
}

/**
 * The model's output as class scores: its kind, and two columns if the model gives one number for two classes: p → (1 −
 * p, p), and logit z → (0, z), which softmax maps to the same probabilities.
 *
 * Shapes     states [rows, classes] → [rows, max(classes, 2)].
 * Kind       as requested; else from its operator; else from the array's name, if the values agree; else probabilities
 *            if all values are in [0, 1] and rows sum to 1 ± 1e-3, and logits if some are outside.
 * Precision  that of the states; 1 − p rounds once.
 * Empty      no rows → logits.
 * Throws     InputError  values that contradict the stated kind; values in [0, 1] whose rows do not sum to 1, which
 *            could be logits or one-vs-rest scores; no column.
 * Source     —   Deviation: none.
 */
export function classScores(
  states: LayerStates,
  rows: number,
  claim: OutputClaim,
  notes: Note[],
): NonNullable<Embeddings['output']> {
  const {name, dim, data} = states
  if (dim === 0) throw new InputError(`the output ${name} has no column`, ['certify needs one score for each class'])
  const values = {
    within: data.every((value) => value >= 0 && value <= 1),
    zero: data.every((value) => value === 0),
    sums: dim > 1 && sumToOne(data, rows, dim),
  }
  const kind = kindOf(states, rows, claim, values, notes)
  if (kind !== 'logits' && !values.within && addUpTo(data, rows, dim, 100))
    throw new InputError(`the rows of the output ${name} add up to 100: these are percentages`, [
      'store probabilities: divide them by 100',
    ])
  if (kind !== 'logits' && !values.within) {
    const at = data.findIndex((value) => !(value >= 0 && value <= 1))
    throw new InputError(
      `the output ${name} is ${data[at]!} at row ${Math.floor(at / dim)}, column ${at % dim}, but probabilities lie in [0, 1]`,
      [`say what it holds: ${option('output')} logits`],
    )
  }
  if (dim > 1) return {kind, classes: dim, data}
  const two = data instanceof Float64Array ? new Float64Array(2 * rows) : new Float32Array(2 * rows)
  for (let row = 0; row < rows; row++) {
    two[2 * row] = kind === 'logits' ? 0 : 1 - data[row]!
    two[2 * row + 1] = data[row]!
  }
  return {kind: kind === 'one-vs-rest' ? 'probabilities' : kind, classes: 2, data: two}
}

function kindOf(
  {name, dim}: LayerStates,
  rows: number,
  {asked, made, named}: OutputClaim,
  {within, zero, sums}: {within: boolean; zero: boolean; sums: boolean},
  notes: Note[],
): OutputKind {
  const say = (level: Note['level'], message: string) => notes.push({level, code: 'output-kind', message})
  const softmaxed = rows > 1 && within && sums
  if (asked !== undefined) {
    if (asked === 'probabilities' && within && dim > 1 && !sums)
      throw new InputError(`the output ${name} lies in [0, 1], but its rows do not add up to 1`, [
        `if each class has an independent score (a sigmoid): ${option('output')} one-vs-rest`,
      ])
    if (asked === 'logits' && softmaxed)
      say(
        'warning',
        `the rows of the output ${name} add up to 1 as after a softmax, but are taken as logits, as asked for`,
      )
    return asked
  }
  // A single sigmoid is the probability of the second of two classes.
  if (made === 'one-vs-rest' && dim === 1) return 'probabilities'
  if (made !== undefined) {
    if (made === 'one-vs-rest')
      say(
        'info',
        `the output ${name} ends in a sigmoid for each class: one-vs-rest scores, not passed through a softmax`,
      )
    if (made === 'probabilities' && /logit/i.test(name))
      say(
        'warning',
        `the output is called ${name}, but ends in a softmax or sigmoid: its values are taken as probabilities`,
      )
    return made
  }
  if (named === 'logits' && softmaxed)
    throw new InputError(
      `the array ${name} is called logits, but its values lie in [0, 1] and its rows add up to 1, as after a softmax`,
      [`say what it holds: ${option('output')} probabilities, or ${option('output')} logits`],
    )
  if (named === 'logits') return named
  if (within && dim > 1 && !sums && !zero)
    throw new InputError(
      `the values of the output ${name} lie in [0, 1], but its rows do not add up to 1: they could be scores of each class by itself, or logits`,
      [`say what it holds: ${option('output')} one-vs-rest, or ${option('output')} logits`],
    )
  if (named !== undefined) return named
  const kind = rows > 0 && within && (dim === 1 || sums) ? 'probabilities' : 'logits'
  if (kind === 'logits' && /prob|softmax|sigmoid/i.test(name))
    say('warning', `the output is called ${name}, but its values are not probabilities: they are taken as logits`)
  else if (kind === 'probabilities' && /logit/i.test(name))
    say('warning', `the output is called ${name}, but its rows add up to 1: its values are taken as probabilities`)
  else say('info', `the values of the output ${name} are taken as ${kind}`)
  return kind
}

/** Whether rows of several values are probabilities that sum to 1. */
export const areProbabilities = ({data, dim}: LayerStates, rows: number): boolean =>
  dim > 1 && rows > 1 && data.every((value) => value >= 0 && value <= 1) && sumToOne(data, rows, dim)

const sumToOne = (data: Float32Array | Float64Array, rows: number, classes: number) => addUpTo(data, rows, classes, 1)

function addUpTo(data: Float32Array | Float64Array, rows: number, classes: number, total: number): boolean {
  for (let row = 0; row < rows; row++) {
    let sum = 0
    for (let c = 0; c < classes; c++) sum += data[row * classes + c]!
    if (Math.abs(sum / total - 1) > ROW_SUM_TOLERANCE) return false
  }
  return true
}

/** Checks that every label is one of the output's classes. */
export function checkLabels(labels: Int32Array, classes: number, place: string): void {
  const row = labels.findIndex((label) => label < 0 || label >= classes)
  if (row < 0) return
  const least = labels.reduce((a, b) => Math.min(a, b), Infinity)
  const most = labels.reduce((a, b) => Math.max(a, b), -Infinity)
  throw new InputError(
    `${place}: label ${labels[row]!} at row ${row} is out of range: the output has ${classes} classes, 0 … ${classes - 1}`,
    [
      least === 1 && most === classes
        ? `the labels run from 1 to ${classes}: store them as 0 … ${classes - 1}`
        : 'check that labels count from 0 and belong to this model',
    ],
  )
}

/** "Far better": by 0.2, and by four standard deviations of the difference of two proportions. */
const BETTER = 0.2
const FEWEST_ROWS = 20

/**
 * Refuses labels that agree with the model's predictions only when shifted by one: they start at 1, or the model has an
 * extra first class.
 *
 * Throws  InputError says both accuracies.
 */
export function checkLabelOffset(labels: Int32Array, output: NonNullable<Embeddings['output']>, place: string): void {
  const rows = labels.length
  const {classes, data} = output
  const predicted = Int32Array.from({length: rows}, (_, row) => {
    let best = 0
    for (let c = 1; c < classes; c++) if (data[row * classes + c]! > data[row * classes + best]!) best = c
    return best
  })
  const accuracy = (offset: number) =>
    labels.reduce((count, label, row) => count + (predicted[row] === label + offset ? 1 : 0), 0) / rows
  const least = labels.reduce((a, b) => Math.min(a, b), Infinity)
  const most = labels.reduce((a, b) => Math.max(a, b), -Infinity)
  const stated = accuracy(0)
  for (const offset of [-1, 1]) {
    // With few rows or one class, agreement may be chance.
    if (rows < FEWEST_ROWS || new Set(labels).size < (offset < 0 ? 2 : 3)) continue
    if (least + offset < 0 || most + offset >= classes) continue
    const moved = accuracy(offset)
    if (moved - stated <= BETTER + 2 / Math.sqrt(rows)) continue
    throw new InputError(
      offset < 0
        ? `${place}: the labels seem to count from 1: with them the accuracy is ${share(stated)}, with labels − 1 it is ${share(moved)}`
        : `${place}: the model seems to have a class before those of the labels: with them the accuracy is ${share(stated)}, with labels + 1 it is ${share(moved)}`,
      [`store the labels as the model counts its classes, 0 … ${classes - 1}`],
    )
  }
}

const share = (value: number) => `${(100 * value).toFixed(1)} %`
