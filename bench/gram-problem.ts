import type {Products} from '../src/linalg/products.js'
import type {Dense} from '../src/linalg/types.js'
import type {GramStage, PairwiseEngine} from '../src/pairwise/engine.js'
import {aggregation} from '../src/sanitize/aggregate.js'
import {gramOnHost, openGramStage} from '../src/sanitize/solvers/gram-stage.js'
import {type KernelProblem, stretch} from '../src/sanitize/solvers/solver.js'
import {random} from '../src/stats/random.js'

export interface GramSize {
  rows: number
  cols: number
  classes: number
  /** neighbours of a node in a ring, an even number */
  degree: number
}

/** What sanitize asks of a stage besides the solve. */
const DEMAND = {products: 8, stretches: 16}
/** λ of the presets surety and paper. */
const RIDGES = [10, 1e-3]

/** Features about their class's mean, classes that follow the ring, centred labels, all nodes in the set. */
export function gramProblem({rows, cols, classes, degree}: GramSize, ridge: number): KernelProblem {
  const r = random(1)
  const means = Float64Array.from({length: classes * cols}, () => r.normal())
  const y: Dense = {rows, cols: classes, data: new Float64Array(rows * classes).fill(-1 / classes)}
  const data = new Float64Array(rows * cols)
  for (let i = 0; i < rows; i++) {
    const label = Math.floor((i * classes) / rows)
    y.data[i * classes + label]! += 1
    for (let t = 0; t < cols; t++) data[i * cols + t] = means[label * cols + t]! + 2 * r.normal()
  }
  const edges: number[] = []
  for (let i = 0; i < rows; i++)
    for (let k = 1; k <= degree / 2; k++) edges.push(Math.min(i, (i + k) % rows), Math.max(i, (i + k) % rows))
  return {
    features: {rows, cols, data},
    graph: aggregation(rows, Uint32Array.from(edges), 'row', 1),
    nodeSet: Uint32Array.from({length: rows}, (_, i) => i),
    y,
    ridge,
    labelFreeRidge: null,
  }
}

const round = (x: number) => Number(x.toPrecision(4))

/** Everything that sanitize asks of a stage before an edge is pruned, with the time of each part. */
async function askAll(open: () => Promise<GramStage<Float64Array>>, {y}: KernelProblem) {
  const marks = [performance.now()]
  const stage = await open()
  marks.push(performance.now())
  const {alpha, residual, leftToHost} = await stage.solve()
  marks.push(performance.now())
  const vector = {rows: y.rows, cols: 1, data: y.data.subarray(0, y.rows)}
  for (let k = 0; k < DEMAND.products; k++) await stage.apply(vector)
  marks.push(performance.now())
  const gradients: Float64Array[] = []
  for (let k = 0; k < DEMAND.stretches; k++)
    gradients.push(await stage.gradient(...stretch(y.rows, k, DEMAND.stretches), alpha))
  marks.push(performance.now())
  await stage.close()
  const [openMs, solveMs, productsMs, gradientMs] = marks.slice(1).map((mark, k) => round(mark - marks[k]!))
  return {
    alpha: alpha.data,
    gradient: Float64Array.from(gradients.flatMap((part) => [...part])),
    residual,
    leftToHost,
    ms: {openMs, solveMs, productsMs, gradientMs, allMs: round(marks.at(-1)! - marks[0]!)},
  }
}

const far = (a: Float64Array, b: Float64Array) =>
  round(
    a.reduce((worst, x, at) => Math.max(worst, Math.abs(x - b[at]!)), 0) /
      b.reduce((most, x) => Math.max(most, Math.abs(x)), 0),
  )

/** Gram matrices on the device and on the processor, for both presets' λ. */
export async function measureGram(
  size: GramSize,
  {gpu, cpu, products}: {gpu: PairwiseEngine; cpu: PairwiseEngine; products: Products},
) {
  const out = []
  for (const ridge of RIDGES) {
    const problem = gramProblem(size, ridge)
    const host = () => gramOnHost(problem, {exact: cpu, fast: gpu, products}, DEMAND)
    const onDevice = () => openGramStage(problem, host(), {fast: gpu})
    // Compiles the kernels.
    await askAll(onDevice, problem)
    const [device, processor] = [await askAll(onDevice, problem), await askAll(() => Promise.resolve(host()), problem)]
    out.push({
      ...size,
      ridge,
      residual: device.residual,
      leftToHost: device.leftToHost,
      webgpu: device.ms,
      cpu: processor.ms,
      ratio: round(processor.ms.allMs / device.ms.allMs),
      relativeDifference: {
        alpha: far(device.alpha, processor.alpha),
        gradient: far(device.gradient, processor.gradient),
      },
    })
  }
  return out
}
