import type {Real} from '../../linalg/products.js'
import type {Dense} from '../../linalg/types.js'
import type {VolatilityTask} from '../engine.js'
import {type Metric, prepareRows} from './distances.js'
import {shared} from '../../linalg/shared.js'

/** Rows of one side of the pairs: exact ones, and those whose products are taken. */
export interface PairRows {
  /** raw rows; unit rows for the angle */
  readonly exact: Dense<Real>
  /**
   * fp64 engine: `exact`. fp32: (exact − centre) / unit rounded to fp32, so that products neither overflow nor cancel
   * needlessly
   */
  readonly operand: Real
  /** [rows] |operand row|²; empty for the metrics that need no product */
  readonly squares: Float64Array
}

export interface Sides {
  anchors: PairRows
  references: PairRows
  /** a power of two: raw distances are `unit` times those of the operands */
  unit: number
}

/** Whether distances of this metric come from inner products. */
export const hasProducts = (metric: Metric) => metric === 'l2' || metric === 'angle'

/**
 * Both sides of a task.
 *
 * Cost     O(values); copies where memory is shared, the angle needs unit rows, or products are fp32.
 * Throws   InputError  angle and a row of length zero.
 */
export function pairSides(
  {anchors, references, metric}: VolatilityTask,
  precision: 'fp64' | 'fp32',
  isParallel: boolean,
): Sides {
  const share = <T extends Real>(x: T): T => (isParallel ? shared(x) : x)
  const exactOf = (x: Dense<Real>): Dense<Real> => {
    const rows = metric === 'angle' ? prepareRows(x, 0, x.rows, metric).rows : x
    return {...rows, data: share(rows.data)}
  }
  const left = exactOf(anchors)
  const right = anchors === references ? left : exactOf(references)
  const isRounded = precision === 'fp32' && hasProducts(metric)
  const unit = isRounded && metric === 'l2' ? powerAbove(Math.max(largest(left.data), largest(right.data))) : 1
  const centre = isRounded ? columnMeans(left) : null
  const side = (exact: Dense<Real>): PairRows => {
    const squares = new Float64Array(hasProducts(metric) ? exact.rows : 0)
    // Made in shared memory, not copied to it.
    const operand =
      centre === null
        ? exact.data
        : new Float32Array(
            isParallel ? new SharedArrayBuffer(4 * exact.data.length) : new ArrayBuffer(4 * exact.data.length),
          )
    if (centre === null) addSquares(exact, squares)
    else centreRows(exact, centre, unit, operand as Float32Array, squares)
    return {exact, operand, squares: share(squares)}
  }
  const own = side(left)
  return {anchors: own, references: anchors === references ? own : side(right), unit}
}

function addSquares({cols, data}: Dense<Real>, squares: Float64Array): void {
  for (let i = 0; i < squares.length; i++) {
    let s = 0
    for (let t = i * cols; t < (i + 1) * cols; t++) s += data[t]! * data[t]!
    squares[i] = s
  }
}

function columnMeans({rows, cols, data}: Dense<Real>): Float64Array {
  const means = new Float64Array(cols)
  for (let i = 0; i < rows; i++) for (let t = 0; t < cols; t++) means[t]! += data[i * cols + t]!
  return means.map((sum) => sum / rows)
}

/** Rows minus the centre, in `unit`, and their squared norms. */
function centreRows(
  {rows, cols, data}: Dense<Real>,
  centre: Float64Array,
  unit: number,
  out: Float32Array,
  squares: Float64Array,
): void {
  const perUnit = 1 / unit
  for (let i = 0, at = 0; i < rows; i++) {
    let s = 0
    for (let t = 0; t < cols; t++, at++) {
      const x = Math.fround((data[at]! - centre[t]!) * perUnit)
      out[at] = x
      s += x * x
    }
    squares[i] = s
  }
}

function largest(x: Real): number {
  let most = 0
  for (let t = 0; t < x.length; t++) {
    const size = Math.abs(x[t]!)
    if (size > most) most = size
  }
  return most
}

/** The smallest power of two above x; 1 for 0. */
const powerAbove = (x: number) => (x === 0 ? 1 : 2 ** (Math.floor(Math.log2(x)) + 1))
