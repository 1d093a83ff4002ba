import type {Dense} from '../../linalg/types.js'
import type {PairwiseEngine} from '../../pairwise/engine.js'
import {quantile} from '../../stats/quantile.js'
import type {MetricName} from '../types.js'

const BLOCK = 256
const SHRINK = 1 - 1e-9

export interface Geometry {
  /** [m (m − 1) / 2] sorted pair distances, raw units; with sources only between different ones */
  sortedDistances: Float64Array
  /** [m] ρ_k, raw units, ascending: no ball of radius below ρ_k holds k + 1 rows (index from 0) */
  packingRadii: Float64Array
  /** [m] distance of each anchor to the nearest other, raw units, ascending */
  nearestOther: Float64Array
}

/**
 * Statistics of the distances between anchors: quantiles (scale, floor, δ grid) and how many anchors a ball can hold.
 *
 * Formula    With d_(1) ≤ d_(2) ≤ … the distances of anchor i to all anchors (itself first, 0), ρ_k = min_i max(d_(k) /
 *            2, √(e_k(i) / 2k)) with e_k(i) = Σ_{l≤k} d_(l)², the second term only for l2; for l2 at least √(Σ of the k
 *            smallest e_k) / (k √2); then the running maximum. If k anchors lie within r of any point of the space,
 *            then ρ_k ≤ r (docs/math.md, Lemmas 1 and 1′). With sources (`groups`), distances are between rows of
 *            different sources, as for a fresh source; radii use all rows.
 * Shapes     anchors [m, dim] → distances [m (m − 1) / 2], radii [m].
 * Precision  distances are fp64 on every engine; radii are reduced by 1e-9, more than the distances' error.
 * Cost       m² distances, 2 m sorts of m; memory 3 m² / 2 numbers: for m ≤ a few thousand.
 * Empty      m < 2 → no distances; radii [0].
 * Source     triangle inequality; parallel axis theorem.   Deviation: none.
 */
export async function anchorGeometry(
  anchors: Dense<Float32Array | Float64Array>,
  metric: MetricName,
  engine: PairwiseEngine,
  groups: Int32Array | null = null,
): Promise<Geometry> {
  const m = anchors.rows
  const sortedDistances = new Float64Array((m * (m - 1)) / 2)
  const packingRadii = new Float64Array(m).fill(Infinity)
  const nearestOther = new Float64Array(m < 2 ? 0 : m)
  // [m, m] e_k(i) in row k.
  const energies = new Float64Array(metric === 'l2' ? m * m : 0)
  let filled = 0
  for (let first = 0; first < m; first += BLOCK) {
    const rows = Math.min(BLOCK, m - first)
    const block = {
      rows,
      cols: anchors.cols,
      data: anchors.data.subarray(first * anchors.cols, (first + rows) * anchors.cols),
    }
    const {data} = await engine.distances(block, anchors, metric)
    for (let i = 0; i < rows; i++) {
      const row = data.subarray(i * m, (i + 1) * m)
      const later = row.subarray(first + i + 1)
      const own = groups?.[first + i]
      const across = groups === null ? later : later.filter((_, k) => groups[first + i + 1 + k] !== own)
      sortedDistances.set(across, filled)
      filled += across.length
      const others = groups === null ? row : row.filter((_, k) => groups[k] !== own)
      const sorted = row.slice().sort()
      nearestOther[first + i] =
        (groups === null ? sorted[1] : others.reduce((a, b) => Math.min(a, b), Infinity)) ?? Infinity
      lowerRadii(packingRadii, sorted, metric === 'l2' ? {energies, column: first + i} : null)
    }
  }
  if (metric === 'l2') raiseRadii(packingRadii, energies)
  let running = 0
  packingRadii.forEach((radius, k) => {
    running = Math.max(running, radius * SHRINK)
    packingRadii[k] = running
  })
  return {
    sortedDistances: sortedDistances.subarray(0, filled).sort(),
    packingRadii,
    nearestOther: nearestOther.filter((d) => d < Infinity).sort(),
  }
}

/** Lemma 1 for one anchor; with `euclidean`, writes its e_k into its column of the energies. */
function lowerRadii(
  radii: Float64Array,
  sorted: Float64Array,
  euclidean: {energies: Float64Array; column: number} | null,
): void {
  const m = sorted.length
  let squares = 0
  for (let k = 0; k < m; k++) {
    squares += sorted[k]! ** 2
    if (euclidean !== null) euclidean.energies[k * m + euclidean.column] = squares
    const radius = Math.max(sorted[k]! / 2, euclidean === null ? 0 : Math.sqrt(squares / (2 * (k + 1))))
    if (radius < radii[k]!) radii[k] = radius
  }
}

/**
 * Lemma 1′: each of any k anchors has its own e_k, so their sum is at least that of the k smallest. Sorts each row of
 * the energies.
 */
function raiseRadii(radii: Float64Array, energies: Float64Array): void {
  const m = radii.length
  for (let k = 0; k < m; k++) {
    const row = energies.subarray(k * m, (k + 1) * m).sort()
    let sum = 0
    for (let l = 0; l <= k; l++) sum += row[l]!
    radii[k] = Math.max(radii[k]!, Math.sqrt(sum) / ((k + 1) * Math.SQRT2))
  }
}

/** Shares of the anchor pairs within the radii of the default δ grid. */
export const DELTA_QUANTILES = [0.02, 0.05, 0.1, 0.2, 0.3, 0.5]

/**
 * The default δ grid in scaled units: quantiles of sorted raw distances, three significant digits, ascending, distinct,
 * positive; [1] if there are none.
 */
export function deltaGrid(
  sortedDistances: Float64Array,
  scale: number,
  quantiles: readonly number[] = DELTA_QUANTILES,
): number[] {
  const rounded = quantiles.map((q) => Number((quantile(sortedDistances, q) / scale).toPrecision(3)))
  const distinct = [...new Set(rounded)].filter((delta) => delta > 0)
  return distinct.length > 0 ? distinct : [1]
}
