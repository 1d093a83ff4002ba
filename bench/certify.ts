/**
 * Volatility sums on the cpu engine against the bare matrix product of the same size, type and threads, in one run.
 *
 *   npx tsx bench/certify.ts [--anchors 10000] [--references 10000] [--cols 768] [--threads 2] [--repeats 5] [--precision fp64|fp32]
 *
 * The product is onnxruntime's on all threads, a panel of 512 references at a time, its results dropped: larger ones go
 * to fresh memory each time, and the product would take a third longer. Rows are normal, δ are the default grid
 * (quantiles of distances), η the default two. Memory is the peak of the process, workers included, after the first
 * call above what it held with the input in place; one precision a process, since a peak never falls.
 */
import {availableParallelism} from 'node:os'
import {parseArgs} from 'node:util'
import {onnxProducts} from '../src/linalg/onnx-products.js'
import {plainProducts} from '../src/linalg/products.js'
import {createCpuEngine} from '../src/pairwise/cpu/index.js'
import {certifyTask} from './certify-task.js'
import {fixed, machine, median, medianRatio, peakMiB, rounds} from './measure.js'

const PANEL = 512

const {values} = parseArgs({
  options: {
    anchors: {type: 'string', default: '10000'},
    references: {type: 'string', default: '10000'},
    cols: {type: 'string', default: '768'},
    threads: {type: 'string', default: `${availableParallelism()}`},
    repeats: {type: 'string', default: '5'},
    precision: {type: 'string', default: 'fp64'},
  },
})
const [m, n, cols, threads, repeats] = [
  values.anchors,
  values.references,
  values.cols,
  values.threads,
  values.repeats,
].map(Number) as [number, number, number, number, number]
const precision = values.precision === 'fp32' ? 'fp32' : 'fp64'

const task = await certifyTask(m, n, cols)
const engine = await createCpuEngine({threads, precision})

// What is held now, not the peak so far: making the input may have taken more, which then counts against the engine.
const before = process.memoryUsage().rss / 2 ** 20
await engine.volatility(task)
const memory = peakMiB() - before

const products = (await onnxProducts(threads)) ?? plainProducts
const typed = (data: Float32Array) => (precision === 'fp64' ? Float64Array.from(data) : data)
const right = {rows: m, cols, data: typed(task.anchors.data as Float32Array)}
const left = typed(task.references.data as Float32Array)
async function bareProduct(): Promise<void> {
  for (let first = 0; first < n; first += PANEL) {
    const count = Math.min(PANEL, n - first)
    await products.multiplyTransposed(
      {rows: count, cols, data: left.subarray(first * cols, (first + count) * cols)},
      right,
    )
  }
}
const times = await rounds(repeats, {product: bareProduct, volatility: () => engine.volatility(task)})
await Promise.all([engine.close(), products.close()])

const gflops = (ms: number) => fixed((2 * m * n * cols) / ms / 1e6)
console.log(`${machine(threads)}; ${engine.products}`)
console.log(`${m} anchors × ${n} references × ${cols}, ${precision}, medians of ${repeats}`)
console.log(
  `product     ${fixed(median(times['product']!)).padStart(6)} ms  ${gflops(median(times['product']!))} GFLOP/s`,
)
console.log(
  `volatility  ${fixed(median(times['volatility']!)).padStart(6)} ms  ${fixed(medianRatio(times['volatility']!, times['product']!), 2)} × the product`,
)
console.log(`memory      ${fixed(memory).padStart(6)} MiB above the input`)
