import {NEAR_ONE} from '../arc-cosine.js'

/**
 * arcsin x = x + x³ Q(x²) on [0, ½], Q of degree 4 through Chebyshev's points, since WGSL promises no accuracy of its
 * own asin. Relative error of the polynomial below 1.7·10⁻⁸ (tested), of its evaluation in fp32 below 4 u, u = 2⁻²³.
 */
export const ASIN_COEFFICIENTS = [0.166666731, 0.0749885514, 0.0450013801, 0.0265545417, 0.0380850248] as const

const horner = ASIN_COEFFICIENTS.reduceRight((inner, q) => (inner === '' ? `${q}` : `fma(z, ${inner}, ${q})`), '')

/** WGSL: half_asin on [0, ½], and from it arcsin on [0, 1] (half-angle above ½, so that no digits cancel). */
export const ASIN_WGSL = `
fn half_asin(x: f32) -> f32 { let z = x * x; return fma(x * z, ${horner}, x); }
fn own_asin(x: f32) -> f32 {
  if (x <= 0.5) { return half_asin(x); }
  return ${Math.PI / 2} - 2.0 * half_asin(sqrt(max(0.0, 0.5 - 0.5 * x)));
}`

/**
 * WGSL of the arc-cosine kernel and its derivative: κ(c) = c(π − acos c)/2π, κ′(c) = (π − acos c)/2π + c/(2π√(1 − c²)).
 *
 * Domain     |c| ≤ NEAR_ONE; beyond it both are 0 and the host adds those pairs in fp64.
 * Precision  absolute error of acos below 10 u; of κ then 4 u and of κ′ 120 u, besides κ′(c) and κ″(c) times the error
 *            of c.
 */
export const KERNEL_WGSL = `
${ASIN_WGSL}
fn half_turn_minus_acos(c: f32) -> f32 { return ${Math.PI / 2} + sign(c) * own_asin(abs(c)); }
fn kappa_of(c: f32) -> f32 {
  return select(0.0, c * half_turn_minus_acos(c) * ${1 / (2 * Math.PI)}, abs(c) <= ${NEAR_ONE});
}
fn slope_of(c: f32) -> f32 {
  let inside = clamp(c, -${NEAR_ONE}, ${NEAR_ONE});
  let slope = (half_turn_minus_acos(inside) + inside * inverseSqrt((1.0 - inside) * (1.0 + inside))) * ${1 / (2 * Math.PI)};
  return select(0.0, slope, abs(c) <= ${NEAR_ONE});
}
fn kappa(c: vec4f) -> vec4f { return vec4f(kappa_of(c.x), kappa_of(c.y), kappa_of(c.z), kappa_of(c.w)); }
fn gradient(weight: vec4f, c: vec4f) -> vec4f { return weight * vec4f(slope_of(c.x), slope_of(c.y), slope_of(c.z), slope_of(c.w)); }
`

/**
 * WGSL: the places of the cosines of C [rows, cols] beyond NEAR_ONE, row · cols + column, in no order: list[0] counts
 * all of them, list[1 …] holds as many as there is room for. A thread looks at 32 rows of a column.
 */
export const NEAR_LIST = `
struct Shape { cols: u32, room: u32 }
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> cosines: array<f32>;
@group(0) @binding(2) var<storage, read_write> list: array<atomic<u32>>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  for (var row = id.y * 32u; row < id.y * 32u + 32u; row++) {
    let place = row * shape.cols + id.x;
    if (abs(cosines[place]) > ${NEAR_ONE}) {
      let at = atomicAdd(&list[0], 1u);
      if (at < shape.room) { atomicStore(&list[at + 1u], place); }
    }
  }
}`
