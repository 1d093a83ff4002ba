import type {Graph} from '../graph/types.js'
import {isCsr} from '../linalg/types.js'
import {ascendingOrder} from '../stats/ascending-order.js'
import type {Aggregation} from './aggregate.js'

const ROUNDS = 3

/**
 * The nodes in an order that does not depend on how the file numbers them: by a hash of their features, their label and
 * what lies around them.
 *
 * Formula    Weisfeiler–Leman: h ← mix(h, Σ over neighbours of mix(h)), three rounds, two words of 32 bits.
 * Shapes     labels [n] given ones, −1 elsewhere → [n] node numbers.
 * Ties       nodes that look the same for three steps keep the order of the file; choosing one or the other matters
 *            only through nodes further away.
 * Cost       stored features, and three passes over the edges.
 * Source     Shervashidze et al. 2011. Deviation: sums of hashes in place of sorted lists.
 */
export function canonicalOrder(
  {nodes, features}: Pick<Graph, 'nodes' | 'features'>,
  labels: Int32Array,
  {neighbours: {indptr, indices}}: Aggregation,
): Uint32Array {
  let hash = Array.from({length: nodes}, (_, i) => mix(labels[i]! + 2, indptr[i + 1]! - indptr[i]!))
  if (features !== null) {
    const words = new Uint32Array(2)
    const value = new Float64Array(words.buffer)
    for (let i = 0; i < nodes; i++) {
      const [from, to] = isCsr(features) ? [features.indptr[i]!, features.indptr[i + 1]!] : [0, features.cols]
      let sum = 0
      for (let t = from; t < to; t++) {
        value[0] = isCsr(features) ? features.values[t]! : features.data[i * features.cols + t]!
        if (value[0] !== 0)
          sum = (sum + mix(mix(isCsr(features) ? features.indices[t]! : t, words[0]!), words[1]!)) >>> 0
      }
      hash[i] = mix(hash[i]!, sum)
    }
  }
  let second = hash.map((h) => mix(h, 0x9e3779b9))
  for (let round = 0; round < ROUNDS; round++) {
    const [before, beforeSecond] = [hash, second]
    const around = (of: readonly number[], i: number) => {
      let sum = 0
      for (let t = indptr[i]!; t < indptr[i + 1]!; t++) sum = (sum + mix(of[indices[t]!]!, round + 1)) >>> 0
      return mix(of[i]!, sum)
    }
    hash = before.map((_, i) => around(before, i))
    second = beforeSecond.map((_, i) => around(beforeSecond, i))
  }
  return Uint32Array.from({length: nodes}, (_, i) => i).sort(
    (a, b) => hash[a]! - hash[b]! || second[a]! - second[b]! || a - b,
  )
}

/** One word of two, each bit of both moving every bit of it (the finish of MurmurHash3). */
function mix(a: number, b: number): number {
  let h = Math.imul(a ^ 0x85ebca6b, 0xc2b2ae35) ^ Math.imul(b + 0x27d4eb2f, 0x165667b1)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** Edges in the order that the canonical order of their ends gives them: numbers of edges [m]. */
export function canonicalEdges(edges: Uint32Array, order: Uint32Array): Uint32Array {
  const place = new Uint32Array(order.length)
  order.forEach((node, k) => (place[node] = k))
  const keys = Float64Array.from({length: edges.length / 2}, (_, e) => {
    const [p, q] = [place[edges[2 * e]!]!, place[edges[2 * e + 1]!]!]
    return Math.min(p, q) * order.length + Math.max(p, q)
  })
  return ascendingOrder(keys)
}
