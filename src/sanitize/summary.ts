import type {Graph} from '../graph/types.js'
import {areaUnderRoc, averagePrecision} from '../stats/ranking.js'
import {explainEdge} from './explain.js'
import type {EdgeScores, SanitizeMetrics, TopEdge, TruthMetrics} from './types.js'

const TOP = 20
const BINS = 20

/** The edges that were not marked for removal. */
export function keptEdges(edges: Uint32Array, pruned: Uint8Array): Uint32Array {
  return edges.filter((_, t) => pruned[t >> 1] === 0)
}

/** Share of the edges, of those for which `among` is 1, whose ends have the same (pseudo-)label; 1 where there are none. */
export function agreement(scores: EdgeScores, among: (e: number) => boolean): number {
  let edges = 0
  let agreeing = 0
  for (let e = 0; e < scores.score.length; e++) {
    if (!among(e)) continue
    edges++
    if (scores.pseudoDisagree[e] === 0) agreeing++
  }
  return edges === 0 ? 1 : agreeing / edges
}

/** Scores in equal-width bins from the lowest to the highest; one bin of width 0 where all are equal. */
export function histogram(scores: EdgeScores): SanitizeMetrics['histogram'] {
  let low = Infinity
  let high = -Infinity
  for (const x of scores.score) {
    low = Math.min(low, x)
    high = Math.max(high, x)
  }
  const bins = high > low ? BINS : 1
  const kept = new Array<number>(bins).fill(0)
  const pruned = new Array<number>(bins).fill(0)
  scores.score.forEach((x, e) => {
    const bin = high > low ? Math.min(bins - 1, Math.floor(((x - low) / (high - low)) * bins)) : 0
    const counts = scores.pruned[e] === 1 ? pruned : kept
    counts[bin]!++
  })
  return {edges: Array.from({length: bins + 1}, (_, b) => low + ((high - low) * b) / bins), kept, pruned}
}

/** The most suspect edges with their reasons. */
export function topEdges(scores: EdgeScores, order: Uint32Array, graph: Graph): TopEdge[] {
  const name = (i: number) => graph.nodeNames?.[i] ?? String(i)
  return Array.from(order.subarray(0, TOP), (e) => ({
    source: name(scores.edges[2 * e]!),
    target: name(scores.edges[2 * e + 1]!),
    score: scores.score[e]!,
    rank: scores.rank[e]!,
    pruned: scores.pruned[e] === 1,
    kc: scores.parts.kc[e]!,
    labelFree: scores.parts.labelFree?.[e] ?? null,
    similarity: scores.parts.similarity[e]!,
    disagreement: scores.parts.disagreement[e]!,
    labelledEnds: scores.labelledEnds[e]!,
    reason: explainEdge(scores, e),
  }))
}

/** How well the ranking finds the known adversarial edges; null where none or all of the graph's edges are. */
export function truthMetrics(scores: EdgeScores, order: Uint32Array, truth: Uint32Array, nodes: number): TruthMetrics | null {
  const key = (u: number, v: number) => Math.min(u, v) * nodes + Math.max(u, v)
  const known = new Set<number>()
  for (let t = 0; t < truth.length; t += 2) known.add(key(truth[t]!, truth[t + 1]!))
  const isTrue = Uint8Array.from(scores.score, (_, e) => (known.has(key(scores.edges[2 * e]!, scores.edges[2 * e + 1]!)) ? 1 : 0))
  const adversarial = isTrue.reduce((sum, x) => sum + x, 0)
  if (adversarial === 0 || adversarial === isTrue.length) return null
  const pruned = scores.pruned.reduce((sum, x) => sum + x, 0)
  const hits = isTrue.reduce((sum, x, e) => sum + (x & scores.pruned[e]!), 0)
  return {
    adversarial,
    auc: areaUnderRoc(isTrue, scores.score),
    averagePrecision: averagePrecision(isTrue, order),
    precision: pruned === 0 ? null : hits / pruned,
    recall: hits / adversarial,
  }
}
