import {InternalError} from '../errors.js'

/**
 * Quantile of sorted values, linear between neighbours.
 *
 * Formula   x[(n − 1) q], interpolated (type 7 of Hyndman & Fan 1996, NumPy's default).   Deviation: none.
 * Throws    InternalError  no values.
 */
export function quantile(sorted: Float64Array, q: number): number {
  if (sorted.length === 0) throw new InternalError('the quantile of no values')
  const at = (sorted.length - 1) * q
  const low = Math.floor(at)
  const high = Math.min(low + 1, sorted.length - 1)
  return sorted[low]! + (at - low) * (sorted[high]! - sorted[low]!)
}
