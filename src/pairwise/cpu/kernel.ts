import {type Dense, isCsr, type Matrix} from '../../linalg/types.js'
import {kappa} from '../arc-cosine.js'
import {KERNEL_BLOCK} from './cosine-tiles.js'
import type {KernelJob, KernelPart} from './kernel-blocks.js'
import {BlockRunner} from './runner.js'
import {sharedDense, SharedMatrices} from '../../linalg/shared.js'

/** Multiply–adds that κ of a pair is worth. */
const MAP_WORK = 64

/** What kernel reductions of an engine have in common. */
export interface KernelContext {
  runner: BlockRunner
  matrices: SharedMatrices
  precision: 'fp64' | 'fp32'
}

/** κ(Z Wᵀ): see PairwiseEngine.kernelBlock. Cost: rows · rows products of rows, one acos a pair. */
export async function kernelBlock(context: KernelContext, z: Matrix, w: Matrix): Promise<Dense> {
  const out = new Float64Array(z.rows * w.rows)
  await reduce(context, {kind: 'kernelBlock', z, w, left: null, right: null, into: out}, (from, part) =>
    out.set(part.rows, from * w.rows),
  )
  return {rows: z.rows, cols: w.rows, data: out}
}

/** κ(Z Wᵀ) V: see PairwiseEngine.kernelApply. Of one set half the pairs, each used twice. */
export async function kernelApply(context: KernelContext, z: Matrix, w: Matrix, v: Dense): Promise<Dense> {
  const r = v.cols
  const out = new Float64Array(z.rows * r)
  await reduce(context, {kind: 'kernelApply', z, w, left: null, right: v, into: null}, (from, {rows, later}) => {
    for (let t = 0; t < rows.length; t++) out[from * r + t]! += rows[t]!
    const after = from + KERNEL_BLOCK
    const width = later.length / r
    for (let j = 0; j < width; j++) for (let c = 0; c < r; c++) out[(after + j) * r + c]! += later[c * width + j]!
  })
  return {rows: z.rows, cols: r, data: out}
}

/** Σ_j (left_i · right_j) κ′(z_i · w_j) w_j: see PairwiseEngine.kernelGradient. */
export async function kernelGradient(
  context: KernelContext,
  z: Matrix,
  w: Matrix,
  left: Dense,
  right: Dense,
  onRows: (firstRow: number, block: Dense) => void,
): Promise<void> {
  await reduce(context, {kind: 'kernelGradient', z, w, left, right, into: null}, (from, {rows}) =>
    onRows(from, {rows: rows.length / w.cols, cols: w.cols, data: rows}),
  )
}

async function reduce(
  {runner, matrices, precision}: KernelContext,
  job: Omit<KernelJob, 'one' | 'precision'>,
  deliver: (from: number, part: KernelPart) => void,
): Promise<void> {
  const {z, w, left, right} = job
  const width = isCsr(z) && isCsr(w) ? Math.ceil((z.indices.length + w.indices.length) / (z.rows + w.rows + 1)) : z.cols
  const isParallel = runner.isParallel(z.rows * w.rows * (width + (right?.cols ?? 0) + MAP_WORK))
  const share = (x: Dense | null) => (x === null ? null : sharedDense(x))
  const arrays = isParallel
    ? {z: matrices.of(z), w: matrices.of(w), left: share(left), right: share(right), into: null}
    : {}
  await runner.run(
    {...job, ...arrays, one: z === w, precision},
    Math.ceil(z.rows / KERNEL_BLOCK),
    isParallel,
    (block, part: KernelPart) => deliver(block * KERNEL_BLOCK, part),
  )
}

/** The kernel diagonal: ½, or 0 for a zero row. */
export function kernelDiagonal(z: Matrix): Float64Array {
  return Float64Array.from({length: z.rows}, (_, i) => {
    const row = isCsr(z)
      ? z.values.subarray(z.indptr[i], z.indptr[i + 1])
      : z.data.subarray(i * z.cols, (i + 1) * z.cols)
    return row.some((x) => x !== 0) ? kappa(1) : 0
  })
}
