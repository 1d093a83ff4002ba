import type {EdgeScores} from './types.js'

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
  const likeness = `features alike by ${percent(parts.similarity[e]!)}, common neighbours ${percent(parts.overlap[e]!)}`
  const effect = parts.kc[e]! > 0 ? `removing it lowers the complexity by ${parts.kc[e]!.toExponential(1)}` : 'removing it does not lower the complexity'
  return `${labels}, ${likeness}; ${effect} (${place})`
}
