import {DeviceError} from '../../errors.js'
import {rowDot} from '../../linalg/csr-products.js'
import type {Matrix} from '../../linalg/types.js'
import {kernelDiagonal} from '../cpu/kernel.js'
import type {Gpu} from './gpu.js'
import {KERNEL_WGSL, NEAR_BITS} from './maps-shader.js'
import {columnsOfPanel, eachBit, type PanelPlan, planPanels, roundUp, rowsOfPanel} from './panels.js'
import {SQUARE, tileCols, tileRows, tileShader, tileShape} from './tile-shader.js'

/** Nearly parallel pairs of a row i of z and a row j of w, with their cosine in fp64; i ≠ j where z and w are one set. */
export interface NearPairs {
  i: Uint32Array
  j: Uint32Array
  cosine: Float64Array
}

/** A matrix on the device, feature by feature in panels; what else it needs is made when first asked for. */
export interface Resident {
  readonly matrix: Matrix
  readonly plan: PanelPlan
  readonly depth: number
  /** [rows] κ of each row with itself: ½, or 0 for a zero row */
  readonly diagonal: Float64Array
  readonly columns: readonly GPUBuffer[]
  /** the same panels row by row, `width` numbers a row: the right side of the gradient's product */
  readonly width: number
  rows(): readonly GPUBuffer[]
  /** the near pairs found so far, by the other side */
  readonly near: WeakMap<Resident, Promise<NearPairs>>
  free(): void
}

/** More nearly parallel pairs than this are too many for the host: the cpu engine computes them no slower. */
const NEAR_LIMIT = 2 ** 25

/** Products of panels: cosines, the weights of the gradient (f = gradient), and its sums. */
export const PRODUCT = tileShader({tile: SQUARE, combine: 'product', storing: {map: 'gradient'}, functions: KERNEL_WGSL})

/**
 * Uploads a matrix (sparse rows are filled in).
 *
 * Cost     4 · rows · cols bytes on the device, twice that once `rows()` was asked for.
 * Throws   DeviceError  a row is too long for the device's buffers.
 */
export function reside(gpu: Gpu, matrix: Matrix): Resident {
  const arena = gpu.arena()
  const width = roundUp(matrix.cols, tileCols(SQUARE))
  const plan = planPanels(matrix.rows, width, gpu.bufferLimit)
  const each = <T>(make: (p: number) => T) => Array.from({length: plan.count}, (_, p) => make(p))
  let rows: GPUBuffer[] | undefined
  return {
    matrix,
    plan,
    depth: roundUp(matrix.cols, 16),
    diagonal: kernelDiagonal(matrix),
    width,
    columns: each((p) => arena.upload(columnsOfPanel(matrix, plan, p))),
    rows: () => (rows ??= each((p) => arena.upload(rowsOfPanel(matrix, plan, p, width)))),
    near: new WeakMap(),
    free: () => arena.free(),
  }
}

/** C[j, i] = left_j · right_i for two panels, into `block` [height of left, height of right]. */
export function cosines(gpu: Gpu, left: GPUBuffer, leftHeight: number, right: GPUBuffer, rightHeight: number, depth: number, block: GPUBuffer): Promise<void> {
  return gpu.dispatch(PRODUCT, tileShape(leftHeight, rightHeight, {end: depth}), [left, right, block], [rightHeight / tileCols(SQUARE), leftHeight / tileRows(SQUARE), 1])
}

/** The near pairs of two matrices, looked for once. */
export function nearPairs(gpu: Gpu, z: Resident, w: Resident): Promise<NearPairs> {
  let found = z.near.get(w)
  if (found === undefined) z.near.set(w, (found = findNear(gpu, z, w)))
  return found
}

/**
 * Finds the pairs that the kernels leave out because their fp32 cosine lies beyond NEAR_ONE. The cosines come from the very
 * pipeline that the kernels read theirs from, so both see the same bits and no pair is taken twice or by nobody.
 */
async function findNear(gpu: Gpu, z: Resident, w: Resident): Promise<NearPairs> {
  const [height, wide] = [z.plan.height, w.plan.height]
  const arena = gpu.arena()
  const first: number[] = []
  const second: number[] = []
  try {
    const block = arena.storage(height * wide)
    const bits = arena.storage((height * wide) / 32)
    for (let p = 0; p < z.plan.count; p++) {
      for (let q = 0; q < w.plan.count; q++) {
        await cosines(gpu, w.columns[q]!, wide, z.columns[p]!, height, z.depth, block)
        await gpu.dispatch(NEAR_BITS, Uint32Array.of(wide, height), [block, bits], [height / 64, wide / 32, 1])
        eachBit(new Uint32Array(await gpu.read(bits, (height * wide) / 32)), height, (row, col) => {
          const i = p * height + col
          const j = q * wide + row
          if (z === w && i === j) return
          first.push(i)
          second.push(j)
        })
        if (first.length > NEAR_LIMIT) {
          throw new DeviceError(`more than ${NEAR_LIMIT} pairs of rows are nearly parallel, too many to recompute in fp64`, ['use --device cpu'])
        }
      }
    }
  } finally {
    arena.free()
  }
  const [i, j] = [Uint32Array.from(first), Uint32Array.from(second)]
  return {i, j, cosine: Float64Array.from(i, (row, at) => rowDot(z.matrix, row, w.matrix, j[at]!))}
}
