import {normalQuantile} from '../stats/normal.js'
import {averageRanks} from '../stats/ranking.js'
import {dense, isCsr, type Matrix} from '../linalg/types.js'

/** From this share of zeros on, values of at least 0 are weights of words or flags, and stay as they are. */
const SPARSE = 0.5
/** Whole numbers from 0 up to here are counts. */
const LARGEST_COUNT = 1000
/** Differences below this share of a column's largest value are rounding. */
const ROUNDING = 1e-9
/** Seconds and milliseconds from 2000 to 2100. */
const TIMES = [
  [946_684_800, 4_102_444_800],
  [946_684_800_000, 4_102_444_800_000],
] as const

export interface ScaledFeatures {
  features: Matrix
  /** columns that say nothing of a node's kind */
  leftOut: {column: number; what: 'time stamp' | 'identifier'}[]
}

/**
 * Features on scales that can be compared: flags, counts and sparse weights as they are; of a table with real numbers
 * every column by the normal scores of its ranks, so that no unit and no outlier outweighs the others.
 *
 * Formula    z = Φ⁻¹((rank − ½)/n), equal values sharing their mean rank.
 * Left out   constant columns (all 0 then), time stamps (all values between 2000 and 2100 in seconds or milliseconds)
 *            and identifiers (whole numbers, all different, in a range of at most 2 n).
 * Shapes     [n, d] → [n, d].   Cost  n log n a column.   Empty  no row or no column → as it is.
 * Source     van der Waerden 1952 for normal scores. Deviation: none.
 */
export function scaledFeatures(features: Matrix): ScaledFeatures {
  if (isCsr(features) || features.rows === 0 || isOfCounts(features.data)) return {features, leftOut: []}
  const {rows, cols} = features
  const out = dense(rows, cols)
  const leftOut: ScaledFeatures['leftOut'] = []
  // Ranks go by halves from 1 to n.
  const scores = Float64Array.from({length: 2 * rows - 1}, (_, k) => normalQuantile((k + 1) / (2 * rows)))
  for (let j = 0; j < cols; j++) {
    const column = rounded(Float64Array.from({length: rows}, (_, i) => features.data[i * cols + j]!))
    const what = sayingNothing(column)
    if (what !== null) leftOut.push({column: j, what})
    if (what !== null || column.every((x) => x === column[0])) continue
    averageRanks(column).forEach((rank, i) => (out.data[i * cols + j] = scores[2 * rank - 2]!))
  }
  // A row of zeros says that nothing is known.
  for (let i = 0; i < rows; i++)
    if (features.data.subarray(i * cols, (i + 1) * cols).every((x) => x === 0))
      out.data.fill(0, i * cols, (i + 1) * cols)
  return leftOut.length === cols ? {features, leftOut: []} : {features: out, leftOut}
}

/** Without the last digits: ranks would make much of rounding. */
function rounded(column: Float64Array): Float64Array {
  const step = ROUNDING * column.reduce((most, x) => Math.max(most, Math.abs(x)), 0)
  return step > 0 ? column.map((x) => Math.round(x / step) * step) : column
}

function isOfCounts(values: Float64Array): boolean {
  let zeros = 0
  let isWhole = true
  for (const x of values) {
    if (x < 0) return false
    if (x === 0) zeros++
    isWhole &&= Number.isInteger(x) && x <= LARGEST_COUNT
  }
  return isWhole || zeros >= SPARSE * values.length
}

function sayingNothing(column: Float64Array): 'time stamp' | 'identifier' | null {
  if (TIMES.some(([from, to]) => column.every((x) => x >= from && x <= to))) return 'time stamp'
  // Most columns hold a fraction early on, and need no sort.
  if (column.length <= 20 || !column.every((x) => Math.abs(x - Math.round(x)) < 1e-6)) return null
  const sorted = column.slice().sort()
  const range = sorted.at(-1)! - sorted[0]!
  return range <= 2 * column.length && sorted.every((x, i) => x !== sorted[i - 1]) ? 'identifier' : null
}
