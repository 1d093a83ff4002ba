import {type NamedArray, numbersOf} from '../../data/named-array.js'
import {InputError} from '../../errors.js'
import {checkFinite} from '../finite.js'
import {size} from '../pool.js'

/** Losses computed elsewhere, [rows] or [rows, 1]. Throws InputError: another shape, a value that is not a loss. */
export function lossArray(array: NamedArray, path: string): Float64Array {
  if (array.shape.length === 0 || size(array.shape.slice(1)) !== 1)
    throw new InputError(
      `${path}, array ${array.name}: has the shape [${array.shape.join(', ')}], expected one number for each row`,
      ['store it as a vector [rows]'],
    )
  return checkedLosses(Float64Array.from(numbersOf(array, path)), `${path}, array ${array.name}:`)
}

/** Throws InputError: a loss that is negative or not finite. */
export function checkedLosses(loss: Float64Array, place: string): Float64Array {
  checkFinite(loss, 1, 0, place)
  const row = loss.findIndex((value) => value < 0)
  if (row < 0) return loss
  throw new InputError(`${place} the loss is ${loss[row]!} at row ${row}, but losses are ≥ 0`, [
    'store losses, not log-likelihoods',
  ])
}
