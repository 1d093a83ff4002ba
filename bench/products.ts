/**
 * Matrix products, one thread each, in one run: onnxruntime's BLAS, WebAssembly, JavaScript.
 *
 *   npx tsx bench/products.ts [--size 1024] [--repeats 5]
 *
 * A rate is 2 · size³ operations by processor time, the median of the repeats, so that other work on the machine counts
 * little.
 */
import {parseArgs} from 'node:util'
import {onnxProducts} from '../src/linalg/onnx-products.js'
import {plainProducts} from '../src/linalg/products.js'
import {wasmProducts} from '../src/linalg/wasm-products.js'
import {random} from '../src/stats/random.js'
import {machine, median} from './measure.js'

const {values} = parseArgs({
  options: {size: {type: 'string', default: '1024'}, repeats: {type: 'string', default: '5'}},
})
const [size, repeats] = [Number(values.size), Number(values.repeats)]
const {normal} = random(0)
console.log(`${machine(1)}\n\n| products [${size}, ${size}] | fp64, GFLOP/s | fp32, GFLOP/s |\n|---|---|---|`)
for (const products of [await onnxProducts(1), wasmProducts(), plainProducts]) {
  if (products === null) continue
  const rates: string[] = []
  for (const make of [Float64Array, Float32Array]) {
    const a = {rows: size, cols: size, data: make.from(Array.from({length: size * size}, normal))}
    const seconds: number[] = []
    for (let k = 0; k < repeats; k++) {
      const start = process.cpuUsage()
      await products.multiplyTransposed<Float32Array | Float64Array>(a, a)
      const {user, system} = process.cpuUsage(start)
      seconds.push((user + system) / 1e6)
    }
    rates.push(((2 * size ** 3) / median(seconds) / 1e9).toFixed(1))
  }
  console.log(`| ${products.name} | ${rates.join(' | ')} |`)
  await products.close()
}
