import {InputError} from '../errors.js'
import type {Real} from '../linalg/products.js'
import type {Dense} from '../linalg/types.js'
import {type Metric, prepareRows} from './cpu/distances.js'
import {pairDistance} from './host-sums.js'

/**
 * Distance between row i of x and row i of y, for every i.
 *
 * Formula    that of `distanceTile`, from the differences of coordinates.
 * Shapes     x, y [n, dim] → [n], raw units.
 * Precision  fp64 whatever the engine: n · dim operations are no work for a device.
 * Cost       n · dim.
 * Empty      n = 0 → empty; dim = 0 → zeros.
 * Throws     InputError  shapes that differ; angle and a row of length zero.
 * Source     —   Deviation: none.
 */
export function alignedDistances(x: Dense<Real>, y: Dense<Real>, metric: Metric): Float64Array {
  if (x.rows !== y.rows || x.cols !== y.cols)
    throw new InputError(`rows of [${x.rows}, ${x.cols}] and [${y.rows}, ${y.cols}] values cannot be paired`)
  const a = prepareRows(x, 0, x.rows, metric).rows
  const b = prepareRows(y, 0, y.rows, metric).rows
  return Float64Array.from({length: x.rows}, (_, i) => pairDistance(a, i, b, i, metric))
}
