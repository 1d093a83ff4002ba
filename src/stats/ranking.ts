import {ascendingOrder} from './ascending-order.js'

/** Average ranks of the values, ascending, ties sharing the mean: 1 … n. Cost that of ascendingOrder. */
export function averageRanks(values: ArrayLike<number>): Float64Array {
  return ranksIn(ascendingOrder(values), values)
}

function ranksIn(order: Uint32Array, values: ArrayLike<number>): Float64Array {
  const ranks = new Float64Array(values.length)
  for (let from = 0; from < order.length; ) {
    let to = from + 1
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++
    for (let t = from; t < to; t++) ranks[order[t]!] = (from + 1 + to) / 2
    from = to
  }
  return ranks
}

/**
 * Area under the ROC curve: the chance that a true item scores above a false one, ties counted half.
 *
 * Empty      no true or no false item → NaN: there is nothing to compare.
 * Source     Mann & Whitney 1947. Deviation: none.
 */
export function areaUnderRoc(truth: ArrayLike<number>, score: ArrayLike<number>): number {
  const ranks = averageRanks(score)
  let positives = 0
  let sum = 0
  for (let i = 0; i < ranks.length; i++) {
    if (truth[i]! > 0) {
      positives++
      sum += ranks[i]!
    }
  }
  return (sum - (positives * (positives + 1)) / 2) / (positives * (ranks.length - positives))
}

/**
 * Average precision of a ranking: the mean, over the true items, of the precision at their place.
 *
 * Shapes     truth [n]; order [n] items, best first.   Empty  no true item → NaN.
 */
export function averagePrecision(truth: ArrayLike<number>, order: ArrayLike<number>): number {
  let found = 0
  let sum = 0
  for (let place = 0; place < order.length; place++) {
    if (truth[order[place]!]! > 0) sum += ++found / (place + 1)
  }
  return sum / found
}

/** Of each value the share of all that are below it, equal ones (itself too) counted half; and that of any other x. */
export function rankedShares(values: Float64Array): {own: Float64Array; share: (x: number) => number} {
  const order = ascendingOrder(values)
  const n = values.length
  const sorted = new Float64Array(n)
  for (let t = 0; t < n; t++) sorted[t] = values[order[t]!]!
  return {own: ranksIn(order, values).map((rank) => (rank - 0.5) / n), share: sharesBelow(sorted)}
}

/** Share of the values, sorted ascending, that are below x, equal ones counted half; NaN where there are none. */
export const shareBelow = (sorted: Float64Array, x: number): number => sharesBelow(sorted)(x)

/** One value in this many is copied to a short list, which stays in the cache of the processor. */
const STRIDE = 64

/**
 * shareBelow of one list for many x.
 *
 * Cost       n / 64 once; log n comparisons for each x, of which all but six are in a list that stays in the cache.
 */
export function sharesBelow(sorted: Float64Array): (x: number) => number {
  const n = sorted.length
  const coarse = Float64Array.from({length: Math.floor(n / STRIDE)}, (_, k) => sorted[(k + 1) * STRIDE - 1]!)
  return (x) => {
    // The first block whose last value is not below x holds the first such value.
    const block = firstNotBelow(coarse, x, 0, coarse.length)
    const below = firstNotBelow(sorted, x, block * STRIDE, Math.min(n, (block + 1) * STRIDE))
    return (below + (sorted[below] === x ? firstAbove(sorted, x, below, n) : below)) / (2 * n)
  }
}

/** Place of the first value from `low` to `high` that is at least x; `high` where all are below it. */
function firstNotBelow(sorted: Float64Array, x: number, low: number, high: number): number {
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]! >= x) high = middle
    else low = middle + 1
  }
  return low
}

function firstAbove(sorted: Float64Array, x: number, low: number, high: number): number {
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]! > x) high = middle
    else low = middle + 1
  }
  return low
}
