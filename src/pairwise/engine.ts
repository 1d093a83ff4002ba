import type {Dense, Matrix} from '../linalg/types.js'

/**
 * The border between mathematics and devices. Every statistic of surety is a reduction over all pairs of rows of a
 * matrix: stream tiles of the pairs, apply a map to each pair, reduce. An engine is one folder that implements this
 * interface; nothing above it knows on which device it runs, and no n × n memory is assumed.
 *
 * Shapes   as given at each member; results are fp64 arrays whatever the engine computes in.
 * Order    reductions run in a fixed order: the same input gives the same bits on the same engine.
 */
export interface PairwiseEngine {
  readonly name: 'cpu' | 'webgpu' | 'tfjs'
  readonly precision: 'fp64' | 'fp32'

  /** Windowed sums of loss change over distance for every reference: see VolatilitySums. */
  volatility(task: VolatilityTask): Promise<VolatilitySums>

  /**
   * Distances [rows of x, rows of y] in raw units, for blocks small enough to keep; fp64 on every engine, since the
   * scale, the radii and so the verdict of a certificate come from them.
   */
  distances(
    x: Dense<Float32Array | Float64Array>,
    y: Dense<Float32Array | Float64Array>,
    metric: VolatilityTask['metric'],
  ): Promise<Dense>

  /** κ(Z Wᵀ) [rows of z, rows of w]: arc-cosine kernel of unit (or zero) rows; κ(c) = c(π − acos c)/2π. */
  kernelBlock(z: Matrix, w: Matrix): Promise<Dense>

  /**
   * κ(Z Wᵀ) V [rows of z, r] for V [rows of w, r], without keeping the kernel. The same object for z and w means one
   * set of rows: its diagonal is exactly ½ (0 for a zero row).
   */
  kernelApply(z: Matrix, w: Matrix, v: Dense): Promise<Dense>

  /**
   * s_i = Σ_j (left_i · right_j) κ′(z_i · w_j) w_j for every row i of z, given to `onRows` a block of rows at a time,
   * in order; left [rows of z, r], right [rows of w, r]. κ′(c) = (π − acos c)/2π + c/(2π√(1 − c²)), clamped near ±1.
   * The same object for z and w means one set of rows: j ≠ i.
   */
  kernelGradient(
    z: Matrix,
    w: Matrix,
    left: Dense,
    right: Dense,
    onRows: (firstRow: number, block: Dense) => void,
  ): Promise<void>

  /**
   * A kernel seen through landmarks, whole stages of which stay on the device; absent: the engine has nothing to gain
   * from it, and the caller takes `host`, the same stage on the processor. An engine that fails or loses a race goes
   * on with `host`.
   */
  openLandmarks?<G>(task: LandmarkTask, host: HostLandmarks<G>): Promise<LandmarkStage<G>>

  /** A kernel kept in full on the device: as openLandmarks, for Gram matrices. */
  openGram?<G>(task: GramTask, host: HostGram<G>): Promise<GramStage<G>>

  /**
   * Solves with the kernel of all pairs of some rows, a whole solve on the device; absent, failing, or too large for the
   * device: as openLandmarks.
   */
  openSolve?(task: SolveTask, host: HostSolve): Promise<SolveStage>

  close(): Promise<void>
}

/** H ≈ ΦΦᵀ + R for unit rows x̂: Φ = C L⁻ᵀ, C = κ(X̂ Pᵀ), and R the diagonal that the landmarks P leave. */
export interface LandmarkTask {
  /** [s, d] unit (or zero) rows */
  rows: Matrix
  /** [p, d] landmarks, unit rows too */
  points: Matrix
  /** [p, p] L⁻¹, lower triangle */
  whiten: Dense<Float32Array>
  /** [s, classes] */
  y: Dense
  /** λ of D = R + λI */
  ridge: number
}

/** What some rows add to the solve of a landmark kernel, with D = R + λI on those rows. */
export interface LandmarkSums {
  /** [p, p] ΦᵀD⁻¹Φ, symmetric */
  readonly outer: Dense
  /** [p, classes] ΦᵀD⁻¹Y */
  readonly cross: Dense
  /** Σ |y_i|² / D_i */
  readonly own: number
}

/** What is asked of landmarks, for the rows from … to − 1; `G` is what the caller makes of a gradient. */
export interface LandmarkStage<G> {
  /** of the sums over pairs */
  readonly precision: 'fp64' | 'fp32'
  sums(from: number, to: number): Promise<LandmarkSums>
  /**
   * From s_i = Σ_j N_ij κ′(x̂_i · p_j) p_j with N = left L⁻¹, left = α γᵀ − |α|² Φ, α = D⁻¹(Y − Φγ); γ [p, classes].
   */
  gradient(from: number, to: number, gamma: Dense): Promise<G>
  close(): Promise<void>
}

/** The stage on the processor, and what makes a gradient of the sums s [to − from, d] that `pass` hands over in order. */
export interface HostLandmarks<G> extends LandmarkStage<G> {
  gather(
    from: number,
    to: number,
    pass: (onRows: (firstRow: number, block: Dense) => void) => Promise<void>,
  ): Promise<G>
}

/** H = κ(X̂X̂ᵀ) of all pairs of unit rows. */
export interface GramTask {
  /** [s, d] unit (or zero) rows */
  rows: Matrix
  /** [s, classes] */
  y: Dense
  /** λ; Infinity: α = Y */
  ridge: number
}

/** α = (H + λI)⁻¹Y, or Y in the limit. */
export interface GramSolution {
  /** [s, classes] */
  readonly alpha: Dense
  /** ‖Y − (H + λI)α‖ / ‖Y‖ of the worst column, in fp64; null: not measured, by a direct solve in fp64 or in the limit */
  readonly residual: number | null
  /** why an engine left it all to the processor, in a few words; null: it did not */
  readonly leftToHost: string | null
}

/** What is asked of a kernel kept in full; `G` is what the caller makes of a gradient. */
export interface GramStage<G> {
  /** of products with H and of gradients; read it after `solve`, which may leave all to the processor */
  readonly precision: 'fp64' | 'fp32'
  solve(): Promise<GramSolution>
  /** H V for V [s, r] */
  apply(v: Dense): Promise<Dense>
  /** From s_i = Σ_{j≠i} (α_i · α_j) κ′(x̂_i · x̂_j) x̂_j for the rows i from … to − 1. */
  gradient(from: number, to: number, alpha: Dense): Promise<G>
  close(): Promise<void>
}

/** The stage on the processor, and what an engine needs of it. */
export interface HostGram<G> extends GramStage<G> {
  /** Y − (H + λI)X in fp64, from passes over the rows: nothing of size s² is kept */
  residual(x: Dense): Promise<Dense>
  /** makes a gradient of the sums s [to − from, d] that `pass` hands over in order, the row itself (j = i) included or not */
  gather(
    from: number,
    to: number,
    pass: (onRows: (firstRow: number, block: Dense) => void) => Promise<void>,
  ): Promise<G>
  /** a smaller task to race on, of so many rows in the shapes of this one; `ask` asks a stage for all that is asked of this */
  sample(rows: number): {task: GramTask; host: HostGram<G>; ask(stage: GramStage<G>): Promise<unknown>}
}

/** κ(X̂X̂ᵀ) + λI for unit rows x̂, for some λ and right-hand sides. */
export interface SolveTask {
  /** [s, d] unit (or zero) rows */
  rows: Matrix
  /** the most right-hand sides of a solve */
  columns: number
  /** is told of every product with the kernel before it is made */
  onProduct?: () => void
}

export interface Solved {
  /** [s, r] */
  readonly x: Dense
  /** an upper estimate of the condition number of the matrix */
  readonly condition: number
  /** the largest ‖B − (κ + λI)X‖ / ‖B‖ of a column, by a product of its own; null: not measured */
  readonly residual: number | null
  /** why an engine left it to the processor, in a few words; null: it did not */
  readonly leftToHost: string | null
}

export interface SolveStage {
  /** of the sums over pairs */
  readonly precision: 'fp64' | 'fp32'
  /**
   * (κ(X̂X̂ᵀ) + λI) X = B, B [s, r], to a relative residual of every column.
   *
   * Throws   InputError  it is not reached: conjugateGradients.
   */
  solve(b: Dense, ridge: number, tolerance: number): Promise<Solved>
  close(): Promise<void>
}

/** The solve on the processor, and what a device leaves to it of the preconditioner. */
export interface HostSolve extends SolveStage {
  /** at most so many landmarks [p, d] of the rows, and L⁻¹ [p, p] of their kernel: see LandmarkTask */
  landmarks(most: number): Promise<Pick<LandmarkTask, 'points' | 'whiten'>>
  /** A⁻¹ of A = I + outer, outer = ΦᵀD⁻¹Φ with D = R + λI, and the condition number that A tells of */
  inner(outer: Dense, ridge: number): Promise<{inverse: Dense; condition: number}>
}

export interface VolatilityTask {
  /** [m, dim] and [n, dim]; the same object for both means all pairs i < j of one sample */
  anchors: Dense<Float32Array | Float64Array>
  references: Dense<Float32Array | Float64Array>
  anchorLoss: Float64Array
  referenceLoss: Float64Array
  /** class numbers, for the same-label/cross-label split; null if unknown */
  anchorLabels: Int32Array | null
  referenceLabels: Int32Array | null
  metric: 'l2' | 'l1' | 'linf' | 'angle'
  /** distances are divided by `scale`; `floor`, `deltas` are in scaled units, ascending; the last δ may be Infinity */
  scale: number
  floor: number
  deltas: Float64Array
  etas: Float64Array
  /** L_max inside ε; Infinity: no clipping */
  lossMax: number
}

/**
 * Sums over the anchors i for each reference j (d = scaled distance, h_c = min(ΔL, c)/max(d, τ)). G = deltas, E = etas.
 * A pair with max(d, τ) = 0 has no h: it adds nothing to the sums of h and is counted in `zeroDistancePairs`.
 * All pairs of one sample: sums of a row run over all others; scalars and witnesses take each unordered pair once.
 */
export interface VolatilitySums {
  /** [n] Σ_i h_{L_max} */
  total: Float64Array
  /** [n, G] #{i : d ≤ δ_g} */
  within: Float64Array
  /** [n, G, E] Σ_i h_{η_e} 1{d ≤ δ_g} */
  windowed: Float64Array
  /** [n, G, E] #{i : d ≤ δ_g, ΔL ≥ η_e} */
  exceed: Float64Array
  /** [m] Σ_j h_{L_max} */
  anchorTotal: Float64Array
  /** Σ over pairs with different labels of h_{L_max} */
  crossLabelTotal: number
  zeroDistancePairs: number
  zeroDistanceLossPairs: number
  /** raw units */
  diameter: number
  /** the pairs with the largest h_{L_max}, descending: anchor row, reference row, raw distance, ratio */
  witnesses: {anchor: number; reference: number; distance: number; ratio: number}[]
}
