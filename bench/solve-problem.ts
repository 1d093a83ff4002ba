import {normaliseRows, rowRange} from '../src/linalg/csr.js'
import type {Products} from '../src/linalg/products.js'
import type {Dense} from '../src/linalg/types.js'
import type {HostSolve, PairwiseEngine, SolveTask} from '../src/pairwise/engine.js'
import {unitRows} from '../src/sanitize/kernel-rows.js'
import {landmarkKernel} from '../src/sanitize/landmarks.js'
import {hostSolve, openSolveStage, type SolveProblem} from '../src/sanitize/solvers/solve-stage.js'
import {random} from '../src/stats/random.js'

export interface SolveSize {
  rows: number
  cols: number
  classes: number
}

export interface SolveEngines {
  gpu: PairwiseEngine
  cpu: PairwiseEngine
  products: Products
}

/** λ and the relative residual of labels and of probes, as sanitize asks for them. */
const LABELS = [10, 1e-5] as const
const PROBES = [0.01, 1e-2] as const

/** Rows that lie about their class's mean, as aggregated features do, centred labels, and 64 columns of signs. */
export function solveData({rows, cols, classes}: SolveSize): {unit: Dense; y: Dense; signs: Dense} {
  const r = random(1)
  const means = Float64Array.from({length: classes * cols}, () => r.normal())
  const y: Dense = {rows, cols: classes, data: new Float64Array(rows * classes).fill(-1 / classes)}
  const data = new Float64Array(rows * cols)
  for (let i = 0; i < rows; i++) {
    const label = r.integer(classes)
    y.data[i * classes + label]! += 1
    for (let t = 0; t < cols; t++) data[i * cols + t] = means[label * cols + t]! + r.normal()
  }
  const signs = Float64Array.from({length: rows * 64}, () => (r.uniform() < 0.5 ? -1 : 1))
  return {unit: normaliseRows({rows, cols, data}).unit, y, signs: {rows, cols: 64, data: signs}}
}

export async function solveProblem(unit: Dense, cpu: PairwiseEngine, products: Products): Promise<SolveProblem> {
  const rows = unitRows(unit, cpu)
  return {rows, kernel: await landmarkKernel(rows, 512, random(2), products), products}
}

const round = (x: number) => Number(x.toPrecision(4))

async function msOf<T>(work: () => Promise<T>): Promise<{ms: number; result: T}> {
  const start = performance.now()
  const result = await work()
  return {ms: round(performance.now() - start), result}
}

/** The engine with the products of its solves counted, and the time that they wait for the host. */
function watched(gpu: PairwiseEngine) {
  const seen = {products: 0, hostMs: 0}
  const timed =
    <A extends unknown[], R>(work: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      const {ms, result} = await msOf(() => work(...args))
      seen.hostMs += ms
      return result
    }
  const openSolve = (task: SolveTask, host: HostSolve) =>
    gpu.openSolve!(
      {...task, onProduct: () => seen.products++},
      {
        ...host,
        landmarks: timed((most: number) => host.landmarks(most)),
        inner: timed((outer: Dense, ridge: number) => host.inner(outer, ridge)),
      },
    )
  return {seen, engine: {...gpu, openSolve}}
}

/** A solve of all rows on the device by its stage, and of the first ones there and on the processor. */
export async function measureSolve(
  {cpuRows, ...size}: SolveSize & {cpuRows: number},
  {gpu, cpu, products}: SolveEngines,
) {
  const {unit, y, signs} = solveData(size)
  const {seen, engine} = watched(gpu)
  const stageOf = async (count: number) => {
    const problem = await solveProblem(rowRange(unit, 0, count) as Dense, cpu, products)
    Object.assign(seen, {products: 0, hostMs: 0})
    const opened = await msOf(() => openSolveStage(problem, engine, 64))
    return {problem, stage: opened.result, openMs: opened.ms}
  }
  const solved = async (stage: Pick<HostSolve, 'solve'>, b: Dense, [ridge, tolerance]: readonly [number, number]) => {
    const before = {...seen}
    const {ms, result} = await msOf(() => stage.solve(b, ridge, tolerance))
    const {x, ...facts} = result
    const products = seen.products - before.products
    return {x, figures: {ms, hostMs: round(seen.hostMs - before.hostMs), products, ...facts}}
  }
  const few = Math.min(cpuRows, size.rows)
  const fewLabels = rowRange(y, 0, few) as Dense
  const small = await stageOf(few)
  const some = await solved(small.stage, fewLabels, LABELS)
  const again = await solved(small.stage, fewLabels, LABELS)
  await small.stage.close()
  const byProducts = hostSolve(small.problem, gpu)
  await byProducts.solve(fewLabels, ...LABELS)
  const onDevice = await solved(byProducts, fewLabels, LABELS)
  const onHost = await solved(hostSolve(small.problem, cpu), fewLabels, LABELS)
  const difference = some.x.data.reduce((worst, value, t) => Math.max(worst, Math.abs(value - onHost.x.data[t]!)), 0)
  const all = await stageOf(size.rows)
  const {openMs} = all
  const openHostMs = round(seen.hostMs)
  const labels = await solved(all.stage, y, LABELS)
  const probes = await solved(all.stage, signs, PROBES)
  await all.stage.close()
  return {
    ...size,
    stage: {openMs, openHostMs, labels: labels.figures, probes: probes.figures},
    first: {
      rows: few,
      openMs: small.openMs,
      stage: again.figures,
      deviceProductsMs: onDevice.figures.ms,
      cpuMs: onHost.figures.ms,
    },
    relativeDifference: round(difference / onHost.x.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0)),
  }
}
