import type {Dense} from '../../linalg/types.js'
import type {Arena, Gpu} from './gpu.js'
import {groupsOver, padded} from './landmark-device.js'
import {bitsOf} from './landmarks.js'
import {addNarrowProduct, type NarrowShape, partsOf} from './narrow-product.js'
import {placeRows} from './panels.js'
import {cosines, panel} from './resident.js'
import {partOf, type SolveDevice} from './solve-device.js'
import {FINISH, RESIDUAL, SCALE, STEP, STRETCH, TURN} from './solve-shaders.js'
import {STORE} from './tile-shader.js'

/** Sums over all rows of each column, in fp64. */
type ColumnSums = Promise<Float64Array>

/** The vectors X, R, P and Z of conjugate gradients [rows, columns], which never leave the device before X is done. */
export interface SolveVectors {
  /** image = (κ + λI) P, or of X; → P · image */
  image(of: 'p' | 'x'): ColumnSums
  /** X += step P, R −= step image; → R · R, on its way while more is sent */
  step(steps: Float64Array): Promise<{squares: ColumnSums}>
  /** R = B − image; → R · R */
  residual(): ColumnSums
  /** Z ≈ (κ + λI)⁻¹ R; → R · Z */
  precondition(): ColumnSums
  /** P = Z + turn P */
  turn(turns: Float64Array): Promise<void>
  result(): Promise<Dense>
}

/**
 * Vectors for right-hand sides B, X = 0 and R = B at first.
 *
 * Shapes     b [s, r] in fp64; inverse [p, p] A⁻¹.
 * Precision  fp32, u = 2⁻²³. Products |error| ≤ γ(256 + s/256) Σ|terms| with entries of κ as in kernelBlock, nearly
 *            parallel pairs and the diagonal from fp64. Sums over rows in fp32 for 64 rows, beyond that in fp64 on the
 *            host. Fixed order.
 * Cost       an image: s² (d/2 + r) multiply–adds, one acos for two pairs; a preconditioning: s · r · 2 p. 28 · s · r
 *            bytes.
 */
export function solveVectors(
  gpu: Gpu,
  own: Arena,
  on: SolveDevice,
  {b, inverse, ridge}: {b: Dense; inverse: Dense; ridge: number},
): SolveVectors {
  const {panels, height: rows, wide, phi, block} = on
  const {plan, depth} = panels
  const {height, count} = plan
  const width = on.planned.width(b.cols)
  const right = new Float32Array(rows * width)
  for (let i = 0; i < b.rows; i++) right.set(b.data.subarray(i * b.cols, (i + 1) * b.cols), i * width)
  const given = own.upload(right)
  const r = own.upload(right)
  const [x, p, z, image, g] = Array.from({length: 5}, () => own.storage(rows * width)) as [
    GPUBuffer,
    GPUBuffer,
    GPUBuffer,
    GPUBuffer,
    GPUBuffer,
  ]
  const center = own.upload(padded(inverse, wide))
  const [back, mixed] = [own.storage(wide * width), own.storage(wide * width)]
  const coefficients = own.storage(width)
  const stretchSums = [own.storage((rows / STRETCH) * width), own.storage((rows / STRETCH) * width)] as const

  const narrow = (m: number, inner: number, leftByRows: boolean): NarrowShape => ({
    rows: m,
    cols: width,
    inner,
    leftByRows,
  })
  const shapes = {
    kernel: narrow(height, height, false),
    mirrored: narrow(height, height, true),
    back: narrow(wide, height, false),
    center: narrow(wide, wide, false),
    forth: narrow(height, wide, true),
  }
  const parts = own.storage(Math.max(...Object.values(shapes).map((shape) => partsOf(shape, gpu.bufferLimit))))
  const part = (of: GPUBuffer, k: number) => partOf(of, plan, k, width)

  const shape = (again = 0) => Uint32Array.of(rows, width, bitsOf(ridge), again)
  const overStretches = groupsOver((rows / STRETCH) * width)
  const columnSums = async (of: GPUBuffer): ColumnSums => {
    const some = new Float32Array(await gpu.read(of, (rows / STRETCH) * width))
    const sums = new Float64Array(width)
    for (let t = 0; t < some.length; t++) sums[t % width]! += some[t]!
    return sums
  }

  const multiply = async (v: GPUBuffer) => {
    gpu.clear(image)
    for (let k = 0; k < count; k++) {
      for (let q = k; q < count; q++) {
        await cosines(gpu, [panel(panels, q), panel(panels, k)], depth, block, STORE.mapSum)
        await addNarrowProduct(gpu, shapes.kernel, [block, part(v, q)], parts, part(image, k))
        if (q > k) await addNarrowProduct(gpu, shapes.mirrored, [block, part(v, k)], parts, part(image, q))
      }
    }
  }
  const scale = async (again: 0 | 1): Promise<void> =>
    gpu.dispatch(SCALE, shape(again), [on.rest, r, g, z, stretchSums[1]], overStretches)

  return {
    async image(of) {
      const v = of === 'p' ? p : x
      await multiply(v)
      const {start, other, kernel} = on.near
      const buffers = [on.diagonal, start, other, kernel, v, image, stretchSums[0]]
      await gpu.dispatch(FINISH, shape(), buffers, overStretches)
      return columnSums(stretchSums[0])
    },
    async step(steps) {
      gpu.write(coefficients, Float32Array.from(steps))
      await gpu.dispatch(STEP, shape(), [coefficients, p, image, x, r, stretchSums[0]], overStretches)
      const squares = columnSums(stretchSums[0])
      // See Gpu.read.
      squares.catch(() => undefined)
      return {squares}
    },
    async residual() {
      await gpu.dispatch(RESIDUAL, shape(), [given, image, r, stretchSums[0]], overStretches)
      return columnSums(stretchSums[0])
    },
    async precondition() {
      await scale(0)
      for (const of of [back, mixed, g]) gpu.clear(of)
      for (const [k, features] of phi.entries())
        await addNarrowProduct(gpu, shapes.back, [features, part(z, k)], parts, back)
      await addNarrowProduct(gpu, shapes.center, [center, back], parts, mixed)
      for (const [k, features] of phi.entries())
        await addNarrowProduct(gpu, shapes.forth, [features, mixed], parts, part(g, k))
      await scale(1)
      return columnSums(stretchSums[1])
    },
    async turn(turns) {
      gpu.write(coefficients, Float32Array.from(turns))
      await gpu.dispatch(TURN, shape(), [coefficients, z, p], groupsOver(rows * width))
    },
    async result() {
      const out = {rows: b.rows, cols: b.cols, data: new Float64Array(b.rows * b.cols)}
      placeRows(new Float32Array(await gpu.read(x, rows * width)), width, out, 0)
      return out
    },
  }
}
