import {block, place} from '../../linalg/blocks.js'
import {dense, type Dense} from '../../linalg/types.js'
import {kappa} from '../arc-cosine.js'
import {kernelDiagonal} from '../cpu/kernel.js'
import type {GramTask} from '../engine.js'
import type {Arena, Gpu} from './gpu.js'
import {groupsOver} from './landmark-device.js'
import {MAP_KERNEL, SCATTER} from './landmark-shaders.js'
import {type PanelPlan, placeRows, planPanels, roundUp, rowsOfPanel} from './panels.js'
import {nearFinder, type NearPairs, uploadPanels} from './resident.js'
import {SUM_PARTS, TALL, tileCols, tileRows, tileShader, tileShape} from './tile-shader.js'

/** Products of H with some columns. */
const TIMES = tileShader({tile: TALL, combine: 'product'})

/** Rows of a block that one workgroup sums: short enough for small rounding, many enough to fill a GPU. */
const CHUNK = 256
/** Columns of V in one product, so that its partial sums fit a small buffer. */
const COLUMNS = 64
/** Largest H that is kept: 16,384 rows. */
const MOST_BYTES = 2 ** 30

/** Pairs of nearly parallel rows, as a share of all, that the host computes without making the whole slower than its own. */
const MOST_NEAR = 1 / 16

/** A symmetric matrix on the device. */
export interface SquareBlocks {
  readonly plan: PanelPlan
  /** of panels q and p: [height, height] rows of q, columns of p */
  readonly blocks: readonly (readonly GPUBuffer[])[]
}

/** The plan of a kernel kept in full; null: it is larger than MOST_BYTES, or no buffer holds a block of it. */
export function planGram({rows}: GramTask, bufferLimit: number): PanelPlan | null {
  const width = roundUp(rows.cols, 16)
  const grain = tileRows(TALL)
  if (4 * grain * Math.max(grain, width) > bufferLimit) return null
  const {height, count} = planPanels(rows.rows, width, bufferLimit)
  // Panels of one height leave less to fill up.
  const even = Math.min(height, roundUp(Math.ceil(rows.rows / Math.max(1, count)), grain))
  return 4 * (even * count) ** 2 > MOST_BYTES ? null : {rows: rows.rows, height: even, count}
}

/**
 * H = κ(X̂X̂ᵀ), made on the device and kept there; null: too many of its rows are nearly parallel.
 *
 * Precision  fp32, u = 2⁻²³, as kernelApply: cosines beyond NEAR_ONE and the diagonal come from the host in fp64.
 * Cost       s² · d multiply–adds on the device, 4 · s² bytes; the host waits once for each panel.
 */
export async function kernelOnDevice(
  gpu: Gpu,
  arena: Arena,
  own: Arena,
  {rows: matrix}: GramTask,
  plan: PanelPlan,
): Promise<SquareBlocks | null> {
  const {height, count} = plan
  // Beside these, each row is near itself.
  let room = MOST_NEAR * plan.rows ** 2 + 4 * plan.rows
  const rows = uploadPanels(own, matrix, plan)
  const diagonal = kernelDiagonal(matrix)
  const cosine = own.storage(height ** 2)
  const finder = nearFinder(gpu, own, rows, rows, cosine)
  const each = <T>(make: (p: number) => T) => Array.from({length: count}, (_, p) => make(p))
  const blocks = each(() => each(() => arena.storage(height ** 2)))
  const vectors = height ** 2 / 4
  for (let p = 0; p < count; p++) {
    const lists = []
    for (let q = 0; q < count; q++) {
      await finder.cosines(p, q)
      lists.push(await finder.list())
      await gpu.dispatch(MAP_KERNEL, Uint32Array.of(vectors), [cosine, blocks[q]![p]!], groupsOver(vectors))
    }
    for (const [q, list] of lists.entries()) {
      room -= new Uint32Array(await list.bytes, 0, 1)[0]!
      if (room < 0) return null
      const {places, values} = exactPlaces(plan, diagonal, await finder.pairs(p, q, list), [q, p])
      if (places.length > 0)
        await gpu.dispatch(
          SCATTER,
          Uint32Array.of(places.length),
          [own.upload(places), own.upload(values), blocks[q]![p]!],
          groupsOver(places.length),
        )
    }
  }
  return {plan, blocks}
}

/** Places of block [q, p] that the map left at 0, with κ in fp64: near pairs i of panel p and j of q, and the diagonal. */
function exactPlaces(
  {height, rows}: PanelPlan,
  diagonal: Float64Array,
  {i, j, cosine}: NearPairs,
  [q, p]: readonly [number, number],
) {
  const own = q === p ? Math.min(height, rows - p * height) : 0
  const places = new Uint32Array(i.length + own)
  const values = new Float32Array(places.length)
  for (let t = 0; t < i.length; t++) {
    places[t] = (j[t]! - q * height) * height + i[t]! - p * height
    values[t] = kappa(cosine[t]!)
  }
  for (let k = 0; k < own; k++) {
    places[i.length + k] = k * height + k
    values[i.length + k] = diagonal[p * height + k]!
  }
  return {places, values}
}

/**
 * H V for V [s, r].
 *
 * Precision  fp32, u = 2⁻²³: |error| ≤ γ(256 + s / 256) Σ|H V|. Fixed order.
 * Cost       s² multiply–adds for each 16 columns of V begun; V and the result cross the bus.
 */
export async function timesBlocks(gpu: Gpu, own: Arena, {plan, blocks}: SquareBlocks, v: Dense): Promise<Dense> {
  const out = dense(v.rows, v.cols)
  for (let from = 0; from < v.cols; from += COLUMNS) {
    const some = block(v, 0, v.rows, from, Math.min(v.cols, from + COLUMNS))
    place(out, await timesSome(gpu, own, {plan, blocks}, some), 0, from)
  }
  return out
}

async function timesSome(gpu: Gpu, own: Arena, {plan, blocks}: SquareBlocks, v: Dense): Promise<Dense> {
  const {height, count} = plan
  const width = roundUp(v.cols, tileCols(TALL))
  const size = height * width
  const chunk = Math.max(CHUNK, roundUp(height / Math.floor(gpu.bufferLimit / (4 * size)), TALL.step))
  const chunks = Math.ceil(height / chunk)
  const right = Array.from({length: count}, (_, q) => own.upload(rowsOfPanel(v, plan, q, width)))
  const parts = own.storage(chunks * size)
  const sums = own.storage(size)
  const reads: Promise<ArrayBuffer>[] = []
  for (let p = 0; p < count; p++) {
    gpu.clear(sums)
    for (let q = 0; q < count; q++) {
      await gpu.dispatch(
        TIMES,
        tileShape(height, width, {end: height, chunk}),
        [blocks[q]![p]!, right[q]!, parts],
        [width / tileCols(TALL), height / tileRows(TALL), chunks],
      )
      await gpu.dispatch(SUM_PARTS, Uint32Array.of(size, chunks), [parts, sums], groupsOver(size))
    }
    reads.push(gpu.read(sums, size))
  }
  const out = dense(v.rows, v.cols)
  for (const [p, bytes] of (await Promise.all(reads)).entries())
    placeRows(new Float32Array(bytes), width, out, p * height)
  return out
}
