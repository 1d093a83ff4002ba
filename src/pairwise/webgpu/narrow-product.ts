import type {Gpu} from './gpu.js'
import {groupsOver} from './landmark-device.js'
import {SUM_PARTS, TALL, tileCols, tileRows, tileShader, tileShape, WIDE} from './tile-shader.js'

/** Inner steps that one workgroup sums: short enough for small rounding, many enough to fill a GPU. */
export const CHUNK = 256
/** Partial sums of a product, in bytes. */
const MOST_PARTS = 2 ** 26

// One pipeline for both ways the left side may lie, since compiling is expensive.
const CODE = {
  tall: tileShader({tile: TALL, combine: 'product', leftByRows: true}),
  wide: tileShader({tile: WIDE, combine: 'product', leftByRows: true}),
}

/** The tile for a right side of so many columns. */
export const narrowTile = (columns: number) => (columns <= tileCols(TALL) ? TALL : WIDE)

/** The kernel of a product with so many columns. */
export const narrowCode = (columns: number): string => (narrowTile(columns) === TALL ? CODE.tall : CODE.wide)

/** Rows and columns of a product, its inner dimension, and how the left side lies: see tileShader. */
export interface NarrowShape {
  readonly rows: number
  readonly cols: number
  readonly inner: number
  readonly leftByRows: boolean
}

const chunksOf = ({rows, cols, inner}: NarrowShape, bufferLimit: number) =>
  Math.max(1, Math.min(Math.ceil(inner / CHUNK), Math.floor(Math.min(bufferLimit, MOST_PARTS) / (4 * rows * cols))))

/** Numbers that the partial sums of a product take. */
export const partsOf = (shape: NarrowShape, bufferLimit: number) =>
  shape.rows * shape.cols * chunksOf(shape, bufferLimit)

/**
 * out += A B for a B of few columns. Several workgroups share the inner dimension, and their parts are added in order.
 *
 * Shapes     rows and inner multiples of 256, cols whole tiles.
 * Precision  fp32, u = 2⁻²³: |error| ≤ γ(256 + inner/256) Σ|terms| where buffers hold that many parts, else γ(inner).
 *            Fixed order.
 * Cost       rows · cols · inner multiply–adds.
 */
export async function addNarrowProduct(
  gpu: Gpu,
  shape: NarrowShape,
  [a, b]: readonly [GPUBuffer, GPUBuffer | GPUBufferBinding],
  parts: GPUBuffer,
  out: GPUBuffer | GPUBufferBinding,
): Promise<void> {
  const {rows, cols, inner} = shape
  const chunk = CHUNK * Math.ceil(inner / CHUNK / chunksOf(shape, gpu.bufferLimit))
  const count = Math.ceil(inner / chunk)
  const tile = narrowTile(cols)
  await gpu.dispatch(
    narrowCode(cols),
    tileShape(rows, cols, {end: inner, chunk, leftByRows: shape.leftByRows}),
    [a, b, parts],
    [cols / tileCols(tile), rows / tileRows(tile), count],
  )
  await gpu.dispatch(SUM_PARTS, Uint32Array.of(rows * cols, count), [parts, out], groupsOver(rows * cols))
}
