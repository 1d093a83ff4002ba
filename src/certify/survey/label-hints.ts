import type {Dense} from '../../linalg/types.js'
import {quantile} from '../../stats/quantile.js'
import type {LabelHint} from '../types.js'

const NEIGHBOURS = 10
const AGREEMENT = 0.8
const HIGH_LOSS = 0.9
const MOST_HINTS = 20

/** Per row: the most common label among its nearest neighbours, and its share. */
export interface Votes {
  label: Int32Array
  share: Float64Array
}

/**
 * The most common label among the 10 nearest other rows of each row; ties go to the smaller label, equal distances to
 * the earlier row.
 *
 * Shapes   distances [n, n], labels [n].   Cost  n² · 10 at worst.   Empty  fewer than 11 rows → all others vote.
 */
export function neighbourVotes({rows: n, data}: Dense, labels: Int32Array): Votes {
  const votes: Votes = {label: new Int32Array(n), share: new Float64Array(n)}
  const nearest: number[] = []
  for (let i = 0; i < n; i++) {
    nearest.length = 0
    for (let j = 0; j < n; j++) {
      if (j === i) continue
      const d = data[i * n + j]!
      if (nearest.length === NEIGHBOURS && d >= data[i * n + nearest.at(-1)!]!) continue
      let at = nearest.length
      while (at > 0 && data[i * n + nearest[at - 1]!]! > d) at--
      nearest.splice(at, 0, j)
      if (nearest.length > NEIGHBOURS) nearest.pop()
    }
    const counts = new Map<number, number>()
    for (const j of nearest) counts.set(labels[j]!, (counts.get(labels[j]!) ?? 0) + 1)
    const [label, count] = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]!
    votes.label[i] = label
    votes.share[i] = count / nearest.length
  }
  return votes
}

/**
 * Hints at wrong labels: rows with a loss in the top tenth whose neighbours in every late layer agree on one other
 * label. Only hints: hard examples look the same.
 *
 * Shapes   votes of the late layers, losses, labels and numbers of the same rows.
 * Returns  at most 20, most agreement first, then largest loss, then row.
 */
export function labelHints(
  votes: readonly Votes[],
  {rows, losses, labels}: {rows: Uint32Array; losses: Float64Array; labels: Int32Array},
): LabelHint[] {
  const high = quantile(losses.slice().sort(), HIGH_LOSS)
  const hints: LabelHint[] = []
  rows.forEach((row, i) => {
    const suggested = votes[0]!.label[i]!
    const agreement = Math.min(...votes.map(({share}) => share[i]!))
    if (
      !(losses[i]! >= high && losses[i]! > 0) ||
      suggested === labels[i] ||
      agreement < AGREEMENT ||
      votes.some(({label}) => label[i] !== suggested)
    )
      return
    hints.push({row, label: labels[i]!, suggested, agreement, loss: losses[i]!})
  })
  return hints.sort((a, b) => b.agreement - a.agreement || b.loss - a.loss || a.row - b.row).slice(0, MOST_HINTS)
}
