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
  const sorted = values.slice().sort()
  const tenths = {kept: new Array<number>(TENTHS).fill(0), pruned: new Array<number>(TENTHS).fill(0)}
  for (let e = 0; e < m; e++) {
    const middle = (firstAbove(sorted, values[e]!, false) + firstAbove(sorted, values[e]!, true)) / 2
    const place = suspect === 'high' ? middle : m - middle
    const counts = pruned[e] === 1 ? tenths.pruned : tenths.kept
    counts[Math.min(TENTHS - 1, Math.floor((TENTHS * place) / m))]!++
  }
  return {
    name,
    suspect,
    tenths,
    kept: quartiles(values.filter((_, e) => pruned[e] === 0)),
    pruned: quartiles(values.filter((_, e) => pruned[e] === 1)),
  }
}

function quartiles(values: Float64Array): PartSummary['kept'] {
  if (values.length === 0) return null
  values.sort()
  return [quantile(values, 0.25), quantile(values, 0.5), quantile(values, 0.75)]
}

/** How many sorted values are below x, or with `orEqual` at most x. */
function firstAbove(sorted: Float64Array, x: number, orEqual: boolean): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]! < x || (orEqual && sorted[middle] === x)) low = middle + 1
    else high = middle
  }
  return low
}
