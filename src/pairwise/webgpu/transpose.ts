import type {Real} from '../../linalg/products.js'
import type {Dense} from '../../linalg/types.js'
import type {Arena, Gpu} from './gpu.js'
import {type PanelPlan, roundUp} from './panels.js'

const TILE = 16

/**
 * WGSL: factor · Aᵀ [cols, rows] of A [givenRows, givenCols], zero beyond A; rows and cols are multiples of 16. Bindings: 0
 * Shape; 1 A; 2 the result.
 */
const TRANSPOSE = `
struct Shape { rows: u32, givenRows: u32, givenCols: u32, factor: f32 }
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;
var<workgroup> tile: array<f32, ${TILE * (TILE + 1)}>;
@compute @workgroup_size(${TILE}, ${TILE})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let first = ${TILE}u * group;
  let row = first.y + local.y;
  let col = first.x + local.x;
  var value = 0.0;
  if (row < shape.givenRows && col < shape.givenCols) { value = shape.factor * a[row * shape.givenCols + col]; }
  tile[local.y * ${TILE + 1}u + local.x] = value;
  workgroupBarrier();
  out[(first.x + local.y) * shape.rows + first.y + local.x] = tile[local.x * ${TILE + 1}u + local.y];
}`

/**
 * Panel p of x · factor on the device, feature by feature: [roundUp(cols, 16), height]. The rows go up as they lie in
 * memory and are transposed there: on the host each number would touch another cache line.
 *
 * Precision  `factor` is a power of two; values in fp32 are the same bits but for those below 2⁻¹²⁶ then.
 */
export async function uploadColumns(
  gpu: Gpu,
  arena: Arena,
  x: Dense<Real>,
  {rows, height}: PanelPlan,
  p: number,
  factor: number,
): Promise<GPUBuffer> {
  const width = roundUp(x.cols, TILE)
  const [first, last] = [p * height, Math.min(rows, (p + 1) * height)]
  const given = x.data.subarray(first * x.cols, last * x.cols)
  const isAsItIs = given instanceof Float32Array && given.buffer instanceof ArrayBuffer && isUsual(factor)
  const out = arena.storage(width * height)
  const scratch = gpu.arena()
  try {
    const up = scratch.upload(
      isAsItIs ? (given as Float32Array<ArrayBuffer>) : Float32Array.from(given, (value) => value * factor),
    )
    const shape = new Float32Array([0, 0, 0, isAsItIs ? factor : 1])
    const words = new Uint32Array(shape.buffer)
    words.set([height, last - first, x.cols])
    await gpu.dispatch(TRANSPOSE, words, [up, out], [width / TILE, height / TILE, 1])
  } finally {
    scratch.free()
  }
  return out
}

/** Whether fp32 holds a power of two and its products with numbers of common size. */
const isUsual = (factor: number) => factor > 2 ** -100 && factor < 2 ** 100
