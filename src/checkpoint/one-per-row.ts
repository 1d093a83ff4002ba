import type {NamedArray} from '../data/named-array.js'
import {InputError} from '../errors.js'
import {size} from './pool.js'

/** Values that distinguish rows: numbers, or trimmed texts. */
export type RowValue = string | number

/**
 * One value per row, [rows] or [rows, 1]. `wanted` completes the error's sentence, `next` says what to store.
 *
 * Throws  InputError  another shape.
 */
export function onePerRow(
  {shape, data}: NamedArray,
  rows: number,
  where: string,
  {wanted, next}: {wanted: string; next: string},
): (row: number) => RowValue {
  if (shape[0] !== rows || size(shape.slice(1)) !== 1)
    throw new InputError(`${where}: has the shape [${shape.join(', ')}], but ${wanted} for each of ${rows} rows`, [
      next,
    ])
  return (row) => (ArrayBuffer.isView(data) ? data[row]! : data[row]!.trim())
}

/** Numbers 0 … in order of first appearance, and the values by number. */
export function numberedValues<Value extends RowValue>(
  rows: number,
  valueOf: (row: number) => Value,
): {of: Int32Array; values: Value[]} {
  const numbers = new Map<Value, number>()
  const of = Int32Array.from({length: rows}, (_, row) => {
    const value = valueOf(row)
    const known = numbers.get(value)
    if (known !== undefined) return known
    numbers.set(value, numbers.size)
    return numbers.size - 1
  })
  return {of, values: [...numbers.keys()]}
}
