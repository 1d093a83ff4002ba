import {csrFromTriplets, normaliseRows} from '../linalg/csr.js'
import {aggregateRows} from '../linalg/csr-products.js'
import {multiplyCsr} from '../linalg/sparse-product.js'
import type {Csr, Matrix} from '../linalg/types.js'

export type Norm = 'row' | 'sym'

/** How a graph mixes the features of neighbours: P = Âʰ with the pattern it comes from. */
export interface Aggregation {
  readonly nodes: number
  readonly norm: Norm
  readonly hops: 1 | 2
  /** [n, n] ones at the neighbours of each node, without the self loop */
  readonly neighbours: Csr
  /** [n] without the self loop */
  readonly degrees: Uint32Array
  /** [n, n] Âʰ; the pattern of a row holds every node whose features reach it */
  readonly matrix: Csr
}

/** A row of Âʰ: columns ascending. */
export interface AggregationRow {
  row: number
  columns: ArrayLike<number>
  values: ArrayLike<number>
}

/**
 * Âʰ of a graph: Â = D̃⁻¹Ã (`row`) or D̃^-½ÃD̃^-½ (`sym`), Ã = A + I.
 *
 * Shapes     edges [2 m], u < v, no duplicates → [nodes, nodes].
 * Cost       O(m), for two hops Σ degree².
 * Empty      no edges → the identity.
 * Source     Kipf & Welling 2017, eq. 2. Deviation: none.
 */
export function aggregation(nodes: number, edges: Uint32Array, norm: Norm, hops: 1 | 2): Aggregation {
  const m = edges.length / 2
  const from = new Uint32Array(2 * m)
  const to = new Uint32Array(2 * m)
  const degrees = new Uint32Array(nodes)
  for (let e = 0; e < m; e++) {
    const u = edges[2 * e]!
    const v = edges[2 * e + 1]!
    from[e] = to[m + e] = u
    to[e] = from[m + e] = v
    degrees[u]!++
    degrees[v]!++
  }
  const neighbours = csrFromTriplets(nodes, nodes, from, to, new Float64Array(2 * m).fill(1))
  const loops = Uint32Array.from({length: nodes}, (_, i) => i)
  const rows = concat(from, loops)
  const columns = concat(to, loops)
  const values = Float64Array.from(rows, (i, t) => weight(norm, degrees[i]!, degrees[columns[t]!]!))
  const one = csrFromTriplets(nodes, nodes, rows, columns, values)
  return {nodes, norm, hops, neighbours, degrees, matrix: hops === 1 ? one : multiplyCsr(one, one)}
}

function concat(a: Uint32Array, b: Uint32Array): Uint32Array {
  const out = new Uint32Array(a.length + b.length)
  out.set(a)
  out.set(b, a.length)
  return out
}

const weight = (norm: Norm, degreeRow: number, degreeColumn: number) =>
  norm === 'row' ? 1 / (degreeRow + 1) : 1 / Math.sqrt((degreeRow + 1) * (degreeColumn + 1))

/** Aggregated features x̃ = Âʰ X, and their unit rows x̂ (a zero row stays zero). */
export interface Aggregated<M extends Matrix = Matrix> {
  readonly raw: M
  readonly unit: M
  /** [n] ‖x̃‖ */
  readonly norms: Float64Array
}

export function aggregateFeatures(matrix: Csr, features: Matrix): Aggregated {
  const raw = aggregateRows(matrix, features)
  return {raw, ...normaliseRows(raw)}
}

/**
 * The rows of Âʰ that the removal of the edge {u, v} changes, as they are afterwards (degrees recomputed).
 *
 * Returns    rows ascending. `row`, one hop: u and v. `sym`: their neighbours too, whose weights hold the degrees of u
 *            and v. Two hops: also everything one step from those.
 * Cost       the sum of the lengths of the rows returned (two hops: of the rows they mix).
 */
export function rowsAfterRemoval(a: Aggregation, u: number, v: number): AggregationRow[] {
  const oneHop = new Map<number, AggregationRow>()
  const rowOf = (i: number) => {
    let row = oneHop.get(i)
    if (row === undefined) oneHop.set(i, (row = oneHopRow(a, i, u, v)))
    return row
  }
  return changedRows(a, u, v).map((i) => (a.hops === 1 ? rowOf(i) : mix(i, rowOf)))
}

/** The numbers of the rows of Âʰ that the removal of {u, v} changes, ascending. */
export function changedRows(a: Aggregation, u: number, v: number): number[] {
  const changed = new Set([u, v])
  if (a.norm === 'sym') for (const i of [u, v]) forNeighbours(a, i, (j) => changed.add(j))
  if (a.hops === 2) for (const i of [...changed]) forNeighbours(a, i, (j) => changed.add(j))
  return [...changed].sort((i, j) => i - j)
}

function forNeighbours(a: Aggregation, i: number, visit: (j: number) => void): void {
  for (let t = a.neighbours.indptr[i]!; t < a.neighbours.indptr[i + 1]!; t++) visit(a.neighbours.indices[t]!)
}

function oneHopRow(a: Aggregation, i: number, u: number, v: number): AggregationRow {
  const degree = (k: number) => a.degrees[k]! - (k === u || k === v ? 1 : 0)
  const columns: number[] = []
  const values: number[] = []
  const add = (j: number) => {
    columns.push(j)
    values.push(weight(a.norm, degree(i), degree(j)))
  }
  let selfDone = false
  forNeighbours(a, i, (j) => {
    if ((i === u && j === v) || (i === v && j === u)) return
    if (!selfDone && j > i) {
      add(i)
      selfDone = true
    }
    add(j)
  })
  if (!selfDone) add(i)
  return {row: i, columns, values}
}

function mix(i: number, rowOf: (k: number) => AggregationRow): AggregationRow {
  const first = rowOf(i)
  const sums = new Map<number, number>()
  for (let s = 0; s < first.columns.length; s++) {
    const second = rowOf(first.columns[s]!)
    for (let t = 0; t < second.columns.length; t++) {
      const j = second.columns[t]!
      sums.set(j, (sums.get(j) ?? 0) + first.values[s]! * second.values[t]!)
    }
  }
  const columns = [...sums.keys()].sort((p, q) => p - q)
  return {row: i, columns, values: columns.map((j) => sums.get(j)!)}
}
