import type {Metric} from '../cpu/distances.js'
import type {Gpu} from './gpu.js'
import type {ColumnPanel} from './resident.js'

/** Coordinates become integers in units of 2⁻²⁹: a difference of two then has 30 bits. */
const BITS = 29
const THREADS = 64
/** Workgroups along one dimension, WebGPU's guaranteed minimum. */
const ACROSS = 65_535
const RESULT_WORDS = 6

type Sum = 'squares' | 'absolutes' | 'largest'
const SUM_OF: Record<Metric, Sum> = {l2: 'squares', angle: 'squares', l1: 'absolutes', linf: 'largest'}

/** What a difference d of 30 bits adds to the sums s (low and high word each), and how sums of threads are joined. */
const STEPS: Record<Sum, string> = {
  // d = 2¹⁵ h + l: d² = 2³⁰ h² + 2¹⁶ h l + l².
  squares:
    'let h = d >> 15u; let l = d & 32767u; s0 = plus(s0, vec2u(h * h, 0u)); s1 = plus(s1, vec2u(h * l, 0u)); s2 = plus(s2, vec2u(l * l, 0u));',
  absolutes: 's0 = plus(s0, vec2u(d, 0u));',
  largest: 's0.x = max(s0.x, d);',
}

/**
 * WGSL: for each pair of rows of two panels the sum over coordinates in whole numbers, a workgroup a pair.
 *
 * Precision  exact for coordinates cut off at 2⁻²⁹: integers wrap and shift in one way only, where sums of fp32 may be put
 *            in any order.
 * Bindings   0 {pairs, depth, height of a, height of b}; 1 A [depth, height]; 2 B; 3 [pairs, 2] rows; 4 [pairs, 6] sums.
 */
const exactSums = (sum: Sum) => `
struct Shape { pairs: u32, depth: u32, heightA: u32, heightB: u32 }
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read> pairs: array<vec2u>;
@group(0) @binding(4) var<storage, read_write> sums: array<vec2u>;
var<workgroup> parts: array<vec2u, ${3 * THREADS}>;
fn plus(x: vec2u, y: vec2u) -> vec2u {
  let low = x.x + y.x;
  return vec2u(low, x.y + y.y + select(0u, 1u, low < y.x));
}
fn whole(x: f32) -> i32 { return i32(x * ${2 ** BITS}.0); }
@compute @workgroup_size(${THREADS})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let at = group.y * ${ACROSS}u + group.x;
  if (at >= shape.pairs) { return; }
  let pair = pairs[at];
  var s0 = vec2u();
  var s1 = vec2u();
  var s2 = vec2u();
  for (var t = local; t < shape.depth; t += ${THREADS}u) {
    let d = u32(abs(whole(a[t * shape.heightA + pair.x]) - whole(b[t * shape.heightB + pair.y])));
    ${STEPS[sum]}
  }
  parts[local] = s0;
  parts[local + ${THREADS}u] = s1;
  parts[local + ${2 * THREADS}u] = s2;
  workgroupBarrier();
  if (local >= 3u) { return; }
  var s = vec2u();
  for (var t = 0u; t < ${THREADS}u; t++) {
    let part = parts[local * ${THREADS}u + t];
    ${sum === 'largest' ? 's.x = max(s.x, part.x);' : 's = plus(s, part);'}
  }
  sums[3u * at + local] = s;
}`

/** How far a distance from whole numbers may lie from that of the fp32 rows, in device units: two cuts a coordinate. */
const cutOff = (metric: Metric, dim: number): number =>
  ({squares: Math.sqrt(dim), absolutes: dim, largest: 1})[SUM_OF[metric]] * 2 ** (1 - BITS)

/** Distances of some pairs in device units; of unit rows the chord. */
export interface Rechecked {
  /** [pairs] as asked */
  readonly distance: Float64Array
  /** of every one of them, besides the rounding of the rows to fp32 */
  readonly error: number
}

/**
 * Distances of pairs (row of a, row of b) in integer arithmetic on the device.
 *
 * Shapes     coordinates of A and B below 1 in size; pairs [2 k] → k distances.
 * Precision  2 · 2⁻²⁹ a coordinate in the metric, some hundred times less than sums of differences in fp32 may have.
 * Cost       a difference a pair and coordinate; 32 bytes a pair. More pairs than a buffer holds go in several rounds.
 * Empty      no pairs → empty.
 */
export async function recheck(
  gpu: Gpu,
  {metric, dim}: {metric: Metric; dim: number},
  [a, b]: readonly [ColumnPanel, ColumnPanel],
  depth: number,
  pairs: Uint32Array<ArrayBuffer>,
): Promise<Rechecked> {
  const most = Math.min(ACROSS ** 2, Math.floor(gpu.bufferLimit / (4 * RESULT_WORDS)))
  const rounds: Promise<ArrayBuffer>[] = []
  const used = gpu.arena()
  try {
    for (let first = 0; first < pairs.length / 2; first += most) {
      const some = pairs.subarray(2 * first, 2 * (first + most))
      const count = some.length / 2
      const sums = used.storage(RESULT_WORDS * count)
      await gpu.dispatch(
        exactSums(SUM_OF[metric]),
        Uint32Array.of(count, depth, a.height, b.height),
        [a.buffer, b.buffer, used.upload(some), sums],
        [Math.min(count, ACROSS), Math.ceil(count / ACROSS), 1],
      )
      rounds.push(gpu.read(sums, RESULT_WORDS * count))
    }
  } finally {
    used.free()
  }
  return {distance: joined(await Promise.all(rounds), SUM_OF[metric]), error: cutOff(metric, dim)}
}

function joined(rounds: readonly ArrayBuffer[], sum: Sum): Float64Array {
  const out: number[] = []
  for (const bytes of rounds) {
    const words = new Uint32Array(bytes)
    for (let at = 0; at < words.length; at += RESULT_WORDS) {
      const whole = (k: number) => words[at + 2 * k]! + 2 ** 32 * words[at + 2 * k + 1]!
      const total = sum === 'squares' ? 2 ** 30 * whole(0) + 2 ** 16 * whole(1) + whole(2) : whole(0)
      out.push((sum === 'squares' ? Math.sqrt(total) : total) * 2 ** -BITS)
    }
  }
  return Float64Array.from(out)
}
