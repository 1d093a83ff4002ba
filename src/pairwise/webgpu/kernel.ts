import {addRow, rowDot} from '../../linalg/csr-products.js'
import {dense, type Dense} from '../../linalg/types.js'
import {kappa, kappaSlope, NEAR_ONE} from '../arc-cosine.js'
import {addingProduct} from './adding-product.js'
import type {Arena, Gpu} from './gpu.js'
import {CHUNK, narrowCode, narrowTile} from './narrow-product.js'
import {columnsOfPanel, placeRows, roundUp, rowsOfPanel} from './panels.js'
import {cosines, nearFinder, type NearList, nearPairs, panel, PRODUCT, type Resident} from './resident.js'
import {SQUARE, STORE, SUM_PARTS, tileCols, tileRows, tileShape} from './tile-shader.js'

/** Columns of V in one call, so that its partial sums fit the default limits of WebGPU. */
export const APPLY_COLUMNS = 256

/**
 * κ(Z Wᵀ) [rows of z, rows of w].
 *
 * Precision  cosines c in fp32 with u = 2⁻²³: |κ̂ − κ| ≤ 8 (cols + 2) u, since κ′ ≤ 8 up to NEAR_ONE; beyond it c is
 *            fp64.
 * Cost       rows · rows · cols multiply–adds on the device, one acos a pair on the host.
 * Empty      no rows on either side → empty.
 * Source     Cho & Saul 2009, eq. 1   Deviation: none.
 */
export async function kernelBlock(gpu: Gpu, arena: Arena, z: Resident, w: Resident): Promise<Dense> {
  const [rows, cols] = [z.matrix.rows, w.matrix.rows]
  const out = new Float64Array(rows * cols)
  const [high, wide] = [z.plan.height, w.plan.height]
  const block = arena.storage(high * wide)
  for (let p = 0; p < z.plan.count; p++) {
    for (let q = 0; q < w.plan.count; q++) {
      await cosines(gpu, [panel(z, p), panel(w, q)], z.depth, block)
      const c = new Float32Array(await gpu.read(block, high * wide))
      for (let i = p * high; i < Math.min(rows, (p + 1) * high); i++) {
        for (let j = q * wide; j < Math.min(cols, (q + 1) * wide); j++) {
          const cosine = c[(i - p * high) * wide + j - q * wide]!
          out[i * cols + j] = kappa(Math.abs(cosine) > NEAR_ONE ? rowDot(z.matrix, i, w.matrix, j) : cosine)
        }
      }
    }
  }
  return {rows, cols, data: out}
}

/**
 * κ(Z Wᵀ) V [rows of z, r] block by block: κ of two panels stays on the device, made once a pair, and is multiplied with
 * all columns of V. (One kernel for both would save at most the 6 % that writing and reading a block costs, and fix r.)
 *
 * Precision  fp32, u = 2⁻²³; error of an entry of κ as in kernelBlock, the sums |error| ≤ γ(256 + rows of w / 256) Σ|κ
 *            V|. Diagonal and nearly parallel pairs in fp64 on the host. Fixed order.
 * Cost       rows · rows · (cols + r) multiply–adds; a block of ≤ 64 MiB besides Z, W, V and the result.
 * Empty      no rows of z or r = 0 → empty; no rows of w → zeros.
 * Source     as kernelBlock.
 */
export async function kernelApply(gpu: Gpu, arena: Arena, z: Resident, w: Resident, v: Dense): Promise<Dense> {
  const rows = z.matrix.rows
  const {height, count} = z.plan
  const wide = w.plan.height
  const out = dense(rows, v.cols)
  const tile = narrowTile(v.cols)
  const width = roundUp(v.cols, tileCols(tile))
  const right = Array.from({length: w.plan.count}, (_, q) => arena.upload(rowsOfPanel(v, w.plan, q, width)))
  const chunks = wide / CHUNK
  const block = arena.storage(wide * height)
  const parts = arena.storage(chunks * height * width)
  const sums = arena.storage(height * width)
  const shape = tileShape(height, width, {end: wide, chunk: CHUNK})
  const groups = [width / tileCols(tile), height / tileRows(tile), chunks] as const
  const reads: Promise<ArrayBuffer>[] = []
  for (let p = 0; p < count; p++) {
    gpu.clear(sums)
    for (let q = 0; q < w.plan.count; q++) {
      await cosines(gpu, [panel(w, q), panel(z, p)], z.depth, block, STORE.mapSum)
      await gpu.dispatch(narrowCode(width), shape, [block, right[q]!, parts], groups)
      await gpu.dispatch(
        SUM_PARTS,
        Uint32Array.of(height * width, chunks),
        [parts, sums],
        [Math.min(4096, (height * width) / 64), 1, 1],
      )
    }
    reads.push(gpu.read(sums, height * width))
  }
  // Read when all is under way: a device that waits for the host between panels is idle.
  for (const [p, bytes] of (await Promise.all(reads)).entries())
    placeRows(new Float32Array(bytes), width, out, p * height)
  const add = (i: number, weight: number, j: number) => {
    for (let c = 0; c < v.cols; c++) out.data[i * v.cols + c]! += weight * v.data[j * v.cols + c]!
  }
  if (z === w) {
    z.diagonal.forEach((weight, i) => {
      add(i, weight, i)
    })
  }
  const near = await nearPairs(gpu, z, w)
  near.cosine.forEach((c, at) => {
    add(near.i[at]!, kappa(c), near.j[at]!)
  })
  return out
}

/**
 * s_i = Σ_j (left_i · right_j) κ′(z_i · w_j) w_j, a panel of rows at a time; j ≠ i where z and w are one set.
 *
 * Precision  fp32, u = 2⁻²³: relative error of κ′ ≤ 1.5·10⁴ (cols + 2) u / κ′ at worst (at NEAR_ONE, where κ″ is
 *            largest), there multiplied by a tangent below 0.023; sums γ(4096 + rows of w / 4096) Σ|terms|. Nearly
 *            parallel pairs in fp64 on the host.
 * Cost       rows · rows · (2 cols + r) multiply–adds; a block of ≤ 64 MiB and W twice; W and `right` stay on the
 *            device.
 * Empty      z without rows → onRows is not called.
 * Source     derivative of kernelBlock's κ.   Deviation: κ′ clamped near ±1 as in arc-cosine.ts.
 */
export async function kernelGradient(
  gpu: Gpu,
  arena: Arena,
  [z, w]: readonly [Resident, Resident],
  {left, right}: {left: Dense; right: Dense},
  onRows: (firstRow: number, block: Dense) => void,
): Promise<void> {
  const {matrix, width} = w
  const {rows: n, height, count} = z.plan
  const wide = w.plan.height
  const inner = roundUp(left.cols, 16)
  const leftPanels = Array.from({length: count}, (_, p) => arena.upload(columnsOfPanel(left, z.plan, p)))
  const rightPanels = w.panelsOf(right)
  const block = arena.storage(wide * height)
  const product = addingProduct(gpu, arena, {rows: height, cols: width, inner: wide})
  const square = [height / tileCols(SQUARE), wide / tileRows(SQUARE), 1] as const
  const finder = nearFinder(gpu, arena, z, w, block)
  const sumsOf = async (p: number) => {
    gpu.clear(product.sums)
    const lists: NearList[] = []
    for (let q = 0; q < w.plan.count; q++) {
      await finder.cosines(p, q)
      // From the same cosines: a pass of its own would be a third of the work.
      lists.push(await finder.list())
      await gpu.dispatch(
        PRODUCT,
        tileShape(wide, height, {end: inner}, STORE.map),
        [rightPanels[q]!, leftPanels[p]!, block],
        square,
      )
      await product.add(block, w.rows()[q]!)
    }
    return {lists, bytes: gpu.read(product.sums, height * width)}
  }
  // The device works on the next panel while the host turns this one into rows.
  let under = count > 0 ? await sumsOf(0) : null
  for (let p = 0; under !== null; p++) {
    const done: {lists: NearList[]; bytes: Promise<ArrayBuffer>} = under
    under = p + 1 < count ? await sumsOf(p + 1) : null
    const s = new Float32Array(await done.bytes)
    const first = p * height
    const part = dense(Math.min(n, first + height) - first, matrix.cols)
    placeRows(s, width, part, 0)
    for (const [q, list] of done.lists.entries()) {
      const near = await finder.pairs(p, q, list)
      for (const [at, i] of near.i.entries()) {
        const other = near.j[at]!
        const weight = rowDot(left, i, right, other) * kappaSlope(near.cosine[at]!)
        addRow(matrix, other, weight, part.data.subarray((i - first) * matrix.cols, (i - first + 1) * matrix.cols))
      }
    }
    onRows(first, part)
  }
}
