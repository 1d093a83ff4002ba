import {bindings, THREADS} from './landmark-shaders.js'

/** Rows of a step of the factorisation: a square of them fills the workgroup memory that WebGPU guarantees. */
export const STEP = 64

/**
 * A block of H + λI from one of H. Bindings: 0 {height, what to add on the diagonal as the bits of an f32}; 1 H; 2 out.
 * Any number of workgroups.
 */
export const ADD_RIDGE = `
struct Shape { height: u32, ridge: f32 }
@group(0) @binding(0) var<uniform> shape: Shape;
${bindings('read kernel f32', 'read_write out f32')}
@compute @workgroup_size(${THREADS})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var e = id.x; e < shape.height * shape.height; e += ${THREADS}u * groups.x) {
    out[e] = kernel[e] + select(0.0, shape.ridge, e % shape.height == e / shape.height);
  }
}`

/**
 * The factor U, UᵀU = A, of a square on the diagonal of a block, from row and column first on; a copy of it goes into
 * `squares` [steps, 64, 64]. A pivot that is not positive sets the state to 1. One workgroup; a thread a column.
 *
 * Bindings   0 {height, first, step}; 1 block; 2 squares; 3 state.
 */
export const FACTOR_SQUARE = `
struct Shape { height: u32, first: u32, step: u32 }
@group(0) @binding(0) var<uniform> shape: Shape;
${bindings('read_write a f32', 'read_write squares f32', 'read_write state u32')}
var<workgroup> u: array<f32, ${STEP * STEP}>;
@compute @workgroup_size(${STEP})
fn main(@builtin(local_invocation_index) c: u32) {
  let corner = shape.first * shape.height + shape.first;
  for (var t = 0u; t < ${STEP}u; t++) { u[t * ${STEP}u + c] = a[corner + t * shape.height + c]; }
  // Row t is final when its turn comes; its root is taken at the end, so that one barrier a turn does.
  for (var t = 0u; t < ${STEP}u; t++) {
    workgroupBarrier();
    let pivot = u[t * ${STEP + 1}u];
    if (!(pivot > 0.0) && c == t) { state[0] = 1u; }
    let share = u[t * ${STEP}u + c] / select(1.0, pivot, pivot > 0.0);
    for (var i = t + 1u; i <= c; i++) { u[i * ${STEP}u + c] = fma(-u[t * ${STEP}u + i], share, u[i * ${STEP}u + c]); }
  }
  for (var t = 0u; t < ${STEP}u; t++) {
    let value = select(0.0, u[t * ${STEP}u + c] * inverseSqrt(u[t * ${STEP + 1}u]), t <= c);
    a[corner + t * shape.height + c] = value;
    squares[(shape.step * ${STEP}u + t) * ${STEP}u + c] = value;
  }
}`

/**
 * Rows of U beside the square: Uᵀ_kk X = A_k for the columns of a block from `begin` on, in place, with a copy into
 * `rows` [64, n] from column `offset` on. A thread a column.
 *
 * Bindings   0 {height, first, step, n, offset, begin}; 1 block; 2 squares; 3 rows.
 */
export const FACTOR_ROWS = `
struct Shape { height: u32, first: u32, step: u32, n: u32, offset: u32, begin: u32 }
@group(0) @binding(0) var<uniform> shape: Shape;
${bindings('read_write a f32', 'read squares f32', 'read_write rows f32')}
@compute @workgroup_size(${STEP})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let square = shape.step * ${STEP * STEP}u;
  let column = shape.begin + id.x;
  var x: array<f32, ${STEP}>;
  for (var t = 0u; t < ${STEP}u; t++) {
    var sum = a[(shape.first + t) * shape.height + column];
    for (var i = 0u; i < t; i++) { sum = fma(-squares[square + i * ${STEP}u + t], x[i], sum); }
    x[t] = sum / squares[square + t * ${STEP + 1}u];
    a[(shape.first + t) * shape.height + column] = x[t];
    rows[t * shape.n + shape.offset + column] = x[t];
  }
}`

/** Rows of U that are read at a time. */
const READ = 16
const QUADS = STEP / 4

/**
 * What is left of a block: A −= U_kᵀ U_k, in squares of 64 from row `down` and column `right` of it on, those below the
 * diagonal left out where `own` is 1. Workgroups: x over columns, y over rows.
 *
 * Bindings   0 {height, n, columns of `rows` in which the rows and the columns of the block begin, down, right (all / 4),
 *            own}; 1 rows [64, n]; 2 block.
 * Precision  fp32: a step takes the sum of 64 products from an entry.
 */
export const FACTOR_REST = `
struct Shape { height: u32, n: u32, row: u32, column: u32, down: u32, right: u32, own: u32 }
@group(0) @binding(0) var<uniform> shape: Shape;
${bindings('read rows vec4f', 'read_write a vec4f')}
var<workgroup> tall: array<vec4f, ${READ * QUADS}>;
var<workgroup> wide: array<vec4f, ${READ * QUADS}>;
@compute @workgroup_size(${QUADS * QUADS})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let first_row = shape.down + group.y * ${QUADS}u;
  let first_column = shape.right + group.x * ${QUADS}u;
  if (shape.own == 1u && first_row > first_column) { return; }
  let tx = local % ${QUADS}u;
  let ty = local / ${QUADS}u;
  var s_0 = vec4f();
  var s_1 = vec4f();
  var s_2 = vec4f();
  var s_3 = vec4f();
  for (var t = 0u; t < ${STEP}u; t += ${READ}u) {
    tall[local] = rows[(t + ty) * shape.n + shape.row + first_row + tx];
    wide[local] = rows[(t + ty) * shape.n + shape.column + first_column + tx];
    workgroupBarrier();
    for (var k = 0u; k < ${READ}u; k++) {
      let x = tall[k * ${QUADS}u + ty];
      let y = wide[k * ${QUADS}u + tx];
      s_0 = fma(vec4f(x[0]), y, s_0);
      s_1 = fma(vec4f(x[1]), y, s_1);
      s_2 = fma(vec4f(x[2]), y, s_2);
      s_3 = fma(vec4f(x[3]), y, s_3);
    }
    workgroupBarrier();
  }
  let at = 4u * (first_row + ty) * shape.height + first_column + tx;
  a[at] -= s_0;
  a[at + shape.height] -= s_1;
  a[at + 2u * shape.height] -= s_2;
  a[at + 3u * shape.height] -= s_3;
}`

/**
 * 64 rows of Uᵀ X = Y (way 0) or U X = Y (way 1) by their square, in place. One workgroup; a thread a column, at most 64.
 *
 * Bindings   0 {step, columns, way}; 1 squares; 2 Y [n, columns].
 */
export const SOLVE_SQUARE = `
struct Shape { step: u32, columns: u32, way: u32 }
@group(0) @binding(0) var<uniform> shape: Shape;
${bindings('read squares f32', 'read_write y f32')}
@compute @workgroup_size(${STEP})
fn main(@builtin(local_invocation_index) c: u32) {
  if (c >= shape.columns) { return; }
  let square = shape.step * ${STEP * STEP}u;
  let first = shape.step * ${STEP}u;
  var x: array<f32, ${STEP}>;
  for (var turn = 0u; turn < ${STEP}u; turn++) {
    let t = select(turn, ${STEP - 1}u - turn, shape.way == 1u);
    let at = (first + t) * shape.columns + c;
    var sum = y[at];
    for (var before = 0u; before < turn; before++) {
      let i = select(before, ${STEP - 1}u - before, shape.way == 1u);
      let place = select(i * ${STEP}u + t, t * ${STEP}u + i, shape.way == 1u);
      sum = fma(-squares[square + place], x[i], sum);
    }
    x[t] = sum / squares[square + t * ${STEP + 1}u];
    y[at] = x[t];
  }
}`

/**
 * What these 64 rows take from the rows of Y that a block stands for, from `begin` to `end` − 1 of it: Y_j −= Σ_t U_tj X_t
 * (way 0) or Σ_t U_jt X_t (way 1). A thread a row and column: workgroups [rows · columns / 64].
 *
 * Bindings   0 {height, first, step, columns, way, offset, begin, end}; 1 block; 2 Y [n, columns].
 */
export const SOLVE_REST = `
struct Shape { height: u32, first: u32, step: u32, columns: u32, way: u32, offset: u32, begin: u32, end: u32 }
@group(0) @binding(0) var<uniform> shape: Shape;
${bindings('read a f32', 'read_write y f32')}
@compute @workgroup_size(${THREADS})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let j = shape.begin + id.x / shape.columns;
  if (j >= shape.end) { return; }
  let c = id.x % shape.columns;
  let forward = shape.way == 0u;
  let start = select(j * shape.height + shape.first, shape.first * shape.height + j, forward);
  let stride = select(1u, shape.height, forward);
  let x = shape.step * ${STEP}u * shape.columns + c;
  var sum = 0.0;
  for (var t = 0u; t < ${STEP}u; t++) { sum = fma(a[start + t * stride], y[x + t * shape.columns], sum); }
  y[(shape.offset + j) * shape.columns + c] -= sum;
}`
