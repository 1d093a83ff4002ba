/**
 * Where the time of the WebGPU engine goes: each dispatch and read is waited for, which itself costs about 0.2 ms. What is
 * left of the whole is the host's.
 *
 *   npx tsx bench/gpu-stages.ts [--rows 20000] [--anchors 10000] [--nodes 65536] [--landmarks 1024] [--solve-nodes 20000] [--gram-nodes 6000] [--software]
 */
import {availableParallelism} from 'node:os'
import {parseArgs} from 'node:util'
import {normaliseRows} from '../src/linalg/csr.js'
import {openProducts} from '../src/linalg/open-products.js'
import {createCpuEngine} from '../src/pairwise/cpu/index.js'
import {openGpu} from '../src/pairwise/webgpu/gpu.js'
import {webgpuEngine} from '../src/pairwise/webgpu/index.js'
import {CHUNK} from '../src/sanitize/landmarks.js'
import {openStage} from '../src/sanitize/solvers/landmark-stage.js'
import {gramOnHost, openGramStage} from '../src/sanitize/solvers/gram-stage.js'
import {openSolveStage} from '../src/sanitize/solvers/solve-stage.js'
import type {KernelProblem} from '../src/sanitize/solvers/solver.js'
import {random} from '../src/stats/random.js'
import {certifyTask} from './certify-task.js'
import {gramProblem} from './gram-problem.js'
import {landmarkProblem} from './landmark-problem.js'
import {solveData, solveProblem} from './solve-problem.js'

const {values} = parseArgs({
  options: {
    rows: {type: 'string', default: '20000'},
    anchors: {type: 'string', default: '10000'},
    nodes: {type: 'string', default: '65536'},
    landmarks: {type: 'string', default: '1024'},
    'solve-nodes': {type: 'string', default: '20000'},
    'gram-nodes': {type: 'string', default: '6000'},
    software: {type: 'boolean', default: false},
  },
})
const gpu = await openGpu({allowSoftware: values.software})
const r = random(1)
const normal = (n: number, width: number) => ({
  rows: n,
  cols: width,
  data: Float64Array.from({length: n * width}, () => r.normal()),
})
const n = Number(values.rows)
const z = normaliseRows(normal(n, 512)).unit
const v = normal(n, 16)
const engine = webgpuEngine(gpu)
const task = await certifyTask(Number(values.anchors), Number(values.anchors), 768)
const cpu = await createCpuEngine({threads: availableParallelism()})
const products = await openProducts(availableParallelism())
const size = {rows: Number(values.nodes), cols: 128, landmarks: Number(values.landmarks), classes: 40, degree: 14}
const stage = await openStage(await landmarkProblem(size, cpu, products), {fast: engine, products})
const gamma = {
  rows: size.landmarks,
  cols: size.classes,
  data: Float64Array.from({length: size.landmarks * size.classes}, () => r.normal() / size.rows),
}
const data = solveData({rows: Number(values['solve-nodes']), cols: 128, classes: 40})
const solve = await openSolveStage(await solveProblem(data.unit, cpu, products), engine, 64)
const gramSize = {rows: Number(values['gram-nodes']), cols: 500, classes: 7, degree: 4}
const [some, few] = [10, 1e-3].map((ridge) => gramProblem(gramSize, ridge)) as [KernelProblem, KernelProblem]
/** Everything of a problem but its gradients; `host` holds the residuals in fp64. */
const solveGram = async (problem: KernelProblem) => {
  const host = gramOnHost(problem, {exact: cpu, fast: engine, products}, {products: 8, stretches: 16})
  const opened = await openGramStage(problem, host, {fast: engine})
  await opened.solve()
  return opened
}
const gramStage = await solveGram(some)
const times = new Map<string, [number, number]>()
const add = (key: string, ms: number) => {
  const [count, sum] = times.get(key) ?? [0, 0]
  times.set(key, [count + 1, sum + ms])
}
const MARKS: [string, string][] = [
  ['kernel[e] = ', 'mapKernel'],
  ['out[places[t]]', 'scatter'],
  ['let root', 'scaleRows'],
  ['inverse[id.x] = ', 'diagonal'],
  ['alpha[id.y', 'alpha'],
  ['square = fma', 'leftWeights'],
  ['whiten[l', 'nearWeights'],
  ['bounds:', 'referenceSums'],
  ['farthest', 'anchorSums'],
  ['shape.ridge, e %', 'addRidge'],
  ['pivot', 'factorSquare'],
  ['rows[t * shape.n', 'factorRows'],
  ['tall[local]', 'factorRest'],
  ['var turn = 0u', 'solveSquare'],
  ['let forward', 'solveRest'],
  ['if (shape.left_by_rows', 'narrowProduct'],
  ['tile_a', 'product'],
  ['parts[e] = sum', 'vectors'],
  ['turn[at', 'vectors'],
  ['rest[at', 'scaleFeatures'],
  ['rest[group', 'rest'],
  ['atomicAdd(&list[0]', 'nearList'],
]
const label = (code: string) => MARKS.find(([mark]) => code.includes(mark))?.[1] ?? 'sumParts'
const dispatch = gpu.dispatch.bind(gpu)
const read = gpu.read.bind(gpu)
const instrument = () => {
  gpu.dispatch = async (code, parameters, buffers, groups) => {
    await gpu.device.queue.onSubmittedWorkDone()
    const start = performance.now()
    await dispatch(code, parameters, buffers, groups)
    await gpu.device.queue.onSubmittedWorkDone()
    add(label(code), performance.now() - start)
  }
  gpu.read = async (buffer, words) => {
    const start = performance.now()
    const out = await read(buffer, words)
    add('read', performance.now() - start)
    return out
  }
}
const restore = () => {
  gpu.dispatch = dispatch
  gpu.read = read
}
const works: Record<string, () => Promise<unknown>> = {
  apply: () => engine.kernelApply(z, z, v),
  gradient: () => engine.kernelGradient(z, z, v, v, () => undefined),
  volatility: () => engine.volatility(task),
  'landmark sums': () => stage.sums(0, size.rows),
  solve: () => solve.solve(data.y, 10, 1e-5),
  'Gram matrices, λ = 10': async () => (await solveGram(some)).close(),
  'Gram matrices, λ = .001': async () => (await solveGram(few)).close(),
  async 'Gram gradients'() {
    // Another object is another α: nothing is kept from the run before.
    const alpha = {...some.y}
    for (let from = 0; from < gramSize.rows; from += 500)
      await gramStage.gradient(from, Math.min(gramSize.rows, from + 500), alpha)
  },
  async 'landmark gradients'() {
    for (let from = 0; from < size.rows; from += CHUNK)
      await stage.gradient(from, Math.min(size.rows, from + CHUNK), gamma)
  },
}
for (const [name, work] of Object.entries(works)) {
  const first = performance.now()
  await work()
  const second = performance.now()
  await work()
  const third = performance.now()
  instrument()
  await work()
  const end = performance.now()
  restore()
  console.log(
    `${name}: first ${(second - first).toFixed(1)} ms, again ${(third - second).toFixed(1)} ms, instrumented ${(end - third).toFixed(1)} ms`,
  )
  for (const [kernel, [count, sum]] of times)
    console.log(`  ${kernel.padEnd(14)} ${count} × ${(sum / count).toFixed(3)} ms = ${sum.toFixed(1)} ms`)
  const onDevice = [...times.values()].reduce((total, [, sum]) => total + sum, 0)
  console.log(`  ${'host'.padEnd(14)} ${(end - third - onDevice).toFixed(1)} ms`)
  times.clear()
}
await Promise.all([engine.close(), cpu.close(), products.close()])
