import {csrFromTriplets} from '../linalg/csr.js'
import type {Csr} from '../linalg/types.js'

/** An undirected simple graph whose edges can be flipped one at a time, with a record of flips. */
export interface EdgeSet {
  readonly nodes: number
  /** [nodes] neighbours of each node */
  readonly neighbours: readonly ReadonlySet<number>[]
  readonly has: (u: number, v: number) => boolean
  readonly degree: (u: number) => number
  /** whether a pair was flipped: an attack never flips a pair twice, so that its budget counts real changes */
  readonly wasFlipped: (u: number, v: number) => boolean
  /** removes the edge if it exists, adds it otherwise */
  readonly flip: (u: number, v: number) => void
  /** flat [2 m] pairs u < v, sorted */
  readonly edges: () => Uint32Array
  readonly added: () => Uint32Array
  readonly removed: () => Uint32Array
  readonly flips: () => number
}

export function edgeSet(nodes: number, edges: Uint32Array): EdgeSet {
  const neighbours = Array.from({length: nodes}, () => new Set<number>())
  for (let e = 0; e < edges.length; e += 2) {
    neighbours[edges[e]!]!.add(edges[e + 1]!)
    neighbours[edges[e + 1]!]!.add(edges[e]!)
  }
  // Node numbers stay below 2³², so u · nodes + v is exact for graphs of up to 9 · 10⁷ nodes.
  const flipped = new Set<number>()
  const key = (u: number, v: number) => (u < v ? u * nodes + v : v * nodes + u)
  const has = (u: number, v: number) => neighbours[u]!.has(v)
  const record = (wanted: boolean) => {
    const keys = Float64Array.from([...flipped].filter((k) => has(Math.floor(k / nodes), k % nodes) === wanted)).sort()
    return Uint32Array.from({length: 2 * keys.length}, (_, t) =>
      t % 2 === 0 ? Math.floor(keys[t >> 1]! / nodes) : keys[t >> 1]! % nodes,
    )
  }
  return {
    nodes,
    neighbours,
    has,
    degree: (u) => neighbours[u]!.size,
    wasFlipped: (u, v) => flipped.has(key(u, v)),
    flip(u, v) {
      if (has(u, v)) {
        neighbours[u]!.delete(v)
        neighbours[v]!.delete(u)
      } else {
        neighbours[u]!.add(v)
        neighbours[v]!.add(u)
      }
      flipped.add(key(u, v))
    },
    edges: () =>
      Uint32Array.from(
        neighbours.flatMap((near, u) =>
          [...near]
            .filter((v) => v > u)
            .sort((a, b) => a - b)
            .flatMap((v) => [u, v]),
        ),
      ),
    added: () => record(true),
    removed: () => record(false),
    flips: () => flipped.size,
  }
}

/** Symmetric adjacency matrix [nodes, nodes] without self loops of pairs [2 m]; values are the weights [m], or 1. */
export function adjacencyOf(nodes: number, pairs: Uint32Array, weights: Float64Array | null = null): Csr {
  const m = pairs.length / 2
  const rows = new Uint32Array(2 * m)
  const columns = new Uint32Array(2 * m)
  const values = new Float64Array(2 * m).fill(1)
  for (let e = 0; e < m; e++) {
    rows[e] = columns[m + e] = pairs[2 * e]!
    columns[e] = rows[m + e] = pairs[2 * e + 1]!
    if (weights !== null) values[e] = values[m + e] = weights[e]!
  }
  return csrFromTriplets(nodes, nodes, rows, columns, values)
}
