import {inTypeOf, squaredLength} from '../linalg/blocks.js'
import {factorAndInvert} from '../linalg/cholesky.js'
import {selectRows, rowRange} from '../linalg/csr.js'
import {chooseColumns} from '../linalg/nystrom.js'
import type {Products, Real} from '../linalg/products.js'
import type {Dense, Matrix} from '../linalg/types.js'
import {kernelDiagonal} from '../pairwise/cpu/kernel.js'
import type {PairwiseEngine} from '../pairwise/engine.js'
import type {Random} from '../stats/random.js'

/** Rows of the node set that are looked at together; fixed, so that sums have the same order whoever adds them. */
export const CHUNK = 4096
/** Landmarks are chosen among so many nodes. */
const CANDIDATES = 20_000
/** Φ of all rows is kept up to this size, and made again for each block beyond it. */
export const KEPT_BYTES = 2 ** 30
/** Columns on which the error is measured, and rows of them. */
const HELD_OUT = 128
const SAMPLED_ROWS = 4096
/** Added to the diagonal of W, whose values are at most ½: far above rounding, far below any ridge. */
const JITTER = 1e-10

/** The part of an engine that landmarks need. */
export type KernelValues = Pick<PairwiseEngine, 'kernelBlock'>

/**
 * The kernel of many rows through a few of them: H ≈ ΦΦᵀ + R, Φ = C L⁻ᵀ, C = κ(X̂ P), W = κ(P Pᵀ) = L Lᵀ, P the
 * landmarks, and R the diagonal that the landmarks leave, so that the diagonal of H is exact.
 */
export interface LandmarkKernel<T extends Real = Float64Array> {
  /** [p] places of the landmarks in the node set, ascending */
  readonly places: Uint32Array
  /** [p, d] their rows */
  readonly points: Matrix
  /** [p, p] L⁻¹ */
  readonly whiten: Dense<T>
}

/** The same with Φ in fp32: half the memory and time, an error of about 10⁻⁶ where landmarks leave 10⁻². */
export const inSingle = (kernel: LandmarkKernel): LandmarkKernel<Float32Array> => ({
  ...kernel,
  whiten: {...kernel.whiten, data: new Float32Array(kernel.whiten.data)},
})

/**
 * Landmarks among the rows of x̂, drawn where the earlier ones leave most.
 *
 * Shapes     unit [s, d] → p ≤ count landmarks.
 * Cost       min(s, 20,000) · count kernel values and count² multiply–adds a row.
 * Source     Williams & Seeger 2001 (Nyström); Snelson & Ghahramani 2006 (the diagonal that is left). Deviation: none.
 */
export async function landmarkKernel(
  unit: Matrix,
  count: number,
  random: Random,
  values: KernelValues,
  products: Products,
): Promise<LandmarkKernel> {
  const order = random.permutation(unit.rows)
  const among = order.slice(0, CANDIDATES).sort()
  const rows = among.length === unit.rows ? unit : selectRows(unit, among)
  const chosen = await chooseColumns(
    {
      diagonal: kernelDiagonal(rows),
      columns: (which) => values.kernelBlock(rows, selectRows(rows, which)),
    },
    Math.min(count, among.length),
    random,
    products,
  )
  return landmarksAt(
    unit,
    chosen.map((row) => among[row]!),
    values,
    products,
  )
}

/** The landmark kernel of given nodes: their rows, and p³/3 multiply–adds to whiten them. */
export async function landmarksAt(
  unit: Matrix,
  places: Uint32Array,
  values: KernelValues,
  products: Products,
): Promise<LandmarkKernel> {
  const points = selectRows(unit, places)
  const gram = await values.kernelBlock(points, points)
  // Equal rows may be landmarks of one graph and coincide in another.
  for (let i = 0; i < gram.rows; i++) gram.data[i * gram.cols + i] = 0.5 + JITTER
  const {inverse: whiten} = await factorAndInvert(gram, 0, products)
  return {places, points, whiten}
}

/** A chunk of rows of the node set in the features of the landmarks. */
export interface FeatureChunk<T extends Real = Float64Array> {
  readonly first: number
  /** [rows, d] */
  readonly unit: Matrix
  /** [rows, p] Φ */
  readonly phi: Dense<T>
  /** [rows] the diagonal that is left, ≥ 0 */
  readonly rest: Float64Array
}

/** Φ of the rows from … to − 1: a kernel value and p multiply–adds for each row and landmark. */
export async function featureChunk<T extends Real>(
  {points, whiten}: LandmarkKernel<T>,
  unit: Matrix,
  from: number,
  to: number,
  values: KernelValues,
  products: Products,
): Promise<FeatureChunk<T>> {
  const rows = rowRange(unit, from, to)
  const phi = await products.multiplyTransposed(inTypeOf(whiten, await values.kernelBlock(rows, points)), whiten)
  return {
    first: from,
    unit: rows,
    phi,
    rest: kernelDiagonal(rows).map((h, i) => Math.max(0, h - squaredLength(phi, i))),
  }
}

/** Φ of every row, a chunk at a time. */
export async function* featureChunks<T extends Real>(
  model: LandmarkKernel<T>,
  unit: Matrix,
  values: KernelValues,
  products: Products,
): AsyncGenerator<FeatureChunk<T>> {
  for (let from = 0; from < unit.rows; from += CHUNK)
    yield featureChunk(model, unit, from, Math.min(unit.rows, from + CHUNK), values, products)
}

/**
 * Relative Frobenius error ‖H − ΦΦᵀ − R‖ / ‖H‖ on columns of nodes that are not landmarks and on 4,096 rows, both
 * chosen by seed; 0 where all are landmarks.
 *
 * Cost       min(s, 4,096) · (p + 128) kernel values and p² multiply–adds a row.
 */
export async function landmarkError(
  model: LandmarkKernel,
  unit: Matrix,
  random: Random,
  values: KernelValues,
  products: Products,
): Promise<number> {
  const isLandmark = new Uint8Array(unit.rows)
  for (const place of model.places) isLandmark[place] = 1
  const heldOut = random
    .permutation(unit.rows)
    .filter((row) => isLandmark[row] === 0)
    .slice(0, HELD_OUT)
    .sort()
  if (heldOut.length === 0) return 0
  const sampled = random.permutation(unit.rows).slice(0, SAMPLED_ROWS).sort()
  const held = selectRows(unit, heldOut)
  const heldPhi = await products.multiplyTransposed(await values.kernelBlock(held, model.points), model.whiten)
  let wrong = 0
  let all = 0
  for await (const {first, unit: rows, phi} of featureChunks(model, selectRows(unit, sampled), values, products)) {
    const truth = await values.kernelBlock(rows, held)
    const estimate = await products.multiplyTransposed(phi, heldPhi)
    for (let i = 0; i < rows.rows; i++) {
      for (let c = 0; c < heldOut.length; c++) {
        const h = truth.data[i * heldOut.length + c]!
        all += h * h
        // The diagonal is exact by R.
        if (sampled[first + i] !== heldOut[c]) wrong += (h - estimate.data[i * heldOut.length + c]!) ** 2
      }
    }
  }
  return all === 0 ? 0 : Math.sqrt(wrong / all)
}
