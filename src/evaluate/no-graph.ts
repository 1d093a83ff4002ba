import {csrFromDense, normaliseRows, transposeCsr} from '../linalg/csr.js'
import {innerProductsOfRows} from '../linalg/csr-products.js'
import {isCsr, type Matrix} from '../linalg/types.js'

/** Neighbours of a node in the graph that takes the place of the given one. */
export const NEIGHBOURS = 10
const BLOCK = 128

/**
 * A graph made of the features alone: every node joined to the ten most alike. A defence below it is worse than to
 * leave the given graph away.
 *
 * Formula    largest cosines of the feature rows; an edge where either end names the other.
 * Shapes     features [n, d] → edges [2 m], u < v, sorted.
 * Ties       the smaller node.   Cost  n² inner products in blocks of 128 rows.
 * Empty      fewer than two nodes → no edge; a zero row names nobody.
 * Source     the kNN-GCN control of Franceschi et al. 2019. Deviation: none.
 */
export function nearestNeighbours(features: Matrix): Uint32Array {
  const {unit} = normaliseRows(isCsr(features) ? features : csrFromDense(features))
  const n = unit.rows
  const transposed = transposeCsr(unit)
  const keys = new Set<number>()
  for (let from = 0; from < n; from += BLOCK) {
    const to = Math.min(n, from + BLOCK)
    const {data} = innerProductsOfRows(unit, transposed, from, to)
    for (let u = from; u < to; u++)
      for (const v of largest(data.subarray((u - from) * n, (u - from + 1) * n), u))
        keys.add(Math.min(u, v) * n + Math.max(u, v))
  }
  const sorted = Float64Array.from(keys).sort()
  return Uint32Array.from({length: 2 * sorted.length}, (_, t) =>
    t % 2 === 0 ? Math.floor(sorted[t >> 1]! / n) : sorted[t >> 1]! % n,
  )
}

/** The nodes of the ten largest positive values but u itself. */
function largest(row: Float64Array, u: number): number[] {
  const nodes: number[] = []
  for (let v = 0; v < row.length; v++) {
    if (v === u || !(row[v]! > (nodes.length < NEIGHBOURS ? 0 : row[nodes.at(-1)!]!))) continue
    let place = nodes.length
    while (place > 0 && row[nodes[place - 1]!]! < row[v]!) place--
    nodes.splice(place, 0, v)
    nodes.length = Math.min(NEIGHBOURS, nodes.length)
  }
  return nodes
}
