import type {Dense} from '../../linalg/types.js'
import type {ClassPair} from '../types.js'

/** Maximum number of listed pairs. */
const MOST_PAIRS = 30

/**
 * The classes of unstable close pairs: estimates from the pairs of some rows, not a certificate.
 *
 * Formula   over unordered pairs of rows with d ≤ δ, for each unordered pair of labels: the number of pairs, the share
 *           with ΔL ≥ η, and their part of all pairs with ΔL ≥ η.
 * Shapes    distances [n, n] and δ in one unit; labels, losses [n].
 * Returns   pairs of labels with at least one unstable pair, largest part first, then by labels; at most 30.
 * Cost      n² / 2 and C² counts.
 */
export function classPairs(
  {rows: n, data}: Dense,
  labels: Int32Array,
  losses: Float64Array,
  delta: number,
  eta: number,
): ClassPair[] {
  const known = Int32Array.from(new Set(labels)).sort()
  const C = known.length
  const place = new Map(Array.from(known, (label, c) => [label, c]))
  const classOf = Uint32Array.from(labels, (label) => place.get(label)!)
  // [C, C], smaller class first.
  const pairs = new Uint32Array(C * C)
  const unstable = new Uint32Array(C * C)
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      if (data[i * n + j]! > delta) continue
      const at = Math.min(classOf[i]!, classOf[j]!) * C + Math.max(classOf[i]!, classOf[j]!)
      pairs[at]!++
      if (Math.abs(losses[i]! - losses[j]!) >= eta) unstable[at]!++
    }
  }
  const all = unstable.reduce((sum, count) => sum + count, 0)
  return Array.from(unstable.keys())
    .filter((at) => unstable[at]! > 0)
    .sort((a, b) => unstable[b]! - unstable[a]! || a - b)
    .slice(0, MOST_PAIRS)
    .map((at) => ({
      labels: [known[Math.floor(at / C)]!, known[at % C]!],
      pairs: pairs[at]!,
      observed: unstable[at]! / pairs[at]!,
      share: unstable[at]! / all,
    }))
}
