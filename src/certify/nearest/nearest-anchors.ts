import type {Dense} from '../../linalg/types.js'
import type {PairwiseEngine} from '../../pairwise/engine.js'
import {prepareRows} from '../../pairwise/cpu/distances.js'
import {pairDistance} from '../../pairwise/host-sums.js'
import {concat} from '../sample/arrays.js'
import type {MetricName} from '../types.js'

type Rows = Dense<Float32Array | Float64Array>

/** The nearest anchor of each row: its index, and the raw distance to it. */
export interface NearestAnchors {
  /** [n] */
  anchors: Uint32Array
  /** [n] raw units */
  distances: Float64Array
}

/** Rows whose distances to all anchors are in memory together. */
const BLOCK = 1024
/** Relative error of `distances` per coordinate (cpu/distances: 10³ · dim · 2⁻⁵³), with a margin. */
const PER_COORDINATE = 1e-12
/** Precision of angles between almost opposite rows. */
const OPPOSITE = 1e-6

/**
 * The nearest anchor a(z) of every row z and the distance d(z, A); ties go to the first anchor.
 *
 * Formula    a(z) = min argmin_i d(z, a_i). Anchors whose engine distance is within its error of the smallest are
 *            recomputed coordinate by coordinate, so the choice does not depend on the engine or its summation order.
 *            If both arguments are the same object, each row gets its nearest other row (the pilot of a rule).
 * Shapes     rows [n, dim], anchors [m, dim], m ≥ 1 (2 for one sample) → [n] each.
 * Precision  fp64 on every engine; distances to the chosen anchors from coordinate differences.
 * Cost       n · m · dim multiply–adds; memory 1024 · m numbers.
 * Empty      n = 0 → empty.
 * Throws     InputError  angle and a row of length zero.
 * Source     —   (own)
 */
export async function nearestAnchors(
  rows: Rows,
  anchors: Rows,
  metric: MetricName,
  engine: PairwiseEngine,
): Promise<NearestAnchors> {
  const m = anchors.rows
  const others = rows === anchors
  const found = {anchors: new Uint32Array(rows.rows), distances: new Float64Array(rows.rows)}
  const right = prepareRows(anchors, 0, m, metric).rows
  const slack = 1 + PER_COORDINATE * (1 + anchors.cols)
  for (let first = 0; first < rows.rows; first += BLOCK) {
    const block = part(rows, first, Math.min(BLOCK, rows.rows - first))
    const {data} = await engine.distances(block, anchors, metric)
    const left = prepareRows(block, 0, block.rows, metric).rows
    for (let j = 0; j < block.rows; j++) {
      if (others) data[j * m + first + j] = Infinity
      let smallest = Infinity
      for (let at = j * m; at < (j + 1) * m; at++) if (data[at]! < smallest) smallest = data[at]!
      let [best, distance] = [0, Infinity]
      for (let i = 0; i < m; i++) {
        if (data[j * m + i]! > smallest * slack + (metric === 'angle' ? OPPOSITE : 0)) continue
        const exact = pairDistance(left, j, right, i, metric)
        if (exact < distance) [best, distance] = [i, exact]
      }
      found.anchors[first + j] = best
      found.distances[first + j] = distance
    }
  }
  return found
}

const part = ({cols, data}: Rows, first: number, count: number): Rows => ({
  rows: count,
  cols,
  data: data.subarray(first * cols, (first + count) * cols),
})

/** Joins the results for consecutive parts of the references. */
export const foldNearest = (parts: readonly NearestAnchors[]): NearestAnchors => ({
  anchors: Uint32Array.from(parts.flatMap(({anchors}) => Array.from(anchors))),
  distances: concat(parts.map(({distances}) => distances)),
})
