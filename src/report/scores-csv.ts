import type {EdgeScores} from '../sanitize/types.js'

const COLUMNS = [
  'source',
  'target',
  'score',
  'rank',
  'pruned',
  'scored',
  'kc',
  'label_free',
  'similarity',
  'labelled_ends',
  'pseudo_disagree',
  'disagreement',
  'pseudo_source',
  'pseudo_target',
  'degree_source',
  'degree_target',
  'weight',
]

/**
 * Every part of every edge's score as CSV, in the order of the graph's edge list: one row an undirected edge,
 * 0-based node numbers, higher score = more suspect. An edge that was not scored has an empty score.
 * Where the file names its nodes, `source_name` and `target_name` follow.
 */
export function scoresCsv(scores: EdgeScores, nodeNames: readonly string[] | null): string {
  const lines = [nodeNames === null ? COLUMNS.join(',') : `${COLUMNS.join(',')},source_name,target_name`]
  for (let e = 0; e < scores.score.length; e++) {
    const u = scores.edges[2 * e]!
    const v = scores.edges[2 * e + 1]!
    const row: (number | string)[] = [
      u,
      v,
      scores.scored[e] ? scores.score[e]! : '',
      scores.rank[e]!,
      scores.pruned[e]!,
      scores.scored[e]!,
      scores.parts.kc[e]!,
      scores.parts.labelFree?.[e] ?? '',
      scores.parts.similarity[e]!,
      scores.labelledEnds[e]!,
      scores.pseudoDisagree[e]!,
      scores.parts.disagreement[e]!,
      scores.pseudoLabels[u]!,
      scores.pseudoLabels[v]!,
      scores.degrees[u]!,
      scores.degrees[v]!,
      scores.weight[e]!,
    ]
    if (nodeNames !== null) row.push(csvText(nodeNames[u]!), csvText(nodeNames[v]!))
    lines.push(row.join(','))
  }
  return lines.join('\n') + '\n'
}

/** Quoted where needed; a spreadsheet would run a text that starts with = + - @, so such a text gets an apostrophe. */
function csvText(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
