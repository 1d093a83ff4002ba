import type {Random} from '../stats/random.js'
import {rowsOf, subtract} from './blocks.js'
import {factorAndInvert} from './cholesky.js'
import {type Products, transpose} from './products.js'
import {dense, type Dense} from './types.js'

/** A positive semi-definite matrix known by its diagonal and, on demand, by whole columns. */
export interface ColumnAccess {
  /** [n] */
  readonly diagonal: Float64Array
  /** [n, which.length] */
  readonly columns: (which: Uint32Array) => Promise<Dense>
}

/** Candidates drawn together: one product with all earlier columns serves them all. */
const DRAWN = 128
/** A pivot below this share of the largest diagonal value adds rounding, not information. */
const NEGLIGIBLE = 1e-8

/**
 * Columns from which a positive semi-definite matrix K is rebuilt best: K ≈ C W⁻¹ Cᵀ, C = K[:, chosen], W = K[chosen,
 * chosen]. Each is drawn with a probability proportional to what the earlier ones leave of its diagonal value.
 *
 * Shapes     K [n, n] → at most `count` different numbers, ascending; fewer where they rebuild K already.
 * Precision  fp64. Expected trace error of rank r within (1 + ε) of the best rank-k one for r ≳ k/ε + k log(1/ε η)
 *            [Theorem 3.1 of the source].
 * Cost       n · count columns' values, n · count² multiply–adds, n · count · 8 bytes.
 * Empty      K = 0 or count = 0 → none.
 * Source     Chen, Epperly, Tropp & Webber, "Randomly pivoted Cholesky", CPAM 2025; drawn in blocks with rejection as
 *            in Epperly, Tropp & Webber 2024, which leaves the distribution as it is. Deviation:
 *            a number drawn twice in a block is tried once.
 */
export async function chooseColumns(
  {diagonal, columns}: ColumnAccess,
  count: number,
  random: Random,
  products: Products,
): Promise<Uint32Array> {
  const n = diagonal.length
  const left = diagonal.slice()
  const negligible = NEGLIGIBLE * left.reduce((max, x) => Math.max(max, x), 0)
  // Factors and what is left of columns have a row for each column of K: those so far are then one block of a product.
  const factors = dense(count, n)
  const drawnAtOnce = Math.min(DRAWN, count)
  const [turned, explained] = [new Float64Array(drawnAtOnce * n), new Float64Array(drawnAtOnce * n)]
  const chosen: number[] = []
  while (chosen.length < count && left.some((x) => x > negligible)) {
    const drawn = drawDistinct(left, drawnAtOnce, random)
    const k = drawn.length
    const rest = transpose(await columns(drawn), undefined, turned.subarray(0, k * n))
    if (chosen.length > 0) {
      const earlier = rowsOf(factors, 0, chosen.length)
      subtract(
        rest,
        await products.multiply(transpose(columnsAt(earlier, drawn)), earlier, explained.subarray(0, k * n)),
      )
    }
    const {accepted, gram} = pivots(columnsAt(rest, drawn), left, drawn, negligible, count - chosen.length, random)
    if (accepted.length === 0) {
      // Rounding used up the weights the candidates were drawn with: they have just been rebuilt.
      for (const i of drawn) left[i] = 0
      continue
    }
    const {inverse} = await factorAndInvert(gram, chosen.length, products)
    const added = rowsOf(factors, chosen.length, chosen.length + accepted.length)
    await products.multiply(inverse, firstRows(rest, accepted), added.data)
    for (let c = 0, at = 0; c < added.rows; c++) for (let i = 0; i < n; i++, at++) left[i]! -= added.data[at]! ** 2
    for (let i = 0; i < n; i++) left[i] = Math.max(0, left[i]!)
    for (const c of accepted) {
      chosen.push(drawn[c]!)
      left[drawn[c]!] = 0
    }
  }
  return Uint32Array.from(chosen).sort()
}

/**
 * Different places, each drawn with a probability proportional to its weight; fewer than `count` where few weights are
 * positive.
 */
function drawDistinct(weights: Float64Array, count: number, random: Random): Uint32Array {
  const sums = new Float64Array(weights.length)
  let total = 0
  for (let i = 0; i < weights.length; i++) sums[i] = total += weights[i]!
  const drawn = new Set<number>()
  for (let t = 0; t < count; t++) {
    const at = random.uniform() * total
    let low = 0
    let high = weights.length - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if (sums[middle]! > at) high = middle
      else low = middle + 1
    }
    if (weights[low]! > 0) drawn.add(low)
  }
  return Uint32Array.from(drawn)
}

/**
 * Goes through the drawn candidates in order, as if each had been drawn alone: one is accepted with the probability
 * that what the accepted ones leave of its diagonal value bears to what it was drawn with.
 *
 * Shapes     g [k, k], what is left of the candidates' rows and columns → accepted places, and g restricted to them.
 */
function pivots(
  g: Dense,
  left: Float64Array,
  drawn: Uint32Array,
  negligible: number,
  most: number,
  random: Random,
): {accepted: number[]; gram: Dense} {
  const k = g.rows
  const rest = g.data.slice()
  const accepted: number[] = []
  for (let c = 0; c < k && accepted.length < most; c++) {
    const pivot = rest[c * k + c]!
    if (!(pivot > negligible) || random.uniform() * left[drawn[c]!]! > pivot) continue
    accepted.push(c)
    const column = Float64Array.from({length: k}, (_, i) => rest[i * k + c]! / Math.sqrt(pivot))
    for (let i = c; i < k; i++) for (let j = c; j < k; j++) rest[i * k + j]! -= column[i]! * column[j]!
  }
  const gram = dense(accepted.length, accepted.length)
  accepted.forEach((i, a) => accepted.forEach((j, b) => (gram.data[a * accepted.length + b] = g.data[i * k + j]!)))
  return {accepted, gram}
}

/** The chosen rows, ascending, moved to the front. */
function firstRows(m: Dense, rows: readonly number[]): Dense {
  for (const [r, row] of rows.entries()) m.data.copyWithin(r * m.cols, row * m.cols, (row + 1) * m.cols)
  return rowsOf(m, 0, rows.length)
}

function columnsAt(m: Dense, columns: ArrayLike<number>): Dense {
  const out = dense(m.rows, columns.length)
  for (let i = 0, at = 0; i < m.rows; i++)
    for (let c = 0; c < columns.length; c++, at++) out.data[at] = m.data[i * m.cols + columns[c]!]!
  return out
}
