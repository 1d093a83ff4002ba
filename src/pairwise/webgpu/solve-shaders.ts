import {bindings, THREADS} from './landmark-shaders.js'

/** Rows whose products with themselves, or with other rows, a thread adds before the host goes on in fp64. */
export const STRETCH = 64

/**
 * WGSL of a kernel over vectors [rows, width], a thread a stretch of a column; `body` sees row, col and at, its place. What
 * it adds to `sum` is left in parts [rows / 64, width], in order, so the error of a sum is γ(64) Σ|terms|.
 */
const stretches = (body: string) => `
@compute @workgroup_size(${THREADS})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var e = id.x; e < shape.rows / ${STRETCH}u * shape.width; e += ${THREADS}u * groups.x) {
    let col = e % shape.width;
    var sum = 0.0;
    for (var row = e / shape.width * ${STRETCH}u; row < (e / shape.width + 1u) * ${STRETCH}u; row++) {
      let at = row * shape.width + col;
      ${body}
    }
    parts[e] = sum;
  }
}`

/** Parameters of all of them: λ as the bits of an f32; again: see SCALE. */
const SHAPE = `
struct Shape { rows: u32, width: u32, ridge: f32, again: u32 }
@group(0) @binding(0) var<uniform> shape: Shape;`

/**
 * AV from κV without its near pairs and diagonal: image += (κ_ii + λ) v_i + Σ κ_ij v_j over the near pairs of row i, in
 * sums of 32. Sums: v · image. Bindings: 1 κ_ii [rows]; 2 first near pair of each row [rows + 1]; 3 its j; 4 its κ; 5 v; 6
 * image; 7 parts.
 */
export const FINISH = `${SHAPE}
${bindings('read diagonal f32', 'read start u32', 'read other u32', 'read near f32', 'read v f32', 'read_write image f32', 'read_write parts f32')}
${stretches(`
      var value = fma(diagonal[row] + shape.ridge, v[at], image[at]);
      for (var first = start[row]; first < start[row + 1u]; first += 32u) {
        var some = 0.0;
        for (var t = first; t < min(start[row + 1u], first + 32u); t++) { some = fma(near[t], v[other[t] * shape.width + col], some); }
        value += some;
      }
      image[at] = value;
      sum = fma(v[at], value, sum);`)}`

/** x += step p and r −= step image. Sums: r · r. Bindings: 1 step [width]; 2 p; 3 image; 4 x; 5 r; 6 parts. */
export const STEP = `${SHAPE}
${bindings('read step f32', 'read p f32', 'read image f32', 'read_write x f32', 'read_write r f32', 'read_write parts f32')}
${stretches(`
      x[at] = fma(step[col], p[at], x[at]);
      let left = fma(-step[col], image[at], r[at]);
      r[at] = left;
      sum = fma(left, left, sum);`)}`

/** r = b − image. Sums: r · r. Bindings: 1 b; 2 image; 3 r; 4 parts. */
export const RESIDUAL = `${SHAPE}
${bindings('read b f32', 'read image f32', 'read_write r f32', 'read_write parts f32')}
${stretches(`
      let left = b[at] - image[at];
      r[at] = left;
      sum = fma(left, left, sum);`)}`

/**
 * z = D⁻¹ r, or D⁻¹ (r − g) if `again`, D = rest + λ. Sums: r · z. Bindings: 1 rest [rows]; 2 r; 3 g; 4 z; 5 parts.
 */
export const SCALE = `${SHAPE}
${bindings('read rest f32', 'read r f32', 'read g f32', 'read_write z f32', 'read_write parts f32')}
${stretches(`
      var left = r[at];
      if (shape.again == 1u) { left -= g[at]; }
      let value = left / (rest[row] + shape.ridge);
      z[at] = value;
      sum = fma(r[at], value, sum);`)}`

/** p = z + turn p. Bindings: 1 turn [width]; 2 z; 3 p. Any number of workgroups. */
export const TURN = `${SHAPE}
${bindings('read turn f32', 'read z f32', 'read_write p f32')}
@compute @workgroup_size(${THREADS})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var at = id.x; at < shape.rows * shape.width; at += ${THREADS}u * groups.x) {
    p[at] = fma(turn[at % shape.width], p[at], z[at]);
  }
}`

/**
 * R = max(0, κ_ii − |φ_i|²) of the rows of Φ [rows, width]. One workgroup a row.
 *
 * Bindings   1 κ_ii; 2 Φ; 3 rest.   Precision  64 sums of width/64 squares, then a tree; error γ(width/64 + 6).
 */
export const REST = `${SHAPE}
${bindings('read diagonal f32', 'read phi f32', 'read_write rest f32')}
var<workgroup> sums: array<f32, ${THREADS}>;
@compute @workgroup_size(${THREADS})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let at = group.x * shape.width;
  var sum = 0.0;
  for (var l = local; l < shape.width; l += ${THREADS}u) { sum = fma(phi[at + l], phi[at + l], sum); }
  sums[local] = sum;
  for (var half = ${THREADS / 2}u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (local < half) { sums[local] += sums[local + half]; }
  }
  workgroupBarrier();
  if (local == 0u) { rest[group.x] = max(0.0, diagonal[group.x] - sums[0]); }
}`

/** D^−½ Φ [rows, width], D = rest + λ. Bindings: 1 rest; 2 Φ; 3 out. Any number of workgroups. */
export const SCALED_FEATURES = `${SHAPE}
${bindings('read rest f32', 'read phi f32', 'read_write out f32')}
@compute @workgroup_size(${THREADS})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var at = id.x; at < shape.rows * shape.width; at += ${THREADS}u * groups.x) {
    out[at] = phi[at] / sqrt(rest[at / shape.width] + shape.ridge);
  }
}`
