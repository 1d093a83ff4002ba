import {addRow, clearRow, rowDot, rowDotVector} from '../linalg/csr-products.js'
import type {Csr} from '../linalg/types.js'
import type {Aggregation} from './aggregate.js'
import {SELF} from './context.js'
import type {LikenessSource, PairValues} from './likeness.js'

/** Mean profiles of neighbourhoods are kept up to so many values. */
const MOST_KEPT = 2 ** 25

/** Σ_j w_vj e_j + .3 e_v around every node; null: there are too many values to keep them. */
export interface Neighbourhoods {
  readonly around: Csr | null
  /** [n] Σ_j w_vj + .3 */
  readonly total: Float64Array
}

/** The neighbourhoods of a source, for any number of pairs. Cost: for each edge, twice, the values of a profile. */
export function neighbourhoods({profiles: e, graph: {weights}}: LikenessSource): Neighbourhoods {
  const {indptr, indices, values} = weights
  const total = Float64Array.from({length: e.rows}, (_, v) =>
    values.subarray(indptr[v], indptr[v + 1]).reduce((sum, w) => sum + w, SELF),
  )
  let most = 0
  for (let v = 0; v < e.rows; v++) {
    let stored = e.indptr[v + 1]! - e.indptr[v]!
    for (let t = indptr[v]!; t < indptr[v + 1]!; t++) stored += e.indptr[indices[t]! + 1]! - e.indptr[indices[t]!]!
    most += Math.min(e.cols, stored)
  }
  if (most > MOST_KEPT) return {around: null, total}
  const out = {indptr: new Uint32Array(e.rows + 1), indices: new Uint32Array(most), values: new Float64Array(most)}
  const sum = new Float64Array(e.cols)
  const isSeen = new Uint8Array(e.cols)
  let filled = 0
  const add = (row: number) => {
    for (let t = e.indptr[row]!; t < e.indptr[row + 1]!; t++) {
      const column = e.indices[t]!
      if (isSeen[column] === 1) continue
      isSeen[column] = 1
      out.indices[filled++] = column
    }
  }
  for (let v = 0; v < e.rows; v++) {
    const from = filled
    for (let t = indptr[v]!; t < indptr[v + 1]!; t++) {
      addRow(e, indices[t]!, values[t]!, sum)
      add(indices[t]!)
    }
    addRow(e, v, SELF, sum)
    add(v)
    for (let t = from; t < filled; t++) {
      const column = out.indices[t]!
      out.values[t] = sum[column]!
      sum[column] = isSeen[column] = 0
    }
    out.indptr[v + 1] = filled
  }
  return {
    around: {
      rows: e.rows,
      cols: e.cols,
      ...out,
      indices: out.indices.slice(0, filled),
      values: out.values.slice(0, filled),
    },
    total,
  }
}

/**
 * What the likeness of their ends says of pairs that are not edges, as it would be once they are.
 *
 * Formula    context t(u → v) + t(v → u) over all neighbours of v and of u; 1 − Σ_cd p_uc A_cd p_vd; cosine of profiles;
 *            |N(u) ∩ N(v)| / |N(u) ∪ N(v)|.
 * Shapes     pairs [2 k], none an edge → [k] each.
 * Cost       for each node among the ends, once a side, the values of its neighbourhood; three inner products with a
 *            sparse row, one of classes and a merge of two lists of neighbours for each pair.
 * Precision  fp64.
 */
export function candidateValues(
  pairs: Uint32Array,
  source: LikenessSource,
  mixing: Aggregation,
  kept: Neighbourhoods = neighbourhoods(source),
): PairValues {
  const k = pairs.length / 2
  const {soft, affine} = source
  const out = {
    context: new Float64Array(k),
    disagreement: new Float64Array(k),
    cosine: new Float64Array(k),
    overlap: new Float64Array(k),
  }
  addTowards(pairs, 0, source, kept, out.context, null)
  addTowards(pairs, 1, source, kept, out.context, out.cosine)
  for (let t = 0; t < k; t++) {
    const [u, v] = [pairs[2 * t]!, pairs[2 * t + 1]!]
    out.disagreement[t] = 1 - rowDot(affine, u, soft, v)
    out.overlap[t] = sharedNeighbours(mixing, u, v)
  }
  return out
}

/** Adds t(u → v), v the end on `side`, to each pair, and e_u · e_v where asked: pairs with the same v share what is around it. */
function addTowards(
  pairs: Uint32Array,
  side: 0 | 1,
  {profiles: e, graph: {weights}}: LikenessSource,
  {around, total}: Neighbourhoods,
  context: Float64Array,
  cosine: Float64Array | null,
): void {
  const order = byNode(pairs, side, e)
  const near = new Float64Array(e.cols)
  const own = new Float64Array(cosine === null ? 0 : e.cols)
  for (let from = 0; from < order.length; ) {
    const v = pairs[2 * order[from]! + side]!
    if (around !== null) addRow(around, v, 1, near)
    else {
      for (let t = weights.indptr[v]!; t < weights.indptr[v + 1]!; t++)
        addRow(e, weights.indices[t]!, weights.values[t]!, near)
      addRow(e, v, SELF, near)
    }
    if (cosine !== null) addRow(e, v, 1, own)
    for (; from < order.length && pairs[2 * order[from]! + side] === v; from++) {
      const t = order[from]!
      const u = pairs[2 * t + 1 - side]!
      context[t]! += rowDotVector(e, u, near) / total[v]!
      if (cosine !== null) cosine[t] = rowDotVector(e, u, own)
    }
    if (around !== null) clearRow(around, v, near)
    else {
      for (let t = weights.indptr[v]!; t < weights.indptr[v + 1]!; t++) clearRow(e, weights.indices[t]!, near)
      clearRow(e, v, near)
    }
    if (cosine !== null) clearRow(e, v, own)
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
