import {runsInSpreadsheet} from '../data/spreadsheet.js'
import type {Repair} from '../sanitize/repair.js'
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
  'context',
  'overlap',
  'fit',
  'added',
  'p',
] as const

/**
 * Every part of every edge's score as CSV, in the order of the graph's edge list: one row an undirected edge,
 * 0-based node numbers, higher score = more suspect, p the chance that the edge was wired at random. An edge that was not scored has an empty score.
 * Edges that repair added come last, with `added` 1 and no score and no rank.
 * Where the file names its nodes, `source_name` and `target_name` follow; where its records have keys, `keys`: those of all
 * records of the edge, with ; between them.
 */
export function scoresCsv(
  scores: EdgeScores,
  {added}: Pick<Repair, 'added'>,
  nodeNames: readonly string[] | null,
  keys: readonly string[] | null = null,
): string {
  const lines = [
    [
      ...COLUMNS,
      ...(nodeNames === null ? [] : ['source_name', 'target_name']),
      ...(keys === null ? [] : ['keys']),
    ].join(','),
  ]
  const names = (u: number, v: number) => (nodeNames === null ? [] : [csvText(nodeNames[u]!), csvText(nodeNames[v]!)])
  const keysOf = (e: number) => (keys === null ? [] : [csvText(keys[e] ?? '')])
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
      scores.parts.context[e]!,
      scores.parts.overlap[e]!,
      scores.parts.fit[e]!,
      0,
      Number.isNaN(scores.probability[e]!) ? '' : scores.probability[e]!,
    ]
    lines.push([...row, ...names(u, v), ...keysOf(e)].join(','))
  }
  for (let t = 0; t < added.length; t += 2) {
    const [u, v] = [added[t]!, added[t + 1]!]
    const known: Partial<Record<(typeof COLUMNS)[number], number>> = {
      source: u,
      target: v,
      pruned: 0,
      scored: 0,
      added: 1,
      weight: 1,
      pseudo_disagree: Number(scores.pseudoLabels[u] !== scores.pseudoLabels[v]),
      pseudo_source: scores.pseudoLabels[u]!,
      pseudo_target: scores.pseudoLabels[v]!,
      degree_source: scores.degrees[u]!,
      degree_target: scores.degrees[v]!,
    }
    lines.push([...COLUMNS.map((column) => known[column] ?? ''), ...names(u, v), ...keysOf(-1)].join(','))
  }
  return lines.join('\n') + '\n'
}

/** A text that a spreadsheet would run gets an apostrophe. */
export const spreadsheetText = (text: string): string => (runsInSpreadsheet(text) ? `'${text}` : text)

/** Quoted where needed; a text that a spreadsheet would run gets an apostrophe. */
export function csvText(text: string): string {
  const safe = spreadsheetText(text)
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
