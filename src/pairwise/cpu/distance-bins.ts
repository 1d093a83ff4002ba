import type {Dense} from '../../linalg/types.js'
import {pairDistance} from '../host-sums.js'
import type {Metric} from './distances.js'
import type {Sides} from './pair-rows.js'

/** d² below this share of |a|² + |b|² has cancelled too far to be used. */
const CANCELLATION = {fp64: 1e-3, fp32: 1 / 32}
const U = {fp64: 2 ** -53, fp32: 2 ** -24}
const CELLS = 2 ** 14

/** Table entry of a cell of d² in which, or near which, a threshold lies, or where d² may have cancelled. */
export const MIXED = 65_535

/**
 * The δ bin of a squared distance d² = |a|² + |b|² − 2 a·b, which counts exactly although d² is rounded.
 *
 * Formula    bin g = the first δ with d ≤ δ, found by a table over d²; d = unit √d² / scale, or 2 asin(√d² / 2) / scale
 *            for the angle.
 * Precision  u = 2⁻⁵³ or 2⁻²⁴ with the products: |d̂² − d²| ≤ e = γ(dim + 16) (|a|² + |b|²), since |a·b| ≤ (|a|² +
 *            |b|²)/2. Pairs within e of a δ², and those that cancel, are undecided: they are computed as the definition does, from differences of coordinates
 *            in fp64. Of the others d̂ has a relative error below e / 2d²: 10⁻¹⁰ in fp64; in fp32 16 γ at worst.
 */
export class DistanceBins {
  /** [cells] the bin of d², or MIXED */
  readonly table: Uint16Array
  /** the cell of d² is ⌊d² · cellsPerUnit + firstCell⌋, or the nearest there is */
  readonly cellsPerUnit: number
  readonly firstCell: number
  private readonly cancelled: number
  private readonly rounding: number
  private readonly thresholds: Float64Array

  constructor(
    private readonly sides: Sides,
    private readonly metric: Metric,
    {deltas, scale}: {deltas: Float64Array; scale: number},
  ) {
    const {anchors, references, unit} = sides
    const precision = anchors.operand === anchors.exact.data ? 'fp64' : 'fp32'
    this.rounding = (anchors.exact.cols + 16) * U[precision]
    this.cancelled = CANCELLATION[precision]
    this.thresholds = deltas.map((delta) => (metric === 'angle' ? chordOf(delta * scale) : (delta * scale) / unit) ** 2)
    const largestSum = largest(anchors.squares) + largest(references.squares)
    const error = this.rounding * largestSum
    const finite = this.thresholds.filter((threshold) => threshold < Infinity)
    const bands = finite.map((threshold) => error + 16 * U.fp64 * threshold)
    // Cells are few: they begin where d² may have cancelled and end beyond the last δ, or beyond every d² ≤ (|a| +
    // |b|)² + e.
    const start = this.cancelled * largestSum
    const end = Math.min(
      Math.max(2 * start, ...finite.map((threshold, g) => threshold + bands[g]!)),
      2 * (largestSum + error),
    )
    this.cellsPerUnit = end > start ? (CELLS - 8) / (end - start) : 0
    this.firstCell = 4 - start * this.cellsPerUnit
    this.table = new Uint16Array(CELLS)
    finite.forEach((threshold, g) => {
      this.table.fill(g + 1, this.cellOf(threshold))
    })
    finite.forEach((threshold, g) => {
      this.table.fill(MIXED, this.cellOf(threshold - bands[g]!) - 1, this.cellOf(threshold + bands[g]!) + 2)
    })
    this.table.fill(MIXED, 0, this.cellOf(start) + 2)
  }

  private cellOf(d2: number): number {
    return Math.floor(Math.max(1, Math.min(CELLS - 1, d2 * this.cellsPerUnit + this.firstCell)))
  }

  /** The bin of a d²: the first δ at or above; −1 if undecided. */
  binOf(d2: number, sum: number): number {
    const g = this.table[this.cellOf(d2)]!
    return g === MIXED ? this.decide(d2, sum) : g
  }

  /**
   * The bin of a d² in a mixed cell: the first δ at or above; −1 if it has cancelled, or rounding could have put it on
   * the wrong side of a δ. 16 u for the rounding of the threshold itself.
   */
  private decide(d2: number, sum: number): number {
    if (d2 <= this.cancelled * sum) return -1
    let g = 0
    for (; this.thresholds[g]! < Infinity; g++) {
      const distance = d2 - this.thresholds[g]!
      if (Math.abs(distance) <= this.rounding * sum + 16 * U.fp64 * this.thresholds[g]!) return -1
      if (distance < 0) break
    }
    return g
  }

  /** Raw distance of anchor i and reference j in fp64 as it is defined, from coordinates. */
  exact(i: number, j: number): number {
    return pairDistance(this.sides.anchors.exact as Dense, i, this.sides.references.exact as Dense, j, this.metric)
  }
}

const chordOf = (angle: number) => (angle < Math.PI ? 2 * Math.sin(angle / 2) : Infinity)

const largest = (x: Float64Array) => x.reduce((most, value) => Math.max(most, value), 0)
