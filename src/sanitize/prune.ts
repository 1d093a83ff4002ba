import {UsageError, option} from '../errors.js'
import {ascendingOrder} from '../stats/ascending-order.js'

/** How the cut is chosen. */
export type PruneRule =
  | {rule: 'ratio' | 'count' | 'threshold'; value: number}
  /** the `count` most suspect of the edges that may be pruned */
  | {rule: 'auto' | 'probability' | 'fdr'; count: number}

export interface Marking {
  /** [m] place in the ranking, 1 = most suspect */
  rank: Uint32Array
  /** [m] edges, most suspect first */
  order: Uint32Array
  /** [m] 1: marked for removal */
  pruned: Uint8Array
  prunedCount: number
  keptByMinDegree: number
  /** spared edges above the cut */
  keptOnRequest: number
  /** score of the last edge pruned; null if none was */
  cutScore: number | null
}

export interface ScoredEdges {
  /** [m] */
  score: Float64Array
  /** [m] 1: may be pruned */
  scored: Uint8Array
  /** [2 m] sorted by u, then v */
  edges: Uint32Array
  /** [n] */
  degrees: Uint32Array
}

/** What is never pruned. */
export interface Protection {
  /** an end keeps at least so many neighbours */
  minDegree: number
  /** [m] 1: someone wants the edge kept */
  spared: Uint8Array | null
}

/** Edges from the most suspect: by falling score, then u, then v (the order of the edge list). */
export function rankEdges(score: Float64Array): Uint32Array {
  return ascendingOrder(score.map((x) => -x))
}

/**
 * Marks the edges above the cut, most suspect first, and passes over an edge whose removal would leave an end with
 * fewer than `minDegree` neighbours. An edge passed over is not replaced by a less suspect one.
 *
 * Ties       by score, then u, then v: the same input gives the same edges.
 * Counts     and ratios are of the edges that were scored.
 * Never      an edge that was not scored, or is `spared`, is pruned.
 * Throws     UsageError  a ratio outside [0, 1], a count that is not a whole number ≥ 0, or a threshold that is not a number.
 */
export function markEdges(
  {score, scored, edges, degrees}: ScoredEdges,
  rule: PruneRule,
  {minDegree, spared}: Protection,
): Marking {
  const m = score.length
  const order = rankEdges(score)
  const rank = new Uint32Array(m)
  order.forEach((e, place) => (rank[e] = place + 1))
  const limit = cutPlace(score, order, scored, rule)
  const left = degrees.slice()
  const pruned = new Uint8Array(m)
  let prunedCount = 0
  let keptByMinDegree = 0
  let keptOnRequest = 0
  let cutScore: number | null = null
  for (let place = 0; place < limit; place++) {
    const e = order[place]!
    if (scored[e] === 0) continue
    if (spared?.[e] === 1) {
      keptOnRequest++
      continue
    }
    const u = edges[2 * e]!
    const v = edges[2 * e + 1]!
    if (left[u]! - 1 < minDegree || left[v]! - 1 < minDegree) {
      keptByMinDegree++
      continue
    }
    left[u]!--
    left[v]!--
    pruned[e] = 1
    prunedCount++
    cutScore = score[e]!
  }
  return {rank, order, pruned, prunedCount, keptByMinDegree, keptOnRequest, cutScore}
}

/**
 * Weights in place of removal: 0 for the most suspect edge, rising with the rank to 1 at twice the cut, so that as much
 * weight is taken away as edges would be pruned. Edges that were not scored, or are `spared`, keep 1.
 */
export function softWeights(
  rank: Uint32Array,
  scored: Uint8Array,
  share: number,
  spared: Uint8Array | null,
): Float64Array {
  const end = 2 * share * rank.length
  return Float64Array.from(rank, (place, e) =>
    scored[e] === 0 || spared?.[e] === 1 || place - 0.5 >= end ? 1 : (place - 0.5) / end,
  )
}

/** How many of the most suspect edges lie above the cut. */
function cutPlace(score: Float64Array, order: Uint32Array, scored: Uint8Array, rule: PruneRule): number {
  const m = score.length
  /** the place behind so many edges that were scored */
  const behind = (count: number) => {
    let place = 0
    for (let left = count; place < m && left > 0; place++) left -= scored[order[place]!]!
    return place
  }
  if ('count' in rule) return behind(rule.count)
  const {value} = rule
  if (rule.rule === 'ratio') {
    if (!(value >= 0 && value <= 1))
      throw new UsageError(`the prune ratio is ${value}, it must lie between 0 and 1`, [
        `use ${option('pruneRatio')} 0.1 to prune a tenth of the edges`,
      ])
    return behind(Math.round(value * scored.reduce((sum, x) => sum + x, 0)))
  }
  if (rule.rule === 'count') {
    if (!(Number.isInteger(value) && value >= 0))
      throw new UsageError(`the prune count is ${value}, it must be a whole number of at least 0`)
    return behind(value)
  }
  if (Number.isNaN(value)) throw new UsageError('the prune threshold is not a number')
  let place = 0
  while (place < m && score[order[place]!]! >= value) place++
  return place
}
