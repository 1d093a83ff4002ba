/**
 * κ(ZZᵀ)·V, the volatility sums of a certificate, and the stages of sanitize (landmarks, solves, Gram matrices) on a GPU against the cpu engine, in
 * one run: median times, rates and their ratio, as one JSON object.
 *
 *   npx tsx bench/gpu.ts [--rows 20000] [--cols 512] [--vectors 16] [--repeats 5] [--cpu-rows 20000] [--anchors 10000,20000] [--dim 768]
 *     [--graphs 169343x128x40x14,2449029x100x47x14] [--landmarks 1024] [--landmark-rows 16384]
 *     [--solves 20000x128x40,169343x128x40] [--solve-cpu-rows 8192] [--grams 6000x500x7x4] [--software]
 *
 * --anchors: sizes of the volatility, as many references as anchors; the default δ grid.
 * --graphs: nodes x features x classes x places of the gradient a row, of ogbn-arxiv's and ogbn-products' size; the GPU takes them all, once,
 * the processor the first --landmark-rows, and the ratio is that of rows a second. Choosing the landmarks is the same on both and left out.
 * --solves: nodes x features x classes; the labels at λ = 10 to 10⁻⁵ and 64 probes at λ = .01 to 10⁻², as --solver stream asks. `hostMs` is what
 * the device waits for the processor at (drawing landmarks, inverting A). The processor solves for the labels of the first --solve-cpu-rows,
 * by its own products, and the device for the same, once with its products alone and once with the stage.
 * --grams: nodes x features x classes x neighbours; open, solve, condition and gradients at λ = 10 and .001, twice on the device, once on the processor.
 * A rate counts 2 · rows² · (cols + vectors) operations, whatever the engine does. With --cpu-rows below --rows the
 * processor works on the first rows only and the ratio is that of the rates. --software takes a software adapter: for
 * trying the script, not for numbers.
 */
import {availableParallelism, cpus} from 'node:os'
import {parseArgs} from 'node:util'
import {normaliseRows} from '../src/linalg/csr.js'
import {openProducts} from '../src/linalg/open-products.js'
import type {Dense} from '../src/linalg/types.js'
import {createCpuEngine} from '../src/pairwise/cpu/index.js'
import type {LandmarkStage, PairwiseEngine} from '../src/pairwise/engine.js'
import {selfTest} from '../src/pairwise/self-test.js'
import {createWebgpuEngine} from '../src/pairwise/webgpu/index.js'
import {CHUNK} from '../src/sanitize/landmarks.js'
import {openStage} from '../src/sanitize/solvers/landmark-stage.js'
import {random} from '../src/stats/random.js'
import {certifyTask} from './certify-task.js'
import {measureGram} from './gram-problem.js'
import {landmarkProblem, type LandmarkSize} from './landmark-problem.js'
import {measureSolve} from './solve-problem.js'
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
    graphs: {type: 'string', default: '169343x128x40x14,2449029x100x47x14'},
    landmarks: {type: 'string', default: '1024'},
    'landmark-rows': {type: 'string', default: '16384'},
    solves: {type: 'string', default: '20000x128x40,169343x128x40'},
    'solve-cpu-rows': {type: 'string', default: '8192'},
    grams: {type: 'string', default: '6000x500x7x4'},
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

const products = await openProducts(availableParallelism())

/** Milliseconds that sums and gradients of the first `count` rows take, chunk by chunk as sanitize asks for them. */
async function timeStage(stage: LandmarkStage<Float64Array>, count: number, gamma: Dense) {
  const start = performance.now()
  const sums = await stage.sums(0, count)
  const middle = performance.now()
  const gradients: Float64Array[] = []
  for (let from = 0; from < count; from += CHUNK)
    gradients.push(await stage.gradient(from, Math.min(count, from + CHUNK), gamma))
  return {sumsMs: middle - start, gradientMs: performance.now() - middle, sums, gradient: gradients[0]!}
}

async function measureLandmarks(size: LandmarkSize) {
  const problem = await landmarkProblem(size, cpu, products)
  const some = Math.min(size.rows, Number(values['landmark-rows']))
  const gamma = normal(size.landmarks, size.classes)
  gamma.data.forEach((x, t) => (gamma.data[t] = x / size.rows))
  const start = performance.now()
  const stage = await openStage(problem, {fast: gpu, products})
  const openMs = performance.now() - start
  // Compiles the kernels, and gives what is compared.
  const first = await timeStage(stage, some, gamma)
  const all = await timeStage(stage, size.rows, gamma)
  await stage.close()
  const host = await openStage(problem, {fast: cpu, products})
  await timeStage(host, Math.min(CHUNK, some), gamma)
  const onHost = await timeStage(host, some, gamma)
  const far = (a: Float64Array, b: Float64Array) =>
    a.reduce((worst, x, at) => Math.max(worst, Math.abs(x - b[at]!)), 0) /
    b.reduce((most, x) => Math.max(most, Math.abs(x)), 0)
  const perSecond = (rowCount: number, ms: number) => round((1000 * rowCount) / ms)
  const deviceMs = openMs + all.sumsMs + all.gradientMs
  const hostMs = onHost.sumsMs + onHost.gradientMs
  return {
    ...size,
    webgpu: {
      openMs: round(openMs),
      sumsMs: round(all.sumsMs),
      gradientMs: round(all.gradientMs),
      rowsPerSecond: perSecond(size.rows, deviceMs),
    },
    cpu: {
      rows: some,
      sumsMs: round(onHost.sumsMs),
      gradientMs: round(onHost.gradientMs),
      rowsPerSecond: perSecond(some, hostMs),
    },
    ratio: round((size.rows / deviceMs) * (hostMs / some)),
    relativeDifference: {
      sums: round(far(first.sums.outer.data, onHost.sums.outer.data)),
      gradient: round(far(first.gradient, onHost.gradient)),
    },
  }
}
const landmarks = []
for (const graph of values.graphs.split(',').filter((text) => text !== '')) {
  const [nodes, features, classes, degree] = graph.split('x').map(Number) as [number, number, number, number]
  landmarks.push(
    await measureLandmarks({rows: nodes, cols: features, landmarks: Number(values.landmarks), classes, degree}),
  )
}
const solves = []
for (const size of values.solves.split(',').filter((text) => text !== '')) {
  const [nodes, features, classes] = size.split('x').map(Number) as [number, number, number]
  const sizes = {rows: nodes, cols: features, classes, cpuRows: Number(values['solve-cpu-rows'])}
  solves.push(await measureSolve(sizes, {gpu, cpu, products}))
}
const grams = []
for (const size of values.grams.split(',').filter((text) => text !== '')) {
  const [nodes, features, classes, degree] = size.split('x').map(Number) as [number, number, number, number]
  grams.push(...(await measureGram({rows: nodes, cols: features, classes, degree}, {gpu, cpu, products})))
}
const volatility = []
for (const n of values.anchors.split(',')) volatility.push(await measureVolatility(Number(n)))
await Promise.all([gpu.close(), cpu.close(), products.close()])

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
      landmarks,
      solves,
      grams,
      selfTest: {checks: checks.length, worst: round(Math.max(...checks.map((check) => check.error)))},
    },
    null,
    2,
  ),
)
