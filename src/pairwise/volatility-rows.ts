import {firstWhere} from '../stats/bisect.js'
import type {Real} from '../linalg/products.js'
import type {Dense} from '../linalg/types.js'
import {prepareRows, type Metric} from './cpu/distances.js'
import type {VolatilityTask} from './engine.js'

/** Unit of fp32 rounding; WGSL leaves its direction open. */
const U = 2 ** -23

/** One side of the pairs with what an fp32 engine must know of each row. */
export interface BoundedRows {
  /** the raw rows as they came, fp32 or fp64; unit rows in fp64 for the angle */
  readonly exact: Dense<Real>
  readonly loss: Float64Array
  readonly label: Int32Array
  /** distance between the row and its fp32 image, in device units and in the task's metric, rounded up */
  readonly slack: Float32Array
  /** rows with the same values have the same number, on both sides */
  readonly twin: Uint32Array
  /** anchors: place in the order of losses */
  readonly rank: Uint32Array
}

export interface Prepared {
  readonly anchors: BoundedRows
  readonly references: BoundedRows
  /**
   * powers of two: device values are raw values divided by them, so the scaling rounds nothing and nothing overflows
   */
  readonly unit: number
  readonly lossUnit: number
  /** anchor losses ascending */
  readonly sortedLoss: Float64Array
}

/**
 * Rows, losses and labels as fp32 engines take them.
 *
 * Precision  the rounding of each row to fp32 is measured, not assumed. Rows in fp32 have slack 0: dividing them by the
 *            unit, a power of two, can lose only what lies below 2⁻¹²⁶ of it, which an engine must allow for anyway.
 * Cost       O(values); no copy of the rows, but of those for the angle, and where one side alone is fp32.
 * Throws     InputError  angle and a row of length zero.
 */
export function boundRows(task: VolatilityTask): Prepared {
  const {anchors, references, metric, anchorLoss, referenceLoss} = task
  const isOneType = anchors.data instanceof Float32Array === references.data instanceof Float32Array
  const exactRows = (x: Dense<Real>): Dense<Real> =>
    metric === 'angle' ? prepareRows(x, 0, x.rows, metric).rows : isOneType ? x : {...x, data: new Float64Array(x.data)}
  const left = exactRows(anchors)
  const right = anchors === references ? left : exactRows(references)
  const unit = powerAbove(Math.max(largest(left.data), largest(right.data)))
  const lossUnit = powerAbove(Math.max(largest(anchorLoss), largest(referenceLoss)))
  const order = Uint32Array.from(anchorLoss.keys()).sort((a, b) => anchorLoss[a]! - anchorLoss[b]!)
  const rank = new Uint32Array(order.length)
  order.forEach((row, place) => {
    rank[row] = place
  })
  const name = twinNames()
  const side = (
    exact: Dense<Real>,
    loss: Float64Array,
    labels: Int32Array | null,
    ranks: Uint32Array,
  ): BoundedRows => ({
    exact,
    loss,
    label:
      task.anchorLabels !== null && task.referenceLabels !== null && labels !== null
        ? labels
        : new Int32Array(exact.rows),
    slack: slacks(exact, 1 / unit, metric),
    twin: name(exact),
    rank: ranks,
  })
  return {
    anchors: side(left, anchorLoss, task.anchorLabels, rank),
    references: side(right, referenceLoss, task.referenceLabels, new Uint32Array(right.rows)),
    unit,
    lossUnit,
    sortedLoss: Float64Array.from(order, (row) => anchorLoss[row]!),
  }
}

/**
 * For reference losses first … first + count − 1 and each η the anchors with ΔL < η, as ranks [from, to): rounding is
 * monotone, so |L_i − L_j| < η in fp64 holds on an interval of the sorted anchor losses.
 *
 * Shapes   [etas, stride, 2]
 */
export function lossBounds(
  {references, sortedLoss}: Prepared,
  etas: Float64Array,
  first: number,
  count: number,
  stride: number,
): Uint32Array<ArrayBuffer> {
  const bounds = new Uint32Array(Math.max(1, etas.length) * stride * 2)
  etas.forEach((eta, e) => {
    for (let j = 0; j < count; j++) {
      const loss = references.loss[first + j]!
      bounds[2 * (e * stride + j)] = firstWhere(sortedLoss, (x) => x >= loss || loss - x < eta)
      bounds[2 * (e * stride + j) + 1] = firstWhere(sortedLoss, (x) => x >= loss && x - loss >= eta)
    }
  })
  return bounds
}

/**
 * Relative error of a distance computed in fp32 from the differences of coordinates, sqrt and arcsine included: γ of
 * its sum, in which no term goes through more than `additions` additions (the dimension, where the order is not fixed).
 */
export function relativeError(metric: Metric, additions: number): number {
  return {l2: additions / 2 + 16, l1: additions + 16, linf: 16, angle: 1.25 * (additions + 32)}[metric] * U
}

function largest(x: Real): number {
  let most = 0
  for (let t = 0; t < x.length; t++) most = Math.max(most, Math.abs(x[t]!))
  return most
}

/** The smallest power of two above x; 1 for 0. */
const powerAbove = (x: number) => (x === 0 ? 1 : 2 ** (Math.floor(Math.log2(x)) + 1))

function slacks({rows, cols, data}: Dense<Real>, factor: number, metric: Metric): Float32Array {
  if (data instanceof Float32Array) return new Float32Array(rows)
  const isSquared = metric === 'l2' || metric === 'angle'
  return Float32Array.from({length: rows}, (_, i) => {
    let [sum, most] = [0, 0]
    for (let t = i * cols; t < (i + 1) * cols; t++) {
      const value = data[t]! * factor
      const lost = Math.abs(value - Math.fround(value))
      if (lost === 0) continue
      most = Math.max(most, lost)
      sum += isSquared ? lost * lost : lost
    }
    return (metric === 'linf' ? most : isSquared ? Math.sqrt(sum) : sum) * (1 + 1e-6)
  })
}

/**
 * Gives equal rows of matrices of one type the same number, in the order of their first appearance: a hash of their bits
 * finds the candidates, the values decide.
 */
function twinNames(): (x: Dense<Real>) => Uint32Array {
  const seen = new Map<number, {row: Real; name: number}[]>()
  let names = 0
  const nameOf = (hash: number, row: Real): number => {
    const same = seen.get(hash) ?? []
    const twin = same.find((other) => row.every((x, t) => x === other.row[t]))
    if (twin !== undefined) return twin.name
    same.push({row, name: names})
    seen.set(hash, same)
    return names++
  }
  return ({rows, cols, data}) => {
    const words = new Uint32Array(data.buffer, data.byteOffset, data.byteLength / 4)
    const perRow = (cols * data.BYTES_PER_ELEMENT) / 4
    return Uint32Array.from({length: rows}, (_, i) => {
      let hash = 0x811c9dc5
      for (let t = i * perRow; t < (i + 1) * perRow; t++) {
        const word = words[t]!
        // −0 equals 0. The rotation moves exponents, in which small integers differ, to low bits, which the product spreads.
        hash = Math.imul(((hash << 13) | (hash >>> 19)) ^ (word === 0x80000000 ? 0 : word), 0x01000193)
      }
      return nameOf(hash, data.subarray(i * cols, (i + 1) * cols))
    })
  }
}
