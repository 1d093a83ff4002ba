import type {Slices} from '../certify/types.js'
import type {NamedArray} from '../data/named-array.js'
import {InputError, option} from '../errors.js'
import {numberedValues, onePerRow} from './one-per-row.js'

/** More distinct values than this are a measurement or a row id, not slices. */
const MAX_VALUES = 1000
/** Name of the slice of rows without a value. */
const EMPTY = '(empty)'

/**
 * The slice of each row, from an array with one number or text per row. Slices are numbered in order of first
 * appearance; rows without a value (an empty text, NaN) form a separate slice.
 *
 * Shapes   [rows] or [rows, 1] → of [rows].
 * Throws   InputError  another shape; more than 1,000 different values.
 */
export function sliceValues(array: NamedArray, rows: number, place: string): Slices {
  const where = `${place}, array ${array.name}`
  const valueOf = onePerRow(array, rows, where, {
    wanted: `${option('slice')} takes one value`,
    next: 'store one number or text for each row',
  })
  const {of, values} = numberedValues(rows, (row) => {
    const value = valueOf(row)
    return value === '' || Number.isNaN(value) ? EMPTY : String(value)
  })
  if (values.length > MAX_VALUES)
    throw new InputError(
      `${where}: has ${values.length} different values in ${rows} rows; at most ${MAX_VALUES} can be slices`,
      ['store value ranges instead, or use another column'],
    )
  return {names: values, of}
}

/** The array of that name; null if the labels define the slices. Throws InputError if there is none. */
export function sliceArray(arrays: readonly NamedArray[], name: string | undefined, path: string): NamedArray | null {
  if (name === undefined || name === 'class') return null
  const found = arrays.find((array) => array.name === name)
  if (found !== undefined) return found
  throw new InputError(
    `${path}: has no array '${name}' to slice by; its arrays: ${arrays.map((array) => array.name).join(', ')}`,
    [`name one of these with ${option('slice')}, or class for the labels`],
  )
}

/** The slices of some of the rows. */
export const slicesAt = ({names, of}: Slices, rows: Uint32Array): Slices => ({
  names,
  of: Int32Array.from(rows, (row) => of[row]!),
})
