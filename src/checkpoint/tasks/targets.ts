import type {TaskName} from '../../certify/task-types.js'
import {type NamedArray, type NumericArray, numbersOf, rowsAt} from '../../data/named-array.js'
import {InputError, UsageError, option} from '../../errors.js'
import type {Note} from '../../frame/report.js'
import {checkFinite} from '../finite.js'
import {classLabels, MISSING} from '../labels.js'
import {size} from '../pool.js'

/** The expected outputs, as stored; only the model's output can tell the task. */
export interface Targets {
  /** file and array, for the start of errors */
  place: string
  /** [rows, …] */
  shape: readonly number[]
  data: NumericArray
}

export interface GivenAnswers {
  /** [rows] if they can be one class per row; else null */
  labels: Int32Array | null
  classNames: readonly string[] | null
  /** absent for class names, and if the task is given as classes */
  targets?: Targets
}

export interface AnswerOptions {
  /** absent: classes */
  task?: TaskName | 'auto' | undefined
  classes?: readonly string[] | undefined
  /** what stands where a token does not count, beside −100 */
  ignoreLabel?: number | undefined
}

/** Names of arrays and columns of targets, besides `labels`, unless the task is known to be classes. */
export const TARGET_NAMES = ['targets', 'target', 'y']

/**
 * The answers of a file: as class numbers, if possible, and as stored numbers for other tasks.
 *
 * auto   texts and one-hot rows are classes (one-hot rows may also be multi-label: only the output tells); one whole
 *        number per row is a class unless the model gives one number; everything else is kept unchanged.
 * Throws InputError  what classLabels throws; a target that is not finite (names row and column); texts for numbers.
 */
export function answersOf(array: NamedArray, path: string, options: AnswerOptions, notes: Note[]): GivenAnswers {
  const {task = 'classes', classes, ignoreLabel} = options
  const place = array.name === '' ? path : `${path}, array ${array.name}`
  const isText = !ArrayBuffer.isView(array.data)
  if (task === 'classes' || (task === 'auto' && isText)) {
    refuseIdle(ignoreLabel, place)
    return classLabels(array, path, classes, notes)
  }
  if (isText)
    throw new InputError(`${place}: holds texts, but the targets of the task ${task} are numbers`, [
      `name the array of targets: ${option('labelsName')}`,
    ])
  if (array.shape.length === 0)
    throw new InputError(`${place}: is a single value, not the target of each row`, [
      `name the targets: ${option('labelsName')}`,
    ])
  const values = numbersOf(array, path)
  const width = size(array.shape.slice(1))
  checkFinite(values, Math.max(1, width), 0, place)
  if (width === 0 && array.shape[0]! > 0)
    throw new InputError(`${place}: has the shape [${array.shape.join(', ')}], so it holds nothing`, [
      'store one target or more for each row',
    ])
  const whole = values.every(Number.isInteger)
  if (width === 1 || !whole || task === 'regression' || task === 'multi-label') refuseIdle(ignoreLabel, place)
  const data = ignoreLabel === undefined ? values : values.map((x) => (x === ignoreLabel ? MISSING : x))
  const targets = {place, shape: array.shape, data}
  if (task !== 'auto') return {labels: null, classNames: null, targets}
  const oneClass = whole && (width === 1 || (array.shape.length === 2 && isOneHot(values, width)))
  if (!oneClass) return {labels: null, classNames: null, targets}
  try {
    return {...classLabels(array, path, classes, notes), targets}
  } catch (error) {
    if (!(error instanceof InputError) || width > 1) throw error
    throw new InputError(error.message, [
      ...error.nextSteps,
      `if these are amounts to predict: ${option('task')} regression`,
    ])
  }
}

function refuseIdle(ignoreLabel: number | undefined, place: string): void {
  if (ignoreLabel === undefined) return
  throw new UsageError(`${option('ignoreLabel')} is for the classes of tokens or pixels, and ${place} holds none`, [
    `leave ${option('ignoreLabel')} out`,
  ])
}

/** Whether each row has a single 1 and zeros. */
export function isOneHot(values: ArrayLike<number>, width: number): boolean {
  for (let row = 0; row < values.length; row += width) {
    let ones = 0
    for (let k = row; k < row + width; k++) {
      if (values[k] !== 0 && values[k] !== 1) return false
      ones += values[k]!
    }
    if (ones !== 1) return false
  }
  return true
}

/** The targets of some rows. */
export function takeTargets({place, shape, data}: Targets, rows: Uint32Array): Targets {
  return {place, shape: [rows.length, ...shape.slice(1)], data: rowsAt(data, size(shape.slice(1)), rows)}
}

/**
 * The rows with at least one token that counts, ascending, and a note on the others; null: all rows. Only for several
 * values per row.
 */
export function answeredRows({place, shape, data}: Targets, notes: Note[]): Uint32Array | null {
  const rows = shape[0] ?? 0
  const width = size(shape.slice(1))
  if (width < 2) return null
  const kept = Uint32Array.from({length: rows}, (_, row) => row).filter((row) =>
    data.subarray(row * width, (row + 1) * width).some((x) => x !== MISSING),
  )
  if (kept.length === rows) return null
  if (kept.length === 0) throw new InputError(`${place}: no row has a label: all are ${MISSING}`, ['give labels'])
  notes.push({
    level: 'warning',
    code: 'labels-missing',
    message: `${rows - kept.length} of ${rows} rows have no label (${MISSING} everywhere) and are left out`,
  })
  return kept
}
