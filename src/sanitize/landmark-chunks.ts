import {add, block, inTypeOf, symmetricProduct} from '../linalg/blocks.js'
import {rowRange} from '../linalg/csr.js'
import {addRow, multiplyCsrTransposedDense} from '../linalg/csr-products.js'
import {type Products, transpose} from '../linalg/products.js'
import {dense, type Dense, isCsr} from '../linalg/types.js'
import {KERNEL_BLOCK} from '../pairwise/cpu/cosine-tiles.js'
import {kernelDiagonal} from '../pairwise/cpu/kernel.js'
import type {LandmarkSums} from '../pairwise/engine.js'
import type {KernelRows, MixedRows} from './kernel-rows.js'
import {type ChunkMaps, landmarkMaps, type NearPairs} from './landmark-maps.js'
import type {LandmarkSolution} from './landmark-scores.js'
import {CHUNK, type LandmarkKernel} from './landmarks.js'

type Single = Dense<Float32Array>

/** Rows of a triangle that one product takes: more would compute zeros, fewer would cost calls. */
const STRETCH = 256

/** Rows from … of a triangular matrix without the columns where all of them are 0: `cols` of them from `first` on. */
interface Stretch {
  readonly from: number
  readonly first: number
  readonly rows: Single
}

/** Weights N ∘ κ′ of landmarks with the rows of a chunk [p, m]; 0 at near pairs, which have theirs in fp64. */
interface PairWeights {
  readonly weights: Single
  readonly near: NearPairs
  /** of the near pairs */
  readonly nearWeights: readonly number[]
}

/**
 * A node set seen through landmarks, a chunk of rows at a time, in fp32 and in memory that the next chunk uses again. Arrays
 * have a row for each landmark: products with the triangles L⁻¹ and L⁻ᵀ then take whole rows and leave their zeros out.
 *
 * Shapes     y [rows, classes]; `origin`: place in the node set of the first of the rows.
 * Formula    d Σ yᵀK⁻¹y = −2 Σ_ij N_ij dC_ij where a row moves and landmarks stay, N = (α γᵀ − |α|² Φ) L⁻¹, α = D⁻¹(Y − Φγ); the second
 *            term is the diagonal R, which keeps h_ii = ½ while Φ moves. A landmark and its own row are no pair: what they add lies
 *            along the row. With every row a landmark N is ααᵀ but for them, the weights of the exact gradient.
 * Precision  κ, κ′, Φ, weights and products in fp32; R, α, near pairs and sums over chunks in fp64. Sums and gradients differ from fp64 by about 10⁻⁶
 *            of their largest value (10⁻⁵ is tested), where landmarks leave 10⁻² of the kernel.
 * Cost       a row: p cosines and 1¼ p² multiply–adds for the sums; for a gradient the same, and p · d. Φ is made for each: to keep it costs
 *            4 s · p bytes.
 * Memory     12 · 4,096 · p bytes.
 */
export class LandmarkChunks {
  private readonly p: number
  private readonly lower: readonly Stretch[]
  private readonly upper: readonly Stretch[]
  private readonly maps: ReturnType<typeof landmarkMaps>
  private readonly memory: readonly Float32Array[]
  private turnedPoints: Single | undefined

  constructor(
    private readonly kernel: LandmarkKernel,
    private readonly rows: KernelRows | MixedRows,
    private readonly products: Products,
    origin = 0,
  ) {
    const whiten: Single = {...kernel.whiten, data: Float32Array.from(kernel.whiten.data)}
    this.p = whiten.rows
    this.lower = stretches(whiten, (_, to) => [0, to])
    this.upper = stretches(transpose(whiten), (from) => [from, this.p])
    this.maps = landmarkMaps(kernel, rows, products, origin)
    this.memory = [0, 1, 2].map(() => new Float32Array(this.p * Math.min(CHUNK, rows.unit.rows)))
  }

  /** The sums of the rows from … to − 1, `from` the first row of a chunk: LandmarkStage.sums with D = R + ridge · I, y [s, classes]. */
  async sums(y: Dense, ridge: number, from: number, to: number): Promise<LandmarkSums> {
    const out = {outer: dense(this.p, this.p), cross: dense(this.p, y.cols), own: 0}
    for (let first = from; first < to; first += CHUNK) {
      const {phi, rest} = await this.features(first, Math.min(to, first + CHUNK))
      const m = phi.cols
      // √D⁻¹ on both sides, so that one matrix times its own transpose gives ΦᵀD⁻¹Φ.
      const root = rest.map((r) => 1 / Math.sqrt(r + ridge))
      for (let j = 0, at = 0; j < this.p; j++) for (let i = 0; i < m; i++, at++) phi.data[at]! *= root[i]!
      const targets: Single = {rows: m, cols: y.cols, data: new Float32Array(m * y.cols)}
      for (let i = 0, at = 0; i < m; i++) {
        for (let c = 0; c < y.cols; c++, at++) {
          const scaled = root[i]! * y.data[first * y.cols + at]!
          targets.data[at] = scaled
          out.own += scaled * scaled
        }
      }
      add(out.outer, await symmetricProduct(phi, this.products))
      add(out.cross, await this.products.multiply(phi, targets))
    }
    return out
  }

  /**
   * s_i = Σ_j N_ij κ′(x̂_i · p_j) p_j of one chunk, see LandmarkStage.gradient, some rows [m, d] at a time in order; j is not i's
   * own landmark.
   */
  async rowSums(y: Dense, solution: Gamma, [from, to]: readonly [number, number], onRows: OnRows): Promise<void> {
    const {points} = this.kernel
    const {weights, near, nearWeights} = await this.pairWeights(y, solution, from, to)
    const deliver = (first: number, sums: Dense) => {
      for (const [at, i] of near.row.entries()) {
        if (i < first || i >= first + sums.rows) continue
        const row = sums.data.subarray((i - first) * sums.cols, (i - first + 1) * sums.cols)
        addRow(points, near.landmark[at]!, nearWeights[at]!, row)
      }
      onRows(first, sums)
    }
    if (!isCsr(points)) {
      const turned = (this.turnedPoints ??= transpose({...points, data: Float32Array.from(points.data)}))
      deliver(0, inTypeOf(y, transpose(await this.products.multiply(turned, weights))))
      return
    }
    for (let first = 0; first < to - from; first += KERNEL_BLOCK) {
      const some = block(weights, 0, this.p, first, Math.min(to - from, first + KERNEL_BLOCK))
      deliver(first, transpose(multiplyCsrTransposedDense(points, inTypeOf(y, some))))
    }
  }

  /** The weights N ∘ κ′ of one chunk [to − from, p]; 0 at a landmark's own row. */
  async weightsOfRows(y: Dense, solution: Gamma, from: number, to: number): Promise<Dense> {
    const {weights, near, nearWeights} = await this.pairWeights(y, solution, from, to)
    const out = inTypeOf(y, transpose(weights))
    for (const [at, i] of near.row.entries()) out.data[i * this.p + near.landmark[at]!] = nearWeights[at]!
    return out
  }

  private async pairWeights(y: Dense, {gamma, ridge}: Gamma, from: number, to: number): Promise<PairWeights> {
    const {phi, rest, kernel, slope, near} = await this.features(from, to)
    const m = to - from
    const single: Single = {...gamma, data: Float32Array.from(gamma.data)}
    const alpha = await this.products.multiply(transpose(single), phi)
    const own = new Float64Array(m)
    for (let c = 0, at = 0; c < y.cols; c++) {
      for (let i = 0; i < m; i++, at++) {
        const a = (y.data[(from + i) * y.cols + c]! - alpha.data[at]!) / (rest[i]! + ridge)
        alpha.data[at] = a
        own[i]! += a * a
      }
    }
    // κ has done its work, and after this Φ: their memory is taken.
    const left = await this.products.multiply(single, alpha, kernel)
    for (let j = 0, at = 0; j < this.p; j++) for (let i = 0; i < m; i++, at++) left.data[at]! -= own[i]! * phi.data[at]!
    const weights = await this.timesTriangle(this.upper, left, phi.data)
    const nearWeights = near.slope.map((x, at) => x * weights.data[near.landmark[at]! * m + near.row[at]!]!)
    for (let at = 0; at < weights.data.length; at++) weights.data[at]! *= slope[at]!
    return {weights, near, nearWeights}
  }

  /** Φᵀ [p, m] and R [m] of the rows from … to − 1, at most a chunk, until the next call. */
  private async features(from: number, to: number): Promise<ChunkMaps & {phi: Single; rest: Float64Array}> {
    const m = to - from
    const [kernel, slope, memory] = this.memory.map((all) => all.subarray(0, this.p * m)) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ]
    const maps = await this.maps(from, to, {kernel, slope})
    const phi = await this.timesTriangle(this.lower, {rows: this.p, cols: m, data: kernel}, memory)
    const squares = new Float64Array(m)
    for (let j = 0, at = 0; j < this.p; j++) for (let i = 0; i < m; i++, at++) squares[i]! += phi.data[at]! ** 2
    const rest = kernelDiagonal(rowRange(this.rows.unit, from, to)).map((h, i) => Math.max(0, h - squares[i]!))
    return {...maps, phi, rest}
  }

  /** Triangle · x [p, m], into memory that is no part of x. */
  private async timesTriangle(triangle: readonly Stretch[], x: Single, into: Float32Array): Promise<Single> {
    const m = x.cols
    for (const {from, first, rows} of triangle) {
      const some: Single = {rows: rows.cols, cols: m, data: x.data.subarray(first * m, (first + rows.cols) * m)}
      await this.products.multiply(rows, some, into.subarray(from * m, (from + rows.rows) * m))
    }
    return {rows: this.p, cols: m, data: into}
  }
}

type OnRows = (first: number, block: Dense) => void

/** What pair weights need of a solution. */
type Gamma = Pick<LandmarkSolution, 'gamma' | 'ridge'>

function stretches(triangle: Single, columns: (from: number, to: number) => readonly [number, number]): Stretch[] {
  return Array.from({length: Math.ceil(triangle.rows / STRETCH)}, (_, k) => {
    const from = k * STRETCH
    const to = Math.min(triangle.rows, from + STRETCH)
    const [first, end] = columns(from, to)
    return {from, first, rows: block(triangle, from, to, first, end)}
  })
}
