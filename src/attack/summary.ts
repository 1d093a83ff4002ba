import type {Graph} from '../graph/types.js'
import type {Verdict} from '../frame/report.js'
import type {AttackMetrics, AttackOptions, Perturbation} from './types.js'

/** Counts of the changes. Labels are only used to describe them. */
export function attackMetrics(
  {nodes, edges, labels}: Graph,
  {method, count, targets, perTarget}: AttackOptions,
  result: Perturbation,
): AttackMetrics {
  const [added, removed, edgesBefore] = [result.added.length / 2, result.removed.length / 2, edges.length / 2]
  return {
    nodes,
    edgesBefore,
    edgesAfter: result.edges.length / 2,
    added,
    removed,
    budget: method === 'nettack' ? targets!.length * perTarget : count!,
    used: added + removed,
    share: (added + removed) / edgesBefore,
    addedAcross: shareAcross(result.added, labels),
    removedAcross: shareAcross(result.removed, labels),
    edgesAcross: shareAcross(edges, labels),
    targets: targets?.length ?? 0,
    ...result.log,
    isolatedBefore: isolated(nodes, edges),
    isolatedAfter: isolated(nodes, result.edges),
  }
}

/** The share of pairs [2 k] with different labels, among those with both labels known; null: none. */
export function shareAcross(pairs: Uint32Array, labels: Int32Array | null): number | null {
  if (labels === null) return null
  let known = 0
  let across = 0
  for (let e = 0; e < pairs.length; e += 2) {
    const [a, b] = [labels[pairs[e]!]!, labels[pairs[e + 1]!]!]
    if (a < 0 || b < 0) continue
    known++
    if (a !== b) across++
  }
  return known === 0 ? null : across / known
}

function isolated(nodes: number, edges: Uint32Array): number {
  const touched = new Uint8Array(nodes)
  for (const node of edges) touched[node] = 1
  return touched.reduce((count, one) => count + 1 - one, 0)
}

export function attackVerdict(
  {method, adaptive}: AttackOptions,
  {added, removed, share, targets, used, budget}: AttackMetrics,
): Verdict {
  const where = targets === 0 ? '' : ` against ${targets} target node${targets === 1 ? '' : 's'}`
  const rest = used < budget ? `; ${budget - used} of the budget of ${budget} could not be spent` : ''
  return {
    status: 'done',
    summary: `${adaptive > 0 ? 'adaptive ' : ''}${method} added ${added} and removed ${removed} edges${where} (${(100 * share).toFixed(1)} % of the edges)${rest}`,
    meaning: [
      'The attacked graph is made to test defences; its changes are known, so that a defence can be graded.',
      'A defence that withstands this attack is not shown to withstand another, or one that knows the defence.',
    ],
  }
}
