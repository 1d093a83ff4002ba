import {degreeChange} from '../../src/sanitize/degree-change.js'
import {graphExcerpt} from '../../src/sanitize/excerpt.js'
import {partSummaries} from '../../src/sanitize/part-summary.js'
import {rankEdges} from '../../src/sanitize/prune.js'
import {scoreHistogram, unmarkedEdges, topEdges, truthMetrics} from '../../src/sanitize/summary.js'
import type {EdgeScores} from '../../src/sanitize/types.js'
import type {SanitizeReport} from '../../src/documents/reports.js'
import {random} from '../../src/stats/random.js'
import {sanitizeSample} from './samples/sanitize.js'

export interface Synthetic {
  nodes: number
  edges: number
  pruned: number
  names?: (node: number) => string
  truth?: boolean
  seed?: number
}

/**
 * The summary that sanitize makes, by its own functions, of a random graph whose scores are drawn: what a report of
 * that size holds, without the kernel.
 */
export function syntheticSanitize({nodes, edges, pruned, names, truth = true, seed = 1}: Synthetic): SanitizeReport {
  const {scores, adversarial} = drawnScores(nodes, edges, pruned, seed)
  const order = rankEdges(scores.score)
  const nodeNames = names === undefined ? null : Array.from({length: nodes}, (_, i) => names(i))
  const graph = {
    nodes,
    edges: scores.edges,
    features: null,
    labels: null,
    classes: 7,
    split: null,
    weights: null,
    nodeNames,
  }
  const after = degreesOf(nodes, unmarkedEdges(scores.edges, scores.pruned))
  const report = sanitizeSample()
  const added = Uint32Array.of(0, nodes - 1)
  Object.assign(report.metrics, {
    nodes,
    edges,
    pruned,
    cut: {rule: 'count', score: scores.score[order[pruned - 1]!]!, share: pruned / edges},
    histogram: scoreHistogram(scores),
    top: topEdges(scores, order, graph),
    parts: partSummaries(scores),
    degrees: degreeChange(scores.degrees, after, graph),
    excerpt: graphExcerpt(scores, order, {
      added,
      given: scores.pseudoLabels.map((label, i) => (i % 3 === 0 ? label : -1)),
      nodeNames,
    }),
    truth: truth ? truthMetrics(scores, order, adversarial, nodes) : null,
  })
  return report
}

/** Every part drawn so that adversarial edges look a little more suspect; the score is their mean. */
function drawnScores(
  nodes: number,
  m: number,
  pruned: number,
  seed: number,
): {scores: EdgeScores; adversarial: Uint32Array} {
  const rng = random(seed)
  const edges = drawnEdges(nodes, m, seed)
  const isTrue = Uint8Array.from({length: m}, () => Number(rng.uniform() < 0.1))
  const part = (sign: 1 | -1) => Float64Array.from({length: m}, (_, e) => sign * (rng.uniform() + 0.5 * isTrue[e]!))
  const parts = {
    kc: part(1),
    labelFree: part(-1),
    similarity: part(-1),
    disagreement: part(1),
    context: part(-1),
    overlap: part(-1).map((x) => Math.round(2 * x) / 2),
    fit: part(-1),
  }
  const score = Float64Array.from(
    {length: m},
    (_, e) => (parts.kc[e]! + parts.disagreement[e]! - parts.context[e]! - parts.fit[e]!) / 6,
  )
  const order = rankEdges(score)
  const rank = new Uint32Array(m)
  order.forEach((e, place) => (rank[e] = place + 1))
  const isPruned = new Uint8Array(m)
  for (const e of order.subarray(0, pruned)) isPruned[e] = 1
  const labels = Int32Array.from({length: nodes}, (_, i) => i % 7)
  const scores: EdgeScores = {
    evidence: 'features',
    edges,
    score,
    rank,
    scored: new Uint8Array(m).fill(1),
    pruned: isPruned,
    probability: score.map((x) => Math.min(1, Math.max(0, x))),
    weight: new Float64Array(m),
    parts,
    labelledEnds: new Uint8Array(m),
    pseudoDisagree: new Uint8Array(m),
    pseudoLabels: labels,
    degrees: degreesOf(nodes, edges),
  }
  return {scores, adversarial: edges.filter((_, t) => isTrue[t >> 1] === 1)}
}

/** m different edges u < v, sorted, most of them between near nodes. */
function drawnEdges(nodes: number, m: number, seed: number): Uint32Array {
  const rng = random(seed + 1)
  const keys = new Set<number>()
  while (keys.size < m) {
    const u = rng.integer(nodes)
    const v = rng.uniform() < 0.8 ? (u + 1 + rng.integer(12)) % nodes : rng.integer(nodes)
    if (u !== v) keys.add(Math.min(u, v) * nodes + Math.max(u, v))
  }
  return Uint32Array.from(
    Float64Array.from(keys)
      .sort()
      .reduce((out: number[], key) => (out.push(Math.floor(key / nodes), key % nodes), out), []),
  )
}

function degreesOf(nodes: number, edges: Uint32Array): Uint32Array {
  const degrees = new Uint32Array(nodes)
  for (const i of edges) degrees[i]!++
  return degrees
}
