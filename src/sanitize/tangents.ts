import {addRow, rowDotVector} from '../linalg/csr-products.js'
import type {Dense, Matrix} from '../linalg/types.js'
import type {PairwiseEngine} from '../pairwise/engine.js'
import {type GradientRows, type PatternGradient, patternStarts} from './first-order.js'

/** What turns tangents into gradients. */
type PatternRows = Omit<GradientRows, 'aggregated'>

/** What the engine passes over: left · rightᵀ are the pair weights of `rows` and `others`. */
export interface GradientPass {
  /** [m, d] unit aggregated rows of a stretch of the node set */
  readonly rows: Matrix
  /** [m] lengths of the aggregated rows */
  readonly norms: Float64Array
  /** [p, d] all aggregated rows, or landmarks */
  readonly others: Matrix
  /** [m, r] */
  readonly left: Dense
  /** [p, r] */
  readonly right: Dense
}

/** s_i − (s_i · x̂_i) x̂_i of a stretch of the node set: what is left of a sum beside its own row. */
export interface Tangents {
  /** [m, d] of a row with norm 0 anything */
  readonly rows: Dense
  /** [m] ‖x̃_i‖ */
  readonly norms: Float64Array
}

/** Hands over sums s_i [m, d] of a stretch, a block of rows at a time, in order. */
export type RowSums = (onRows: (firstRow: number, block: Dense) => void) => Promise<void>

const passOf =
  (engine: PairwiseEngine, {rows, others, left, right}: GradientPass): RowSums =>
  (onRows) =>
    engine.kernelGradient(rows, others, left, right, onRows)

/**
 * Tangents of a stretch from its sums, in their place, some rows at a time: `visit` gets the first row of each block, which is its own
 * only while it runs. What a row's pair with itself adds lies along x̂_i, which the tangent leaves out.
 */
export function tangentsOfSums(
  {rows, norms}: Pick<GradientPass, 'rows' | 'norms'>,
  sums: RowSums,
  visit: (first: number, block: Dense) => void,
): Promise<void> {
  return sums((first, block) => {
    for (let row = 0; row < block.rows; row++) {
      if (norms[first + row] === 0) continue
      const tangent = block.data.subarray(row * block.cols, (row + 1) * block.cols)
      addRow(rows, first + row, -rowDotVector(rows, first + row, tangent), tangent)
    }
    visit(first, block)
  })
}

/** The gradient of the rows from place `from` of the node set on, by an inner product for each place of the pattern. */
export function gradientFromTangents(of: PatternRows, from: number, {rows, norms}: Tangents): PatternGradient {
  const places = gradientPlaces(of, from, norms)
  places.set(0, rows)
  return places.gradient
}

/** The gradient of a stretch straight from a pass of the engine: no more than a block of tangents in memory. */
export const gradientFromPass = (
  engine: PairwiseEngine,
  of: PatternRows,
  from: number,
  pass: GradientPass,
): Promise<PatternGradient> => gradientFromSums(of, from, pass, passOf(engine, pass))

/** The same from sums that come another way, for the unit rows of the stretch with their lengths. */
export async function gradientFromSums(
  of: PatternRows,
  from: number,
  rows: Pick<GradientPass, 'rows' | 'norms'>,
  sums: RowSums,
): Promise<PatternGradient> {
  const places = gradientPlaces(of, from, rows.norms)
  await tangentsOfSums(rows, sums, places.set)
  return places.gradient
}

function gradientPlaces({graph, features, nodeSet}: PatternRows, from: number, norms: Float64Array) {
  const {indptr, indices} = graph.matrix
  const starts = patternStarts(graph, nodeSet.subarray(from, from + norms.length))
  const gradient = new Float64Array(starts[norms.length]!)
  const scale = -4 / nodeSet.length
  return {
    gradient,
    set(this: void, first: number, block: Dense): void {
      for (let row = 0; row < block.rows; row++) {
        const norm = norms[first + row]!
        if (norm === 0) continue
        const tangent = block.data.subarray(row * block.cols, (row + 1) * block.cols)
        const node = nodeSet[from + first + row]!
        const place = starts[first + row]! - indptr[node]!
        for (let t = indptr[node]!; t < indptr[node + 1]!; t++)
          gradient[place + t] = (scale / norm) * rowDotVector(features, indices[t]!, tangent)
      }
    },
  }
}
