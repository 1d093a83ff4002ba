import {quantile} from '../../stats/quantile.js'
import type {ChannelGroup, LayerStates, MetricName} from '../types.js'

const MOST_GROUPS = 16
/** Maximum number of rows whose pairs are used; wide layers use fewer, to stay below 10⁸ differences. */
const MOST_ROWS = 192
const FEWEST_ROWS = 64
const WORK = 1e8

interface Units {
  scale: number
  /** scaled units */
  floor: number
  /** radius of close pairs, scaled units */
  delta: number
}

/**
 * Which groups of hidden units contribute to the volatility of close pairs, from hidden states and losses, without
 * gradients.
 *
 * Formula    Groups are runs of neighbouring units, at most 16. w_g(z, z′) is the group's part of a pair's distance,
 *            Σ_g w_g = 1: d_g²/d² for l2, d_g/d for l1, 1 for the group with the largest difference for linf, the part
 *            of the squared chord of the unit vectors for angle.
 *            volatilityShare  Σ h w_g / Σ h over pairs within δ, h = ΔL/max(d, τ): a decomposition of windowed
 *            volatility.
 *            distanceShare    mean w_g over the same pairs: the expected share if losses were unrelated to the group.
 *            dropChange       scale-free ε of all pairs without the group's units, divided by that with them, − 1; each
 *            with its own median distance.
 * Shapes     states and losses of the same rows, in random order: the first ones are used.
 * Cost       ≤ 192² / 2 · dim differences and 17 sorts of 192² / 2.
 * Empty      one unit → no groups; no close pair with a loss change → volatilityShare null.
 * Source     —   (own; the first two are exact parts of sums, the third is the usual ablation)
 */
export function channelGroups(
  states: LayerStates,
  rows: Uint32Array,
  losses: Float64Array,
  metric: MetricName,
  units: Units,
): ChannelGroup[] {
  const {dim} = states
  const count = Math.min(MOST_GROUPS, dim)
  const n = Math.min(rows.length, MOST_ROWS, Math.max(FEWEST_ROWS, Math.floor(Math.sqrt((2 * WORK) / dim))))
  if (count < 2 || n < 2) return []
  const first = Array.from({length: count + 1}, (_, g) => Math.round((g * dim) / count))
  const x = Array.from({length: n}, (_, k) => vectorOf(states, rows[k]!, metric))
  const pairs = (n * (n - 1)) / 2
  const all = new Float64Array(pairs)
  const without = Array.from({length: count}, () => new Float64Array(pairs))
  const changes = new Float64Array(pairs)
  const carried = {volatility: new Float64Array(count), distance: new Float64Array(count), total: 0, close: 0}
  const parts = new Float64Array(count)
  let at = 0
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      groupParts(x[i]!, x[j]!, first, metric, parts)
      const whole = combine(parts, metric)
      const d = distanceOf(whole, metric) / units.scale
      const change = Math.abs(losses[i]! - losses[j]!)
      all[at] = d
      changes[at] = change
      for (let g = 0; g < count; g++)
        without[g]![at] = withoutGroup({a: x[i]!, b: x[j]!, first, parts, whole}, g, metric) / units.scale
      at++
      if (d > units.delta || whole === 0) continue
      const h = change / Math.max(d, units.floor)
      carried.close++
      carried.total += h
      const largest = metric === 'linf' ? parts.indexOf(whole) : -1
      for (let g = 0; g < count; g++) {
        const share = metric === 'linf' ? (g === largest ? 1 : 0) : parts[g]! / whole
        carried.volatility[g]! += h * share
        carried.distance[g]! += share
      }
    }
  }
  const median = quantile(all.slice().sort(), 0.5)
  const epsilon = scaleFree(all, changes, units.floor, median, median)
  return without.map((distances, g) => {
    const own = scaleFree(distances, changes, units.floor, quantile(distances.slice().sort(), 0.5), median)
    return {
      units: [first[g]!, first[g + 1]! - 1],
      volatilityShare: carried.total === 0 ? null : carried.volatility[g]! / carried.total,
      distanceShare: carried.close === 0 ? null : carried.distance[g]! / carried.close,
      dropChange: own === null || epsilon === null || epsilon === 0 ? null : own / epsilon - 1,
    }
  })
}

/** Mean of ΔL/max(d, τ) times the median distance, with τ kept at the same share of the median. */
function scaleFree(
  distances: Float64Array,
  changes: Float64Array,
  floor: number,
  median: number,
  fullMedian: number,
): number | null {
  if (median === 0) return null
  const tau = (floor * median) / fullMedian
  let sum = 0
  for (let k = 0; k < distances.length; k++) {
    const d = Math.max(distances[k]!, tau)
    if (d > 0) sum += changes[k]! / d
  }
  return (sum / distances.length) * median
}

/** A row, normalised for angle. */
function vectorOf({dim, data}: LayerStates, row: number, metric: MetricName): Float64Array {
  const x = Float64Array.from(data.subarray(row * dim, (row + 1) * dim))
  const length = metric === 'angle' ? Math.sqrt(x.reduce((s, value) => s + value * value, 0)) : 1
  return length > 0 ? x.map((value) => value / length) : x
}

/** Contribution of each group: squared differences (l2, angle), absolute differences (l1), the largest one (linf). */
function groupParts(
  a: Float64Array,
  b: Float64Array,
  first: readonly number[],
  metric: MetricName,
  out: Float64Array,
): void {
  for (let g = 0; g < out.length; g++) {
    let part = 0
    for (let t = first[g]!; t < first[g + 1]!; t++) {
      const difference = Math.abs(a[t]! - b[t]!)
      part =
        metric === 'linf' ? Math.max(part, difference) : part + (metric === 'l1' ? difference : difference * difference)
    }
    out[g] = part
  }
}

const combine = (parts: Float64Array, metric: MetricName, except = -1): number =>
  parts.reduce((sum, part, g) => (g === except ? sum : metric === 'linf' ? Math.max(sum, part) : sum + part), 0)

function distanceOf(combined: number, metric: MetricName): number {
  if (metric === 'l2') return Math.sqrt(combined)
  return metric === 'angle' ? 2 * Math.asin(Math.min(1, Math.sqrt(combined) / 2)) : combined
}

/** A pair of rows with each group's contribution to its distance. */
interface SplitPair {
  a: Float64Array
  b: Float64Array
  /** first unit of each group, and the end */
  first: readonly number[]
  parts: Float64Array
  /** all parts combined */
  whole: number
}

/** The distance without the units of one group; for angle, the remaining parts are renormalised. */
function withoutGroup({a, b, first, parts, whole}: SplitPair, g: number, metric: MetricName): number {
  if (metric === 'linf') return combine(parts, metric, g)
  if (metric !== 'angle') return distanceOf(Math.max(0, whole - parts[g]!), metric)
  let [dot, aa, bb] = [0, 0, 0]
  for (let t = 0; t < a.length; t++) {
    if (t >= first[g]! && t < first[g + 1]!) continue
    dot += a[t]! * b[t]!
    aa += a[t]! ** 2
    bb += b[t]! ** 2
  }
  return aa === 0 || bb === 0 ? Math.PI / 2 : Math.acos(Math.max(-1, Math.min(1, dot / Math.sqrt(aa * bb))))
}
