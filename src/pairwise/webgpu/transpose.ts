import type {Arena, Gpu} from './gpu.js'
import {type PanelPlan, roundUp, rowsOfPanel} from './panels.js'
import type {Real} from '../../linalg/products.js'
import type {Dense} from '../../linalg/types.js'

const TILE = 16

/** WGSL: the transpose of A [rows, cols], both multiples of 16. Bindings: 0 {rows, cols}; 1 A; 2 Aᵀ. */
const TRANSPOSE = `
struct Shape { rows: u32, cols: u32 }
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;
var<workgroup> tile: array<f32, ${TILE * (TILE + 1)}>;
@compute @workgroup_size(${TILE}, ${TILE})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let first = ${TILE}u * group;
  tile[local.y * ${TILE + 1}u + local.x] = a[(first.y + local.y) * shape.cols + first.x + local.x];
  workgroupBarrier();
  out[(first.x + local.y) * shape.rows + first.y + local.x] = tile[local.x * ${TILE + 1}u + local.y];
}`

/**
 * Panel p of x · factor on the device, feature by feature: [roundUp(cols, 16), height]. The rows go up as they lie in
 * memory and are transposed there: on the host every number is a cache line of its own.
 */
export async function uploadColumns(
  gpu: Gpu,
  arena: Arena,
  x: Dense<Real>,
  plan: PanelPlan,
  p: number,
  factor: number,
): Promise<GPUBuffer> {
  const width = roundUp(x.cols, TILE)
  const out = arena.storage(width * plan.height)
  const rows = gpu.arena()
  try {
    await gpu.dispatch(
      TRANSPOSE,
      Uint32Array.of(plan.height, width),
      [rows.upload(rowsOfPanel(x, plan, p, width, factor)), out],
      [width / TILE, plan.height / TILE, 1],
    )
  } finally {
    rows.free()
  }
  return out
}
