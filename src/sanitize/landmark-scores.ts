import {add, identity, rowsOf, scaledRows, squaredLength} from '../linalg/blocks.js'
import {invertPositiveDefinite} from '../linalg/inverse.js'
import {type Products, type Real, transpose} from '../linalg/products.js'
import {largestEigenvalue} from '../linalg/spectrum.js'
import {dense, type Dense} from '../linalg/types.js'
import type {LandmarkSums} from '../pairwise/engine.js'
import {random} from '../stats/random.js'
import type {KernelRows} from './kernel-rows.js'
import {type ChunksOf, groupSums} from './landmark-sums.js'
import {CHUNK, featureChunks, type LandmarkKernel} from './landmarks.js'

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

const POWER_STEPS = 30

/**
 * GKC = √((2/s) Σ_c y_cᵀ K⁻¹ y_c) of the landmark kernel:  Σ yᵀK⁻¹y = Σ |y_i|²/D_i − tr bᵀA⁻¹b,  b = ΦᵀD⁻¹Y.
 *
 * Shapes     the sums of every group of rows, in order, of y [s, classes].
 * Precision  sums and A⁻¹ in fp64. With Φ in fp32 GKC errs by about 10⁻⁶ of itself, far below what landmarks leave
 *            (landmarkError).
 * Cost       ⅔ p³ multiply–adds and p² for each group.
 * Source     Woodbury's identity. Deviation: none.
 */
export async function solveSums(
  sums: AsyncIterable<LandmarkSums> | Iterable<LandmarkSums>,
  p: number,
  y: Pick<Dense, 'rows' | 'cols'>,
  ridge: number,
  products: Products,
): Promise<LandmarkSolution> {
  const a = identity(p)
  const b = dense(p, y.cols)
  let own = 0
  for await (const group of sums) {
    add(a, group.outer)
    add(b, group.cross)
    own += group.own
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

/** The solution from the features of all rows: groupSums and solveSums. */
export const solveLandmarks = <T extends Real>(
  chunksOf: ChunksOf<T>,
  p: number,
  y: Dense,
  ridge: number,
  products: Products,
): Promise<LandmarkSolution> => solveSums(groupSums(chunksOf, p, y, ridge, products), p, y, ridge, products)

/** Kernel–label alignment (1/s) Σ_c y_cᵀ (ΦΦᵀ + R) y_c: a pass over the rows. */
export async function landmarkAlignment(
  kernel: LandmarkKernel,
  rows: KernelRows,
  y: Dense,
  products: Products,
): Promise<number> {
  const moments = dense(kernel.places.length, y.cols)
  let own = 0
  for await (const {first, phi, rest} of featureChunks(kernel, rows, products)) {
    const targets = rowsOf(y, first, first + phi.rows)
    add(moments, await products.multiply(transpose(phi), targets))
    rest.forEach((r, i) => (own += r * squaredLength(targets, i)))
  }
  return (own + moments.data.reduce((sum, x) => sum + x * x, 0)) / y.rows
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
  rows: KernelRows,
  products: Products,
): Promise<LandmarkFeatures> {
  const phi = dense(rows.unit.rows, kernel.places.length)
  const rest = new Float64Array(phi.rows)
  for await (const chunk of featureChunks(kernel, rows, products)) {
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
  const chunksOf = (from: number, end: number) =>
    Array.from({length: Math.ceil((end - from) / CHUNK)}, (_, k) => {
      const [first, to] = [from + k * CHUNK, Math.min(end, from + (k + 1) * CHUNK)]
      return {first, phi: rowsOf(phi, first, to), rest: rest.subarray(first, to)}
    })
  const {inverse, condition} = await solveLandmarks(chunksOf, phi.cols, dense(phi.rows, 0), ridge, products)
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
