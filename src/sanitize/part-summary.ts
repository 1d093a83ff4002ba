import {ascendingOrder} from '../stats/ascending-order.js'
import {quantile} from '../stats/quantile.js'
import {type Part, PARTS} from './parts.js'
import type {EdgeScores, PartSummary} from './types.js'

const TENTHS = 10

/**
 * What each part of the score says of the edges that were pruned and of those that were kept.
 *
 * Formula   quartiles of both in the part's own unit; and the tenth of all edges that an edge falls into by this part
 *           alone, from the least suspect to the most: equal values share the tenth of their middle place, so a part
 *           with few values fills few tenths.
 * Shapes    tenths of 10 counts each; kept and pruned add up to the number of edges.
 * Cost      a sort of m numbers for each part.
 * Empty     no edges → no parts; a part that was left out is absent.
 */
export function partSummaries({parts, pruned}: Pick<EdgeScores, 'parts' | 'pruned'>): PartSummary[] {
  if (pruned.length === 0) return []
  return PARTS.flatMap((part) => {
    const values = parts[part.name]
    return values === null ? [] : [summaryOf(part, values, pruned)]
  })
}

function summaryOf({name, suspect}: Part, values: Float64Array, pruned: Uint8Array): PartSummary {
  const m = values.length
  const order = ascendingOrder(values)
  const tenths = {kept: new Array<number>(TENTHS).fill(0), pruned: new Array<number>(TENTHS).fill(0)}
  const lost = pruned.reduce((sum, x) => sum + x, 0)
  const [kept, gone] = [new Float64Array(m - lost), new Float64Array(lost)]
  let seen = 0
  for (let from = 0; from < m; ) {
    let to = from + 1
    while (to < m && values[order[to]!] === values[order[from]!]) to++
    const middle = (from + to) / 2
    const place = suspect === 'high' ? middle : m - middle
    const tenth = Math.min(TENTHS - 1, Math.floor((TENTHS * place) / m))
    for (let t = from; t < to; t++) {
      const e = order[t]!
      const isPruned = pruned[e] === 1
      ;(isPruned ? tenths.pruned : tenths.kept)[tenth]!++
      if (isPruned) gone[seen++] = values[e]!
      else kept[t - seen] = values[e]!
    }
    from = to
  }
  return {name, suspect, tenths, kept: quartiles(kept), pruned: quartiles(gone)}
}

/** Of ascending values. */
const quartiles = (values: Float64Array): PartSummary['kept'] =>
  values.length === 0 ? null : [quantile(values, 0.25), quantile(values, 0.5), quantile(values, 0.75)]
