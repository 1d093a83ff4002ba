import {addRow, clearRow, rowDotVector} from '../linalg/csr-products.js'
import type {Csr} from '../linalg/types.js'
import type {Aggregation} from './aggregate.js'
import {SELF, type WeightedGraph} from './context.js'

/**
 * Context likeness of the pairs of a node with every node, as contextLikeness has it once they are edges.
 *
 * Formula    e_u · m_v + e_v · m_u, m_v the mean profile around v, its own counted .3.
 * Shapes     e [n, d] unit rows → for u [n], higher = more alike.
 * Cost       n · nnz of a profile row, and the edges, for each u.
 */
export function contextWith(e: Csr, {weights}: WeightedGraph): (u: number) => Float64Array {
  const {indptr, indices, values} = weights
  const own = new Float64Array(e.cols)
  const around = new Float64Array(e.cols)
  const total = Float64Array.from({length: e.rows}, (_, v) =>
    values.subarray(indptr[v], indptr[v + 1]).reduce((sum, w) => sum + w, SELF),
  )
  return (u) => {
    addRow(e, u, 1, own)
    addRow(e, u, SELF, around)
    for (let t = indptr[u]!; t < indptr[u + 1]!; t++) addRow(e, indices[t]!, values[t]!, around)
    const alike = Float64Array.from({length: e.rows}, (_, v) => rowDotVector(e, v, own))
    const out = Float64Array.from({length: e.rows}, (_, v) => {
      let towards = SELF * alike[v]!
      for (let t = indptr[v]!; t < indptr[v + 1]!; t++) towards += values[t]! * alike[indices[t]!]!
      return towards / total[v]! + rowDotVector(e, v, around) / total[u]!
    })
    for (let t = indptr[u]!; t < indptr[u + 1]!; t++) clearRow(e, indices[t]!, around)
    clearRow(e, u, around)
    clearRow(e, u, own)
    return out
  }
}

/** |N(u) ∩ N(v)| / |N(u) ∪ N(v)| of the pairs of a node with every node: [n]. */
export function overlapWith({neighbours: {indptr, indices}, degrees, nodes}: Aggregation, u: number): Float64Array {
  const out = new Float64Array(nodes)
  for (let t = indptr[u]!; t < indptr[u + 1]!; t++) {
    const j = indices[t]!
    for (let s = indptr[j]!; s < indptr[j + 1]!; s++) out[indices[s]!]!++
  }
  for (let v = 0; v < nodes; v++) if (out[v] !== 0) out[v]! /= degrees[u]! + degrees[v]! - out[v]!
  return out
}
