import {type NamedArray, numbersOf} from '../data/named-array.js'
import {InputError, option} from '../errors.js'
import type {Note} from '../frame/report.js'
import {size} from './pool.js'

/** The label that PyTorch's losses ignore, and that Hugging Face data sets use for "no label". */
export const MISSING = -100

export interface ClassLabels {
  /** [rows] class numbers ≥ 0; MISSING: no label */
  labels: Int32Array
  /** class names by number; null: none */
  classNames: readonly string[] | null
}

/**
 * Class numbers from common forms of labels: whole numbers ≥ 0 of any type; −1 and +1 for two classes, which become 0
 * and 1; one-hot rows; text, with the class names in the order of the model's output; −100: no label.
 *
 * Shapes   [rows], [rows, 1] or [rows, classes] → [rows].
 * Empty    no rows → no labels.
 * Throws   InputError  anything else: names array, row, value and a remedy.
 */
export function classLabels(
  array: NamedArray,
  place: string,
  classes: readonly string[] | undefined,
  notes: Note[],
): ClassLabels {
  const where = array.name === '' ? place : `${place}, array ${array.name}`
  const rows = array.shape[0] ?? 0
  const width = size(array.shape.slice(1))
  const classNames = classes ?? null
  if (array.shape.length === 0)
    throw new InputError(`${where}: is a single value, not one label for each row`, [
      `name the labels: ${option('labelsName')}`,
    ])
  if (!ArrayBuffer.isView(array.data)) {
    if (width !== 1) throw notOneEach(where, array)
    return {labels: byName(array.data, where, classes), classNames}
  }
  const values = numbersOf(array, place)
  if (rows > 0 && width > 1) return {labels: oneHot(values, rows, width, where, array, notes), classNames}
  if (width !== 1 && rows > 0) throw notOneEach(where, array)
  const labels = numbered(values, where, notes)
  const largest = labels.reduce((most, label) => Math.max(most, label), 0)
  if (classes !== undefined && largest >= classes.length)
    throw new InputError(
      `${where}: holds the label ${largest}, but ${option('classes')} names ${classes.length} classes`,
      ['name every class, in the order of the model’s output'],
    )
  return {labels, classNames}
}

const notOneEach = (where: string, {shape}: NamedArray) =>
  new InputError(`${where}: has the shape [${shape.join(', ')}], expected one class for each row`, [
    'store the number of the class, or one column for each class with a single 1 in it',
  ])

function numbered(values: ArrayLike<number>, where: string, notes: Note[]): Int32Array {
  const labels = new Int32Array(values.length)
  const seen = new Set<number>()
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!
    const possible = Number.isInteger(value) && value < 2 ** 31 && (value >= -1 || value === MISSING)
    if (!possible)
      throw new InputError(
        `${where}: the label of row ${row} is ${value}, but class numbers are whole numbers from 0; ${MISSING} means no label`,
        ['store the number of the class of each row'],
      )
    labels[row] = value
    if (seen.size < 8) seen.add(value)
  }
  if (!seen.has(-1)) return labels
  seen.delete(MISSING)
  if (seen.size === 2 && seen.has(1)) {
    notes.push({
      level: 'info',
      code: 'labels-signed',
      message: `${where}: the labels are −1 and +1, taken as classes 0 and 1`,
    })
    return labels.map((label) => (label === -1 ? 0 : label))
  }
  throw new InputError(
    `${where}: the label of row ${labels.indexOf(-1)} is -1 beside ${
      [...seen]
        .filter((label) => label !== -1)
        .slice(0, 4)
        .join(', ') || 'no other'
    }; class numbers count from 0`,
    [`write ${MISSING} where a row has no label`, 'or number the classes from 0'],
  )
}

function oneHot(
  values: ArrayLike<number>,
  rows: number,
  width: number,
  where: string,
  array: NamedArray,
  notes: Note[],
): Int32Array {
  if (array.shape.length > 2) throw notOneEach(where, array)
  const labels = Int32Array.from({length: rows}, (_, row) => {
    let at = -1
    for (let column = 0; column < width; column++) {
      const value = values[row * width + column]!
      if (value === 0) continue
      if (value !== 1 || at >= 0)
        throw new InputError(
          `${where}: has ${width} columns, and row ${row} is not a one-hot row: ${value === 1 ? `columns ${at} and ${column} are both 1` : `column ${column} is ${value}`}`,
          [
            'store one class for each row; examples with several classes, or with class shares, are another task',
            `or name another array: ${option('labelsName')}`,
          ],
        )
      at = column
    }
    if (at < 0)
      throw new InputError(`${where}: has ${width} columns, and row ${row} has no 1 in it`, [
        'store one class for each row',
      ])
    return at
  })
  notes.push({
    level: 'info',
    code: 'labels-one-hot',
    message: `${where}: ${width} columns with a single 1 in each row are taken as class numbers`,
  })
  return labels
}

const SHOWN = 6

function byName(texts: readonly string[], where: string, classes: readonly string[] | undefined): Int32Array {
  const found = [...new Set(texts)].sort()
  if (classes === undefined && found.every((text) => /^-?\d{1,9}$/.test(text.trim())))
    return numbered(texts.map(Number), where, [])
  const shown = found.slice(0, SHOWN).join(', ') + (found.length > SHOWN ? ', …' : '')
  if (classes === undefined)
    throw new InputError(`${where}: holds names of ${found.length} classes (${shown}), whose order is not known`, [
      `name them in the order of the model's output: ${option('classes')} ${found.slice(0, SHOWN).join(',')}${found.length > SHOWN ? ',…' : ''}`,
    ])
  const numbers = new Map(classes.map((name, label) => [name, label]))
  const unknown = texts.findIndex((text) => !numbers.has(text))
  if (unknown >= 0)
    throw new InputError(
      `${where}: the label of row ${unknown} is '${texts[unknown]!}', which ${option('classes')} does not name (${classes.slice(0, SHOWN).join(', ')}${classes.length > SHOWN ? ', …' : ''})`,
      ["name all classes in the order of the model's output"],
    )
  return Int32Array.from(texts, (text) => numbers.get(text)!)
}

/** The rows with a label, ascending, and a note on the others; null: all have one. */
export function labelledRows(labels: Int32Array, where: string, notes: Note[]): Uint32Array | null {
  const missing = labels.reduce((count, label) => count + (label === MISSING ? 1 : 0), 0)
  if (missing === 0) return null
  if (missing === labels.length)
    throw new InputError(`${where}: no row has a label: all are ${MISSING}`, ['give labels'])
  notes.push({
    level: 'warning',
    code: 'labels-missing',
    message: `${missing} of ${labels.length} rows have no label (${MISSING}) and are left out`,
  })
  return Uint32Array.from(labels.keys()).filter((row) => labels[row] !== MISSING)
}
