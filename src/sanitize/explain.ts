import type {Graph} from '../graph/types.js'
import type {EdgeScores, ExplainedEdge} from './types.js'

const percent = (share: number) => `${Math.round(share * 100)} %`

/** One sentence in plain words: why this edge stands where it does. */
export function explainEdge(scores: EdgeScores, e: number): string {
  const u = scores.edges[2 * e]!
  const v = scores.edges[2 * e + 1]!
  const {parts} = scores
  const place = `of ${scores.rank.length} edges it is number ${scores.rank[e]!}`
  if (scores.scored[e] === 0) return `not scored: no changed row lies in the node set, so nothing is known about it (${place})`
  const labels =
    scores.pseudoDisagree[e] === 1
      ? `its ends look like classes ${scores.pseudoLabels[u]!} and ${scores.pseudoLabels[v]!}`
      : `both ends look like class ${scores.pseudoLabels[u]!}`
  const likeness = `${scores.evidence} alike by ${percent(parts.similarity[e]!)}, common neighbours ${percent(parts.overlap[e]!)}`
  const effect = parts.kc[e]! > 0 ? `removing it lowers the complexity by ${parts.kc[e]!.toExponential(1)}` : 'removing it does not lower the complexity'
  return `${labels}, ${likeness}; ${effect} (${place})`
}

/** Why each of the edges asked for stands where it does, in sentences; a pair that is no edge says so. `pairs` [2 k], u < v. */
export function explainedEdges(scores: EdgeScores, pairs: Uint32Array | null, graph: Graph): ExplainedEdge[] {
  const name = (i: number) => graph.nodeNames?.[i] ?? String(i)
  return Array.from({length: (pairs?.length ?? 0) / 2}, (_, k) => {
    const [u, v] = [pairs![2 * k]!, pairs![2 * k + 1]!]
    const e = edgeBetween(scores.edges, u, v)
    return {source: name(u), target: name(v), statements: e < 0 ? ['there is no such edge in the graph'] : statementsOn(scores, e, name)}
  })
}

function statementsOn(scores: EdgeScores, e: number, name: (i: number) => string): string[] {
  const {parts, edges, rank} = scores
  const m = rank.length
  const [u, v] = [edges[2 * e]!, edges[2 * e + 1]!]
  if (scores.scored[e] === 0) return ['it was not scored: no changed row lies in the node set or the focus, so nothing is known about it']
  // 1 = the most suspect of all edges by this part alone.
  const placeBy = (values: Float64Array, sign: 1 | -1) => values.reduce((place, x) => place + Number(sign * x > sign * values[e]!), 1)
  const by = (values: Float64Array, sign: 1 | -1) => `number ${placeBy(values, sign)} of ${m} by this alone`
  const amongst = (node: number) => {
    let place = 1
    let degree = 0
    for (let other = 0; other < m; other++) {
      if (edges[2 * other] !== node && edges[2 * other + 1] !== node) continue
      degree++
      if (rank[other]! < rank[e]!) place++
    }
    return `number ${place} of the ${degree} edges of ${name(node)}`
  }
  const {kc, labelFree} = parts
  return [
    `it is number ${rank[e]!} of ${m} and was ${scores.pruned[e] === 1 ? 'pruned' : 'kept'}; it is ${amongst(u)} and ${amongst(v)}`,
    `labels: ${scores.pseudoDisagree[e] === 1 ? `its ends look like classes ${scores.pseudoLabels[u]!} and ${scores.pseudoLabels[v]!}` : `both ends look like class ${scores.pseudoLabels[u]!}`}, the soft labels disagree by ${percent(parts.disagreement[e]!)} (${by(parts.disagreement, 1)})`,
    `neighbourhoods: each end is alike to the other's neighbourhood by ${(parts.context[e]! / 2).toFixed(3)} on average (${by(parts.context, -1)})`,
    `${scores.evidence}: alike by ${percent(parts.similarity[e]!)} (${by(parts.similarity, -1)}); common neighbours ${percent(parts.overlap[e]!)} (${by(parts.overlap, -1)})`,
    `fit: from its likeness and neighbours the odds that it is an edge and not a pair wired at random are ${Math.exp(parts.fit[e]!).toPrecision(2)} to 1 (${by(parts.fit, -1)})`,
    `complexity: without it the kernel complexity ${kc[e]! > 0 ? 'falls' : 'rises'} by ${Math.abs(kc[e]!).toExponential(1)} (${by(kc, 1)})${labelFree === null ? '' : `, the label-free one ${labelFree[e]! > 0 ? 'falls' : 'rises'} by ${Math.abs(labelFree[e]!).toExponential(1)} (${by(labelFree, -1)})`}`,
  ]
}

/** Number of the edge {u, v} in a sorted list, −1 where there is none. */
function edgeBetween(edges: Uint32Array, u: number, v: number): number {
  let low = 0
  let high = edges.length / 2 - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const order = edges[2 * middle]! - u || edges[2 * middle + 1]! - v
    if (order === 0) return middle
    if (order < 0) low = middle + 1
    else high = middle - 1
  }
  return -1
}
