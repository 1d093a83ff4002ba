import {add, rowsOf, symmetricProduct} from '../linalg/blocks.js'
import {choleskySolve, cholesky} from '../linalg/cholesky.js'
import {selectRows} from '../linalg/csr.js'
import {type Products, transpose} from '../linalg/products.js'
import {type Csr, dense, type Dense, type Matrix} from '../linalg/types.js'
import {random} from '../stats/random.js'
import type {WeightedGraph} from './context.js'
import {centreColumns, type GivenLabels, labelMatrix} from './labels.js'
import {type KernelValues, unitRows} from './kernel-rows.js'
import {landmarkKernel} from './landmarks.js'
import {likeliestClass, propagate} from './propagate.js'

const RIDGE = 0.5
const LINEAR_RIDGE = 0.1
const SHARPNESS = 10
/** Up to so many labelled nodes their kernel matrix is factored; beyond, they are seen through landmarks. */
const EXACT_LABELLED = 4000
const LANDMARKS = 1024
/** Labelled rows whose kernel values are in memory together. */
const ROWS_AT_ONCE = 1024

export interface PseudoLabels {
  /** [n, classes] class probabilities from the profiles alone; given labels are certain */
  soft: Dense
  /** [n] given label, or the most probable class after propagation over the graph */
  labels: Int32Array
}

/**
 * Training-free labels for the nodes without one.
 *
 * Formula    F = κ(E E_Lᵀ)(κ(E_L E_Lᵀ) + ½I)⁻¹ Y_L with Y centred one-hot; soft = softmax(10 F). No edge is read but
 *            those in the profiles, so with features an attack on edges cannot reach `soft`. For `labels`: ten rounds
 *            of P ← (W P + soft) / (W 1 + 1), W the edges weighted by the likeness of their ends, given labels held
 *            fixed (propagate); then the largest. Beyond 4,000 labelled nodes the kernel is seen through 1,024 of them: F =
 *            Φ(Φ_LᵀΦ_L + ½I)⁻¹Φ_LᵀY_L. With `positions` (communityPositions) in place of the profiles: F =
 *            P(P_LᵀP_L + .1 I)⁻¹P_LᵀY_L.
 * Precision  `values` must be fp64: a label decides KC scores, so it may not turn on a device's rounding. Propagation keeps fp32.
 * Cost       n · |L| kernel values and |L|³/6 multiply–adds, beyond 4,000 n · 1,024 and 1,024²/2 a labelled node; ten passes over
 *            the edges.
 * Ties       the smaller class number; two values are equal where they differ by rounding alone (likeliestClass).
 * Source     kernel ridge regression; Zhou et al. 2004 for the propagation. Deviation: see propagate.
 */
export async function pseudoLabels(
  e: Csr,
  given: GivenLabels,
  graph: WeightedGraph,
  values: KernelValues,
  products: Products,
  positions: Dense | null = null,
): Promise<PseudoLabels> {
  const unknown = Uint32Array.from({length: e.rows}, (_, i) => i).filter((i) => given.labels[i]! < 0)
  const soft = dense(e.rows, given.classes)
  if (unknown.length > 0) {
    const y = labelMatrix(given.labels, given.nodes, given.classes, 'one-hot')
    centreColumns(y)
    const regress =
      positions !== null
        ? regressLinearly
        : given.nodes.length > EXACT_LABELLED
          ? regressThroughLandmarks
          : regressExactly
    const rows = positions ?? e
    const f = await regress(selectRows(rows, given.nodes), y, selectRows(rows, unknown), values, products)
    softmaxRows(f, SHARPNESS)
    unknown.forEach((node, i) => soft.data.set(rowsOf(f, i, i + 1).data, node * soft.cols))
  }
  clampGiven(soft, given)
  const fixed = Uint8Array.from(given.labels, (label) => Number(label >= 0))
  const spread = positions === null ? propagate(soft, graph.weights, fixed) : soft
  return {soft, labels: given.labels.map((label, i) => (label >= 0 ? label : likeliestClass(spread, i)))}
}

/** Values of the regression at rows, from labelled rows with targets y [labelled, classes]. */
type Regress = (labelled: Matrix, y: Dense, rows: Matrix, values: KernelValues, products: Products) => Promise<Dense>

const regressExactly: Regress = async (labelled, y, rows, values, products) => {
  const weights = await choleskySolve(
    await cholesky(await values.kernelBlock(labelled, labelled), products, RIDGE),
    y,
    products,
  )
  return values.kernelApply(rows, labelled, weights)
}

/** Ridge regression on the columns themselves: where a node lies among communities. */
export const regressLinearly: Regress = async (labelled, y, rows, _, products) => {
  const transposed = transpose(labelled as Dense)
  const gram = await products.multiply(transposed, labelled as Dense)
  const weights = await choleskySolve(
    await cholesky(gram, products, LINEAR_RIDGE),
    await products.multiply(transposed, y),
    products,
  )
  return products.multiply(rows as Dense, weights)
}

const regressThroughLandmarks: Regress = async (labelled, y, rows, values, products) => {
  const known = unitRows(labelled, values)
  const {points, whiten} = await landmarkKernel(known, LANDMARKS, random(0), products)
  // Φ = C L⁻ᵀ is made for no row: Φ_LᵀΦ_L is L⁻¹ (C_LᵀC_L) L⁻ᵀ, and F = C (L⁻ᵀ weights).
  const gram = dense(points.rows, points.rows)
  const moments = dense(points.rows, y.cols)
  let memory: Float64Array | undefined
  for (let from = 0; from < labelled.rows; from += ROWS_AT_ONCE) {
    const to = Math.min(labelled.rows, from + ROWS_AT_ONCE)
    memory ??= new Float64Array(points.rows * (to - from))
    const some = await known.kernelWith(points, from, to)
    const turned = transpose(some, undefined, memory.subarray(0, some.data.length))
    add(gram, await symmetricProduct(turned, products))
    add(moments, await products.multiply(turned, rowsOf(y, from, to)))
  }
  const whitened = await products.multiplyTransposed(await products.multiply(whiten, gram), whiten)
  const weights = await choleskySolve(
    await cholesky(whitened, products, RIDGE),
    await products.multiply(whiten, moments),
    products,
  )
  return values.kernelApply(rows, points, await products.multiply(transpose(whiten), weights))
}

function softmaxRows(f: Dense, sharpness: number): void {
  for (let i = 0; i < f.rows; i++) {
    const row = f.data.subarray(i * f.cols, (i + 1) * f.cols)
    const top = Math.max(...row)
    let sum = 0
    for (let k = 0; k < row.length; k++) sum += row[k] = Math.exp(sharpness * (row[k]! - top))
    for (let k = 0; k < row.length; k++) row[k]! /= sum
  }
}

function clampGiven(p: Dense, given: GivenLabels): void {
  for (const i of given.nodes) {
    p.data.fill(0, i * p.cols, (i + 1) * p.cols)
    p.data[i * p.cols + given.labels[i]!] = 1
  }
}
