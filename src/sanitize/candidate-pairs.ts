import {addRow, clearRow, rowDot, rowDotVector} from '../linalg/csr-products.js'
import type {Csr} from '../linalg/types.js'
import type {Aggregation} from './aggregate.js'
import {SELF} from './context.js'
import type {LikenessSource, PairValues} from './likeness.js'

/**
 * What the likeness of their ends says of pairs that are not edges, as it would be once they are.
 *
 * Formula    context t(u → v) + t(v → u) over all neighbours of v and of u; 1 − Σ_cd p_uc A_cd p_vd; cosine of profiles;
 *            |N(u) ∩ N(v)| / |N(u) ∪ N(v)|.
 * Shapes     pairs [2 k], none an edge → [k] each.
 * Cost       for each node among the ends, once a side, its neighbours' profiles; two sparse inner products, one of
 *            classes and a merge of two lists of neighbours for each pair.
 * Precision  fp64.
 */
export function candidateValues(pairs: Uint32Array, source: LikenessSource, mixing: Aggregation): PairValues {
  const k = pairs.length / 2
  const {profiles: e, soft, affine} = source
  const context = new Float64Array(k)
  addTowards(pairs, 0, source, context)
  addTowards(pairs, 1, source, context)
  const each = (of: (u: number, v: number) => number) => {
    const out = new Float64Array(k)
    for (let t = 0; t < k; t++) out[t] = of(pairs[2 * t]!, pairs[2 * t + 1]!)
    return out
  }
  return {
    context,
    disagreement: each((u, v) => 1 - rowDot(affine, u, soft, v)),
    cosine: each((u, v) => rowDot(e, u, e, v)),
    overlap: each((u, v) => sharedNeighbours(mixing, u, v)),
  }
}

/** Adds t(u → v), v the end on `side`, to each pair: pairs with the same v share the mean around it. */
function addTowards(pairs: Uint32Array, side: 0 | 1, {profiles: e, graph}: LikenessSource, out: Float64Array): void {
  const {indptr, indices, values} = graph.weights
  const order = byNode(pairs, side, e)
  const around = new Float64Array(e.cols)
  for (let from = 0; from < order.length; ) {
    const v = pairs[2 * order[from]! + side]!
    let total = SELF
    for (let t = indptr[v]!; t < indptr[v + 1]!; t++) {
      addRow(e, indices[t]!, values[t]!, around)
      total += values[t]!
    }
    addRow(e, v, SELF, around)
    for (; from < order.length && pairs[2 * order[from]! + side] === v; from++) {
      const t = order[from]!
      out[t]! += rowDotVector(e, pairs[2 * t + 1 - side]!, around) / total
    }
    for (let t = indptr[v]!; t < indptr[v + 1]!; t++) clearRow(e, indices[t]!, around)
    clearRow(e, v, around)
  }
}

/** Numbers of the pairs, those with the same node on `side` together. */
function byNode(pairs: Uint32Array, side: 0 | 1, {rows}: Csr): Uint32Array {
  const next = new Uint32Array(rows + 1)
  for (let t = side; t < pairs.length; t += 2) next[pairs[t]! + 1]!++
  for (let i = 0; i < rows; i++) next[i + 1]! += next[i]!
  const out = new Uint32Array(pairs.length / 2)
  for (let t = 0; t < out.length; t++) out[next[pairs[2 * t + side]!]!++] = t
  return out
}

/** 0 where both have no neighbour. */
function sharedNeighbours({neighbours: {indptr, indices}, degrees}: Aggregation, u: number, v: number): number {
  let [s, t] = [indptr[u]!, indptr[v]!]
  let common = 0
  while (s < indptr[u + 1]! && t < indptr[v + 1]!) {
    if (indices[s] === indices[t]) {
      common++
      s++
      t++
    } else if (indices[s]! < indices[t]!) s++
    else t++
  }
  const union = degrees[u]! + degrees[v]! - common
  return union > 0 ? common / union : 0
}
