import type {Slices} from '../certify/types.js'
import type {NamedArray} from '../data/named-array.js'
import {InputError, option} from '../errors.js'
import {size} from './pool.js'

/** More values than this are no slices but a measurement or a name of the row. */
const MAX_VALUES = 1000
/** What the slice of rows without a value is called. */
const EMPTY = '(empty)'

/**
 * Which slice of the data each row lies in, from an array of numbers or texts with one value a row. Slices are numbered in
 * the order of first appearance; rows without a value (an empty text, NaN) are a slice of their own.
 *
 * Shapes   [rows] or [rows, 1] → of [rows].
 * Throws   InputError  another shape; more than 1,000 different values.
 */
export function sliceValues({name, shape, data}: NamedArray, rows: number, place: string): Slices {
  const where = `${place}, array ${name}`
  if (shape[0] !== rows || size(shape.slice(1)) !== 1)
    throw new InputError(
      `${where}: has the shape [${shape.join(', ')}], but ${option('slice')} takes one value for each of ${rows} rows`,
      ['store one number or text for each row'],
    )
  const numbers = new Map<string, number>()
  const of = Int32Array.from({length: rows}, (_, row) => {
    const value = ArrayBuffer.isView(data) ? data[row]! : data[row]!.trim()
    const text = value === '' || Number.isNaN(value) ? EMPTY : String(value)
    const known = numbers.get(text)
    if (known !== undefined) return known
    numbers.set(text, numbers.size)
    return numbers.size - 1
  })
  if (numbers.size > MAX_VALUES)
    throw new InputError(
      `${where}: has ${numbers.size} different values in ${rows} rows; at most ${MAX_VALUES} can be slices`,
      ['store the range that each value lies in, or another column'],
    )
  return {names: [...numbers.keys()], of}
}

/** The array of that name; null where the labels themselves are meant. Throws InputError where there is none. */
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
