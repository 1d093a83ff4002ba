import type {Rank, Tensor, Tensor1D, Tensor2D} from '@tensorflow/tfjs-core'
import type {Metric} from '../cpu/distances.js'
import type {VolatilityTask} from '../engine.js'
import {CANDIDATES} from '../witness-candidates.js'
import {type Prepared, relativeError, type BoundedRows} from '../volatility-rows.js'
import {type Panel, rowTensor, type Tf} from './device.js'

/**
 * Numbers of the largest tensor of a tile: differences of coordinates of all its pairs, a few coordinates at a time.
 */
const DIFFERENCES = 2 ** 22
const LARGEST = 3e38

/** One panel of rows on the device: rows [b, dim], the rest [b, 1] (anchors) or [1, b] (references). */
export interface SideTensors {
  rows: Tensor2D
  lossHigh: Tensor2D
  lossLow: Tensor2D
  slack: Tensor2D
  twin: Tensor2D
  rank: Tensor2D
  label: Tensor2D
  /** number of the row in its matrix */
  row: Tensor2D
}

export function sideTensors(
  tf: Tf,
  rows: BoundedRows,
  panel: Panel,
  {unit, lossUnit}: Prepared,
  across: boolean,
): SideTensors {
  const shape: [number, number] = across ? [1, panel.rows] : [panel.rows, 1]
  const last = panel.first + panel.rows
  const floats = (values: Float32Array | Float64Array) => tf.tensor2d(Float32Array.from(values), shape)
  const integers = (values: Int32Array | Uint32Array) => tf.tensor2d(Int32Array.from(values), shape, 'int32')
  const loss = rows.loss.subarray(panel.first, last).map((value) => value / lossUnit)
  return {
    rows: rowTensor(tf, rows.exact, panel, 1 / unit),
    lossHigh: floats(loss),
    lossLow: floats(loss.map((value) => value - Math.fround(value))),
    slack: floats(rows.slack.subarray(panel.first, last)),
    twin: integers(rows.twin.subarray(panel.first, last)),
    rank: integers(rows.rank.subarray(panel.first, last)),
    label: integers(rows.label.subarray(panel.first, last)),
    row: integers(Int32Array.from({length: panel.rows}, (_, t) => panel.first + t)),
  }
}

/** Sums of one tile in device units. */
export type TileSums = {
  /** [3 · bins + 1, references]: as HostSums.addReferences takes them */
  references: Tensor2D
  /** [2, anchors]: Σ h_{L_max}, and the part of it from pairs with different labels */
  anchors: Tensor2D
  /** [pairs] 1: left out, for the host to add */
  left: Tensor1D
  /** the largest distance, and its place in the tile */
  farthest: Tensor1D
  farthestAt: Tensor1D
  /** the largest h, of one sample each pair once, and their places in the tile */
  steepest: Tensor1D
  steepestAt: Tensor1D
}

/**
 * Reduces the pairs of two panels. Call inside tf.tidy.
 *
 * Left out   pairs on which a count may turn (d within its error of a δ or of 0) or whose input rounding is not small
 *            against max(d, τ). ΔL ≥ η is decided by ranks in the sorted losses, which the host prepared from fp64:
 *            exact.
 * Shapes     bounds [etas, references, 2] as lossBounds; deltas, floor, lossMax in device units.
 */
export function pairTile(
  tf: Tf,
  a: SideTensors,
  r: SideTensors,
  bounds: Uint32Array,
  task: VolatilityTask,
  limits: {deltas: readonly number[]; floor: number; lossMax: number; dim: number},
): TileSums {
  const {metric} = task
  const {deltas, floor, dim} = limits
  const one = task.anchors === task.references
  const relative = relativeError(metric, dim)
  const {d, error, widening, usable} = finish(tf, metric, innerSums(tf, a.rows, r.rows, metric), relative)
  const slack = tf.mul(tf.add(a.slack, r.slack), widening)
  // Squares of differences below 2⁻⁶³ may be flushed to 0.
  const bound = tf.add(tf.add(error, slack), Math.sqrt(dim) * 2 ** -60)
  let unsure: Tensor = tf.logicalOr(
    tf.logicalNot(usable),
    tf.logicalOr(tf.lessEqual(d, bound), tf.greater(tf.mul(slack, 16384), tf.maximum(d, floor))),
  )
  for (const delta of deltas)
    unsure = tf.logicalOr(unsure, tf.lessEqual(tf.abs(tf.sub(d, delta)), tf.add(bound, delta * 5e-7)))
  // Equal rows are at distance 0 for certain; an angle of 0 is left to the host.
  const twins: Tensor = metric === 'angle' ? tf.zerosLike(unsure) : tf.equal(a.twin, r.twin)
  const pairs = one ? tf.notEqual(a.row, r.row) : tf.onesLike(unsure)
  unsure = tf.logicalAnd(tf.logicalAnd(unsure, tf.logicalNot(twins)), pairs)
  const sure = tf.logicalAnd(pairs, tf.logicalNot(unsure))

  const distance = tf.where(twins, 0, d)
  const floored = tf.maximum(distance, floor)
  const inverse = tf.where(
    tf.logicalAnd(sure, tf.greater(floored, 0)),
    tf.div(1, tf.where(tf.greater(floored, 0), floored, 1)),
    0,
  )
  const change = tf.abs(tf.add(tf.sub(a.lossHigh, r.lossHigh), tf.sub(a.lossLow, r.lossLow)))
  const ratio = tf.mul(change, inverse)
  const h = tf.mul(tf.minimum(change, Math.min(limits.lossMax, LARGEST)), inverse)

  const reached = task.etas.length === 0 ? [] : etaMasks(tf, a.rank, bounds, task.etas.length)
  const rows: Tensor[] = []
  for (let g = 0; g <= deltas.length; g++) {
    let inside: Tensor = sure
    if (g > 0) inside = tf.logicalAnd(inside, tf.greater(distance, deltas[g - 1]!))
    if (g < deltas.length) inside = tf.logicalAnd(inside, tf.lessEqual(distance, deltas[g]!))
    for (let k = 0; k <= reached.length; k++) {
      let bin: Tensor = inside
      if (k > 0) bin = tf.logicalAnd(bin, reached[k - 1]!)
      if (k < reached.length) bin = tf.logicalAnd(bin, tf.logicalNot(reached[k]!))
      const mask = tf.cast(bin, 'float32')
      rows.push(tf.sum(mask, 0), tf.sum(tf.mul(mask, ratio), 0), tf.sum(tf.mul(mask, inverse), 0))
    }
  }
  rows.push(tf.sum(h, 0))

  const spread = tf.reshape<Rank.R1>(tf.where(sure, distance, -1), [-1])
  const steep = tf.reshape<Rank.R1>(one ? tf.where(tf.less(a.row, r.row), h, 0) : h, [-1])
  const top = tf.topk(steep, Math.min(CANDIDATES, steep.size))
  const crossing = tf.mul(h, tf.cast(tf.notEqual(a.label, r.label), 'float32'))
  return {
    references: tf.stack(rows) as Tensor2D,
    anchors: tf.stack([tf.sum(h, 1), tf.sum(crossing, 1)]) as Tensor2D,
    left: tf.reshape(unsure, [-1]),
    farthest: tf.reshape(tf.max(spread), [1]),
    farthestAt: tf.reshape(tf.argMax(spread), [1]),
    steepest: top.values,
    steepestAt: top.indices,
  }
}

/** [anchors, references] ΔL ≥ η for each η: the anchor's rank lies outside the ranks with ΔL < η. */
function etaMasks(tf: Tf, rank: Tensor2D, bounds: Uint32Array, etas: number): Tensor[] {
  const all = tf.tensor3d(Int32Array.from(bounds), [etas, bounds.length / (2 * etas), 2], 'int32')
  const end = (e: number, which: number) => tf.reshape(tf.slice(all, [e, 0, which], [1, -1, 1]), [1, -1])
  return Array.from({length: etas}, (_, e) => tf.logicalOr(tf.less(rank, end(e, 0)), tf.greaterEqual(rank, end(e, 1))))
}

/**
 * Σ (a − b)², Σ |a − b| or max |a − b| over the inner dimension, from differences of coordinates, so nothing cancels.
 */
function innerSums(tf: Tf, a: Tensor2D, b: Tensor2D, metric: Metric): Tensor2D {
  const [m, dim] = a.shape
  const n = b.shape[0]
  const step = Math.max(1, Math.floor(DIFFERENCES / (m * n)))
  let total: Tensor2D = tf.zeros([m, n])
  for (let t = 0; t < dim; t += step) {
    const width = Math.min(step, dim - t)
    const before = total
    total = tf.tidy(() => {
      const left = tf.reshape(tf.slice(a, [0, t], [m, width]), [m, 1, width])
      const right = tf.reshape(tf.slice(b, [0, t], [n, width]), [1, n, width])
      if (metric === 'linf') return tf.maximum<Tensor2D>(before, tf.max(tf.abs(tf.sub(left, right)), 2))
      return tf.add<Tensor2D>(
        before,
        tf.sum(metric === 'l1' ? tf.abs(tf.sub(left, right)) : tf.squaredDifference(left, right), 2),
      )
    })
    before.dispose()
  }
  return total
}

/**
 * From the sums over the inner dimension: distance d in device units, the error its arithmetic may have, the factor by
 * which the map widens the rounding of the input, and whether the pair may be used at all.
 */
function finish(
  tf: Tf,
  metric: Metric,
  s: Tensor2D,
  relative: number,
): Record<'d' | 'error' | 'widening' | 'usable', Tensor> {
  if (metric !== 'angle') {
    const d = metric === 'l2' ? tf.sqrt(s) : s
    return {d, error: tf.mul(d, relative), widening: tf.scalar(1), usable: tf.greaterEqual(d, 0)}
  }
  // s = |a − b|² of unit rows; half its root is the sine of half the angle. Almost opposite rows are left to the host.
  const q = tf.minimum(1, tf.mul(s, 0.25))
  const sine = tf.sqrt(q)
  const d = tf.mul(2, tf.asin(sine))
  const widening = tf.div(1.25, tf.sqrt(tf.maximum(tf.sub(1, q), relative)))
  return {
    d,
    error: tf.mul(relative, tf.add(d, tf.mul(sine, widening))),
    widening,
    usable: tf.greater(tf.sub(1, q), 4 * relative),
  }
}
