import {firstWhere} from '../../stats/bisect.js'
import type {Real} from '../../linalg/products.js'
import type {VolatilitySums} from '../engine.js'
import type {DistanceBins} from './distance-bins.js'
import type {PairKernel} from './pair-kernel.js'
import type {VolatilityJob} from './volatility-job.js'

/** Steepest pairs that a block keeps: more than are reported, since their distances may be those of fp32 products. */
const KEPT = 32

/**
 * The sums of one block of references as they grow, tile by tile: most pairs by the kernel, in whose memory the arrays
 * are.
 *
 * Shapes   total [references of the block], anchorTotal [anchors, in the order of losses]; bins [references of the
 *          block, deltas + 1, etas + 1, 3]: pairs, Σ ΔL/max(d, τ), Σ 1/max(d, τ) between neighbours of the δ and η
 *          grids; the last δ bin is beyond every δ.
 */
export class PairSums {
  crossLabelTotal = 0
  zeroDistancePairs = 0
  zeroDistanceLossPairs = 0
  /** raw units */
  diameter = 0
  readonly steepest: RatedPair[] = []
  /** the least ratio that is kept, and the largest d² seen so far in the units of the products */
  private readonly limits = {weakest: Number.MIN_VALUE, farthest: 0}
  /** [references of the block, 2 · etas]: see lossSegments */
  private readonly segments: Uint32Array

  constructor(
    private readonly job: VolatilityJob,
    private readonly distances: DistanceBins,
    private readonly kernel: PairKernel,
    private readonly j0: number,
    private readonly count: number,
  ) {
    this.segments = lossSegments(job.anchorLoss, job.referenceLoss.subarray(j0, j0 + count), job.etas)
    kernel.clear()
  }

  /**
   * Adds the pairs of the block with anchors i0 … i0 + width − 1 (in the order of losses) from their inner products c
   * [count, width].
   */
  addProducts(c: Real, i0: number, width: number): void {
    const {
      job: {sides, metric, referenceLoss, referenceLabels, deltas, etas},
      kernel,
      segments,
      j0,
      count,
    } = this
    const {left} = kernel
    const E = etas.length
    kernel.products.set(c)
    for (let j = 0; j < count; j++) {
      const tile = j * width - i0
      const row = {
        j,
        square: sides.references.squares[j0 + j]!,
        loss: referenceLoss[j0 + j]!,
        label: referenceLabels[j0 + j]!,
      }
      let from = i0
      for (let segment = metric === 'angle' ? 2 * E + 1 : 0; segment <= 2 * E && from < i0 + width; segment++) {
        const to = segment === 2 * E ? i0 + width : Math.min(i0 + width, segments[j * 2 * E + segment]!)
        if (to <= from) continue
        const bin = (j * (deltas.length + 1) * (E + 1) + Math.abs(E - segment)) * 3
        const even = to - ((to - from) % 2)
        const twos = even === from ? 0 : kernel.addRow(row, {from, to: even, product: tile + from, bin}, this.limits)
        for (let k = 0; k < twos; k++) {
          const i = left[k]! / 8
          this.addProduct(i, j, c[tile + i]!)
          this.addProduct(i + 1, j, c[tile + i + 1]!)
        }
        if (even < to) this.addProduct(even, j, c[tile + even]!)
        from = to
      }
      // The kernel has no arcsine.
      if (metric === 'angle') for (let i = i0; i < i0 + width; i++) this.addProduct(i, j, c[tile + i]!)
    }
  }

  /** Adds the pairs of the block with the same anchors from their coordinates: metrics without products. */
  addRows(i0: number, width: number): void {
    for (let j = 0; j < this.count; j++) for (let i = i0; i < i0 + width; i++) this.addExact(i, j)
  }

  /** The sums of the kernel, and of this. */
  get cross(): number {
    return this.crossLabelTotal + this.kernel.cross[0]! + this.kernel.cross[1]!
  }

  /** One pair, as the kernel would add it, from its inner product c. */
  private addProduct(i: number, j: number, c: number): void {
    const {sides, anchorSquares, metric} = this.job
    const sum = sides.references.squares[this.j0 + j]! + anchorSquares[i]!
    const d2 = sum - 2 * c
    const g = this.distances.binOf(d2, sum)
    if (g < 0) return this.addExact(i, j)
    if (d2 > this.limits.farthest) {
      this.limits.farthest = d2
      this.reach(this.distances.exact(this.job.order[i]!, this.j0 + j))
    }
    this.add(i, j, metric === 'angle' ? 2 * Math.asin(Math.min(1, Math.sqrt(d2) / 2)) : Math.sqrt(d2) * sides.unit, g)
  }

  /** One pair from its coordinates, unless it is a row with itself. */
  private addExact(i: number, j: number): void {
    const {one, order, anchorLoss, referenceLoss, deltas, scale} = this.job
    if (one && order[i] === this.j0 + j) return
    const distance = this.distances.exact(order[i]!, this.j0 + j)
    if (distance === 0) this.zeroDistancePairs++
    if (distance === 0 && anchorLoss[i] !== referenceLoss[this.j0 + j]) this.zeroDistanceLossPairs++
    this.reach(distance)
    const g = deltas.findIndex((delta) => distance / scale <= delta)
    this.add(i, j, distance, g === -1 ? deltas.length : g)
  }

  /** One pair, anchor i in the order of losses and reference j of the block, as the sums are defined. */
  private add(i: number, j: number, distance: number, g: number): void {
    const {
      kernel: {total, anchorTotal, bins},
    } = this
    const {anchorLoss, anchorLabels, referenceLoss, referenceLabels, etas, scale, floor, lossMax} = this.job
    const change = Math.abs(anchorLoss[i]! - referenceLoss[this.j0 + j]!)
    const floored = Math.max(distance / scale, floor)
    const inverse = floored > 0 ? 1 / floored : 0
    const h = Math.min(change, lossMax) * inverse
    total[j]! += h
    anchorTotal[i]! += h
    if (anchorLabels[i] !== referenceLabels[this.j0 + j]) this.crossLabelTotal += h
    if (h >= this.limits.weakest) this.keep(i, this.j0 + j, h)
    let k = 0
    while (k < etas.length && change >= etas[k]!) k++
    const bin = ((j * (this.job.deltas.length + 1) + g) * (etas.length + 1) + k) * 3
    bins[bin]!++
    bins[bin + 1]! += change * inverse
    bins[bin + 2]! += inverse
  }

  private reach(distance: number): void {
    if (distance > this.diameter) this.diameter = distance
  }

  private keep(i: number, reference: number, ratio: number): void {
    const pair = {anchor: this.job.order[i]!, reference, ratio}
    const {steepest} = this
    if (this.job.one && pair.anchor > reference) return
    if (steepest.length === KEPT && !isBefore(pair, steepest[KEPT - 1]!)) return
    let at = steepest.length
    while (at > 0 && isBefore(pair, steepest[at - 1]!)) at--
    steepest.splice(at, 0, pair)
    if (steepest.length > KEPT) steepest.pop()
    if (steepest.length === KEPT) this.limits.weakest = steepest[KEPT - 1]!.ratio
  }
}

export type RatedPair = Pick<VolatilitySums['witnesses'][number], 'anchor' | 'reference' | 'ratio'>

/** The order of witnesses: by ratio, of equals the first by anchor, then reference. */
export const isBefore = (a: RatedPair, b: RatedPair) =>
  a.ratio > b.ratio ||
  (a.ratio === b.ratio && (a.anchor < b.anchor || (a.anchor === b.anchor && a.reference < b.reference)))

/**
 * Where the number of η ≤ ΔL changes along the anchors in the order of their losses: rounding is monotone, so ΔL falls
 * to 0 and rises again.
 *
 * Shapes   sorted [m] ascending, losses [n], etas [E] ascending → [n, 2 E]: the count is E, E − 1, … 0, 1, … E between
 *          the borders.
 */
function lossSegments(sorted: Float64Array, losses: Float64Array, etas: Float64Array): Uint32Array {
  const E = etas.length
  const out = new Uint32Array(losses.length * 2 * E)
  losses.forEach((loss, j) => {
    etas.forEach((eta, e) => {
      out[j * 2 * E + E - 1 - e] = firstWhere(sorted, (x) => x >= loss || loss - x < eta)
      out[j * 2 * E + E + e] = firstWhere(sorted, (x) => x >= loss && x - loss >= eta)
    })
  })
  return out
}
