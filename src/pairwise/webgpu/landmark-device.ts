import {type Real, transpose} from '../../linalg/products.js'
import type {Dense} from '../../linalg/types.js'
import {kappa} from '../arc-cosine.js'
import {kernelDiagonal} from '../cpu/kernel.js'
import type {LandmarkTask} from '../engine.js'
import type {Arena, Gpu} from './gpu.js'
import {MAP_KERNEL, SCATTER, THREADS} from './landmark-shaders.js'
import {type PanelPlan, planPanels, roundUp, rowsOfPanel} from './panels.js'
import {cosines, findNear, type NearPairs, panel, type Panels, uploadPanels} from './resident.js'
import {SQUARE, tileCols} from './tile-shader.js'

/** Rows and columns of a block of the large products. */
export const TILE = tileCols(SQUARE)

/** The nearly parallel pairs of a panel's rows with landmarks. */
export interface PanelNear {
  /** landmark · height + row in the panel, on the host and on the device (null: there is none) */
  readonly places: Uint32Array<ArrayBuffer>
  readonly onDevice: {readonly places: GPUBuffer; readonly kernel: GPUBuffer} | null
  /** fp64 */
  readonly cosine: Float64Array
}

/** What the stages of a landmark kernel keep on the device. */
export interface LandmarkDevice {
  readonly task: LandmarkTask
  readonly plan: PanelPlan
  /** p + classes in whole tiles: [Φ | Y] stand side by side, so that one product gives the sums of both */
  readonly wide: number
  /** the columns of the rows in whole tiles */
  readonly width: number
  /** points row by row [wide, width] */
  readonly pointRows: GPUBuffer
  /** L⁻¹ and L⁻ᵀ [wide, wide] */
  readonly whiten: GPUBuffer
  readonly whitenTransposed: GPUBuffer
  /** of each panel: [height] κ of a row with itself, [height, classes] Y */
  readonly diagonal: readonly GPUBuffer[]
  readonly y: readonly GPUBuffer[]
  readonly near: readonly PanelNear[]
  /** of the panel under way: cosines and κ [wide, height], Φ [height, wide] or its transpose */
  readonly cosine: GPUBuffer
  readonly kernel: GPUBuffer
  readonly phi: GPUBuffer
  /** cosines and κ of a panel with the landmarks, into `cosine` and `kernel` */
  kernelOf(gpu: Gpu, k: number): Promise<void>
}

/** The plan of a task's panels; null: some matrix of it is larger than a buffer of the device. */
export function planLandmarks({rows, points, y}: LandmarkTask, bufferLimit: number) {
  const wide = roundUp(points.rows + y.cols, TILE)
  const width = roundUp(points.cols, TILE)
  if (4 * wide * Math.max(wide, width, 256) > bufferLimit || 4 * 256 * width > bufferLimit) return null
  return {wide, width, plan: planPanels(rows.rows, Math.max(wide, width), bufferLimit)}
}

/**
 * Uploads a landmark kernel and finds its nearly parallel pairs.
 *
 * Cost   4 · s · (d + classes) bytes on the device, besides three blocks of a panel and 4 · p · (2 p + 2 d) bytes;
 *        s · p · d multiply–adds to look for near pairs.
 */
export async function uploadLandmarks(
  gpu: Gpu,
  arena: Arena,
  task: LandmarkTask,
  {wide, width, plan}: NonNullable<ReturnType<typeof planLandmarks>>,
): Promise<LandmarkDevice> {
  const {rows, points, y} = task
  const {height, count} = plan
  const panels = uploadPanels(arena, rows, plan)
  const landmarks = uploadPanels(arena, points, {rows: points.rows, height: wide, count: 1})
  const diagonal = {rows: rows.rows, cols: 1, data: kernelDiagonal(rows)}
  const each = <T>(make: (k: number) => T) => Array.from({length: count}, (_, k) => make(k))
  const [cosine, kernel, phi] = [1, 2, 3].map(() => arena.storage(wide * height)) as [GPUBuffer, GPUBuffer, GPUBuffer]
  const near = nearByPanel(arena, await findNear(gpu, panels, landmarks), plan)
  return {
    task,
    plan,
    wide,
    width,
    pointRows: arena.upload(rowsOfPanel(points, landmarks.plan, 0, width)),
    whiten: arena.upload(padded(task.whiten, wide)),
    whitenTransposed: arena.upload(padded(transpose(task.whiten), wide)),
    diagonal: each((k) => arena.upload(rowsOfPanel(diagonal, plan, k, 1))),
    y: each((k) => arena.upload(rowsOfPanel(y, plan, k, y.cols))),
    near,
    cosine,
    kernel,
    phi,
    kernelOf: (of, k) => kernelOf(of, [landmarks, panels], [cosine, kernel], k, near[k]!),
  }
}

async function kernelOf(
  gpu: Gpu,
  [landmarks, rows]: readonly [Panels, Panels],
  [cosine, kernel]: readonly [GPUBuffer, GPUBuffer],
  k: number,
  {onDevice, places}: PanelNear,
): Promise<void> {
  await cosines(gpu, [panel(landmarks, 0), panel(rows, k)], rows.depth, cosine)
  const vectors = (landmarks.plan.height * rows.plan.height) / 4
  await gpu.dispatch(MAP_KERNEL, Uint32Array.of(vectors), [cosine, kernel], groupsOver(vectors))
  if (onDevice !== null)
    await gpu.dispatch(
      SCATTER,
      Uint32Array.of(places.length),
      [onDevice.places, onDevice.kernel, kernel],
      groupsOver(places.length),
    )
}

const MOST_GROUPS = 4096

/** Workgroups of a kernel that goes through a list: at most MOST_GROUPS. */
export const groupsOver = (length: number): [number, number, number] => [
  Math.min(MOST_GROUPS, Math.ceil(length / THREADS)),
  1,
  1,
]

/** The panels that hold rows from … to − 1; first and end of these rows are counted from the panel's own first. */
export function panelsOfRange({height}: PanelPlan, from: number, to: number) {
  const first = Math.floor(from / height)
  return Array.from({length: from < to ? Math.ceil(to / height) - first : 0}, (_, n) => ({
    k: first + n,
    first: Math.max(0, from - (first + n) * height),
    end: Math.min(height, to - (first + n) * height),
  }))
}

/** The pairs come a panel of rows after another. */
export function nearByPanel(arena: Arena, {i, j, cosine}: NearPairs, {height, count}: PanelPlan): PanelNear[] {
  let at = 0
  return Array.from({length: count}, (_, k) => {
    const from = at
    while (at < i.length && i[at]! < (k + 1) * height) at++
    const places = Uint32Array.from(i.subarray(from, at), (row, t) => j[from + t]! * height + row - k * height)
    const some = cosine.subarray(from, at)
    const onDevice =
      from === at ? null : {places: arena.upload(places), kernel: arena.upload(Float32Array.from(some, kappa))}
    return {places, onDevice, cosine: some}
  })
}

/** [size, size], filled up with zeros. */
export function padded({rows, cols, data}: Dense<Real>, size: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(size * size)
  for (let i = 0; i < rows; i++) out.set(data.subarray(i * cols, (i + 1) * cols), i * size)
  return out
}
