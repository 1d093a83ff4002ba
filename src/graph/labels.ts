import {type NamedArray, requireRank} from '../data/named-array.js'
import {InputError} from '../errors.js'

/** A class name in the file: a word, or a number if the file's numbers have gaps. */
export type ClassName = string | number

export interface Labels {
  /** [nodes] class, −1 = unknown */
  readonly labels: Int32Array
  /** null: class numbers are the names */
  readonly classNames: readonly ClassName[] | null
}

const MISSING = new Set(['', 'nan', 'na', 'n/a', '<na>', 'nat', 'none', 'null', 'unknown', '?'])

/** Whether a value means "no label". */
export const isMissing = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  (typeof value === 'number' && Number.isNaN(value)) ||
  (typeof value === 'string' && MISSING.has(value.trim().toLowerCase()))

/**
 * Labels of an array [nodes] or [nodes, 1]: whole numbers, −1 and NaN = unknown, or text; an array [nodes, classes] of
 * 0 and 1 with at most one 1 per row is one-hot.
 */
export function labelsOfArray(array: NamedArray, place: string, maxClasses: number): Labels {
  const [rows = 0, cols = 1] = array.shape
  if (array.shape.length === 2 && cols > 1) return labelsOfIndicators(array, rows, cols, place)
  if (array.shape.length !== 2) requireRank(array, 1, place)
  return labelsOfValues(
    Array.from(array.data as ArrayLike<string | number>),
    (row) => `${place}, array ${array.name}: element ${row}`,
    maxClasses,
  )
}

function labelsOfIndicators({data, name}: NamedArray, rows: number, cols: number, place: string): Labels {
  const labels = new Int32Array(rows).fill(-1)
  for (let i = 0; i < rows * cols; i++) {
    const row = Math.floor(i / cols)
    if (data[i] === 0) continue
    if (data[i] !== 1 || labels[row] !== -1)
      throw new InputError(
        `${place}, array ${name}: row ${row} is not a label: more than one class, or a value other than 0 and 1`,
        ['give one class a node, as an array [nodes]'],
      )
    labels[row] = i % cols
  }
  return {labels, classNames: null}
}

/**
 * Classes from values that are text or whole numbers. Numbers 0, 1, … without a gap are used as class numbers; other
 * numbers are sorted, renumbered, and kept as names. −1 is unknown, unless −1 and 1 are the only values: then they are
 * two classes. Text is sorted.
 *
 * Throws  InputError  a number that is not whole or below −1, or more classes than `maxClasses`.
 */
export function labelsOfValues(values: readonly unknown[], where: (row: number) => string, maxClasses: number): Labels {
  const isNumeric = values.every(
    (value) =>
      isMissing(value) || typeof value === 'number' || (typeof value === 'string' && Number.isFinite(Number(value))),
  )
  const names = isNumeric
    ? numericClasses(values, where)
    : [...new Set(values.filter((value) => !isMissing(value)).map(String))].sort()
  if (names.length > maxClasses)
    throw new InputError(
      `${where(0).replace(/: element 0$/, '')}: has ${names.length} classes, the limit is ${maxClasses}`,
      ['check that this column holds labels'],
    )
  const number = new Map<ClassName, number>(names.map((name, label) => [name, label]))
  const labels = Int32Array.from(values, (value) =>
    isMissing(value) ? -1 : (number.get(isNumeric ? Number(value) : String(value)) ?? -1),
  )
  const isPlain = isNumeric && names.every((name, label) => name === label)
  return {labels, classNames: isPlain ? null : names}
}

/** Whether the classes are −1 and 1. */
export const isSigned = (classNames: readonly ClassName[] | null): boolean =>
  classNames?.length === 2 && classNames[0] === -1 && classNames[1] === 1

function numericClasses(values: readonly unknown[], where: (row: number) => string): number[] {
  const found = new Set<number>()
  values.forEach((value, row) => {
    if (isMissing(value)) return
    const label = Number(value)
    if (!Number.isSafeInteger(label) || label < -1)
      throw new InputError(`${where(row)} is ${label}, a label is a whole number from 0, or -1 for unknown`, [
        'fix the labels, or write the classes as words',
      ])
    found.add(label)
  })
  const classes = [...found].sort((a, b) => a - b)
  // Taking −1 as unknown would leave one class, so −1 and 1 are two classes.
  return isSigned(classes) ? classes : classes.filter((label) => label >= 0)
}

/** Requires one value per node; the message says what to do otherwise. */
export function requireNodes(rows: number, nodes: number, what: string, place: string): void {
  if (rows !== nodes) {
    throw new InputError(`${place}: has ${what} for ${rows} nodes, the graph has ${nodes} nodes`, [
      'check that the files belong together; files of the largest component need the graph of that component',
    ])
  }
}
