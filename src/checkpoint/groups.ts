import type {NamedArray} from '../data/named-array.js'
import {InputError, option} from '../errors.js'
import {size} from './pool.js'

/**
 * Which source each row is of, from an array of numbers or texts with one value a row: numbers 0 … in the order of first
 * appearance.
 *
 * Shapes   [rows] or [rows, 1] → [rows].
 * Throws   InputError  another shape, a row without a source (an empty text, NaN).
 */
export function groupNumbers({name, shape, data}: NamedArray, rows: number, place: string): Int32Array {
  const where = `${place}, array ${name}`
  if (shape[0] !== rows || size(shape.slice(1)) !== 1)
    throw new InputError(
      `${where}: has the shape [${shape.join(', ')}], but ${option('group')} takes one source for each of ${rows} rows`,
      ['store the name or number of the source of each row'],
    )
  const numbers = new Map<string | number, number>()
  return Int32Array.from({length: rows}, (_, row) => {
    const value = ArrayBuffer.isView(data) ? data[row]! : data[row]!.trim()
    if (value === '' || Number.isNaN(value))
      throw new InputError(`${where}: row ${row} has no source`, [
        'give every row one; a row that stands alone is a source of its own',
      ])
    const known = numbers.get(value)
    if (known !== undefined) return known
    numbers.set(value, numbers.size)
    return numbers.size - 1
  })
}

/** The array of that name. Throws InputError where there is none. */
export function groupArray(arrays: readonly NamedArray[], name: string, place: string): NamedArray {
  const found = arrays.find((array) => array.name === name)
  if (found !== undefined) return found
  throw new InputError(
    `${place}: has no array '${name}' of sources; its arrays: ${arrays.map((array) => array.name).join(', ')}`,
    [`name one of these with ${option('group')}`],
  )
}
