import {InputError, option} from '../../errors.js'
import type {Products, Real} from '../../linalg/products.js'
import type {Dense} from '../../linalg/types.js'
import type {VolatilityTask} from '../engine.js'

export type Metric = VolatilityTask['metric']

/** Rows in fp64 with what every pair of them needs: squared norms for L2 and angle (whose rows have length 1). */
export interface DistanceSide {
  readonly rows: Dense
  /** [rows] |x|²; empty for the metrics that do not use it */
  readonly squares: Float64Array
}

/** Below this share of |a|² + |b|², d² = |a|² + |b|² − 2a·b has lost over three digits and is computed again. */
const CANCELLATION = 1e-3

/**
 * Rows first … last − 1 of x in fp64, ready for `distanceTile`.
 *
 * Throws   InputError  angle and a row of length zero, which has no direction.
 */
export function prepareRows(x: Dense<Real>, first: number, last: number, metric: Metric): DistanceSide {
  const rows: Dense = {
    rows: last - first,
    cols: x.cols,
    data: new Float64Array(x.data.subarray(first * x.cols, last * x.cols)),
  }
  if (metric === 'l1' || metric === 'linf') return {rows, squares: new Float64Array(0)}
  const squares = new Float64Array(rows.rows)
  for (let i = 0; i < rows.rows; i++) {
    let s = 0
    for (let t = i * x.cols; t < (i + 1) * x.cols; t++) s += rows.data[t]! * rows.data[t]!
    if (metric === 'l2') {
      squares[i] = s
      continue
    }
    if (s === 0)
      throw new InputError(`row ${first + i} is all zeros and has no angle`, [
        `use ${option('metric')} l2`,
        'remove the row',
      ])
    const length = Math.sqrt(s)
    for (let t = i * x.cols; t < (i + 1) * x.cols; t++) rows.data[t]! /= length
    squares[i] = 1
  }
  return {rows, squares}
}

/**
 * Distances between the rows of two prepared sides.
 *
 * Formula    l2 √Σ(a−b)²; l1 Σ|a−b|; linf max|a−b|; angle arccos of the cosine, in radians (1 − cosine is not a metric).
 * Shapes     a [m, dim], b [n, dim] → [m, n] row-major.
 * Precision  fp64. l2 and angle come from inner products; pairs that cancel (CANCELLATION) are computed again from the
 *            differences of coordinates, so the relative error stays below ≈ 10³ · dim · 2⁻⁵³ and equal rows give 0;
 *            angles of almost opposite rows are within 10⁻⁷.
 * Cost       m · n · dim multiply–adds.
 * Empty      m or n = 0 → empty; dim = 0 → zeros.
 * Source     —   Deviation: none.
 */
export async function distanceTile(
  a: DistanceSide,
  b: DistanceSide,
  metric: Metric,
  products: Products,
): Promise<Float64Array> {
  const m = a.rows.rows
  const n = b.rows.rows
  if (metric === 'l1' || metric === 'linf') {
    const out = new Float64Array(m * n)
    const between = metric === 'l1' ? l1 : linf
    for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) out[i * n + j] = between(a.rows, i, b.rows, j)
    return out
  }
  const out = (await products.multiplyTransposed(a.rows, b.rows)).data
  for (let i = 0; i < m; i++) {
    const square = a.squares[i]!
    for (let j = 0, at = i * n; j < n; j++, at++) {
      const sum = square + b.squares[j]!
      let d2 = sum - 2 * out[at]!
      if (d2 < CANCELLATION * sum) d2 = differenceSquared(a.rows, i, b.rows, j)
      out[at] = metric === 'l2' ? Math.sqrt(d2) : angleOfChord(Math.sqrt(d2))
    }
  }
  return out
}

/** Raw distances [rows of x, rows of y]: `distanceTile` over whole matrices. */
export async function cpuDistances(x: Dense<Real>, y: Dense<Real>, metric: Metric, products: Products): Promise<Dense> {
  const a = prepareRows(x, 0, x.rows, metric)
  const b = x === y ? a : prepareRows(y, 0, y.rows, metric)
  return {rows: x.rows, cols: y.rows, data: await distanceTile(a, b, metric, products)}
}

/** The angle between two unit vectors whose ends are `chord` apart: well-conditioned near 0, where arccos is not. */
const angleOfChord = (chord: number) => 2 * Math.asin(Math.min(1, chord / 2))

function differenceSquared(a: Dense, i: number, b: Dense, j: number): number {
  let s = 0
  for (let t = 0, p = i * a.cols, q = j * b.cols; t < a.cols; t++, p++, q++) {
    const x = a.data[p]! - b.data[q]!
    s += x * x
  }
  return s
}

function l1(a: Dense, i: number, b: Dense, j: number): number {
  let s = 0
  for (let t = 0, p = i * a.cols, q = j * b.cols; t < a.cols; t++, p++, q++) s += Math.abs(a.data[p]! - b.data[q]!)
  return s
}

function linf(a: Dense, i: number, b: Dense, j: number): number {
  let s = 0
  for (let t = 0, p = i * a.cols, q = j * b.cols; t < a.cols; t++, p++, q++)
    s = Math.max(s, Math.abs(a.data[p]! - b.data[q]!))
  return s
}
