/**
 * κ(ZZᵀ)·V and the volatility sums of a certificate on a GPU against the cpu engine, in one run: median times, rates
 * and their ratio, as one JSON object.
 *
 *   npx tsx bench/gpu.ts [--rows 20000] [--cols 512] [--vectors 16] [--repeats 5] [--cpu-rows 20000] [--anchors 10000,20000] [--dim 768] [--software]
 *
 * --anchors: sizes of the volatility, as many references as anchors; the default δ grid.
 * A rate counts 2 · rows² · (cols + vectors) operations, whatever the engine does. With --cpu-rows below --rows the
 * processor works on the first rows only and the ratio is that of the rates. --software takes a software adapter: for
 * trying the script, not for numbers.
 */
import {availableParallelism, cpus} from 'node:os'
import {parseArgs} from 'node:util'
import {normaliseRows} from '../src/linalg/csr.js'
import type {Dense} from '../src/linalg/types.js'
import {createCpuEngine} from '../src/pairwise/cpu/index.js'
import type {PairwiseEngine} from '../src/pairwise/engine.js'
import {selfTest} from '../src/pairwise/self-test.js'
import {createWebgpuEngine} from '../src/pairwise/webgpu/index.js'
import {random} from '../src/stats/random.js'
import {certifyTask} from './certify-task.js'
import {median, rounds} from './measure.js'

const {values} = parseArgs({
  options: {
    rows: {type: 'string', default: '20000'},
    cols: {type: 'string', default: '512'},
    vectors: {type: 'string', default: '16'},
    repeats: {type: 'string', default: '5'},
    'cpu-rows': {type: 'string'},
    anchors: {type: 'string', default: '10000,20000'},
    dim: {type: 'string', default: '768'},
    software: {type: 'boolean', default: false},
  },
})
const [rows, cols, vectors, repeats] = [values.rows, values.cols, values.vectors, values.repeats].map(Number) as [
  number,
  number,
  number,
  number,
]
const cpuRows = Number(values['cpu-rows'] ?? rows)

const r = random(1)
const normal = (n: number, width: number): Dense => ({
  rows: n,
  cols: width,
  data: Float64Array.from({length: n * width}, () => r.normal()),
})
const z = normaliseRows(normal(rows, cols)).unit
const v = normal(rows, vectors)
const top = (x: Dense, n: number): Dense =>
  n === x.rows ? x : {rows: n, cols: x.cols, data: x.data.slice(0, n * x.cols)}

/** Median over the repeats after one call that warms up (compiles, uploads, looks for nearly parallel rows). */
async function measure(engine: PairwiseEngine, n: number, times: number) {
  const [x, w] = [top(z, n), top(v, n)]
  const warmUp = performance.now()
  const result = await engine.kernelApply(x, x, w)
  const firstMs = performance.now() - warmUp
  const elapsed: number[] = []
  for (let k = 0; k < times; k++) {
    const start = performance.now()
    await engine.kernelApply(x, x, w)
    elapsed.push(performance.now() - start)
  }
  const medianMs = elapsed.sort((a, b) => a - b)[Math.floor(times / 2)]!
  return {result, rows: n, firstMs, medianMs, teraflops: (2 * n * n * (cols + vectors)) / medianMs / 1e9}
}

const gpu = await createWebgpuEngine({allowSoftware: values.software})
const {failure, checks} = await selfTest(gpu)
if (failure !== null) throw new Error(failure)
const onGpu = await measure(gpu, rows, repeats)
const cpu = await createCpuEngine({threads: availableParallelism()})
const onCpu = await measure(cpu, cpuRows, repeats)
const compared =
  cpuRows === rows ? onGpu.result : await gpu.kernelApply(top(z, cpuRows), top(z, cpuRows), top(v, cpuRows))
const largest = onCpu.result.data.reduce((most, x) => Math.max(most, Math.abs(x)), 0)
const error = onCpu.result.data.reduce((worst, x, at) => Math.max(worst, Math.abs(x - compared.data[at]!)), 0) / largest
const round = (x: number) => Number(x.toPrecision(4))

async function measureVolatility(n: number) {
  const task = await certifyTask(n, n, Number(values.dim))
  const [onDevice, truth] = [await gpu.volatility(task), await cpu.volatility(task)]
  const same = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    a.length === b.length && Array.from(a).every((x, at) => x === b[at])
  const times = await rounds(repeats, {webgpu: () => gpu.volatility(task), cpu: () => cpu.volatility(task)})
  const [webgpuMs, cpuMs] = [median(times['webgpu']!), median(times['cpu']!)]
  return {
    anchors: n,
    references: n,
    dim: Number(values.dim),
    webgpuMs: round(webgpuMs),
    cpuMs: round(cpuMs),
    ratio: round(cpuMs / webgpuMs),
    countsAreTheSame: same(onDevice.within, truth.within) && same(onDevice.exceed, truth.exceed),
  }
}
const volatility = []
for (const n of values.anchors.split(',')) volatility.push(await measureVolatility(Number(n)))
await gpu.close()
await cpu.close()

console.log(
  JSON.stringify(
    {
      what: 'κ(ZZᵀ)·V',
      cols,
      vectors,
      repeats,
      webgpu: {
        adapter: gpu.describe(),
        rows,
        firstMs: round(onGpu.firstMs),
        medianMs: round(onGpu.medianMs),
        teraflops: round(onGpu.teraflops),
      },
      cpu: {
        model: cpus()[0]?.model,
        threads: availableParallelism(),
        products: cpu.products,
        rows: cpuRows,
        medianMs: round(onCpu.medianMs),
        teraflops: round(onCpu.teraflops),
      },
      ratio: round(onGpu.teraflops / onCpu.teraflops),
      relativeDifference: round(error),
      volatility,
      selfTest: {checks: checks.length, worst: round(Math.max(...checks.map((check) => check.error)))},
    },
    null,
    2,
  ),
)
