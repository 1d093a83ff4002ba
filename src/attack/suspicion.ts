import {type Graph} from '../graph/types.js'
import {choleskySolve, cholesky} from '../linalg/cholesky.js'
import {addRow, clearRow, rowDot, rowDotVector} from '../linalg/csr-products.js'
import type {Products} from '../linalg/products.js'
import {dense, type Csr, type Dense} from '../linalg/types.js'
import type {PairwiseEngine} from '../pairwise/engine.js'
import {aggregateFeatures, type Aggregation, aggregation} from '../sanitize/aggregate.js'
import {
  contextLikeness,
  neighbourOverlap,
  SELF,
  softDisagreement,
  weighByLikeness,
  type WeightedGraph,
} from '../sanitize/context.js'
import {kernelFeatures, profiles} from '../sanitize/features.js'
import {givenLabels, labelMatrix} from '../sanitize/labels.js'
import {pseudoLabels} from '../sanitize/pseudo-labels.js'
import type {Random} from '../stats/random.js'

/** Suspicion in [0, 1] of the edge that each node would form with u: [n]. */
export type Suspicion = (u: number) => Float32Array

/**
 * One voice of the defence: its value at every pair with u, and its values at the edges that are there. Higher = more
 * suspect.
 */
interface Voice {
  readonly weight: number
  readonly atEdges: Float64Array
  readonly withNode: (u: number) => Float64Array
}

/** Weights of the voices in the fused rank of sanitize; the label-free score has no cheap form and is left out. */
const WEIGHTS = {context: 4, disagreement: 2, overlap: 2, kc: 1}
const RIDGE = 10

/**
 * What the defence would say of an edge that is not there yet: the weighted mean, over the voices of its fused rank, of
 * the share of the true edges that are less suspect. 0 = fits better than every true edge.
 *
 * Precision  `exact` is an engine in fp64; rows are kept in fp32.
 * Cost       n² · nnz of a profile row once, for KC n² · d and n³ / 6 multiply–adds; n² · 4 bytes when every row was
 *            asked for, n · d · 8 for KC.
 * Throws     what givenLabels throws.
 * Source     docs/attack.md, "An attacker who knows the defence".
 */
export async function suspicionOf(
  graph: Graph,
  exact: PairwiseEngine,
  products: Products,
  random: Random,
): Promise<Suspicion> {
  const {nodes, edges} = graph
  const mixing = aggregation(nodes, edges, 'row', 1)
  const given = givenLabels(graph)
  const e = profiles(graph.features ?? mixing.neighbours, random)
  const likeness = weighByLikeness(nodes, edges, e)
  const {soft, labels} = await pseudoLabels(e, given, likeness, exact, products)
  const voices: Voice[] = [
    {
      weight: WEIGHTS.context,
      atEdges: contextLikeness(edges, e, likeness).map((x) => -x),
      withNode: contextWith(e, likeness),
    },
    {
      weight: WEIGHTS.disagreement,
      atEdges: softDisagreement(edges, soft),
      withNode: (u) => Float64Array.from({length: nodes}, (_, v) => 1 - rowDot(soft, u, soft, v)),
    },
    {
      weight: WEIGHTS.overlap,
      atEdges: neighbourOverlap(edges, mixing).map((x) => -x),
      withNode: (u) => overlapWith(mixing, u),
    },
    await complexityVoice(graph, mixing, labels, given.classes, exact, products),
  ]
  const sorted = voices.map(({atEdges}) => atEdges.slice().sort())
  const total = voices.reduce((sum, {weight}) => sum + weight, 0)
  const rows: (Float32Array | undefined)[] = []
  return (u) =>
    (rows[u] ??= voices.reduce((row, voice, k) => {
      const values = voice.withNode(u)
      for (let v = 0; v < nodes; v++) row[v]! += (voice.weight * shareBelow(sorted[k]!, values[v]!)) / total
      return row
    }, new Float32Array(nodes)))
}

/** Share of the sorted values below x, equal ones counted half. */
export function shareBelow(sorted: Float64Array, x: number): number {
  const place = (after: (value: number) => boolean) => {
    let low = 0
    let high = sorted.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (after(sorted[middle]!)) high = middle
      else low = middle + 1
    }
    return low
  }
  return (place((value) => value >= x) + place((value) => value > x)) / (2 * sorted.length)
}

/** −(e_u · m_v + e_v · m_u), m_v the mean profile around v as contextLikeness has it for an edge that is not there. */
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
      return -(towards / total[v]! + rowDotVector(e, v, around) / total[u]!)
    })
    for (let t = indptr[u]!; t < indptr[u + 1]!; t++) clearRow(e, indices[t]!, around)
    clearRow(e, u, around)
    clearRow(e, u, own)
    return out
  }
}

/** −|N(u) ∩ N(v)| / |N(u) ∪ N(v)|. */
export function overlapWith({neighbours: {indptr, indices}, degrees, nodes}: Aggregation, u: number): Float64Array {
  const out = new Float64Array(nodes)
  for (let t = indptr[u]!; t < indptr[u + 1]!; t++) {
    const j = indices[t]!
    for (let s = indptr[j]!; s < indptr[j + 1]!; s++) out[indices[s]!]!--
  }
  for (let v = 0; v < nodes; v++) if (out[v] !== 0) out[v]! /= degrees[u]! + degrees[v]! + out[v]!
  return out
}

/**
 * KC to first order: the rise of GKC² when {u, v} joins, g_u·x_v/(d_u + 1) + g_v·x_u/(d_v + 1) with d the degrees and
 * self loops before; of an edge that is there the same with its own degrees.
 */
async function complexityVoice(
  graph: Graph,
  mixing: Aggregation,
  labels: Int32Array,
  classes: number,
  exact: PairwiseEngine,
  products: Products,
): Promise<Voice> {
  const {nodes, edges} = graph
  const features = kernelFeatures(graph)
  const {unit, norms} = aggregateFeatures(mixing.matrix, features)
  const all = Uint32Array.from({length: nodes}, (_, i) => i)
  const alpha = await choleskySolve(
    await cholesky(await exact.kernelBlock(unit, unit), products, RIDGE),
    labelMatrix(labels, all, classes, 'centred'),
    products,
  )
  const gradient: Dense = dense(nodes, features.cols)
  await exact.kernelGradient(unit, unit, alpha, alpha, (first, block) => {
    for (let row = 0; row < block.rows; row++) {
      const i = first + row
      if (norms[i] === 0) continue
      const tangent = gradient.data.subarray(i * features.cols, (i + 1) * features.cols)
      tangent.set(block.data.subarray(row * block.cols, (row + 1) * block.cols))
      addRow(unit, i, -rowDotVector(unit, i, tangent), tangent)
      for (let t = 0; t < tangent.length; t++) tangent[t]! *= -4 / (nodes * norms[i]!)
    }
  })
  const along = (u: number, v: number) => rowDotVector(features, v, gradient.data, u * features.cols)
  const {degrees} = mixing
  return {
    weight: WEIGHTS.kc,
    atEdges: Float64Array.from({length: edges.length / 2}, (_, k) => {
      const [u, v] = [edges[2 * k]!, edges[2 * k + 1]!]
      return along(u, v) / degrees[u]! + along(v, u) / degrees[v]!
    }),
    withNode: (u) =>
      Float64Array.from({length: nodes}, (_, v) => along(u, v) / (degrees[u]! + 2) + along(v, u) / (degrees[v]! + 2)),
  }
}
