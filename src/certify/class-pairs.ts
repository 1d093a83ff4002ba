import type {Dense} from '../linalg/types.js'
import type {ClassPair} from './types.js'

/** As many as a reader looks at; the others together are less than the last. */
const MOST_PAIRS = 30

/**
 * Between which classes the unstable close pairs lie: estimates from the pairs of some rows, no certificate.
 *
 * Formula   over unordered pairs of rows with d ≤ δ, for each unordered pair of labels: how many, the share with ΔL ≥ η, and their part of all
 *           that have ΔL ≥ η.
 * Shapes    distances [n, n] and δ in one unit; labels, losses [n].
 * Returns   pairs of labels with at least one unstable pair, largest part first, then by labels; at most 30.
 * Cost      n² / 2.
 */
export function classPairs({rows: n, data}: Dense, labels: Int32Array, losses: Float64Array, delta: number, eta: number): ClassPair[] {
  const found = new Map<string, {labels: [number, number]; pairs: number; unstable: number}>()
  let unstable = 0
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      if (data[i * n + j]! > delta) continue
      const pair: [number, number] = [Math.min(labels[i]!, labels[j]!), Math.max(labels[i]!, labels[j]!)]
      const key = `${pair[0]} ${pair[1]}`
      const counts = found.get(key) ?? {labels: pair, pairs: 0, unstable: 0}
      counts.pairs++
      if (Math.abs(losses[i]! - losses[j]!) >= eta) {
        counts.unstable++
        unstable++
      }
      found.set(key, counts)
    }
  }
  return [...found.values()]
    .filter((counts) => counts.unstable > 0)
    .sort((a, b) => b.unstable - a.unstable || a.labels[0] - b.labels[0] || a.labels[1] - b.labels[1])
    .slice(0, MOST_PAIRS)
    .map((counts) => ({labels: counts.labels, pairs: counts.pairs, observed: counts.unstable / counts.pairs, share: counts.unstable / unstable}))
}
