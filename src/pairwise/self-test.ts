import {InternalError} from '../errors.js'
import {conjugateGradients} from '../linalg/conjugate-gradients.js'
import {normaliseRows, rowRange, selectRows} from '../linalg/csr.js'
import {addRow, rowDotVector} from '../linalg/csr-products.js'
import {dense, type Dense} from '../linalg/types.js'
import {type Random, random} from '../stats/random.js'
import {
  distanceByDefinition,
  kernelApplyByDefinition,
  kernelByDefinition,
  kernelGradientByDefinition,
  landmarkGradientByDefinition,
  landmarkSumsByDefinition,
  volatilityByDefinition,
} from './reference-definitions.js'
import type {
  GramTask,
  HostGram,
  HostLandmarks,
  LandmarkTask,
  PairwiseEngine,
  VolatilitySums,
  VolatilityTask,
} from './engine.js'
import {solvesOf} from './self-test-solve.js'

export interface SelfTestResult {
  passed: boolean
  /** largest |engine − definition| / largest |definition| of each reduction, and what was allowed */
  checks: {name: string; error: number; limit: number}[]
  /** why the engine may not be used, in one sentence; null if it may */
  failure: string | null
}

const LIMIT = {fp64: 1e-9, fp32: 1e-4}
const EXACTLY = {tolerance: 1e-12, maxIterations: 200}
const METRICS = ['l2', 'l1', 'linf', 'angle'] as const

/**
 * Holds every reduction of an engine against its definition in fp64, before the engine is trusted with anything: odd
 * sizes, equal rows, nearly parallel rows and a zero row, answers that are not zero (a device that accepts work and
 * returns zeros is common), counts exactly.
 *
 * Cost      ≈ 10⁷ operations on the host, besides compiling the engine's kernels.
 * Throws    nothing: what the engine throws becomes `failure`.
 */
export async function selfTest(engine: PairwiseEngine): Promise<SelfTestResult> {
  const checks: SelfTestResult['checks'] = []
  const limit = LIMIT[engine.precision]
  const compare = (name: string, got: ArrayLike<number>, truth: ArrayLike<number>, allowed = limit) =>
    checks.push({name, error: difference(got, truth), limit: allowed})
  try {
    const r = random(20)
    const z = unitRows(r, 67, 19)
    const w = unitRows(r, 131, 19)
    compare('kernelBlock', (await engine.kernelBlock(z, w)).data, kernelByDefinition(z, w).data)
    const v = normal(r, 131, 5)
    compare('kernelApply', (await engine.kernelApply(w, w, v)).data, kernelApplyByDefinition(w, w, v).data)
    compare('kernelApply, two sets', (await engine.kernelApply(z, w, v)).data, kernelApplyByDefinition(z, w, v).data)
    const u = normal(r, 131, 5)
    compare('kernelGradient', await gradientOf(engine, w, w, v, u), kernelGradientByDefinition(w, w, v, u).data)
    const left = normal(r, 67, 5)
    compare(
      'kernelGradient, two sets',
      await gradientOf(engine, z, w, left, u),
      kernelGradientByDefinition(z, w, left, u).data,
    )
    const landmarks = landmarkTask(r, z)
    const host = landmarksByDefinition(landmarks)
    const stage = await engine.openLandmarks?.(landmarks, host)
    // An engine may leave it to the processor: then nothing of it is to be tested.
    if (stage !== undefined && stage !== host) {
      const [sums, truth] = [await stage.sums(5, 67), await host.sums(5, 67)]
      compare('landmark sums, outer', sums.outer.data, truth.outer.data)
      compare('landmark sums, cross', sums.cross.data, truth.cross.data)
      compare('landmark sums, own', [sums.own], [truth.own])
      const gamma = normal(r, landmarks.points.rows, landmarks.y.cols)
      const all = [0, z.rows, gamma] as const
      compare('landmark gradient', tangents(z, await stage.gradient(...all)), tangents(z, await host.gradient(...all)))
      await stage.close()
    }
    for (const {name, got, truth} of await solvesOf(engine, z, landmarks, r)) compare(name, got, truth)
    // λ < 1 takes another way to α, whose every step is judged by a residual in fp64: it needs no test.
    const gram = {rows: w, y: normal(r, w.rows, 3), ridge: 2}
    const inFull = gramByDefinition(gram)
    const kept = await engine.openGram?.(gram, inFull)
    if (kept !== undefined && kept !== inFull) {
      compare('Gram product', (await kept.apply(v)).data, (await inFull.apply(v)).data)
      const {alpha} = await kept.solve()
      const rest = (await inFull.residual(alpha)).data
      compare(
        'Gram solve',
        rest.map((value, t) => gram.y.data[t]! - value),
        gram.y.data,
      )
      const all = [0, w.rows, gram.y] as const
      compare('Gram gradient', tangents(w, await kept.gradient(...all)), tangents(w, await inFull.gradient(...all)))
      await kept.close()
    }
    for (const metric of METRICS) {
      const task = volatilityTask(r, metric)
      const truth = volatilityByDefinition(task)
      const sums = await engine.volatility(task)
      for (const key of ['total', 'windowed', 'anchorTotal'] as const)
        compare(`volatility ${metric} ${key}`, sums[key], truth[key])
      for (const key of ['within', 'exceed'] as const) compare(`volatility ${metric} ${key}`, sums[key], truth[key], 0)
      compare(`volatility ${metric} scalars`, scalars(sums), scalars(truth))
      compare(
        `distances ${metric}`,
        (await engine.distances(task.anchors, task.anchors, metric)).data,
        distancesByDefinition(task.anchors, metric),
      )
    }
  } catch (error) {
    return {passed: false, checks, failure: error instanceof Error ? error.message : String(error)}
  }
  // NaN is never a pass.
  const worst = checks.find((check) => !(check.error <= check.limit))
  return {
    passed: worst === undefined,
    checks,
    failure:
      worst === undefined
        ? null
        : `self-test: ${worst.name} is off by ${worst.error.toExponential(1)}, allowed ${worst.limit}`,
  }
}

const scalars = (s: VolatilitySums) => [
  s.crossLabelTotal,
  s.zeroDistancePairs,
  s.zeroDistanceLossPairs,
  s.diameter,
  s.witnesses[0]?.ratio ?? 0,
]

function difference(got: ArrayLike<number>, truth: ArrayLike<number>): number {
  if (got.length !== truth.length) return Infinity
  let [worst, largest] = [0, 0]
  for (let t = 0; t < truth.length; t++) {
    // NaN counts as larger than any number: one such value fails the test whatever the others are.
    worst = Math.max(worst, Math.abs(got[t]! - truth[t]!))
    largest = Math.max(largest, Math.abs(truth[t]!))
  }
  return worst / largest
}

async function gradientOf(
  engine: PairwiseEngine,
  z: Dense,
  w: Dense,
  left: Dense,
  right: Dense,
): Promise<Float64Array> {
  const data = new Float64Array(z.rows * z.cols)
  await engine.kernelGradient(z, w, left, right, (firstRow, block) => {
    data.set(block.data, firstRow * z.cols)
  })
  return data
}

function distancesByDefinition(
  {rows, cols, data}: VolatilityTask['anchors'],
  metric: VolatilityTask['metric'],
): Float64Array {
  const row = (i: number) => Array.from(data.subarray(i * cols, (i + 1) * cols))
  return Float64Array.from({length: rows * rows}, (_, at) =>
    distanceByDefinition(row(Math.floor(at / rows)), row(at % rows), metric),
  )
}

function normal(r: Random, rows: number, cols: number): Dense {
  return {rows, cols, data: Float64Array.from({length: rows * cols}, () => r.normal())}
}

/** Unit rows with a zero row, two equal rows and two nearly parallel ones. */
function unitRows(r: Random, rows: number, cols: number): Dense {
  const {unit} = normaliseRows(normal(r, rows, cols))
  unit.data.fill(0, 0, cols)
  unit.data.copyWithin(2 * cols, cols, 2 * cols)
  unit.data.copyWithin(4 * cols, 3 * cols, 4 * cols)
  unit.data[4 * cols]! += 1e-3
  return normaliseRows(unit).unit
}

/** Some rows as their landmarks, a zero row and two nearly parallel ones among the rows; any whitening will do. */
function landmarkTask(r: Random, rows: Dense): LandmarkTask {
  const points = selectRows(rows, [1, 3, ...Array.from({length: 18}, (_, k) => 5 + 3 * k)]) as Dense
  const p = points.rows
  const lower = Float32Array.from({length: p * p}, (_, at) => {
    const [i, j] = [Math.floor(at / p), at % p]
    return i === j ? 1 : j < i ? 0.1 * r.normal() : 0
  })
  return {rows, points, whiten: {rows: p, cols: p, data: lower}, y: normal(r, rows.rows, 3), ridge: 2}
}

/** The stage as it is defined; its gradients are the sums s [to − from, d]. */
const landmarksByDefinition = (task: LandmarkTask): HostLandmarks<Dense> => ({
  precision: 'fp64',
  sums: (from, to) => Promise.resolve(landmarkSumsByDefinition(task, from, to)),
  gradient: (from, to, gamma) =>
    Promise.resolve(rowRange(landmarkGradientByDefinition(task, gamma), from, to) as Dense),
  gather: (from, to, pass) => gathered(task.rows as Dense, from, to, pass),
  close: () => Promise.resolve(),
})

/** The stage as it is defined; its gradients are the sums s [to − from, d]. */
function gramByDefinition({rows, y, ridge}: GramTask & {rows: Dense}): HostGram<Dense> {
  const apply = (x: Dense) => Promise.resolve(kernelApplyByDefinition(rows, rows, x))
  const shifted = async (x: Dense) => {
    const {data} = await apply(x)
    return {...x, data: data.map((value, t) => value + ridge * x.data[t]!)}
  }
  return {
    precision: 'fp64',
    solve: async () => ({alpha: (await conjugateGradients(shifted, y, EXACTLY)).x, residual: null, leftToHost: null}),
    apply,
    residual: async (x) => ({...y, data: (await shifted(x)).data.map((value, t) => y.data[t]! - value)}),
    gradient: (from, to, alpha) =>
      Promise.resolve(rowRange(kernelGradientByDefinition(rows, rows, alpha, alpha), from, to) as Dense),
    gather: (from, to, pass) => gathered(rows, from, to, pass),
    sample: () => {
      throw new InternalError('nothing is raced in a self-test')
    },
    close: () => Promise.resolve(),
  }
}

async function gathered(
  {cols}: Dense,
  from: number,
  to: number,
  pass: (onRows: (firstRow: number, block: Dense) => void) => Promise<void>,
): Promise<Dense> {
  const s = dense(to - from, cols)
  await pass((firstRow, block) => s.data.set(block.data, firstRow * cols))
  return s
}

/** s − (s · x̂) x̂: what of a gradient counts; a landmark and its own row add along the row, by a clamped slope. */
function tangents(rows: Dense, s: Dense): Float64Array {
  const out = s.data.slice()
  for (let i = 0; i < rows.rows; i++)
    addRow(rows, i, -rowDotVector(rows, i, out, i * s.cols), out.subarray(i * s.cols, (i + 1) * s.cols))
  return out
}

/** Anchors and references that share rows; thresholds that are distances and loss changes of some pairs. */
function volatilityTask(r: Random, metric: VolatilityTask['metric']): VolatilityTask {
  const anchors = normal(r, 43, 17)
  const references = normal(r, 71, 17)
  references.data.set(anchors.data.subarray(0, 5 * 17))
  const losses = (n: number) => Float64Array.from({length: n}, () => Math.round(16 * r.uniform()) / 8)
  const labels = (n: number) => Int32Array.from({length: n}, () => r.integer(3))
  const typical = distanceByDefinition([...anchors.data.subarray(0, 17)], [...anchors.data.subarray(17, 34)], metric)
  return {
    anchors,
    references,
    anchorLoss: losses(43),
    referenceLoss: losses(71),
    anchorLabels: labels(43),
    referenceLabels: labels(71),
    metric,
    scale: typical,
    floor: 0.3,
    deltas: Float64Array.of(0.5, 0.9, 1.1, Infinity),
    etas: Float64Array.of(0.25, 0.5, 1),
    lossMax: 1.5,
  }
}
