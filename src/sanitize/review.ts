import type {Graph} from '../graph/types.js'
import {explainEdge} from './explain.js'
import type {EdgeScores, ReviewedEdge} from './types.js'

/**
 * The most suspect edges for a person to look through: the chance, the reason in words, and what is known of both ends.
 *
 * Shapes     order [m] edges, most suspect first.   Cost  degree for each end.   Empty  count 0 → none.
 */
export function reviewQueue(
  scores: EdgeScores,
  order: Uint32Array,
  count: number,
  graph: Graph,
  given: Int32Array,
): ReviewedEdge[] {
  const {edges, pseudoLabels, degrees, probability} = scores
  const name = (i: number) => graph.nodeNames?.[i] ?? String(i)
  const around = neighboursOf(edges, order.subarray(0, count))
  const end = (node: number, other: number): ReviewedEdge['ends'][0] => {
    const classes = new Map<number, number>()
    for (const i of around.get(node)!)
      if (i !== other) classes.set(pseudoLabels[i]!, (classes.get(pseudoLabels[i]!) ?? 0) + 1)
    return {
      name: name(node),
      label: pseudoLabels[node]!,
      given: given[node]! >= 0,
      degree: degrees[node]!,
      neighbours: [...classes]
        .map(([label, nodes]) => ({label, nodes}))
        .sort((a, b) => b.nodes - a.nodes || a.label - b.label),
    }
  }
  return Array.from(order.subarray(0, count), (e) => {
    const [u, v] = [edges[2 * e]!, edges[2 * e + 1]!]
    return {
      rank: scores.rank[e]!,
      score: scores.score[e]!,
      probability: Number.isNaN(probability[e]!) ? null : probability[e]!,
      pruned: scores.pruned[e] === 1,
      reason: explainEdge(scores, e),
      ends: [end(u, v), end(v, u)],
    }
  })
}

/** The neighbours of the ends of some edges. */
function neighboursOf(edges: Uint32Array, those: Uint32Array): Map<number, number[]> {
  const out = new Map<number, number[]>()
  for (const e of those) for (const i of edges.subarray(2 * e, 2 * e + 2)) out.set(i, [])
  for (let t = 0; t < edges.length; t++) out.get(edges[t]!)?.push(edges[t ^ 1]!)
  return out
}
