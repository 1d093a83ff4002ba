import type {Graph} from '../graph/types.js'
import {areaUnderRoc, averagePrecision} from '../stats/ranking.js'
import {precisionRecallCurve, rocCurve} from '../stats/ranking-curves.js'
import {explainEdge} from './explain.js'
import type {Repair} from './repair.js'
import type {EdgeScores, SanitizeMetrics, TopEdge, TruthMetrics} from './types.js'

const TOP = 20
const BINS = 20

/** The edges that were not marked for removal. */
export function unmarkedEdges(edges: Uint32Array, pruned: Uint8Array): Uint32Array {
  return edges.filter((_, t) => pruned[t >> 1] === 0)
}

/** Two lists of edges of one graph as one, sorted. */
export function withAdded(kept: Uint32Array, added: Uint32Array): Uint32Array {
  if (added.length === 0) return kept
  const all = new Uint32Array(kept.length + added.length)
  for (let to = 0, k = 0, a = 0; to < all.length; to += 2) {
    const isKept = a === added.length || (k < kept.length && (kept[k]! - added[a]! || kept[k + 1]! - added[a + 1]!) < 0)
    const from = isKept ? kept : added
    const at = isKept ? k : a
    all[to] = from[at]!
    all[to + 1] = from[at + 1]!
    if (isKept) k += 2
    else a += 2
  }
  return all
}

/** Share of the edges whose ends have the same (pseudo-)label; 1 where there are none. */
export function labelAgreement(edges: Uint32Array, labels: Int32Array): number {
  let agreeing = 0
  for (let t = 0; t < edges.length; t += 2) if (labels[edges[t]!] === labels[edges[t + 1]!]) agreeing++
  return edges.length === 0 ? 1 : agreeing / (edges.length / 2)
}

/** What repair added: how many edges, how many of them between like (pseudo-)labels, and the most alike in detail. */
export function addedEdges({added, likeness}: Repair, labels: Int32Array, graph: Graph): SanitizeMetrics['added'] {
  const name = (i: number) => graph.nodeNames?.[i] ?? String(i)
  const order = Array.from(likeness, (_, a) => a).sort((a, b) => likeness[b]! - likeness[a]! || a - b)
  return {
    count: likeness.length,
    agreement: likeness.length === 0 ? null : labelAgreement(added, labels),
    top: order
      .slice(0, TOP)
      .map((a) => ({source: name(added[2 * a]!), target: name(added[2 * a + 1]!), likeness: likeness[a]!})),
  }
}

/** Scores in equal-width bins from the lowest to the highest; one bin of width 0 where all are equal. */
export function scoreHistogram(scores: EdgeScores): SanitizeMetrics['histogram'] {
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
    probability: Number.isNaN(scores.probability[e]!) ? null : scores.probability[e]!,
    kc: scores.parts.kc[e]!,
    labelFree: scores.parts.labelFree?.[e] ?? null,
    similarity: scores.parts.similarity[e]!,
    disagreement: scores.parts.disagreement[e]!,
    labelledEnds: scores.labelledEnds[e]!,
    reason: explainEdge(scores, e),
  }))
}

/** How well the ranking finds the known adversarial edges; null where none or all of the graph's edges are. */
export function truthMetrics(
  scores: EdgeScores,
  order: Uint32Array,
  truth: Uint32Array,
  nodes: number,
): TruthMetrics | null {
  const key = (u: number, v: number) => Math.min(u, v) * nodes + Math.max(u, v)
  const known = new Set<number>()
  for (let t = 0; t < truth.length; t += 2) known.add(key(truth[t]!, truth[t + 1]!))
  const isTrue = Uint8Array.from(scores.score, (_, e) =>
    known.has(key(scores.edges[2 * e]!, scores.edges[2 * e + 1]!)) ? 1 : 0,
  )
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
    curves: {roc: rocCurve(isTrue, scores.score, order), precisionRecall: precisionRecallCurve(isTrue, order)},
  }
}
