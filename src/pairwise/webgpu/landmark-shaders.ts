import {KERNEL_WGSL} from './maps-shader.js'

/** Threads of a workgroup of the kernels below. */
export const THREADS = 64

/** Storage bindings from 1 on, each as access, name and type of its numbers. */
export const bindings = (...names: string[]) =>
  names
    .map((name, k) => {
      const [access, variable, type] = name.split(' ')
      return `@group(0) @binding(${k + 1}) var<storage, ${access}> ${variable}: array<${type}>;`
    })
    .join('\n')

/** κ of a block of cosines, vector by vector. Bindings: 0 {vectors}; 1 cosines; 2 kernel. Any number of workgroups. */
export const MAP_KERNEL = `
struct Shape { vectors: u32 }
@group(0) @binding(0) var<uniform> shape: Shape;
${bindings('read cosines vec4f', 'read_write kernel vec4f')}
${KERNEL_WGSL}
@compute @workgroup_size(${THREADS})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var e = id.x; e < shape.vectors; e += ${THREADS}u * groups.x) { kernel[e] = kappa(cosines[e]); }
}`

/** out[places[t]] = values[t]. Bindings: 0 {count}; 1 places; 2 values; 3 out. Any number of workgroups. */
export const SCATTER = `
struct Shape { count: u32 }
@group(0) @binding(0) var<uniform> shape: Shape;
${bindings('read places u32', 'read values f32', 'read_write out f32')}
@compute @workgroup_size(${THREADS})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var t = id.x; t < shape.count; t += ${THREADS}u * groups.x) { out[places[t]] = values[t]; }
}`

/**
 * Makes rows [Φ | 0], `width` wide, those of D^−½ [Φ | Y], D = max(0, diagonal − |Φ|²) + λ; rows outside first … end −
 * 1 become zero. One workgroup a row.
 *
 * Bindings   0 {width, p, classes, first, end, λ as the bits of an f32}; 1 diagonal; 2 Y [rows, classes]; 3 rows.
 * Precision  |Φ|² in fp32: 64 sums of p/64 squares, then a tree; error γ(p/64 + 6).
 */
export const SCALE_ROWS = `
struct Shape { width: u32, p: u32, classes: u32, first: u32, end: u32, ridge: f32 }
@group(0) @binding(0) var<uniform> shape: Shape;
${bindings('read diagonal f32', 'read y f32', 'read_write rows f32')}
var<workgroup> parts: array<f32, ${THREADS}>;
@compute @workgroup_size(${THREADS})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let row = group.x;
  let at = row * shape.width;
  var sum = 0.0;
  for (var l = local; l < shape.p; l += ${THREADS}u) { sum = fma(rows[at + l], rows[at + l], sum); }
  parts[local] = sum;
  for (var half = ${THREADS / 2}u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (local < half) { parts[local] += parts[local + half]; }
  }
  workgroupBarrier();
  let inside = row >= shape.first && row < shape.end;
  let root = select(0.0, 1.0 / sqrt(max(0.0, diagonal[row] - parts[0]) + shape.ridge), inside);
  for (var l = local; l < shape.p; l += ${THREADS}u) { rows[at + l] *= root; }
  for (var c = local; c < shape.classes; c += ${THREADS}u) {
    rows[at + shape.p + c] = root * y[row * shape.classes + c];
  }
}`

/**
 * 1/D of each row from Φᵀ [p, rows]: D = max(0, diagonal − |Φ|²) + λ. A thread a row.
 *
 * Bindings   0 {rows, p, λ as the bits of an f32}; 1 Φᵀ; 2 diagonal; 3 inverse.
 * Precision  |Φ|² in fp32: sums of 32 squares, then their sum; error γ(32 + p/32).
 */
export const INVERSE_DIAGONAL = `
struct Shape { rows: u32, p: u32, ridge: f32 }
@group(0) @binding(0) var<uniform> shape: Shape;
${bindings('read phi f32', 'read diagonal f32', 'read_write inverse f32')}
@compute @workgroup_size(${THREADS})
fn main(@builtin(global_invocation_id) id: vec3u) {
  var sum = 0.0;
  for (var start = 0u; start < shape.p; start += 32u) {
    var part = 0.0;
    for (var l = start; l < min(shape.p, start + 32u); l++) {
      let x = phi[l * shape.rows + id.x];
      part = fma(x, x, part);
    }
    sum += part;
  }
  inverse[id.x] = 1.0 / (max(0.0, diagonal[id.x] - sum) + shape.ridge);
}`

/**
 * αᵀ [classes, rows], α = D⁻¹(Y − Φγ). A thread a row and class: workgroups [rows / 64, classes].
 *
 * Bindings   0 {rows, p, classes}; 1 Φᵀ [p, rows]; 2 γ [p, classes]; 3 Y [rows, classes]; 4 1/D; 5 αᵀ.
 */
export const ALPHA = `
struct Shape { rows: u32, p: u32, classes: u32 }
@group(0) @binding(0) var<uniform> shape: Shape;
${bindings('read phi f32', 'read gamma f32', 'read y f32', 'read inverse f32', 'read_write alpha f32')}
@compute @workgroup_size(${THREADS})
fn main(@builtin(global_invocation_id) id: vec3u) {
  var sum = 0.0;
  for (var start = 0u; start < shape.p; start += 32u) {
    var part = 0.0;
    for (var l = start; l < min(shape.p, start + 32u); l++) {
      part = fma(phi[l * shape.rows + id.x], gamma[l * shape.classes + id.y], part);
    }
    sum += part;
  }
  alpha[id.y * shape.rows + id.x] = inverse[id.x] * (y[id.x * shape.classes + id.y] - sum);
}`

/**
 * Φᵀ [p, rows] becomes leftᵀ, left = α γᵀ − |α|² Φ. A thread a row and landmark: workgroups [rows / 64, p].
 *
 * Bindings   0 {rows, classes}; 1 αᵀ [classes, rows]; 2 γ [p, classes]; 3 Φᵀ.
 */
export const LEFT_WEIGHTS = `
struct Shape { rows: u32, classes: u32 }
@group(0) @binding(0) var<uniform> shape: Shape;
${bindings('read alpha f32', 'read gamma f32', 'read_write phi f32')}
@compute @workgroup_size(${THREADS})
fn main(@builtin(global_invocation_id) id: vec3u) {
  var product = 0.0;
  var square = 0.0;
  for (var c = 0u; c < shape.classes; c++) {
    let a = alpha[c * shape.rows + id.x];
    product = fma(a, gamma[id.y * shape.classes + c], product);
    square = fma(a, a, square);
  }
  let at = id.y * shape.rows + id.x;
  phi[at] = product - square * phi[at];
}`

/**
 * Entries of N = left · L⁻¹ at some places, landmark · rows + row: what the host weighs near pairs with. A thread a pair.
 *
 * Bindings   0 {count, rows, p, stride of L⁻¹}; 1 places; 2 L⁻¹; 3 leftᵀ [p, rows]; 4 values. Any number of workgroups.
 */
export const WEIGHTS_AT = `
struct Shape { count: u32, rows: u32, p: u32, stride: u32 }
@group(0) @binding(0) var<uniform> shape: Shape;
${bindings('read places u32', 'read whiten f32', 'read left f32', 'read_write values f32')}
@compute @workgroup_size(${THREADS})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var t = id.x; t < shape.count; t += ${THREADS}u * groups.x) {
    let i = places[t] % shape.rows;
    let j = places[t] / shape.rows;
    var sum = 0.0;
    // L⁻¹ is lower triangular.
    for (var l = j; l < shape.p; l++) { sum = fma(whiten[l * shape.stride + j], left[l * shape.rows + i], sum); }
    values[t] = sum;
  }
}`
