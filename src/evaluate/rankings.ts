import {areaUnderRoc, averagePrecision} from '../stats/ranking.js'
import type {Random} from '../stats/random.js'
import type {Grade} from './types.js'

/** Edges by falling score; ties in a random order, since the order of a file may say which edges were added last. */
export function rankWithRandomTies(score: Float64Array, random: Random): Uint32Array {
  return random.permutation(score.length).sort((a, b) => score[b]! - score[a]!)
}

/**
 * The edges left after pruning `count` edges in the order of a ranking; one whose removal would leave an end with fewer
 * than `minDegree` neighbours is passed over, and the next one pruned in its place, so that every ranking prunes the
 * same number.
 *
 * Shapes     order [m], edges [2 m] → the kept edges, in their order, and how many were pruned: less than count where
 *            nothing else can go.
 */
export function pruneInOrder(
  order: Uint32Array,
  edges: Uint32Array,
  nodes: number,
  count: number,
  minDegree: number,
): {kept: Uint32Array; pruned: number} {
  const left = new Uint32Array(nodes)
  for (const i of edges) left[i]!++
  const gone = new Uint8Array(order.length)
  let pruned = 0
  for (let place = 0; place < order.length && pruned < count; place++) {
    const e = order[place]!
    const u = edges[2 * e]!
    const v = edges[2 * e + 1]!
    if (left[u]! - 1 < minDegree || left[v]! - 1 < minDegree) continue
    left[u]!--
    left[v]!--
    gone[e] = 1
    pruned++
  }
  return {kept: edges.filter((_, t) => gone[t >> 1] === 0), pruned}
}

/**
 * AUC, average precision and precision@k of a score against the known adversarial edges [m] of 0 and 1, of which there
 * are k.
 */
export function gradeOf(adversarial: Uint8Array, score: Float64Array, order: Uint32Array): Grade {
  const k = adversarial.reduce((sum, x) => sum + x, 0)
  const found = order.subarray(0, k).reduce((sum, e) => sum + adversarial[e]!, 0)
  return {
    auc: areaUnderRoc(adversarial, score),
    averagePrecision: averagePrecision(adversarial, order),
    precisionAtK: found / k,
  }
}

/** [m] 1 at the edges that are among the pairs. */
export function membership(edges: Uint32Array, pairs: Uint32Array, nodes: number): Uint8Array {
  const known = new Set<number>()
  for (let t = 0; t < pairs.length; t += 2) known.add(pairKey(pairs[t]!, pairs[t + 1]!, nodes))
  return Uint8Array.from({length: edges.length / 2}, (_, e) =>
    known.has(pairKey(edges[2 * e]!, edges[2 * e + 1]!, nodes)) ? 1 : 0,
  )
}

/** Pairs as the edges of a simple graph: u < v, sorted, no loops, no repetitions. */
export function simpleEdges(pairs: Uint32Array, nodes: number): Uint32Array {
  const keys = new Set<number>()
  for (let t = 0; t < pairs.length; t += 2)
    if (pairs[t] !== pairs[t + 1]) keys.add(pairKey(pairs[t]!, pairs[t + 1]!, nodes))
  const sorted = Float64Array.from(keys).sort()
  return Uint32Array.from({length: 2 * sorted.length}, (_, t) =>
    t % 2 === 0 ? Math.floor(sorted[t >> 1]! / nodes) : sorted[t >> 1]! % nodes,
  )
}

const pairKey = (u: number, v: number, nodes: number) => Math.min(u, v) * nodes + Math.max(u, v)
