/** Sizes of the square tile of the large products, and of tiles for a right side of up to 16 columns and of more. */
export const SQUARE = {threadsM: 16, threadsN: 16, vectorsM: 2, vectorsN: 2, step: 16} as const
export const TALL = {threadsM: 64, threadsN: 4, vectorsM: 1, vectorsN: 1, step: 8} as const
export const WIDE = {threadsM: 16, threadsN: 16, vectorsM: 2, vectorsN: 1, step: 16} as const

export type Tile = typeof SQUARE | typeof TALL | typeof WIDE

export const tileRows = (tile: Tile) => 4 * tile.threadsM * tile.vectorsM
export const tileCols = (tile: Tile) => 4 * tile.threadsN * tile.vectorsN

/**
 * How one step of the inner dimension enters the sum s, for a number x of the left side and a vector y of the right.
 */
const COMBINE = {
  product: (s: string, x: string, y: string) => `${s} = fma(vec4f(${x}), ${y}, ${s});`,
  l2: (s: string, x: string, y: string) => `{ let t = ${x} - ${y}; ${s} = fma(t, t, ${s}); }`,
  l1: (s: string, x: string, y: string) => `${s} += abs(${x} - ${y});`,
  linf: (s: string, x: string, y: string) => `${s} = max(${s}, abs(${x} - ${y}));`,
}

export interface TileShader {
  tile: Tile
  combine: keyof typeof COMBINE
  /**
   * C may be added to (STORE.add), or be a function of `functions` of the sum and the old C (STORE.map) or of the sum
   * alone (STORE.mapSum); without it, only set
   */
  storing?: 'sums' | {map: string; mapSum: string}
  /** the left side may also lie row by row, A [M, depth] (tileShape's leftByRows), where `end` is the whole depth */
  leftByRows?: boolean
  functions?: string
}

/**
 * WGSL of a tiled, register-blocked reduction over the inner dimension: C[m, n] = Σ_k combine(A[k, m], B[k, n]).
 *
 * Shapes     A [depth, M] (or [M, depth], leftByRows), B [depth, N], C [M, N], or one C for each chunk of the inner
 *            dimension ([chunks, M, N]). Both sides run along their rows or columns contiguously, so every load is a
 *            vec4; C of one product is the left side of the next. M, N, depth are whole tiles and steps: the host pads
 *            with zeros, the kernel has no bounds to check.
 * Precision  fp32; k ascending within a chunk, fixed for a shape, so the same input gives the same bits; the bound of a
 *            sum of K terms is γ(K) with u = 2⁻²³ in whatever order a compiler puts it, since WGSL leaves that and the
 *            rounding open.
 * Cost       M · N · depth multiply–adds; 16 KiB of workgroup memory and 256 invocations, WebGPU's guaranteed minimum.
 * Bindings   0 tileShape(…); 1 A; 2 B; 3 C. Workgroups: x over N, y over M, z over chunks.
 */
export function tileShader({tile, combine, storing, leftByRows = false, functions = ''}: TileShader): string {
  const {threadsM, threadsN, vectorsM, vectorsN, step} = tile
  const threads = threadsM * threadsN
  const widthA = threadsM * vectorsM
  const widthB = threadsN * vectorsN
  const times = (n: number, line: (i: number) => string) => Array.from({length: n}, (_, i) => line(i)).join('\n')
  const load = (name: 'a' | 'b', width: number, stride: string) => `
    for (var e = local; e < ${step * width}u; e += ${threads}u) {
      tile_${name}[e] = ${name}[(k + e / ${width}u) * ${stride} + first_${name} + e % ${width}u];
    }`
  // Four rows at four steps, turned in registers: threads beside each other read beside each other.
  const loadTurned = `
    for (var e = local; e < ${(step / 4) * widthA}u; e += ${threads}u) {
      let m = e / ${step / 4}u;
      let t = e % ${step / 4}u;
      let at = 4u * (first_a + m) * (shape.end / 4u) + k / 4u + t;
      ${times(4, (r) => `let row_${r} = a[at + ${r}u * (shape.end / 4u)];`)}
      ${times(4, (c) => `tile_a[(4u * t + ${c}u) * ${widthA}u + m] = vec4f(row_0[${c}], row_1[${c}], row_2[${c}], row_3[${c}]);`)}
    }`
  const row = (r: number, body: (sum: string, v: number) => string) => times(vectorsN, (v) => body(`s_${r}_${v}`, v))
  const stored = (sum: string) => (storing === undefined ? sum : `stored(${sum}, at)`)
  return `
struct Shape { m4: u32, n4: u32, first: u32, end: u32, chunk: u32, store: u32, zeros: u32, left_by_rows: u32 }
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> a: array<vec4f>;
@group(0) @binding(2) var<storage, read> b: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> c: array<vec4f>;
var<workgroup> tile_a: array<vec4f, ${step * widthA}>;
var<workgroup> tile_b: array<vec4f, ${step * widthB}>;
${functions}
${storing === undefined ? '' : storedFunction(storing)}
@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let tx = local % ${threadsN}u;
  let ty = local / ${threadsN}u;
  let first_a = group.y * ${widthA}u;
  let first_b = group.x * ${widthB}u;
  ${times(4 * vectorsM, (r) => row(r, (sum) => `var ${sum} = vec4f();`))}
  var begin = shape.first + group.z * shape.chunk;
  var end = min(shape.end, begin + shape.chunk);
  let edge_a = 4u * (first_a + ${widthA}u);
  let edge_b = 4u * (first_b + ${widthB}u);
  if (shape.zeros == ${ZEROS.above}u && 4u * first_b >= edge_a) { return; }
  if (shape.zeros == ${ZEROS.leftBelow}u) { end = min(end, edge_a); }
  if (shape.zeros == ${ZEROS.leftAbove}u) { begin = max(begin, 4u * first_a); }
  if (shape.zeros == ${ZEROS.rightBelow}u) { end = min(end, edge_b); }
  for (var k = begin; k < end; k += ${step}u) {
    ${leftByRows ? `if (shape.left_by_rows == 1u) {${loadTurned}} else {${load('a', widthA, 'shape.m4')}}` : load('a', widthA, 'shape.m4')}
    ${load('b', widthB, 'shape.n4')}
    workgroupBarrier();
    for (var t = 0u; t < ${step}u; t++) {
      ${times(vectorsM, (v) => `let x_${v} = tile_a[t * ${widthA}u + ty * ${vectorsM}u + ${v}u];`)}
      ${times(vectorsN, (v) => `let y_${v} = tile_b[t * ${widthB}u + tx + ${v * threadsN}u];`)}
      ${times(4 * vectorsM, (r) => row(r, (sum, v) => COMBINE[combine](sum, `x_${Math.floor(r / 4)}[${r % 4}]`, `y_${v}`)))}
    }
    workgroupBarrier();
  }
  let row = 4u * (first_a + ty * ${vectorsM}u);
  let out = group.z * 4u * shape.m4 * shape.n4 + first_b + tx;
  ${times(4 * vectorsM, (r) =>
    row(r, (sum, v) => `{ let at = out + (row + ${r}u) * shape.n4 + ${v * threadsN}u; c[at] = ${stored(sum)}; }`),
  )}
}`
}

/** What is done with a finished sum S: C = S, C += S, C = f(S, C), or C = f(S). */
export const STORE = {set: 0, add: 1, map: 2, mapSum: 3} as const

/**
 * What is known to be zero, and left out by whole tiles: of C what lies above the diagonal, which is not written; A[k, m]
 * for k > m, or for k < m; B[k, n] for k > n.
 */
export const ZEROS = {none: 0, above: 1, leftBelow: 2, leftAbove: 3, rightBelow: 4} as const

/** Parameters of the kernel for C [rows, cols] and the inner dimension from `first` to `end` − 1. */
export function tileShape(
  rows: number,
  cols: number,
  inner: {first?: number; end: number; chunk?: number; leftByRows?: boolean},
  store: number = STORE.set,
  zeros: number = ZEROS.none,
): Uint32Array<ArrayBuffer> {
  return Uint32Array.of(
    rows / 4,
    cols / 4,
    inner.first ?? 0,
    inner.end,
    inner.chunk ?? inner.end,
    store,
    zeros,
    Number(inner.leftByRows ?? false),
  )
}

/** One pipeline for all ways of storing, since compiling it is expensive. */
const storedFunction = (storing: NonNullable<TileShader['storing']>) => `
fn stored(sum: vec4f, at: u32) -> vec4f {
  if (shape.store == ${STORE.add}u) { return c[at] + sum; }
  ${
    storing === 'sums'
      ? ''
      : `if (shape.store == ${STORE.map}u) { return ${storing.map}(sum, c[at]); }
  if (shape.store == ${STORE.mapSum}u) { return ${storing.mapSum}(sum); }`
  }
  return sum;
}`

/**
 * Adds `count` partial results in order: out[e] += Σ_z parts[z · length + e]. Bindings: 0 {length, count}; 1 parts; 2
 * out.
 */
export const SUM_PARTS = `
struct Shape { length: u32, count: u32 }
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> parts: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var e = id.x; e < shape.length; e += 64u * groups.x) {
    var sum = out[e];
    for (var z = 0u; z < shape.count; z++) { sum += parts[z * shape.length + e]; }
    out[e] = sum;
  }
}`
