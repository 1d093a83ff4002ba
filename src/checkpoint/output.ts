import type {Embeddings, LayerStates} from '../certify/types.js'
import {InputError} from '../errors.js'
import type {Note} from '../frame/report.js'
import type {OutputKind} from './types.js'

const ROW_SUM_TOLERANCE = 1e-3

/**
 * The model's output as class scores: its kind, and two columns where the model gives one number for two classes,
 * p → (1 − p, p) and logit z → (0, z), which softmax turns into the same probabilities.
 *
 * Shapes     states [rows, classes] → [rows, max(classes, 2)].
 * Kind       as stated (`known`); else probabilities if all values are in [0, 1] and rows sum to 1 ± 1e-3; else logits.
 * Precision  that of the states; 1 − p rounds once.
 * Empty      no rows → logits.
 * Throws     InputError  probabilities outside of [0, 1]; no column.
 * Source     —   Deviation: none.
 */
export function classScores(
  states: LayerStates,
  rows: number,
  known: OutputKind | undefined,
  notes: Note[],
): NonNullable<Embeddings['output']> {
  const {name, dim, data} = states
  if (dim === 0) throw new InputError(`the output ${name} has no column`, ['certify needs one score for each class'])
  const within = data.every((value) => value >= 0 && value <= 1)
  const kind = known ?? (rows > 0 && within && (dim === 1 || sumToOne(data, rows, dim)) ? 'probabilities' : 'logits')
  if (kind === 'probabilities' && !within) {
    const at = data.findIndex((value) => !(value >= 0 && value <= 1))
    throw new InputError(
      `the output ${name} is ${data[at]!} at row ${Math.floor(at / dim)}, column ${at % dim}, but probabilities lie in [0, 1]`,
      ['say that the output is logits'],
    )
  }
  if (known === undefined)
    notes.push({level: 'info', code: 'output-kind', message: `the values of the output ${name} are taken as ${kind}`})
  if (dim > 1) {
    if (kind === 'probabilities' && !sumToOne(data, rows, dim)) {
      notes.push({
        level: 'warning',
        code: 'probabilities-sum',
        message: `the probabilities of ${name} do not sum to 1: each class is scored by itself`,
      })
    }
    return {kind, classes: dim, data}
  }
  const two = data instanceof Float64Array ? new Float64Array(2 * rows) : new Float32Array(2 * rows)
  for (let row = 0; row < rows; row++) {
    two[2 * row] = kind === 'probabilities' ? 1 - data[row]! : 0
    two[2 * row + 1] = data[row]!
  }
  return {kind, classes: 2, data: two}
}

function sumToOne(data: Float32Array | Float64Array, rows: number, classes: number): boolean {
  for (let row = 0; row < rows; row++) {
    let sum = 0
    for (let c = 0; c < classes; c++) sum += data[row * classes + c]!
    if (Math.abs(sum - 1) > ROW_SUM_TOLERANCE) return false
  }
  return true
}

/** Every label must be one of the output's classes. */
export function checkLabels(labels: Int32Array, classes: number, place: string): void {
  const row = labels.findIndex((label) => label < 0 || label >= classes)
  if (row < 0) return
  throw new InputError(
    `${place}: label ${labels[row]!} at row ${row} is out of range: the output has ${classes} classes, 0 … ${classes - 1}`,
    ['check that labels count from 0 and belong to this model'],
  )
}
