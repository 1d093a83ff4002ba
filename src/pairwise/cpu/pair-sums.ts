import {firstWhere} from '../../stats/bisect.js'
import type {Real} from '../../linalg/products.js'
import type {VolatilitySums} from '../engine.js'
import {type DistanceBins, MIXED} from './distance-bins.js'
import type {VolatilityJob} from './volatility-blocks.js'

/** Steepest pairs that a block keeps: more than are reported, since their distances may be those of fp32 products. */
const KEPT = 32

/** The sums of one block of references as they grow, tile by tile. Bins hold what falls between neighbours of the δ and η grids. */
export class PairSums {
  readonly total: Float64Array
  /** [references of the block, deltas + 1, etas + 1, 3]: pairs, Σ ΔL/max(d, τ), Σ 1/max(d, τ); the last δ bin is beyond every δ */
  readonly bins: Float64Array
  /** in the order of losses */
  readonly anchorTotal: Float64Array
  crossLabelTotal = 0
  zeroDistancePairs = 0
  zeroDistanceLossPairs = 0
  /** raw units */
  diameter = 0
  readonly steepest: RatedPair[] = []
  private weakest = Number.MIN_VALUE
  /** the largest d² seen so far, in the units of the products */
  private farthest = 0
  /** [references of the block, 2 · etas]: see lossSegments */
  private readonly segments: Uint32Array
  private readonly undecided: Uint32Array
  /** whether any ΔL may exceed lossMax */
  private readonly isClipped: boolean

  constructor(
    private readonly job: VolatilityJob,
    private readonly distances: DistanceBins,
    private readonly j0: number,
    private readonly count: number,
  ) {
    const {deltas, etas, anchorLoss, referenceLoss, lossMax} = job
    this.total = new Float64Array(count)
    this.bins = new Float64Array(count * (deltas.length + 1) * (etas.length + 1) * 3)
    this.anchorTotal = new Float64Array(anchorLoss.length)
    this.undecided = new Uint32Array(anchorLoss.length)
    this.isClipped = Math.max(largest(anchorLoss), largest(referenceLoss)) - Math.min(least(anchorLoss), least(referenceLoss)) > lossMax
    this.segments = lossSegments(anchorLoss, referenceLoss.subarray(j0, j0 + count), etas)
  }

  /**
   * Adds the pairs of the block with anchors i0 … i0 + width − 1 (in the order of losses) from their inner products c [count, width].
   * The loop that all time goes to: one square root, one division and no branch that is hard to predict for each pair.
   */
  addProducts(c: Real, i0: number, width: number): void {
    const {j0, count, total, bins, anchorTotal, segments, undecided, isClipped} = this
    const {sides, one, metric, anchorLoss, anchorLabels, anchorSquares, order, rank, referenceLoss, referenceLabels, deltas, etas, scale, floor, lossMax} = this.job
    const {distances} = this
    const {table, cellsPerUnit, firstCell} = distances
    const E = etas.length
    const step = (E + 1) * 3
    const isAngle = metric === 'angle'
    const perUnit = scale / sides.unit
    const lowest = (floor * perUnit) ** 2
    let farthest = this.farthest
    let weakest = this.weakest
    let cross = 0
    for (let j = 0; j < count; j++) {
      const loss = referenceLoss[j0 + j]!
      const label = referenceLabels[j0 + j]!
      const square = sides.references.squares[j0 + j]!
      const self = one ? rank[j0 + j]! : -1
      const tile = j * width - i0
      let own = 0
      let left = 0
      let from = i0
      for (let segment = 0; segment <= 2 * E; segment++) {
        const to = segment === 2 * E ? i0 + width : Math.min(i0 + width, segments[j * 2 * E + segment]!)
        const row = j * (deltas.length + 1) * step + Math.abs(E - segment) * 3
        for (let i = from; i < to; i++) {
          const sum = square + anchorSquares[i]!
          const d2 = sum - 2 * c[tile + i]!
          let g = table[(d2 * cellsPerUnit + firstCell) | 0]!
          if (g === MIXED) {
            g = distances.decide(d2, sum)
            if (g < 0) {
              undecided[left++] = i
              continue
            }
          }
          const change = Math.abs(anchorLoss[i]! - loss)
          const inverse = isAngle ? 1 / Math.max((2 * Math.asin(Math.min(1, Math.sqrt(d2) / 2))) / scale, floor) : perUnit / Math.sqrt(d2 < lowest ? lowest : d2)
          const ratio = change * inverse
          const h = isClipped && change > lossMax ? lossMax * inverse : ratio
          own += h
          anchorTotal[i]! += h
          cross += label === anchorLabels[i]! ? 0 : h
          if (h >= weakest || d2 > farthest) {
            if (h >= weakest) this.keep(i, j0 + j, h)
            weakest = this.weakest
            if (d2 > farthest) this.reach(distances.exact(order[i]!, j0 + j))
            farthest = Math.max(farthest, d2)
          }
          const bin = row + g * step
          bins[bin]!++
          bins[bin + 1]! += ratio
          bins[bin + 2]! += inverse
        }
        if (to > from) from = to
      }
      total[j]! += own
      for (let k = 0; k < left; k++) if (undecided[k] !== self) this.addPair(undecided[k]!, j)
    }
    this.crossLabelTotal += cross
    this.farthest = farthest
  }

  /** Adds the pairs of the block with the same anchors from their coordinates: metrics without products. */
  addRows(i0: number, width: number): void {
    const {one, rank} = this.job
    for (let j = 0; j < this.count; j++) {
      const self = one ? rank[this.j0 + j]! : -1
      for (let i = i0; i < i0 + width; i++) if (i !== self) this.addPair(i, j)
    }
  }

  /** One pair as it is defined: anchor i in the order of losses, reference j of the block. */
  private addPair(i: number, j: number): void {
    const {order, anchorLoss, anchorLabels, referenceLoss, referenceLabels, deltas, etas, scale, floor, lossMax} = this.job
    const distance = this.distances.exact(order[i]!, this.j0 + j)
    const change = Math.abs(anchorLoss[i]! - referenceLoss[this.j0 + j]!)
    const d = distance / scale
    const floored = Math.max(d, floor)
    const inverse = floored > 0 ? 1 / floored : 0
    const h = Math.min(change, lossMax) * inverse
    this.total[j]! += h
    this.anchorTotal[i]! += h
    if (anchorLabels[i] !== referenceLabels[this.j0 + j]) this.crossLabelTotal += h
    if (distance === 0) this.zeroDistancePairs++
    if (distance === 0 && change > 0) this.zeroDistanceLossPairs++
    this.reach(distance)
    if (h >= this.weakest) this.keep(i, this.j0 + j, h)
    const g = deltas.findIndex((delta) => d <= delta)
    const k = etas.findIndex((eta) => change < eta)
    const bin = ((j * (deltas.length + 1) + (g === -1 ? deltas.length : g)) * (etas.length + 1) + (k === -1 ? etas.length : k)) * 3
    this.bins[bin]!++
    this.bins[bin + 1]! += change * inverse
    this.bins[bin + 2]! += inverse
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
    if (steepest.length === KEPT) this.weakest = steepest[KEPT - 1]!.ratio
  }
}

export type RatedPair = Pick<VolatilitySums['witnesses'][number], 'anchor' | 'reference' | 'ratio'>

/** The order of witnesses: by ratio, of equals the first by anchor, then reference. */
export const isBefore = (a: RatedPair, b: RatedPair) => a.ratio > b.ratio || (a.ratio === b.ratio && (a.anchor < b.anchor || (a.anchor === b.anchor && a.reference < b.reference)))

/**
 * Where the number of η ≤ ΔL changes along the anchors in the order of their losses: rounding is monotone, so ΔL falls to 0 and rises again.
 *
 * Shapes   sorted [m] ascending, losses [n], etas [E] ascending → [n, 2 E]: the count is E, E − 1, … 0, 1, … E between the borders.
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

const largest = (x: Float64Array) => x.reduce((most, value) => Math.max(most, value), -Infinity)
const least = (x: Float64Array) => x.reduce((most, value) => Math.min(most, value), Infinity)
