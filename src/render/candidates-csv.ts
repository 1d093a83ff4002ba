import {csvText} from './scores-csv.js'

/** A pair of nodes as its file has it, and what surety says of it. */
export interface JudgedPair {
  readonly source: string
  readonly target: string
  /** edge: it is in the graph; new: it is not; unknown: an end is not a node of the graph, or both are the same */
  readonly status: 'edge' | 'new' | 'unknown'
  /** 1: most suspect; null: nothing is known */
  readonly rank: number | null
  readonly score: number | null
  /** chance that it was wired at random; null: too little is known */
  readonly p: number | null
  readonly context: number | null
  readonly disagreement: number | null
  readonly cosine: number | null
  readonly overlap: number | null
  readonly fit: number | null
}

const COLUMNS = [
  'source',
  'target',
  'status',
  'rank',
  'score',
  'p',
  'context',
  'disagreement',
  'cosine',
  'overlap',
  'fit',
] as const

/** Judged pairs as CSV, in their own order, under the names that they came with. */
export const candidatesCsv = (pairs: readonly JudgedPair[]): string =>
  [
    COLUMNS.join(','),
    ...pairs.map((pair) =>
      COLUMNS.map((name) => (typeof pair[name] === 'string' ? csvText(pair[name]) : (pair[name] ?? ''))).join(','),
    ),
    '',
  ].join('\n')
