import type {Real} from '../linalg/products.js'
import type {Dense} from '../linalg/types.js'
import type {Metric} from './cpu/distances.js'
import type {VolatilitySums, VolatilityTask} from './engine.js'
import {gridSums} from './grid-sums.js'
import type {Prepared} from './volatility-rows.js'

const WITNESSES = 16

type Witness = VolatilitySums['witnesses'][number]

/** The sums in fp64 on the host: what the device reduced, and pair by pair what it left out. */
export class HostSums {
  /** finite δ; a last one at Infinity takes all bins */
  readonly deltas: Float64Array
  /** [n, deltas + 1, etas + 1, 3]: pairs, Σ ΔL/max(d, τ), Σ 1/max(d, τ) */
  private readonly bins: Float64Array
  readonly binCount: number
  private readonly total: Float64Array
  private readonly anchorTotal: Float64Array
  private cross = 0
  private diameter = 0
  private readonly witnesses: Witness[] = []
  private weakest = 0
  /** of a distance in fp64, relative */
  private readonly rounding: number

  constructor(
    private readonly task: VolatilityTask,
    private readonly prepared: Prepared,
  ) {
    this.deltas = task.deltas.filter((delta) => delta < Infinity)
    this.binCount = (this.deltas.length + 1) * (task.etas.length + 1)
    this.bins = new Float64Array(task.references.rows * this.binCount * 3)
    this.total = new Float64Array(task.references.rows)
    this.anchorTotal = new Float64Array(task.anchors.rows)
    this.rounding = (task.anchors.cols + 16) * 2 ** -52
  }

  /** Raw distance and h_{L_max} of a pair in fp64. */
  pair(i: number, j: number): Witness {
    const {anchors, references} = this.prepared
    const {anchorLoss, referenceLoss, metric, scale, floor, lossMax} = this.task
    const distance = pairDistance(anchors.exact, i, references.exact, j, metric)
    const floored = Math.max(distance / scale, floor)
    const ratio = floored > 0 ? Math.min(Math.abs(anchorLoss[i]! - referenceLoss[j]!), lossMax) / floored : 0
    return {anchor: i, reference: j, distance, ratio}
  }

  /** Adds a pair that the device left out. */
  addPair(i: number, j: number): void {
    const pair = this.pair(i, j)
    this.addToSums(pair)
    this.addDistance(pair.distance)
    this.addWitness(pair)
  }

  /**
   * Adds a pair that the device left out and whose raw distance it then found to within `error`; where a count, the
   * diameter or a witness may still turn on it, the distance is computed in fp64.
   */
  addRechecked(i: number, j: number, distance: number, error: number): void {
    const {anchorLoss, referenceLoss, scale, floor, lossMax} = this.task
    const [d, within] = [distance / scale, error / scale + this.rounding * (distance / scale)]
    const change = Math.min(Math.abs(anchorLoss[i]! - referenceLoss[j]!), lossMax)
    const isSure =
      d > within &&
      this.deltas.every((delta) => Math.abs(d - delta) > within) &&
      (d + within) * scale < this.diameter &&
      change < this.weakest * Math.max(d - within, floor)
    if (isSure) this.addToSums({anchor: i, reference: j, distance, ratio: change / Math.max(d, floor)})
    else this.addPair(i, j)
  }

  private addToSums(pair: Witness): void {
    const {anchor: i, reference: j} = pair
    const {anchorLoss, referenceLoss, scale, floor, etas} = this.task
    const d = pair.distance / scale
    const change = Math.abs(anchorLoss[i]! - referenceLoss[j]!)
    const inverse = Math.max(d, floor) > 0 ? 1 / Math.max(d, floor) : 0
    const g = this.deltas.findIndex((delta) => d <= delta)
    const k = etas.findIndex((eta) => change < eta)
    const row = g === -1 ? this.deltas.length : g
    const bin = (j * this.binCount + row * (etas.length + 1) + (k === -1 ? etas.length : k)) * 3
    this.bins[bin]!++
    this.bins[bin + 1]! += change * inverse
    this.bins[bin + 2]! += inverse
    this.total[j]! += pair.ratio
    this.anchorTotal[i]! += pair.ratio
    if (this.prepared.anchors.label[i] !== this.prepared.references.label[j]) this.cross += pair.ratio
  }

  /**
   * Adds bins and totals [3 · bins + 1, stride] of references first … first + count − 1; `inverse`, `ratio` are the
   * units of 1/d and ΔL/d.
   */
  addReferences(
    sums: Float32Array,
    stride: number,
    first: number,
    count: number,
    inverse: number,
    ratio: number,
  ): void {
    const units = [1, ratio, inverse]
    for (let j = 0; j < count; j++) {
      const bins = (first + j) * this.binCount * 3
      for (let b = 0; b < this.binCount * 3; b++) this.bins[bins + b]! += sums[b * stride + j]! * units[b % 3]!
      this.total[first + j]! += sums[3 * this.binCount * stride + j]! * ratio
    }
  }

  addAnchor(i: number, total: number, cross: number): void {
    this.anchorTotal[i]! += total
    this.cross += cross
  }

  addDistance(distance: number): void {
    this.diameter = Math.max(this.diameter, distance)
  }

  /** Keeps the steepest pairs; of equals the first by anchor, then reference. */
  addWitness(pair: Witness): void {
    if (pair.ratio < this.weakest || pair.ratio === 0) return
    if (this.task.anchors === this.task.references && pair.anchor > pair.reference) return
    const {witnesses} = this
    if (witnesses.some((w) => w.anchor === pair.anchor && w.reference === pair.reference)) return
    witnesses.push(pair)
    witnesses.sort((a, b) => b.ratio - a.ratio || a.anchor - b.anchor || a.reference - b.reference)
    if (witnesses.length > WITNESSES) witnesses.pop()
    if (witnesses.length === WITNESSES) this.weakest = witnesses[WITNESSES - 1]!.ratio
  }

  finish(): VolatilitySums {
    const {deltas, etas, references, anchors} = this.task
    const one = anchors === references
    return {
      total: this.total,
      ...gridSums(this.bins, references.rows, deltas.length, etas),
      anchorTotal: one ? this.total : this.anchorTotal,
      crossLabelTotal: one ? this.cross / 2 : this.cross,
      ...this.zeroDistances(),
      diameter: this.diameter,
      witnesses: this.witnesses,
    }
  }

  /** Pairs at distance 0 are the pairs of equal rows: counted by twin number, and by twin number and loss. */
  private zeroDistances(): {zeroDistancePairs: number; zeroDistanceLossPairs: number} {
    const {anchors, references} = this.prepared
    const one = this.task.anchors === this.task.references
    const pairs = (key: (side: Prepared['anchors'], row: number) => string) => {
      const counts = new Map<string, number>()
      for (let i = 0; i < anchors.exact.rows; i++) counts.set(key(anchors, i), (counts.get(key(anchors, i)) ?? 0) + 1)
      let all = 0
      for (let j = 0; j < references.exact.rows; j++) all += counts.get(key(references, j)) ?? 0
      return one ? (all - references.exact.rows) / 2 : all
    }
    const zeroDistancePairs = pairs((side, row) => `${side.twin[row]!}`)
    return {
      zeroDistancePairs,
      zeroDistanceLossPairs: zeroDistancePairs - pairs((side, row) => `${side.twin[row]!} ${side.loss[row]!}`),
    }
  }
}

/** Raw distance of two rows in fp64 from the differences of their coordinates; rows of length 1 for the angle. */
export function pairDistance(a: Dense<Real>, i: number, b: Dense<Real>, j: number, metric: Metric): number {
  const {cols, data: x} = a
  const y = b.data
  const p = i * cols
  const q = j * cols
  let s = 0
  if (metric === 'linf') {
    for (let t = 0; t < cols; t++) s = Math.max(s, Math.abs(x[p + t]! - y[q + t]!))
    return s
  }
  if (metric === 'l1') {
    for (let t = 0; t < cols; t++) s += Math.abs(x[p + t]! - y[q + t]!)
    return s
  }
  for (let t = 0; t < cols; t++) {
    const difference = x[p + t]! - y[q + t]!
    s += difference * difference
  }
  return metric === 'l2' ? Math.sqrt(s) : 2 * Math.asin(Math.min(1, Math.sqrt(s) / 2))
}
