import {rowsOf} from '../../linalg/blocks.js'
import {addRow} from '../../linalg/csr-products.js'
import {dense, type Dense} from '../../linalg/types.js'
import {kappaSlope} from '../arc-cosine.js'
import type {HostLandmarks, LandmarkStage, LandmarkSums, LandmarkTask} from '../engine.js'
import {addingProduct} from './adding-product.js'
import type {Arena, Gpu} from './gpu.js'
import {
  groupsOver,
  type LandmarkDevice,
  panelsOfRange,
  planLandmarks,
  TILE,
  uploadLandmarks,
} from './landmark-device.js'
import {ALPHA, INVERSE_DIAGONAL, LEFT_WEIGHTS, SCALE_ROWS, THREADS, WEIGHTS_AT} from './landmark-shaders.js'
import {outerSums} from './outer-sums.js'
import {placeRows} from './panels.js'
import {PRODUCT} from './resident.js'
import {STORE, tileShape, ZEROS} from './tile-shader.js'

/**
 * A landmark kernel on the device: rows, landmarks and whitening go up once; then C → κ → Φ → ΦᵀD⁻¹Φ and ΦᵀD⁻¹Y for the
 * solve, Φ → left weights → N ∘ κ′ → s for the gradient, a panel of rows at a time. Sums of p × p and p × classes come
 * back, and s row by row.
 *
 * Precision  fp32, u = 2⁻²³: sums over up to 16,384 rows |error| ≤ γ(1040) Σ|terms| besides that of Φ, about √condition(W)
 *            · 2 u; beyond that in fp64 on the host. κ and κ′ of nearly parallel pairs (NEAR_ONE), a landmark with
 *            itself among them, come from fp64 cosines of the host, and what they add to s is added there. Fixed order.
 * Cost       (d + p) p multiply–adds a row for the sums, (2 d + p) p for the gradient; see uploadLandmarks.
 * Too large  a matrix that no buffer holds → `host`.
 * Source     as kernelBlock and kernelGradient; docs/math-sanitize.md, "Landmarks".   Deviation: none.
 */
export async function openLandmarks<G>(
  gpu: Gpu,
  task: LandmarkTask,
  host: HostLandmarks<G>,
): Promise<LandmarkStage<G>> {
  const planned = planLandmarks(task, gpu.bufferLimit)
  if (planned === null) return host
  const arena = gpu.arena()
  try {
    const on = await gpu.exclusive(() => uploadLandmarks(gpu, arena, task, planned))
    return {
      precision: 'fp32',
      sums: (from, to) => gpu.exclusive((own) => landmarkSums(gpu, own, on, from, to)),
      gradient: (from, to, gamma) =>
        host.gather(from, to, (onRows) =>
          gpu.exclusive((own) => landmarkGradient(gpu, own, on, {from, to, gamma, onRows})),
        ),
      close() {
        arena.free()
        return Promise.resolve()
      },
    }
  } catch (error) {
    arena.free()
    throw error
  }
}

async function landmarkSums(gpu: Gpu, own: Arena, on: LandmarkDevice, from: number, to: number): Promise<LandmarkSums> {
  const {task, plan, wide, kernel, phi} = on
  const {height} = plan
  const [p, classes] = [task.points.rows, task.y.cols]
  const sums = outerSums(gpu, own, height, wide)
  for (const {k, first, end} of panelsOfRange(plan, from, to)) {
    await on.kernelOf(gpu, k)
    await gpu.dispatch(
      PRODUCT,
      tileShape(height, wide, {end: wide}, STORE.set, ZEROS.rightBelow),
      [kernel, on.whitenTransposed, phi],
      [wide / TILE, height / TILE, 1],
    )
    await gpu.dispatch(
      SCALE_ROWS,
      Uint32Array.of(wide, p, classes, first, end, bitsOf(task.ridge)),
      [on.diagonal[k]!, on.y[k]!, phi],
      [height, 1, 1],
    )
    await sums.add(phi)
  }
  const total = await sums.total()
  const corner = (first: number, cols: number) => {
    const out = dense(p, cols)
    for (let i = 0; i < p; i++) out.data.set(total.data.subarray(i * wide + first, i * wide + first + cols), i * cols)
    return out
  }
  let squares = 0
  for (let c = p; c < p + classes; c++) squares += total.data[c * wide + c]!
  return {outer: corner(0, p), cross: corner(p, classes), own: squares}
}

interface GradientRange {
  from: number
  to: number
  gamma: Dense
  onRows: (firstRow: number, block: Dense) => void
}

async function landmarkGradient(
  gpu: Gpu,
  own: Arena,
  on: LandmarkDevice,
  {from, to, gamma, onRows}: GradientRange,
): Promise<void> {
  const {task, plan, wide, width, phi} = on
  const {height} = plan
  const {rows, points} = task
  const [p, classes] = [points.rows, task.y.cols]
  const weights = own.upload(new Float32Array(gamma.data))
  const inverse = own.storage(height)
  const alpha = own.storage(classes * height)
  const square = [height / TILE, wide / TILE, 1] as const
  const product = addingProduct(gpu, own, {rows: height, cols: width, inner: wide})
  const sumsOf = async (k: number) => {
    await on.kernelOf(gpu, k)
    await gpu.dispatch(
      PRODUCT,
      tileShape(wide, height, {end: wide}, STORE.set, ZEROS.leftBelow),
      [on.whitenTransposed, on.kernel, phi],
      square,
    )
    const perRow = height / THREADS
    await gpu.dispatch(
      INVERSE_DIAGONAL,
      Uint32Array.of(height, p, bitsOf(task.ridge)),
      [phi, on.diagonal[k]!, inverse],
      [perRow, 1, 1],
    )
    await gpu.dispatch(
      ALPHA,
      Uint32Array.of(height, p, classes),
      [phi, weights, on.y[k]!, inverse, alpha],
      [perRow, classes, 1],
    )
    await gpu.dispatch(LEFT_WEIGHTS, Uint32Array.of(height, classes), [alpha, weights, phi], [perRow, p, 1])
    const {places, onDevice} = on.near[k]!
    const nearWeights = own.storage(places.length)
    if (onDevice !== null)
      await gpu.dispatch(
        WEIGHTS_AT,
        Uint32Array.of(places.length, height, p, wide),
        [onDevice.places, on.whiten, phi, nearWeights],
        groupsOver(places.length),
      )
    await gpu.dispatch(
      PRODUCT,
      tileShape(wide, height, {end: wide}, STORE.map, ZEROS.leftAbove),
      [on.whiten, phi, on.cosine],
      square,
    )
    gpu.clear(product.sums)
    await product.add(on.cosine, on.pointRows)
    return {bytes: gpu.read(product.sums, height * width), near: gpu.read(nearWeights, places.length)}
  }
  const panels = panelsOfRange(plan, from, to)
  // The device works on the next panel while the host turns this one into rows.
  let under = panels.length > 0 ? await sumsOf(panels[0]!.k) : null
  for (const [n, {k, first, end}] of panels.entries()) {
    const done: {bytes: Promise<ArrayBuffer>; near: Promise<ArrayBuffer>} = under!
    under = n + 1 < panels.length ? await sumsOf(panels[n + 1]!.k) : null
    const s = dense(Math.min(height, rows.rows - k * height), rows.cols)
    placeRows(new Float32Array(await done.bytes), width, s, 0)
    const nearWeights = new Float32Array(await done.near)
    const {places, cosine} = on.near[k]!
    places.forEach((at, t) => {
      const i = at % height
      addRow(
        points,
        Math.floor(at / height),
        nearWeights[t]! * kappaSlope(cosine[t]!),
        s.data.subarray(i * s.cols, (i + 1) * s.cols),
      )
    })
    onRows(k * height + first - from, rowsOf(s, first, end))
  }
}

/** An fp32 number as a parameter among whole ones. */
export const bitsOf = (x: number) => new Uint32Array(Float32Array.of(x).buffer)[0]!
