import type {Products} from '../../linalg/products.js'
import type {VolatilitySums, VolatilityTask} from '../engine.js'
import {distanceTile, prepareRows} from './distances.js'

const TILE = 384
const WITNESSES = 16
const TABLE = 1024

/**
 * Sums of loss change over distance, for every reference over the anchors: see VolatilitySums for each formula.
 *
 * Shapes     anchors [m, dim], references [n, dim] → [n], [n, G], [n, G, E], [m].
 * Precision  fp64; relative error of a distance as in `distanceTile`; sums in a fixed order of tiles.
 * Cost       m · n · dim multiply–adds in `products` and m · n constant-time updates (half for one sample);
 *            memory 3 · n · G · (E + 1) numbers and a few tiles, never m · n.
 * Empty      m or n = 0 → zeros, no witnesses.
 * Throws     InputError  angle and a row of length zero.
 * Source     Sun et al. 2024, Definition 3.1 (volatility); bins make one pass serve all δ and η.
 *            Deviation: floor τ and clipping of ΔL, both off at τ = 0, lossMax = Infinity.
 */
export async function cpuVolatility(task: VolatilityTask, products: Products): Promise<VolatilitySums> {
  const {anchors, references, metric} = task
  const one = anchors === references
  const sums = new Accumulator(task)
  for (let j0 = 0; j0 < references.rows; j0 += TILE) {
    const b = prepareRows(references, j0, Math.min(j0 + TILE, references.rows), metric)
    for (let i0 = 0; i0 < (one ? j0 + 1 : anchors.rows); i0 += TILE) {
      const a = one && i0 === j0 ? b : prepareRows(anchors, i0, Math.min(i0 + TILE, anchors.rows), metric)
      const tile = await distanceTile(a, b, metric, products)
      for (let i = 0; i < a.rows.rows; i++) sums.add(tile, i * b.rows.rows, i0 + i, j0, b.rows.rows)
    }
  }
  return sums.finish()
}

/** The sums as they grow. Bins hold what falls between two neighbours of the δ and η grids; `finish` adds them up. */
class Accumulator {
  private readonly G: number
  /** bins of ΔL: k = number of η ≤ ΔL, so E + 1 of them */
  private readonly K: number
  private readonly counts: Float64Array
  private readonly inverse: Float64Array
  private readonly ratio: Float64Array
  private readonly table: Uint32Array
  private readonly tableStep: number
  private readonly one: boolean
  private readonly total: Float64Array
  private readonly anchorTotal: Float64Array
  private crossLabelTotal = 0
  private zeroDistancePairs = 0
  private zeroDistanceLossPairs = 0
  private diameter = 0
  private readonly witnesses: VolatilitySums['witnesses'] = []
  private weakest = 0

  constructor(private readonly task: VolatilityTask) {
    const {anchors, references, deltas, etas} = task
    this.one = anchors === references
    this.G = deltas.length
    this.K = etas.length + 1
    const bins = references.rows * this.G * this.K
    this.counts = new Float64Array(bins)
    this.inverse = new Float64Array(bins)
    this.ratio = new Float64Array(bins)
    this.total = new Float64Array(references.rows)
    this.anchorTotal = this.one ? this.total : new Float64Array(anchors.rows)
    const widest = deltas.findLast((d) => Number.isFinite(d)) ?? 0
    this.tableStep = widest > 0 ? (TABLE - 1) / widest : 0
    this.table = Uint32Array.from({length: TABLE}, (_, k) => Math.max(0, deltas.findIndex((d) => d * this.tableStep >= k - 1)))
  }

  /** Pairs of anchor i with references j0 … j0 + count − 1, their raw distances at tile[offset …]; one sample: only j > i. */
  add(tile: Float64Array, offset: number, i: number, j0: number, count: number): void {
    const {anchorLoss, referenceLoss, anchorLabels, referenceLabels, scale, floor, deltas, etas, lossMax} = this.task
    const {one, G, K, total, table, tableStep} = this
    const loss = anchorLoss[i]!
    const label = anchorLabels?.[i]
    const last = G > 0 ? deltas[G - 1]! : -1
    let own = 0
    for (let j = one ? Math.max(j0, i + 1) : j0; j < j0 + count; j++) {
      const raw = tile[offset + j - j0]!
      const change = Math.abs(loss - referenceLoss[j]!)
      const d = raw / scale
      if (raw > this.diameter) this.diameter = raw
      if (raw === 0) {
        this.zeroDistancePairs++
        if (change > 0) this.zeroDistanceLossPairs++
      }
      const floored = d > floor ? d : floor
      const inverse = floored > 0 ? 1 / floored : 0
      const h = floored > 0 ? Math.min(change, lossMax) / floored : 0
      own += h
      total[j]! += h
      if (label !== undefined && referenceLabels !== null && label !== referenceLabels[j]) this.crossLabelTotal += h
      if (h > this.weakest) this.witness(i, j, raw, h)
      if (d > last) continue
      let g = table[Math.min(TABLE - 1, Math.floor(d * tableStep))]!
      while (d > deltas[g]!) g++
      let k = 0
      while (k < K - 1 && change >= etas[k]!) k++
      this.bin((j * G + g) * K + k, change, inverse)
      if (one) this.bin((i * G + g) * K + k, change, inverse)
    }
    this.anchorTotal[i]! += own
  }

  private bin(at: number, change: number, inverse: number): void {
    this.counts[at]!++
    this.inverse[at]! += inverse
    this.ratio[at]! += change * inverse
  }

  private witness(anchor: number, reference: number, distance: number, ratio: number): void {
    const at = this.witnesses.findIndex((w) => w.ratio < ratio)
    this.witnesses.splice(at === -1 ? this.witnesses.length : at, 0, {anchor, reference, distance, ratio})
    if (this.witnesses.length > WITNESSES) this.witnesses.pop()
    if (this.witnesses.length === WITNESSES) this.weakest = this.witnesses[WITNESSES - 1]!.ratio
  }

  /** Prefix sums over δ; over η, min(ΔL, η_e) is η_e in the bins k > e and ΔL in the others. */
  finish(): VolatilitySums {
    const {G, K, counts, inverse, ratio} = this
    const E = K - 1
    const n = this.task.references.rows
    const within = new Float64Array(n * G)
    const windowed = new Float64Array(n * G * E)
    const exceed = new Float64Array(n * G * E)
    for (let row = 0; row < n; row++) {
      for (let g = 0; g < G; g++) {
        const at = row * G + g
        if (g > 0) for (const bins of [counts, inverse, ratio]) for (let k = 0; k < K; k++) bins[at * K + k]! += bins[(at - 1) * K + k]!
        for (let k = 0; k < K; k++) {
          within[at]! += counts[at * K + k]!
          for (let e = 0; e < E; e++) {
            if (k > e) exceed[at * E + e]! += counts[at * K + k]!
            windowed[at * E + e]! += k > e ? this.task.etas[e]! * inverse[at * K + k]! : ratio[at * K + k]!
          }
        }
      }
    }
    const {total, anchorTotal, crossLabelTotal, zeroDistancePairs, zeroDistanceLossPairs, diameter, witnesses} = this
    return {total, within, windowed, exceed, anchorTotal, crossLabelTotal, zeroDistancePairs, zeroDistanceLossPairs, diameter, witnesses}
  }
}
