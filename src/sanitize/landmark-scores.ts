import {add, identity, rowsOf, scaledRows, squaredLength, subtract} from '../linalg/blocks.js'
import {invertPositiveDefinite} from '../linalg/inverse.js'
import {type Products, transpose} from '../linalg/products.js'
import {largestEigenvalue} from '../linalg/spectrum.js'
import {dense, type Dense, type Matrix} from '../linalg/types.js'
import {random} from '../stats/random.js'
import {CHUNK, type FeatureChunk, featureChunks, type KernelValues, type LandmarkKernel} from './landmarks.js'

/** K = ΦΦᵀ + D with D = R + λI, solved for Y by one pass over the rows. */
export interface LandmarkSolution {
  readonly ridge: number
  /** [p, p] A⁻¹, A = I + ΦᵀD⁻¹Φ */
  readonly inverse: Dense
  /** [p, classes] γ = A⁻¹ΦᵀD⁻¹Y = Φᵀα */
  readonly gamma: Dense
  readonly gkc: number
  /** an upper estimate of the condition number of K: (λ + ½)/λ times the largest eigenvalue of A */
  readonly condition: number
}

/** What a solve needs of a chunk. */
type Features = Pick<FeatureChunk, 'first' | 'phi' | 'rest'>

const POWER_STEPS = 30

/**
 * GKC = √((2/s) Σ_c y_cᵀ K⁻¹ y_c) of the landmark kernel:  Σ yᵀK⁻¹y = Σ |y_i|²/D_i − tr bᵀA⁻¹b,  b = ΦᵀD⁻¹Y.
 *
 * Shapes     unit [s, d], y [s, classes].
 * Precision  fp64 on top of the kernel values; the error of the landmarks is LandmarkKernel.error.
 * Cost       s · p kernel values and 2 p² multiply–adds a row; a chunk of rows and p² numbers in memory.
 * Source     Woodbury's identity. Deviation: none.
 */
export function solveLandmarks(
  kernel: LandmarkKernel,
  unit: Matrix,
  y: Dense,
  ridge: number,
  values: KernelValues,
  products: Products,
): Promise<LandmarkSolution> {
  return solveChunks(featureChunks(kernel, unit, values, products), kernel.places.length, y, ridge, products)
}

async function solveChunks(
  chunks: AsyncIterable<Features> | Iterable<Features>,
  p: number,
  y: Dense,
  ridge: number,
  products: Products,
): Promise<LandmarkSolution> {
  const a = identity(p)
  const b = dense(p, y.cols)
  // One buffer for all chunks: fresh memory costs more than the transposing.
  let buffer = new Float64Array(0)
  let own = 0
  for await (const {first, phi, rest} of chunks) {
    const inverse = rest.map((r) => 1 / (r + ridge))
    const rows = rowsOf(y, first, first + phi.rows)
    if (buffer.length !== phi.data.length) buffer = new Float64Array(phi.data.length)
    const scaled = transpose(phi, inverse, buffer)
    add(a, await products.multiply(scaled, phi))
    add(b, await products.multiply(scaled, rows))
    inverse.forEach((x, i) => (own += x * squaredLength(rows, i)))
  }
  const inverse = await invertPositiveDefinite(a, products)
  const gamma = await products.multiply(inverse, b)
  const explained = b.data.reduce((sum, x, t) => sum + x * gamma.data[t]!, 0)
  const largest = await largestEigenvalue((v) => products.multiply(a, v), p, random(0), POWER_STEPS)
  return {
    ridge,
    inverse,
    gamma,
    gkc: Math.sqrt((2 / y.rows) * (own - explained)),
    condition: ((ridge + 0.5) / ridge) * Math.max(1, largest),
  }
}

/**
 * Weights N of the pairs of a chunk's rows with landmarks: d Σ yᵀK⁻¹y = −2 Σ_ij N_ij dC_ij where a row moves and
 * landmarks stay,
 *   N = (α γᵀ − |α|² Φ) L⁻¹,  α = D⁻¹(Y − Φγ);
 * the second term is the diagonal R, which keeps h_ii = ½ while Φ moves. A landmark and its own row are no pair. With
 * every row a landmark N is ααᵀ, the weights of the exact gradient.
 *
 * Shapes     → [rows, p].   Cost  p² + 2 p · classes multiply–adds a row.
 */
export async function pairWeights(
  {first, phi, rest}: FeatureChunk,
  y: Dense,
  {gamma, ridge}: LandmarkSolution,
  {whiten, places}: LandmarkKernel,
  products: Products,
): Promise<Dense> {
  const alpha = await products.multiply(phi, gamma)
  for (let i = 0; i < alpha.rows; i++) {
    for (let c = 0; c < alpha.cols; c++)
      alpha.data[i * alpha.cols + c] =
        (y.data[(first + i) * alpha.cols + c]! - alpha.data[i * alpha.cols + c]!) / (rest[i]! + ridge)
  }
  const weights = await products.multiplyTransposed(alpha, gamma)
  subtract(
    weights,
    scaledRows(
      phi,
      Float64Array.from({length: phi.rows}, (_, i) => squaredLength(alpha, i)),
    ),
  )
  const out = await products.multiply(weights, whiten)
  places.forEach((place, j) => {
    if (place >= first && place < first + out.rows) out.data[(place - first) * out.cols + j] = 0
  })
  return out
}

/** Kernel–label alignment (1/s) Σ_c y_cᵀ (ΦΦᵀ + R) y_c: a pass over the rows. */
export async function landmarkAlignment(
  kernel: LandmarkKernel,
  unit: Matrix,
  y: Dense,
  values: KernelValues,
  products: Products,
): Promise<number> {
  const moments = dense(kernel.places.length, y.cols)
  let own = 0
  for await (const {first, phi, rest} of featureChunks(kernel, unit, values, products)) {
    const rows = rowsOf(y, first, first + phi.rows)
    add(moments, await products.multiply(transpose(phi), rows))
    rest.forEach((r, i) => (own += r * squaredLength(rows, i)))
  }
  return (own + moments.data.reduce((sum, x) => sum + x * x, 0)) / unit.rows
}

/** Φ and R of all rows, kept for several ridges: 2 · s · p · 8 bytes. */
export interface LandmarkFeatures {
  /** [s, p] */
  readonly phi: Dense
  /** [p, s] */
  readonly transposed: Dense
  /** [s] */
  readonly rest: Float64Array
}

export async function landmarkFeatures(
  kernel: LandmarkKernel,
  unit: Matrix,
  values: KernelValues,
  products: Products,
): Promise<LandmarkFeatures> {
  const phi = dense(unit.rows, kernel.places.length)
  const rest = new Float64Array(unit.rows)
  for await (const chunk of featureChunks(kernel, unit, values, products)) {
    phi.data.set(chunk.phi.data, chunk.first * phi.cols)
    rest.set(chunk.rest, chunk.first)
  }
  return {phi, transposed: transpose(phi), rest}
}

/** K⁻¹ = D⁻¹ − D⁻¹ΦA⁻¹ΦᵀD⁻¹ as a preconditioner: 2 p multiply–adds a row and column, after p² a row for A. */
export async function landmarkPreconditioner(
  {phi, transposed, rest}: LandmarkFeatures,
  ridge: number,
  products: Products,
): Promise<{apply: (v: Dense) => Promise<Dense>; condition: number}> {
  const chunks = Array.from({length: Math.ceil(phi.rows / CHUNK)}, (_, k) => {
    const [first, to] = [k * CHUNK, Math.min(phi.rows, (k + 1) * CHUNK)]
    return {first, phi: rowsOf(phi, first, to), rest: rest.subarray(first, to)}
  })
  const {inverse, condition} = await solveChunks(chunks, phi.cols, dense(phi.rows, 0), ridge, products)
  const scale = rest.map((r) => 1 / (r + ridge))
  return {
    condition,
    async apply(v) {
      const scaled = scaledRows(v, scale)
      const back = await products.multiply(
        phi,
        await products.multiply(inverse, await products.multiply(transposed, scaled)),
      )
      for (let i = 0, at = 0; i < v.rows; i++)
        for (let c = 0; c < v.cols; c++, at++) scaled.data[at]! -= scale[i]! * back.data[at]!
      return scaled
    },
  }
}
