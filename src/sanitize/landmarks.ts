import {inTypeOf, squaredLength} from '../linalg/blocks.js'
import {factorAndInvert} from '../linalg/cholesky.js'
import {rowRange, selectRows} from '../linalg/csr.js'
import {chooseColumns} from '../linalg/nystrom.js'
import type {Products, Real} from '../linalg/products.js'
import type {Dense, Matrix} from '../linalg/types.js'
import {kernelDiagonal} from '../pairwise/cpu/kernel.js'
import type {Random} from '../stats/random.js'
import type {KernelRows} from './kernel-rows.js'

/** Rows of the node set that are looked at together; fixed, so that sums have the same order whoever adds them. */
export const CHUNK = 4096
/**
 * Landmarks are chosen among so many nodes: the error they leave is no larger than with twice as many (three seeds on three graphs,
 * docs/math-sanitize.md).
 */
export const candidates = (landmarks: number): number => Math.max(10_000, 4 * landmarks)
/** Columns on which the error is measured, and rows of them. */
const HELD_OUT = 128
const SAMPLED_ROWS = 4096
/** Added to the diagonal of W, whose values are at most ½: far above rounding, far below any ridge. */
const JITTER = 1e-10

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
 * Landmarks among some rows, drawn where the earlier ones leave most.
 *
 * Shapes     s rows → p ≤ count landmarks.
 * Cost       min(s, candidates) · count kernel values and count² multiply–adds a row.
 * Source     Williams & Seeger 2001 (Nyström); Snelson & Ghahramani 2006 (the diagonal that is left). Deviation: none.
 */
export async function landmarkKernel(
  all: KernelRows,
  count: number,
  random: Random,
  products: Products,
): Promise<LandmarkKernel> {
  const order = random.permutation(all.unit.rows)
  const among = order.slice(0, candidates(count)).sort()
  const rows = among.length === order.length ? all : all.select(among)
  const chosen = await chooseColumns(
    {
      diagonal: kernelDiagonal(rows.unit),
      columns: (which) => rows.columns(which),
    },
    Math.min(count, among.length),
    random,
    products,
  )
  return landmarksAt(
    all,
    chosen.map((row) => among[row]!),
    products,
  )
}

/** The landmark kernel of given nodes: their rows, and p³/3 multiply–adds to whiten them. */
export async function landmarksAt(rows: KernelRows, places: Uint32Array, products: Products): Promise<LandmarkKernel> {
  const points = selectRows(rows.unit, places)
  const gram = await rows.select(places).kernelWith(points)
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
  rows: KernelRows,
  from: number,
  to: number,
  products: Products,
): Promise<FeatureChunk<T>> {
  const unit = rowRange(rows.unit, from, to)
  const phi = await products.multiplyTransposed(inTypeOf(whiten, await rows.kernelWith(points, from, to)), whiten)
  return {
    first: from,
    unit,
    phi,
    rest: kernelDiagonal(unit).map((h, i) => Math.max(0, h - squaredLength(phi, i))),
  }
}

/** Φ of the rows from … to − 1 (default: all), a chunk at a time; `from` is the first row of a chunk. */
export async function* featureChunks<T extends Real>(
  model: LandmarkKernel<T>,
  rows: KernelRows,
  products: Products,
  from = 0,
  to = rows.unit.rows,
): AsyncGenerator<FeatureChunk<T>> {
  for (let first = from; first < to; first += CHUNK)
    yield featureChunk(model, rows, first, Math.min(to, first + CHUNK), products)
}

/**
 * Relative Frobenius error ‖H − ΦΦᵀ − R‖ / ‖H‖ on columns of nodes that are not landmarks and on 4,096 rows, both
 * chosen by seed; 0 where all are landmarks.
 *
 * Cost       min(s, 4,096) · (p + 128) kernel values and p² multiply–adds a row.
 */
export async function landmarkError(
  model: LandmarkKernel,
  rows: KernelRows,
  random: Random,
  products: Products,
): Promise<number> {
  const count = rows.unit.rows
  const isLandmark = new Uint8Array(count)
  for (const place of model.places) isLandmark[place] = 1
  const heldOut = random
    .permutation(count)
    .filter((row) => isLandmark[row] === 0)
    .slice(0, HELD_OUT)
    .sort()
  if (heldOut.length === 0) return 0
  const sampled = random.permutation(count).slice(0, SAMPLED_ROWS).sort()
  const held = selectRows(rows.unit, heldOut)
  const heldPhi = await products.multiplyTransposed(await rows.select(heldOut).kernelWith(model.points), model.whiten)
  const some = rows.select(sampled)
  const truth = await some.kernelWith(held)
  let wrong = 0
  let all = 0
  const {phi} = await featureChunk(model, some, 0, sampled.length, products)
  const estimate = await products.multiplyTransposed(phi, heldPhi)
  for (let i = 0, at = 0; i < sampled.length; i++) {
    for (let c = 0; c < heldOut.length; c++, at++) {
      const h = truth.data[at]!
      all += h * h
      // The diagonal is exact by R.
      if (sampled[i] !== heldOut[c]) wrong += (h - estimate.data[at]!) ** 2
    }
  }
  return all === 0 ? 0 : Math.sqrt(wrong / all)
}
