import {transpose} from '../../linalg/products.js'
import type {Dense} from '../../linalg/types.js'
import {kappa} from '../arc-cosine.js'
import {kernelDiagonal} from '../cpu/kernel.js'
import type {LandmarkTask, SolveTask} from '../engine.js'
import type {Arena, Gpu} from './gpu.js'
import {groupsOver, nearByPanel, padded, TILE} from './landmark-device.js'
import {bitsOf} from './landmarks.js'
import {SCATTER} from './landmark-shaders.js'
import {outerSums} from './outer-sums.js'
import type {PanelPlan} from './panels.js'
import {cosines, findNear, nearFinder, type NearPairs, panel, type Panels, PRODUCT, uploadPanels} from './resident.js'
import type {SolvePlan} from './solve-plan.js'
import {REST, SCALED_FEATURES} from './solve-shaders.js'
import {STORE, tileShape, ZEROS} from './tile-shader.js'

/** What solves keep on the device. Vectors and lists over rows are whole, in the rows of all panels. */
export interface SolveDevice {
  readonly planned: SolvePlan
  readonly panels: Panels
  /** rows of all panels */
  readonly height: number
  /** landmarks, without and with the padding to whole tiles */
  readonly landmarks: number
  readonly wide: number
  /** [height] κ of a row with itself, and R, what the landmarks leave of it */
  readonly diagonal: GPUBuffer
  readonly rest: GPUBuffer
  /** of each panel: Φ row by row [panel height, wide] */
  readonly phi: readonly GPUBuffer[]
  /** nearly parallel pairs by rows: the first of each row, their other row, their κ */
  readonly near: {readonly start: GPUBuffer; readonly other: GPUBuffer; readonly kernel: GPUBuffer}
  /** κ of two panels */
  readonly block: GPUBuffer
}

/** Panel p of a whole vector, `width` numbers a row. */
export const partOf = (buffer: GPUBuffer, {height}: PanelPlan, p: number, width: number): GPUBufferBinding => ({
  buffer,
  offset: 4 * p * height * width,
  size: 4 * height * width,
})

/**
 * Uploads rows and landmarks, makes Φ and R, and finds the nearly parallel pairs of rows; null: they fill no buffer.
 *
 * Cost   4 · s · (d + p) bytes on the device, besides two blocks of panels; s² d / 2 multiply–adds to look for near pairs,
 *        s · p · (d + p/2) for Φ.
 */
export async function uploadSolve(
  gpu: Gpu,
  arena: Arena,
  {rows}: SolveTask,
  planned: SolvePlan,
  {points, whiten}: Pick<LandmarkTask, 'points' | 'whiten'>,
): Promise<SolveDevice | null> {
  const {plan} = planned
  const height = plan.height * plan.count
  const wide = 256 * Math.ceil(points.rows / 256)
  const panels = uploadPanels(arena, rows, plan)
  const block = arena.storage(plan.height * Math.max(plan.height, wide))
  const near = await nearByRows(gpu, panels, block)
  if (4 * near.other.length > gpu.bufferLimit) return null
  const diagonal = new Float32Array(height)
  diagonal.set(kernelDiagonal(rows))
  const on = {
    planned,
    panels,
    height,
    landmarks: points.rows,
    wide,
    diagonal: arena.upload(diagonal),
    rest: arena.storage(height),
    phi: Array.from({length: plan.count}, () => arena.storage(plan.height * wide)),
    near: {start: arena.upload(near.start), other: arena.upload(near.other), kernel: arena.upload(near.kernel)},
    block,
  }
  const own = gpu.arena()
  try {
    await makeFeatures(gpu, own, on, uploadPanels(own, points, {rows: points.rows, height: wide, count: 1}), whiten)
  } finally {
    own.free()
  }
  return on
}

async function makeFeatures(
  gpu: Gpu,
  own: Arena,
  {panels, wide, diagonal, rest, phi, block}: SolveDevice,
  points: Panels,
  whiten: Dense<Float32Array>,
): Promise<void> {
  const {plan} = panels
  const right = own.upload(padded(transpose(whiten), wide))
  const near = nearByPanel(own, await findNear(gpu, panels, points), plan)
  for (const [p, features] of phi.entries()) {
    await cosines(gpu, [panel(points, 0), panel(panels, p)], panels.depth, block, STORE.mapSum)
    const {onDevice, places} = near[p]!
    if (onDevice !== null)
      await gpu.dispatch(
        SCATTER,
        Uint32Array.of(places.length),
        [onDevice.places, onDevice.kernel, block],
        groupsOver(places.length),
      )
    await gpu.dispatch(
      PRODUCT,
      tileShape(plan.height, wide, {end: wide}, STORE.set, ZEROS.rightBelow),
      [block, right, features],
      [wide / TILE, plan.height / TILE, 1],
    )
    await gpu.dispatch(
      REST,
      Uint32Array.of(plan.height, wide, 0, 0),
      [partOf(diagonal, plan, p, 1), features, partOf(rest, plan, p, 1)],
      [plan.height, 1, 1],
    )
  }
}

/** Near pairs in the order of their rows; each block of two panels is looked at once, as the product makes it once. */
async function nearByRows(gpu: Gpu, panels: Panels, block: GPUBuffer) {
  const {count, height} = panels.plan
  const own = gpu.arena()
  const found: (NearPairs & {isMirrored: boolean})[] = []
  try {
    const finder = nearFinder(gpu, own, panels, panels, block)
    for (let p = 0; p < count; p++) {
      for (let q = p; q < count; q++) {
        await finder.cosines(p, q)
        found.push({...(await finder.pairs(p, q, await finder.list())), isMirrored: q > p})
      }
    }
  } finally {
    own.free()
  }
  const each = (visit: (i: number, j: number, cosine: number) => void) => {
    for (const {i, j, cosine, isMirrored} of found) {
      cosine.forEach((c, at) => {
        visit(i[at]!, j[at]!, c)
        if (isMirrored) visit(j[at]!, i[at]!, c)
      })
    }
  }
  const start = new Uint32Array(count * height + 1)
  each((i) => start[i + 1]!++)
  for (let i = 0; i < count * height; i++) start[i + 1]! += start[i]!
  const next = start.slice()
  const [other, kernel] = [new Uint32Array(start.at(-1)!), new Float32Array(start.at(-1)!)]
  each((i, j, cosine) => {
    const at = next[i]!++
    other[at] = j
    kernel[at] = kappa(cosine)
  })
  return {start, other, kernel}
}

/** Of the trace of ΦᵀD⁻¹Φ: more than what fp32 takes from any direction of it. */
const LIFT = 2 ** -20

/**
 * ΦᵀD⁻¹Φ [p, p], D = R + λI, for a preconditioner: lifted by 2⁻²⁰ of its trace, since an error of that size would make
 * I + ΦᵀD⁻¹Φ indefinite where λ is far below the kernel. Precision and cost: outerSums.
 */
export async function featureSums(gpu: Gpu, own: Arena, on: SolveDevice, ridge: number): Promise<Dense> {
  const {panels, landmarks, wide, rest, phi} = on
  const {plan} = panels
  const scaled = own.storage(plan.height * wide)
  const sums = outerSums(gpu, own, plan.height, wide)
  for (const [p, features] of phi.entries()) {
    await gpu.dispatch(
      SCALED_FEATURES,
      Uint32Array.of(plan.height, wide, bitsOf(ridge), 0),
      [partOf(rest, plan, p, 1), features, scaled],
      groupsOver(plan.height * wide),
    )
    await sums.add(scaled)
  }
  const total = await sums.total()
  const data = new Float64Array(landmarks ** 2)
  let trace = 0
  for (let i = 0; i < landmarks; i++) trace += total.data[i * wide + i]!
  for (let i = 0; i < landmarks; i++) {
    data.set(total.data.subarray(i * wide, i * wide + landmarks), i * landmarks)
    data[i * landmarks + i]! += LIFT * trace
  }
  return {rows: landmarks, cols: landmarks, data}
}
