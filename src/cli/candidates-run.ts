import {writeFileAtomic} from '../data/atomic-write.js'
import {readPairTable} from '../graph/pair-table.js'
import type {PairwiseEngine} from '../pairwise/engine.js'
import {InputError} from '../errors.js'
import {candidatesCsv, type JudgedPair} from '../render/candidates-csv.js'
import {spreadsheetText} from '../render/scores-csv.js'
import {candidateScorer, type CandidateScores} from '../sanitize/candidates.js'
import type {SanitizeRun} from '../sanitize/sanitize.js'
import type {OpenedGraph} from './sanitize-run.js'

/** Pairs to score: those of a file, or the edges of the graph that are not in earlier scores. */
export type CandidateRequest = {pairs: string} | {earlier: string}

/** Scores pairs against a graph, in file order. */
export async function judgePairs(
  {normalised, options, request}: OpenedGraph,
  candidates: CandidateRequest,
  engine: PairwiseEngine,
  run: SanitizeRun,
): Promise<JudgedPair[]> {
  const {graph} = normalised
  const reading = {
    sourceColumn: request.reading.sourceColumn ?? undefined,
    targetColumn: request.reading.targetColumn ?? undefined,
    idsAsText: request.reading.idsAsText,
  }
  const given =
    'pairs' in candidates
      ? await readPairTable(candidates.pairs, normalised, reading)
      : await newEdges(candidates.earlier, normalised)
  const {names, nodes} = given
  const rows = Array.from({length: nodes.length / 2}, (_, r) => r)
  const isPair = (r: number) => nodes[2 * r]! >= 0 && nodes[2 * r + 1]! >= 0 && nodes[2 * r] !== nodes[2 * r + 1]
  const judged = rows.filter(isPair)
  const pairs = Uint32Array.from(judged.flatMap((r) => [nodes[2 * r]!, nodes[2 * r + 1]!]))
  const scores = await candidateScorer(graph, options, engine, run, (score) => score(pairs))
  const place = new Map(judged.map((r, t) => [r, t]))
  const ranks = ranksOf(scores)
  return rows.map((r) => judgedPair(names[2 * r]!, names[2 * r + 1]!, place.get(r), scores, ranks))
}

/** Edges of the graph that are not in earlier scores, matched by name if there are names. */
async function newEdges(
  path: string,
  normalised: OpenedGraph['normalised'],
): Promise<{names: string[]; nodes: Int32Array}> {
  const {graph} = normalised
  const named = graph.nodeNames !== null
  const columns = named
    ? {sourceColumn: 'source_name', targetColumn: 'target_name'}
    : {sourceColumn: 'source', targetColumn: 'target'}
  // Names in scores files are escaped against formula execution in spreadsheets.
  const called = graph.nodeNames?.map(spreadsheetText)
  const {nodes, names} = await readPairTable(path, normalised, {...columns, header: true, called})
  const key = (u: number, v: number) => Math.min(u, v) * graph.nodes + Math.max(u, v)
  const seen = new Set(Array.from({length: nodes.length / 2}, (_, r) => key(nodes[2 * r]!, nodes[2 * r + 1]!)))
  const all = Array.from({length: graph.edges.length / 2}, (_, e) => e)
  const fresh = all.filter((e) => !seen.has(key(graph.edges[2 * e]!, graph.edges[2 * e + 1]!)))
  if (fresh.length === all.length)
    throw new InputError(
      `${path}: none of its rows is an edge of this graph, the first is ${names.slice(0, 2).join(' – ')}`,
      ['give the scores that an earlier run on this graph wrote with --scores'],
    )
  const ends = Int32Array.from(fresh.flatMap((e) => [graph.edges[2 * e]!, graph.edges[2 * e + 1]!]))
  return {
    nodes: ends,
    names: Array.from(ends, (node) => graph.nodeNames?.[node] ?? String(normalised.nodeOrigin?.[node] ?? node)),
  }
}

/** [k] 1: most suspect, ties in file order; 0: unknown. */
function ranksOf({score, known}: CandidateScores): Uint32Array {
  const order = Uint32Array.from(score.keys())
    .filter((t) => known[t] === 1)
    .sort((a, b) => score[b]! - score[a]! || a - b)
  const ranks = new Uint32Array(score.length)
  order.forEach((t, place) => (ranks[t] = place + 1))
  return ranks
}

function judgedPair(
  source: string,
  target: string,
  t: number | undefined,
  {inGraph, known, score, probability, parts}: CandidateScores,
  ranks: Uint32Array,
): JudgedPair {
  const value = (of: Float64Array) => (t === undefined || known[t] === 0 || Number.isNaN(of[t]!) ? null : of[t]!)
  return {
    source,
    target,
    status: t === undefined ? 'unknown' : inGraph[t] === 1 ? 'edge' : 'new',
    rank: t === undefined || known[t] === 0 ? null : ranks[t]!,
    score: value(score),
    p: value(probability),
    context: value(parts.context),
    disagreement: value(parts.disagreement),
    cosine: value(parts.cosine),
    overlap: value(parts.overlap),
    fit: value(parts.fit),
  }
}

/** The pairs as JSON. */
export const candidatesJson = (pairs: readonly JudgedPair[]) => ({
  schemaVersion: 1,
  command: 'sanitize',
  candidates: {
    pairs: pairs.length,
    new: pairs.filter(({status}) => status === 'new').length,
    edges: pairs.filter(({status}) => status === 'edge').length,
    unknown: pairs.filter(({status}) => status === 'unknown').length,
    likelyRandom: pairs.filter(({p}) => p !== null && p > 0.5).length,
    top: pairs.filter(({rank}) => rank !== null && rank <= 100).sort((a, b) => a.rank! - b.rank!),
  },
})

export const writeCandidates = (path: string, pairs: readonly JudgedPair[]): Promise<void> =>
  writeFileAtomic(path, candidatesCsv(pairs))
