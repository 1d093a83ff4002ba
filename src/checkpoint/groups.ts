import type {NamedArray} from '../data/named-array.js'
import {InputError, option} from '../errors.js'
import {numberedValues, onePerRow} from './one-per-row.js'

/**
 * The source of each row, from an array with one number or text per row: numbered 0 … in order of first appearance.
 *
 * Shapes   [rows] or [rows, 1] → [rows].
 * Throws   InputError  another shape, a row without a source (an empty text, NaN).
 */
export function groupNumbers(array: NamedArray, rows: number, place: string): Int32Array {
  const where = `${place}, array ${array.name}`
  const valueOf = onePerRow(array, rows, where, {
    wanted: `${option('group')} takes one source`,
    next: 'store the name or number of the source of each row',
  })
  return numberedValues(rows, (row) => {
    const value = valueOf(row)
    if (value === '' || Number.isNaN(value))
      throw new InputError(`${where}: row ${row} has no source`, [
        'give every row one; a row without related rows is its own source',
      ])
    return value
  }).of
}

/** The array of that name. Throws InputError if there is none. */
export function groupArray(arrays: readonly NamedArray[], name: string, place: string): NamedArray {
  const found = arrays.find((array) => array.name === name)
  if (found !== undefined) return found
  throw new InputError(
    `${place}: has no array '${name}' of sources; its arrays: ${arrays.map((array) => array.name).join(', ')}`,
    [`name one of these with ${option('group')}`],
  )
}
