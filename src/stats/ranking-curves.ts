/** A curve that starts at its first and ends at its last point: [points] each. */
export interface RocCurve {
  /** of the false items, the share at or above each threshold */
  falsePositive: number[]
  /** of the true items */
  truePositive: number[]
}

export interface PrecisionRecallCurve {
  recall: number[]
  precision: number[]
}

/**
 * ROC curve of a ranking, thinned: every point is one of the full curve, from (0, 0) to (1, 1).
 *
 * Formula    the full curve has a point behind each group of equal scores, so its trapezoids give areaUnderRoc, ties
 *            counted half. A point is left out where the chord over it spans at most h = 2/(most − 2) in (falsePositive
 *            + truePositive)/2; what a chord spans of a monotone curve lies in its rectangle, so the area changes by at
 *            most Σ Δx Δy/2 ≤ h/2 in all: 0.0051 for 200 points.
 * Shapes     truth [n], score [n], order [n] items by falling score → at most `most` points.
 * Cost       n.
 * Empty      no true or no false item → no points: there is nothing to compare.
 * Source     Fawcett 2006, "An introduction to ROC analysis", algorithm 1.   Deviation: thinned.
 */
export function rocCurve(
  truth: ArrayLike<number>,
  score: ArrayLike<number>,
  order: ArrayLike<number>,
  most = 200,
): RocCurve {
  const n = order.length
  let positives = 0
  for (let i = 0; i < n; i++) if (truth[i]! > 0) positives++
  const curve: RocCurve = {falsePositive: [], truePositive: []}
  if (positives === 0 || positives === n) return curve
  const longest = 2 / (most - 2)
  let found = 0
  let kept = [0, 0]
  let last = kept
  const keep = (point: number[]) => {
    curve.falsePositive.push(point[0]!)
    curve.truePositive.push(point[1]!)
    kept = point
  }
  keep(kept)
  for (let place = 0; place < n; place++) {
    if (truth[order[place]!]! > 0) found++
    const isGroupEnd = place + 1 === n || score[order[place + 1]!] !== score[order[place]!]
    if (!isGroupEnd) continue
    const point = [(place + 1 - found) / (n - positives), found / positives]
    if ((point[0]! + point[1]! - kept[0]! - kept[1]!) / 2 > longest && last !== kept) keep(last)
    last = point
  }
  keep(last)
  return curve
}

/**
 * Precision–recall curve of a ranking at its true items: all of them, or `most` spread evenly over the recall, the
 * first and the last included.
 *
 * Formula    at the i-th of P true items, at place k of the order: recall i/P, precision i/k. Over all true items the
 *            mean of the precision is averagePrecision; between thinned points it is not shown.
 * Shapes     truth [n], order [n] items, best first → at most `most` points.
 * Cost       n.   Empty  no true item → no points.
 * Source     Manning, Raghavan & Schütze 2008, §8.4.   Deviation: not interpolated.
 */
export function precisionRecallCurve(
  truth: ArrayLike<number>,
  order: ArrayLike<number>,
  most = 200,
): PrecisionRecallCurve {
  const precisions: number[] = []
  for (let place = 0; place < order.length; place++) {
    if (truth[order[place]!]! > 0) precisions.push((precisions.length + 1) / (place + 1))
  }
  const total = precisions.length
  const points = Math.min(most, total)
  const at = Array.from({length: points}, (_, k) => (points === 1 ? 0 : Math.round((k * (total - 1)) / (points - 1))))
  return {recall: at.map((i) => (i + 1) / total), precision: at.map((i) => precisions[i]!)}
}
