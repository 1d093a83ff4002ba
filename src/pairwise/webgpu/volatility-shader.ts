import type {Metric} from '../cpu/distances.js'
import {ASIN_WGSL} from './maps-shader.js'

/** Anchors that one thread sums one after another; a multiple of 32. */
export const SUB = 512
export const THREADS = 64
/** Threads that share the references of one anchor. */
export const LANES = 32

/** 32-bit words of a Row, of the parameters, and of one anchor's result. */
export const ROW_WORDS = 6
export const RESULT_WORDS = 5

/**
 * From a pair's sum s over the inner dimension: distance d in device units, the error its arithmetic may have, and the
 * factor by which the map widens the rounding of the input.
 */
const FINISH: Record<Metric, string> = {
  l2: 'let d = sqrt(s); let error = p.relative * d; let widening = 1.0; let usable = true;',
  l1: 'let d = s; let error = p.relative * d; let widening = 1.0; let usable = true;',
  linf: 'let d = s; let error = p.relative * d; let widening = 1.0; let usable = true;',
  // s = |a − b|² of unit rows; half its root is the sine of half the angle. Almost opposite rows are left to the host.
  angle: `let q = min(1.0, 0.25 * s); let d = 2.0 * own_asin(sqrt(q)); let usable = 1.0 - q > 4.0 * p.relative;
    let widening = 1.25 * inverseSqrt(max(1.0 - q, p.relative)); let error = p.relative * (d + sqrt(q) * widening);`,
}

const COMMON = `
struct Row { lossHigh: f32, lossLow: f32, slack: f32, twin: u32, rank: u32, label: i32 }
struct Parameters {
  anchors: u32, references: u32, anchorFirst: u32, referenceFirst: u32, stride: u32, sameSample: u32,
  deltas: u32, etas: u32, floor: f32, lossMax: f32, relative: f32, tiny: f32, twinsCoincide: u32,
}
@group(0) @binding(0) var<uniform> p: Parameters;
fn lossChange(a: Row, r: Row) -> f32 { return abs((a.lossHigh - r.lossHigh) + (a.lossLow - r.lossLow)); }
fn inverseOf(d: f32) -> f32 { let x = max(d, p.floor); if (x > 0.0) { return 1.0 / x; } return 0.0; }
`

/**
 * WGSL: sums over SUB anchors for each reference, one thread a reference, from the inner-dimension sums of a block of
 * pairs.
 *
 * Bins       g = #{δ < d}, k = #{η ≤ ΔL}: [deltas + 1, etas + 1] of (pairs, Σ ΔL/max(d, τ), Σ 1/max(d, τ)), then Σ
 *            h_{L_max}. ΔL ≥ η is decided by ranks in the sorted losses, which the host prepared from fp64: exact.
 * Left out   pairs on which a count may turn (d within its error of a δ or of 0) or whose input rounding is not small
 *            against max(d, τ): their bit is set and they add nothing. Distances are written back for ANCHOR_SUMS, −1
 *            for pairs left out.
 * Memory     with `statistics`, 3 (deltas + 1)(etas + 1) + 1, the sums of a thread are in workgroup memory until they are done, 256 bytes for each of
 *            them; with 0 in `sums`, where each addition waits for the one before.
 * Bindings   0 Parameters; 1 block [anchors, stride]; 2, 3 rows; 4 bounds [etas, stride]; 5 deltas; 6 sums; 7 bits.
 */
export const referenceSums = (metric: Metric, statistics: number) => `
${COMMON}
${ASIN_WGSL}
@group(0) @binding(1) var<storage, read_write> block: array<f32>;
@group(0) @binding(2) var<storage, read> anchors: array<Row>;
@group(0) @binding(3) var<storage, read> references: array<Row>;
@group(0) @binding(4) var<storage, read> bounds: array<vec2u>;
@group(0) @binding(5) var<storage, read> deltas: array<f32>;
@group(0) @binding(6) var<storage, read_write> sums: array<f32>;
@group(0) @binding(7) var<storage, read_write> bits: array<u32>;
${statistics > 0 ? `var<workgroup> own: array<f32, ${statistics * THREADS}>;` : ''}
@compute @workgroup_size(${THREADS})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_index) local: u32) {
  let j = id.x;
  if (j >= p.references) { return; }
  let r = references[j];
  let bins = (p.deltas + 1u) * (p.etas + 1u);
  let out = id.y * (3u * bins + 1u) * p.stride + j;
  for (var word = 0u; word < ${SUB / 32}u; word++) {
    var left = 0u;
    for (var bit = 0u; bit < 32u; bit++) {
      let i = id.y * ${SUB}u + word * 32u + bit;
      if (i >= p.anchors) { break; }
      let at = i * p.stride + j;
      if (p.sameSample == 1u && p.anchorFirst + i == p.referenceFirst + j) { block[at] = -1.0; continue; }
      let a = anchors[i];
      let s = block[at];
      ${FINISH[metric]}
      let twins = p.twinsCoincide == 1u && a.twin == r.twin;
      let slack = (a.slack + r.slack) * widening;
      let bound = error + slack + p.tiny;
      var sure = twins || (usable && d > bound && slack * 16384.0 <= max(d, p.floor));
      var g = 0u;
      for (var t = 0u; t < p.deltas; t++) {
        let delta = deltas[t];
        if (!twins && abs(d - delta) <= bound + delta * 5e-7) { sure = false; }
        if (select(d, 0.0, twins) > delta) { g++; }
      }
      if (!sure) { left |= 1u << bit; block[at] = -1.0; continue; }
      var k = 0u;
      for (var t = 0u; t < p.etas; t++) {
        let inside = bounds[t * p.stride + j];
        if (a.rank < inside.x || a.rank >= inside.y) { k++; }
      }
      let distance = select(d, 0.0, twins);
      block[at] = distance;
      let change = lossChange(a, r);
      let inverse = inverseOf(distance);
      let bin = 3u * (g * (p.etas + 1u) + k);
      ${sumAt(statistics, 'bin')} += 1.0;
      ${sumAt(statistics, '(bin + 1u)')} += change * inverse;
      ${sumAt(statistics, '(bin + 2u)')} += inverse;
      ${sumAt(statistics, '(3u * bins)')} += min(change, p.lossMax) * inverse;
    }
    bits[(id.y * ${SUB / 32}u + word) * p.stride + j] = left;
  }
  ${statistics > 0 ? `for (var s = 0u; s < ${statistics}u; s++) { sums[out + s * p.stride] = ${sumAt(statistics, 's')}; }` : ''}
}`

const sumAt = (statistics: number, place: string) =>
  statistics > 0 ? `own[${place} * ${THREADS}u + local]` : `sums[out + ${place} * p.stride]`

/**
 * WGSL: for each anchor Σ h_{L_max}, the part of it from pairs with different labels, the largest h, and the largest
 * distance with its reference; LANES threads an anchor, each over every LANES-th reference, put together by the host in
 * fp64.
 *
 * Bindings   0 Parameters; 1 block of distances (−1: left out); 2, 3 rows; 4 results [anchors, LANES, RESULT_WORDS].
 */
export const ANCHOR_SUMS = `
${COMMON}
@group(0) @binding(1) var<storage, read> block: array<f32>;
@group(0) @binding(2) var<storage, read> anchors: array<Row>;
@group(0) @binding(3) var<storage, read> references: array<Row>;
@group(0) @binding(4) var<storage, read_write> results: array<f32>;
@compute @workgroup_size(${THREADS})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x / ${LANES}u;
  if (i >= p.anchors) { return; }
  let a = anchors[i];
  var total = 0.0;
  var cross = 0.0;
  var steepest = 0.0;
  var farthest = -1.0;
  var at = 0.0;
  for (var j = id.x % ${LANES}u; j < p.references; j += ${LANES}u) {
    let d = block[i * p.stride + j];
    if (d < 0.0) { continue; }
    let r = references[j];
    let h = min(lossChange(a, r), p.lossMax) * inverseOf(d);
    total += h;
    if (a.label != r.label) { cross += h; }
    steepest = max(steepest, h);
    if (d > farthest) { farthest = d; at = f32(j); }
  }
  let out = id.x * ${RESULT_WORDS}u;
  results[out] = total;
  results[out + 1u] = cross;
  results[out + 2u] = steepest;
  results[out + 3u] = farthest;
  results[out + 4u] = at;
}`
