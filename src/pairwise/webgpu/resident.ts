import {DeviceError, option} from '../../errors.js'
import {rowDot} from '../../linalg/csr-products.js'
import type {Dense, Matrix} from '../../linalg/types.js'
import {kernelDiagonal} from '../cpu/kernel.js'
import type {Arena, Gpu} from './gpu.js'
import {keepLast} from './keep-last.js'
import {KERNEL_WGSL, NEAR_LIST} from './maps-shader.js'
import {columnsOfPanel, type PanelPlan, planPanels, roundUp, rowsOfPanel} from './panels.js'
import {SQUARE, STORE, tileCols, tileRows, tileShader, tileShape} from './tile-shader.js'

/**
 * Nearly parallel pairs of a row i of z and a row j of w, with their cosine in fp64; i ≠ j where z and w are one set.
 */
export interface NearPairs {
  i: Uint32Array
  j: Uint32Array
  cosine: Float64Array
}

/** A matrix on the device, feature by feature in panels. */
export interface Panels {
  readonly matrix: Matrix
  readonly plan: PanelPlan
  readonly depth: number
  readonly columns: readonly GPUBuffer[]
}

/** A matrix that stays on the device; what else it needs is made on first use. */
export interface Resident extends Panels {
  /** [rows] κ of each row with itself: ½, or 0 for a zero row */
  readonly diagonal: Float64Array
  /** the same panels row by row, `width` numbers a row: the right side of the gradient's product */
  readonly width: number
  rows(): readonly GPUBuffer[]
  /** another matrix with as many rows, feature by feature in the same panels; the last two stay */
  panelsOf(other: Dense): readonly GPUBuffer[]
  /** the near pairs found so far, by the other side */
  readonly near: WeakMap<Resident, Promise<NearPairs>>
  free(): void
}

/** More nearly parallel pairs than this are too many for the host: the cpu engine computes them no slower. */
const NEAR_LIMIT = 2 ** 25

/** Near pairs of a block that are read without asking how many there are: a row with itself, and a few copies. */
const NEAR_ROOM = 2 ** 14

/** Products of panels: cosines, κ of them, the weights of the gradient (f = gradient), and its sums. */
export const PRODUCT = tileShader({
  tile: SQUARE,
  combine: 'product',
  storing: {map: 'gradient', mapSum: 'kappa'},
  functions: KERNEL_WGSL,
})

/** Uploads a matrix in the panels of a plan (sparse rows are filled in): 4 · rows · cols bytes on the device. */
export const uploadPanels = (arena: Arena, matrix: Matrix, plan: PanelPlan): Panels => ({
  matrix,
  plan,
  depth: roundUp(matrix.cols, 16),
  columns: Array.from({length: plan.count}, (_, p) => arena.upload(columnsOfPanel(matrix, plan, p))),
})

/**
 * Uploads a matrix to stay.
 *
 * Cost     4 · rows · cols bytes on the device, twice that once `rows()` was asked for, and 4 · rows · r for each
 *          matrix of `panelsOf`.
 * Throws   DeviceError  a row is too long for the device's buffers.
 */
export function reside(gpu: Gpu, matrix: Matrix): Resident {
  const arena = gpu.arena()
  const width = roundUp(matrix.cols, tileCols(SQUARE))
  const plan = planPanels(matrix.rows, width, gpu.bufferLimit)
  const each = <T>(make: (p: number) => T) => Array.from({length: plan.count}, (_, p) => make(p))
  let rows: GPUBuffer[] | undefined
  const others = keepLast(2, (other: Dense) => {
    const own = gpu.arena()
    return {panels: each((p) => own.upload(columnsOfPanel(other, plan, p))), free: () => own.free()}
  })
  return {
    ...uploadPanels(arena, matrix, plan),
    diagonal: kernelDiagonal(matrix),
    width,
    rows: () => (rows ??= each((p) => arena.upload(rowsOfPanel(matrix, plan, p, width)))),
    panelsOf: (other) => others.of(other).panels,
    near: new WeakMap(),
    free() {
      others.free()
      arena.free()
    },
  }
}

/** Rows on the device, as a tile reads them. */
export interface ColumnPanel {
  readonly buffer: GPUBuffer
  /** padded to whole tiles */
  readonly height: number
}

export const panel = ({columns, plan}: Panels, p: number): ColumnPanel => ({buffer: columns[p]!, height: plan.height})

/**
 * C[j, i] = left_j · right_i for two panels, or κ of it (STORE.mapSum; 0 beyond NEAR_ONE), into `block` [height of left,
 * height of right].
 */
export function cosines(
  gpu: Gpu,
  [left, right]: readonly [ColumnPanel, ColumnPanel],
  depth: number,
  block: GPUBuffer,
  store: typeof STORE.set | typeof STORE.mapSum = STORE.set,
): Promise<void> {
  return gpu.dispatch(
    PRODUCT,
    tileShape(left.height, right.height, {end: depth}, store),
    [left.buffer, right.buffer, block],
    [right.height / tileCols(SQUARE), left.height / tileRows(SQUARE), 1],
  )
}

/** The near pairs of two matrices, looked for once. */
export function nearPairs(gpu: Gpu, z: Resident, w: Resident): Promise<NearPairs> {
  let found = z.near.get(w)
  if (found === undefined) z.near.set(w, (found = findNear(gpu, z, w)))
  return found
}

/**
 * Finds the pairs that the kernels leave out because their fp32 cosine lies beyond NEAR_ONE. The cosines come from the
 * very pipeline that the kernels read theirs from, so both see the same bits and no pair is taken twice or by nobody.
 *
 * Cost     rows · rows · cols multiply–adds on the device; the host waits once for each panel of z, and once more
 *          for a block with more near pairs than NEAR_ROOM, which is computed twice.
 */
export async function findNear(gpu: Gpu, z: Panels, w: Panels): Promise<NearPairs> {
  const arena = gpu.arena()
  const parts: NearPairs[] = []
  try {
    const finder = nearFinder(gpu, arena, z, w, arena.storage(z.plan.height * w.plan.height))
    for (let p = 0; p < z.plan.count; p++) {
      const lists: NearList[] = []
      for (let q = 0; q < w.plan.count; q++) {
        await finder.cosines(p, q)
        lists.push(await finder.list())
      }
      for (const [q, list] of lists.entries()) parts.push(await finder.pairs(p, q, list))
    }
  } finally {
    arena.free()
  }
  const count = parts.reduce((sum, {i}) => sum + i.length, 0)
  const near = {i: new Uint32Array(count), j: new Uint32Array(count), cosine: new Float64Array(count)}
  let at = 0
  for (const {i, j, cosine} of parts) {
    near.i.set(i, at)
    near.j.set(j, at)
    near.cosine.set(cosine, at)
    at += i.length
  }
  return near
}

/** The list of a block's near pairs, on its way. */
export interface NearList {
  readonly bytes: Promise<ArrayBuffer>
}

export interface NearFinder {
  /** cosines of panel q of w (rows) with panel p of z (columns), into the block */
  cosines(p: number, q: number): Promise<void>
  /** asks for the near pairs among the cosines that are in the block now */
  list(): Promise<NearList>
  /** those pairs, in the order of j and then i; more than the list holds are looked for again, into the same block */
  pairs(p: number, q: number, list: NearList): Promise<NearPairs>
}

/**
 * Near pairs block by block, beside other work on the same cosines.
 *
 * Throws   DeviceError  more than NEAR_LIMIT pairs, or more than there are in a block.
 */
export function nearFinder(gpu: Gpu, arena: Arena, z: Panels, w: Panels, block: GPUBuffer): NearFinder {
  const [height, wide] = [z.plan.height, w.plan.height]
  const own = arena.storage(1 + NEAR_ROOM)
  let all = 0
  const listIn = async (list: GPUBuffer, room: number): Promise<NearList> => {
    gpu.clear(list)
    await gpu.dispatch(NEAR_LIST, Uint32Array.of(height, room), [block, list], [height / 64, wide / 32, 1])
    return {bytes: gpu.read(list, 1 + room)}
  }
  const finder: NearFinder = {
    cosines: (p, q) => cosines(gpu, [panel(w, q), panel(z, p)], z.depth, block),
    list: () => listIn(own, NEAR_ROOM),
    async pairs(p, q, {bytes}) {
      let found = new Uint32Array(await bytes)
      const count = found[0]!
      if (count > height * wide)
        throw new DeviceError(
          `the device counts ${count} near pairs in a block of ${height * wide}: it does not compute`,
          [`use ${option('device')} cpu`],
        )
      all += count
      if (all > NEAR_LIMIT)
        throw new DeviceError(
          `more than ${NEAR_LIMIT} pairs of rows are nearly parallel, too many to recompute in fp64`,
          [`use ${option('device')} cpu`],
        )
      if (count > NEAR_ROOM) {
        await finder.cosines(p, q)
        found = new Uint32Array(await (await listIn(arena.storage(1 + count), count)).bytes)
      }
      const places = found
        .subarray(1, 1 + count)
        .sort()
        .filter((place) => z !== w || p * height + (place % height) !== q * wide + Math.floor(place / height))
      const i = places.map((place) => p * height + (place % height))
      const j = places.map((place) => q * wide + Math.floor(place / height))
      return {i, j, cosine: Float64Array.from(i, (row, at) => rowDot(z.matrix, row, w.matrix, j[at]!))}
    },
  }
  return finder
}
