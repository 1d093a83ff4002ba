/**
 * κ(ZZᵀ)·V and the gradient of κ on the cpu engine: rates, ratio to the bare matrix products that they stand for, and
 * to the plain double loop over pairs, extrapolated from a sample of rows; all in one run.
 *
 *   npx tsx bench/kernel.ts [--rows 6000] [--cols 512] [--vectors 16] [--threads 2] [--repeats 5] [--precision fp64|fp32]
 *
 * A rate counts 2 · rows² · (cols + vectors) operations for κ·V and 2 · rows² · (2 cols + vectors) for the gradient,
 * whatever the engine does: κ·V uses each pair twice, so its rate may exceed that of the product.
 */
import {availableParallelism} from 'node:os'
import {parseArgs} from 'node:util'
import {normaliseRows} from '../src/linalg/csr.js'
import {onnxProducts} from '../src/linalg/onnx-products.js'
import {plainProducts} from '../src/linalg/products.js'
import type {Dense} from '../src/linalg/types.js'
import {createCpuEngine} from '../src/pairwise/cpu/index.js'
import {kernelApplyByDefinition} from '../src/pairwise/reference-definitions.js'
import {random} from '../src/stats/random.js'
import {fixed, machine, median, medianRatio, rounds} from './measure.js'

const PANEL = 1024
const NAIVE_ROWS = 20

const {values} = parseArgs({
  options: {
    rows: {type: 'string', default: '6000'},
    cols: {type: 'string', default: '512'},
    vectors: {type: 'string', default: '16'},
    threads: {type: 'string', default: `${availableParallelism()}`},
    repeats: {type: 'string', default: '5'},
    precision: {type: 'string', default: 'fp64'},
  },
})
const [n, cols, vectors, threads, repeats] = [
  values.rows,
  values.cols,
  values.vectors,
  values.threads,
  values.repeats,
].map(Number) as [number, number, number, number, number]
const precision = values.precision === 'fp32' ? 'fp32' : 'fp64'

const r = random(1)
const normal = (rows: number, width: number): Dense => ({
  rows,
  cols: width,
  data: Float64Array.from({length: rows * width}, () => r.normal()),
})
const z = normaliseRows(normal(n, cols)).unit
const v = normal(n, vectors)
const top: Dense = {rows: NAIVE_ROWS, cols, data: z.data.slice(0, NAIVE_ROWS * cols)}

const engine = await createCpuEngine({threads, precision})
const products = (await onnxProducts(threads)) ?? plainProducts
const right = {rows: n, cols, data: precision === 'fp64' ? z.data : Float32Array.from(z.data)}
async function bareProduct(): Promise<void> {
  for (let first = 0; first < n; first += PANEL) {
    const count = Math.min(PANEL, n - first)
    await products.multiplyTransposed(
      {rows: count, cols, data: right.data.subarray(first * cols, (first + count) * cols)},
      right,
    )
  }
}
const times = await rounds(repeats, {
  product: bareProduct,
  apply: () => engine.kernelApply(z, z, v),
  gradient: () => engine.kernelGradient(z, z, v, v, () => undefined),
  naive: () => Promise.resolve(kernelApplyByDefinition(top, z, v)),
})
await Promise.all([engine.close(), products.close()])

const line = (name: string, operations: number, products: number) => {
  const ms = times[name]!
  const ratio = medianRatio(ms, times['product']!)
  console.log(
    `${name.padEnd(9)} ${fixed(median(ms)).padStart(6)} ms  ${fixed(operations / median(ms) / 1e6).padStart(4)} GFLOP/s  ${fixed(ratio, 2)} × one product ZZᵀ, ${fixed(ratio / products, 2)} × its own products`,
  )
}
console.log(`${machine(threads)}; ${engine.products}`)
console.log(`${n} rows × ${cols}, ${vectors} vectors, ${precision}, medians of ${repeats}`)
line('product', 2 * n * n * cols, 1)
line('apply', 2 * n * n * (cols + vectors), (cols + vectors) / cols)
line('gradient', 2 * n * n * (2 * cols + vectors), (2 * cols + vectors) / cols)
const naive = medianRatio(
  times['naive']!.map((ms) => (ms * n) / NAIVE_ROWS),
  times['apply']!,
)
console.log(`double loop, extrapolated from ${NAIVE_ROWS} rows: ${fixed(naive)} × the time of apply`)
