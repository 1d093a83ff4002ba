import type {Dense} from '../../linalg/types.js'
import {pairDistance} from '../host-sums.js'
import type {Metric} from './distances.js'
import type {Sides} from './pair-rows.js'

/** d² below this share of |a|² + |b|² has cancelled too far to be used. */
const CANCELLATION = {fp64: 1e-3, fp32: 1 / 32}
const U = {fp64: 2 ** -53, fp32: 2 ** -24}
const CELLS = 2 ** 14

/** Table entry of a cell of d² in which, or near which, a threshold lies. */
export const MIXED = 65_535

/**
 * The δ bin of a squared distance d² = |a|² + |b|² − 2 a·b, which counts exactly although d² is rounded.
 *
 * Formula    bin g = the first δ with d ≤ δ, found by a table over d²; d = unit √d² / scale, or 2 asin(√d² / 2) / scale for the angle.
 * Precision  u = 2⁻⁵³ or 2⁻²⁴ with the products: |d̂² − d²| ≤ e = γ(dim + 16) (|a|² + |b|²), since |a·b| ≤ (|a|² + |b|²)/2. Pairs within
 *            e of a δ², and those that cancel, are refined: their d² comes from differences of coordinates in fp64; the few that are
 *            undecided even then are compared as the definition does. Of the others d̂ has a relative error below e / 2d²: 10⁻¹⁰ in
 *            fp64; in fp32 16 γ at worst.
 */
export class DistanceBins {
  /** [cells] the bin of d², or MIXED */
  readonly table: Uint16Array
  readonly cellsPerUnit: number
  readonly cancelled: number
  private readonly rounding: number
  private readonly refinedRounding: number
  private readonly thresholds: Float64Array

  constructor(
    private readonly sides: Sides,
    private readonly metric: Metric,
    {deltas, scale}: {deltas: Float64Array; scale: number},
  ) {
    const {anchors, references, unit} = sides
    const precision = anchors.operand === anchors.exact.data ? 'fp64' : 'fp32'
    this.rounding = (anchors.exact.cols + 16) * U[precision]
    this.refinedRounding = (anchors.exact.cols + 16) * U.fp64
    this.cancelled = CANCELLATION[precision]
    this.thresholds = deltas.map((delta) => (metric === 'angle' ? chordOf(delta * scale) : (delta * scale) / unit) ** 2)
    const largestSum = largest(anchors.squares) + largest(references.squares)
    // (|a| + |b|)² ≤ 2 (|a|² + |b|²): no d² lies beyond the table.
    this.cellsPerUnit = largestSum > 0 ? (CELLS - 2) / (2 * largestSum) : 0
    const cellOf = (d2: number) => Math.max(0, Math.min(CELLS, Math.floor(d2 * this.cellsPerUnit)))
    this.table = new Uint16Array(CELLS)
    this.thresholds.forEach((threshold, g) => {
      this.table.fill(g + 1, cellOf(threshold))
    })
    for (const threshold of this.thresholds) {
      if (threshold === Infinity) continue
      const band = this.rounding * largestSum + 16 * U.fp64 * threshold
      this.table.fill(MIXED, Math.max(0, cellOf(threshold - band) - 1), cellOf(threshold + band) + 2)
    }
  }

  /** The bin of a d² from products in a mixed cell; −1 if rounding could have put it there. */
  decide(d2: number, sum: number): number {
    return this.binOutside(d2, this.rounding * sum)
  }

  /** The bin of a d² from `refined`; −1 as above, and for equal rows, which have no 1/d. */
  decideRefined(d2: number): number {
    return d2 > 0 ? this.binOutside(d2, this.refinedRounding * d2) : -1
  }

  /** d² of anchor i and reference j, in the units of products, from differences of coordinates in fp64. */
  refined(i: number, j: number): number {
    const {anchors, references} = this.sides
    const perUnit = 1 / this.sides.unit
    const cols = anchors.exact.cols
    const a = anchors.exact.data
    const b = references.exact.data
    let p = i * cols
    let q = j * cols
    const end = p + cols
    // Four sums: one would wait for itself.
    let s0 = 0
    let s1 = 0
    let s2 = 0
    let s3 = 0
    for (; p + 3 < end; p += 4, q += 4) {
      const x0 = (a[p]! - b[q]!) * perUnit
      const x1 = (a[p + 1]! - b[q + 1]!) * perUnit
      const x2 = (a[p + 2]! - b[q + 2]!) * perUnit
      const x3 = (a[p + 3]! - b[q + 3]!) * perUnit
      s0 += x0 * x0
      s1 += x1 * x1
      s2 += x2 * x2
      s3 += x3 * x3
    }
    for (; p < end; p++, q++) s0 += ((a[p]! - b[q]!) * perUnit) ** 2
    return s0 + s1 + s2 + s3
  }

  /** Raw distance of anchor i and reference j in fp64 as it is defined, from coordinates. */
  exact(i: number, j: number): number {
    return pairDistance(this.sides.anchors.exact as Dense, i, this.sides.references.exact as Dense, j, this.metric)
  }

  /** The first δ at or above, unless one lies within `error` and what thresholds themselves are rounded by. */
  private binOutside(d2: number, error: number): number {
    let g = 0
    for (; this.thresholds[g]! < Infinity; g++) {
      const distance = d2 - this.thresholds[g]!
      if (Math.abs(distance) <= error + 16 * U.fp64 * this.thresholds[g]!) return -1
      if (distance < 0) break
    }
    return g
  }
}

const chordOf = (angle: number) => (angle < Math.PI ? 2 * Math.sin(angle / 2) : Infinity)

const largest = (x: Float64Array) => x.reduce((most, value) => Math.max(most, value), 0)
