import {Matrix as SmallMatrix, solve} from 'ml-matrix'
import {addRow, rowDotVector} from '../linalg/csr-products.js'
import type {Products} from '../linalg/products.js'
import type {Dense, Matrix} from '../linalg/types.js'
import {kappa} from '../pairwise/arc-cosine.js'
import {type Aggregation, type AggregationRow, rowsAfterRemoval} from './aggregate.js'
import type {KernelGram, SolvedComplexity} from './complexity.js'

/** Rows of changed kernels gathered before one product with the inverse. */
const BATCH_ROWS = 512

/** What the removal of one edge does to the kernel: E = I_R F + Fᵀ I_Rᵀ. */
interface KernelChange {
  /** place in the list of edges asked for */
  item: number
  /** places in the node set */
  places: number[]
  /** F: one row of length s for each place */
  rows: Float64Array[]
}

/** A graph whose kernel is solved, with the inverse of H + λI. */
export interface SolvedGram {
  readonly gram: KernelGram
  /** H, [s, s] */
  readonly kernel: Dense
  /** [s, s] */
  readonly inverse: Dense
  readonly solved: SolvedComplexity
  readonly features: Matrix
  readonly graph: Aggregation
  /** [2 m] */
  readonly edges: Uint32Array
}

/**
 * KC(e) = GKC(G) − GKC(G∖e) by exact removal: degrees, rows and kernel of the graph without the edge, the solve by a
 * low-rank update.
 *
 * Formula    H′ = H + E, E = P Q Pᵀ with P = [I_R, Fᵀ], Q = [[0, I], [I, 0]], F = D − ½ D_RR I_Rᵀ, D the change of the
 *            rows R. Woodbury: Σ yᵀ(H′+λ)⁻¹y = Σ yᵀα − Σ bᵀ(Q + PᵀK⁻¹P)⁻¹b, b = Pᵀα, K = H + λI. An edge whose changed
 *            rows lie outside the node set has KC exactly 0.
 * Shapes     `which` numbers of edges → [which.length].
 * Precision  fp64; absolute error about condition(K) · 2⁻⁵³ · GKC.
 * Cost       besides the inverse of H + λI [s, s], for each edge |R| · (degree + s) · s, batched into matrix products.
 * Source     Woodbury 1950; docs/math-sanitize.md, "Exact removal". Deviation: none.
 */
export async function exactRemoval(
  {gram, kernel, inverse, solved, features, graph, edges}: SolvedGram,
  which: ArrayLike<number>,
  products: Products,
): Promise<Float64Array> {
  const s = gram.nodeSet.length
  const out = new Float64Array(which.length)
  let pending: KernelChange[] = []
  let rows = 0
  const flush = async () => {
    const stacked = new Float64Array(rows * s)
    pending.flatMap((change) => change.rows).forEach((row, r) => stacked.set(row, r * s))
    const timesInverse = (await products.multiply({rows, cols: s, data: stacked}, inverse)).data
    let first = 0
    for (const change of pending) {
      const last = first + change.places.length
      out[change.item] =
        solved.gkc - updatedComplexity(change, timesInverse.subarray(first * s, last * s), inverse, solved)
      first = last
    }
    pending = []
    rows = 0
  }
  for (let t = 0; t < which.length; t++) {
    const e = which[t]!
    const changed = rowsAfterRemoval(graph, edges[2 * e]!, edges[2 * e + 1]!).filter(
      (row) => gram.position[row.row]! >= 0,
    )
    if (changed.length === 0) continue
    pending.push(kernelChange(t, changed, gram, kernel, features))
    rows += changed.length
    if (rows >= BATCH_ROWS) await flush()
  }
  await flush()
  return out
}

/** The changed rows of H, as F of the update. */
function kernelChange(
  item: number,
  changed: AggregationRow[],
  gram: KernelGram,
  kernel: Dense,
  features: Matrix,
): KernelChange {
  const s = gram.nodeSet.length
  const places = changed.map((row) => gram.position[row.row]!)
  const sums = changed.map((row) => {
    const sum = new Float64Array(features.cols)
    for (let t = 0; t < row.columns.length; t++) addRow(features, row.columns[t]!, row.values[t]!, sum)
    return sum
  })
  const norms = sums.map((sum) => Math.sqrt(sum.reduce((total, x) => total + x * x, 0)))
  const inverseNorm = (q: number) => (norms[q]! > 0 ? 1 / norms[q]! : 0)
  const rows = changed.map((row, q) => {
    const cosine = new Float64Array(s)
    for (let t = 0; t < row.columns.length; t++) {
      const from = row.columns[t]! * s
      const x = row.values[t]! * inverseNorm(q)
      for (let j = 0; j < s; j++) cosine[j]! += x * gram.cross.data[from + j]!
    }
    const change = cosine.map((c, j) => kappa(c) - kernel.data[places[q]! * s + j]!)
    changed.forEach((other, p) => {
      let value = norms[q]! > 0 ? 0.5 : 0
      if (p !== q) {
        let inner = 0
        for (let t = 0; t < other.columns.length; t++)
          inner += other.values[t]! * rowDotVector(features, other.columns[t]!, sums[q]!)
        value = kappa(inner * inverseNorm(q) * inverseNorm(p))
      }
      // F = D − ½ D_RR: the pairs inside R appear in both terms of E.
      change[places[p]!] = (value - kernel.data[places[q]! * s + places[p]!]!) / 2
    })
    return change
  })
  return {item, places, rows}
}

function updatedComplexity(
  change: KernelChange,
  rowsTimesInverse: Float64Array,
  inverse: Dense,
  solved: SolvedComplexity,
): number {
  const {places, rows} = change
  const s = inverse.rows
  const r = places.length
  const classes = solved.alpha.cols
  const middle = new SmallMatrix(2 * r, 2 * r)
  const b = new SmallMatrix(2 * r, classes)
  for (let p = 0; p < r; p++) {
    for (let q = 0; q < r; q++) {
      middle.set(p, q, inverse.data[places[p]! * s + places[q]!]!)
      const half = rowsTimesInverse[q * s + places[p]!]! + (p === q ? 1 : 0)
      middle.set(p, r + q, half)
      middle.set(r + q, p, half)
      let sum = 0
      for (let j = 0; j < s; j++) sum += rowsTimesInverse[p * s + j]! * rows[q]![j]!
      middle.set(r + p, r + q, sum)
    }
    for (let c = 0; c < classes; c++) {
      b.set(p, c, solved.alpha.data[places[p]! * classes + c]!)
      let sum = 0
      for (let j = 0; j < s; j++) sum += rows[p]![j]! * solved.alpha.data[j * classes + c]!
      b.set(r + p, c, sum)
    }
  }
  const x = solve(middle, b)
  let lost = 0
  for (let p = 0; p < 2 * r; p++) for (let c = 0; c < classes; c++) lost += b.get(p, c) * x.get(p, c)
  return Math.sqrt(solved.gkc ** 2 - (2 / s) * lost)
}
