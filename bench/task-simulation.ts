import {certify} from '../src/certify/certify.js'
import {nearestCurve} from '../src/certify/nearest/curve.js'
import {nearestAnchors} from '../src/certify/nearest/nearest-anchors.js'
import {DEFAULT_OPTIONS} from '../src/certify/options.js'
import {splitSample} from '../src/certify/sample/sample.js'
import {cellBounds, chooseBets} from '../src/certify/statements/bounds.js'
import {performanceOf} from '../src/certify/statements/performance.js'
import {measureOf, TASK_LOSSES} from '../src/certify/tasks/names.js'
import {commonestTokenErrors, constantErrors, regressionErrors, tokenLosses} from '../src/certify/tasks/row-losses.js'
import type {CertifyMetrics, Embeddings, RowLosses} from '../src/certify/types.js'
import type {PairwiseEngine} from '../src/pairwise/engine.js'
import {clopperPearsonUpper} from '../src/stats/clopper-pearson.js'
import {quantile} from '../src/stats/quantile.js'
import {random} from '../src/stats/random.js'
import {drawSample, truthOf} from './cell-simulation.js'
import {type Population, take} from './nearest-simulation.js'

/** A population whose rows have numbers to predict, or eight tokens each. */
export interface TaskPopulation {
  name: string
  embeddings: Embeddings
}

const TOKENS = 8
const KINDS = 3

/** Numbers to predict: the target follows the first coordinate, the error is the row's loss and a little noise. */
export function regressionOf({name, states, losses}: Population): TaskPopulation {
  const r = random(21)
  const {rows, cols} = states
  const targets = Float64Array.from({length: rows}, (_, i) => 2 * Math.tanh(states.data[i * cols]!) + r.normal())
  const predicted = targets.map((y, i) => y + (r.uniform() < 0.5 ? -1 : 1) * losses[i]! + 0.1 * r.normal())
  const errors = regressionErrors(predicted, targets, rows, 1)
  const constant = constantErrors(targets, rows, 1)
  return withLosses(name, states, {
    task: 'regression',
    losses: {
      absolute: {values: errors.absolute, guess: constant.absolute},
      squared: {values: errors.squared, guess: constant.squared},
    },
  })
}

/** Eight tokens a row, of which each counts with probability .8 (the first always); those of a row with a loss are often wrong. */
export function tokensOf({name, states, losses, eta}: Population): TaskPopulation {
  const r = random(22)
  const {rows} = states
  const labels = Int32Array.from({length: rows * TOKENS}, (_, at) =>
    at % TOKENS === 0 || r.uniform() < 0.8 ? r.integer(KINDS) : -100,
  )
  const data = new Float64Array(rows * TOKENS * KINDS)
  labels.forEach((label, at) => {
    const wrong = r.uniform() < 0.02 + 0.6 * Math.min(1, losses[Math.floor(at / TOKENS)]! / eta)
    const said = (Math.max(0, label) + (wrong ? 1 : 0)) % KINDS
    for (let c = 0; c < KINDS; c++) data[at * KINDS + c] = (c === said ? 3 : 0) + 0.5 * r.normal()
  })
  const scores = {
    data,
    classes: KINDS,
    at: (row: number, token: number) => (row * TOKENS + token) * KINDS,
    step: 1,
    kind: 'logits' as const,
  }
  const {wrong, missing, crossEntropy} = tokenLosses(scores, labels, rows, TOKENS)
  return withLosses(name, states, {
    task: 'tokens',
    losses: {
      'one-minus-p': {values: missing, guess: null},
      'zero-one': {values: wrong, guess: commonestTokenErrors(labels, rows, TOKENS)},
      'cross-entropy': {values: crossEntropy, guess: null},
    },
  })
}

const withLosses = (name: string, {rows, cols, data}: Population['states'], task: RowLosses): TaskPopulation => ({
  name,
  embeddings: {rows, layers: [{name: 'h', dim: cols, data}], labels: null, output: null, loss: null, task},
})

export interface TaskCoverage {
  alpha: number
  /** share of runs in which every statement of a whole report held: performance, loss tail, cells, nearest anchors; null: not looked at */
  report: number | null
  /** one statement at α by itself: performance, loss tail (1 where a loss has a largest value), cell, nearest anchor */
  performance: number
  tail: number
  cell: number
  nearest: number
  /** means over runs of the performance: its error's truth and its bound (of shares: 1 − share) */
  truth: number
  bound: number
}

/** `rows` draws a run, a quarter of them anchors, against the truth over the whole law. A whole report is made at the largest α. */
export async function simulateTask(
  {name, embeddings}: TaskPopulation,
  {rows, alphas, runs, report = true}: {rows: number; alphas: readonly number[]; runs: number; report?: boolean},
  engine: PairwiseEngine,
): Promise<TaskCoverage[]> {
  const {task, losses: ofTask} = embeddings.task!
  const loss = TASK_LOSSES[task][0]!
  const losses = ofTask[loss]!.values
  const measured = measureOf(task, loss)!
  const {values: errors, guess} = ofTask[measured.loss]!
  const isError = task === 'regression'
  const {dim: cols, data} = embeddings.layers[0]!
  const states = {rows: embeddings.rows, cols, data: Float64Array.from(data)}
  const eta = quantile(losses.slice().sort(), 0.8) / 2
  const population: Population = {name, states, losses, labels: new Int32Array(embeddings.rows), eta}
  const at = (values: Float64Array, of: Uint32Array) => Float64Array.from(of, (row) => values[row]!)
  const clippedMean = (values: Float64Array, limit: number) =>
    values.reduce((sum, x) => sum + Math.min(x, limit), 0) / values.length
  const shareAbove = (values: Float64Array, limit: number) =>
    values.reduce((count, x) => count + (x > limit ? 1 : 0), 0) / values.length
  const out = alphas.map((alpha) => ({
    ...{alpha, report: report && alpha === Math.max(...alphas) ? 0 : null},
    ...{performance: 0, tail: 0, cell: 0, nearest: 0, truth: 0, bound: 0},
  }))
  for (let run = 1; run <= runs; run++) {
    const drawn = await drawSample(population, {rows, quantiles: [0.2], seed: 50_000 + run}, engine)
    const {anchorRows, referenceRows} = drawn
    const points = (of: Uint32Array) => ({
      rows: of,
      losses: at(losses, of),
      labels: null,
      errors: at(errors, of),
      guesses: at(guess!, of),
    })
    const [anchors, references] = [points(anchorRows), points(referenceRows)]
    const lossMax = isError ? anchors.losses.reduce((a, b) => Math.max(a, b), 0) : 1
    const near = await nearestAnchors(states, take(states, anchorRows), 'l2', engine)
    const curve = (of: Uint32Array, alpha: number) =>
      nearestCurve({
        nearest: {anchors: of.map((row) => near.anchors[row]!), distances: at(near.distances, of)},
        losses: at(losses, of),
        anchorLosses: anchors.losses,
        radii: [quantile(near.distances.slice().sort(), 0.7)],
        etas: Float64Array.of(eta),
        scale: 1,
        alpha,
        sources: null,
      })[0]!
    const truth = {
      error: clippedMean(errors, isError ? lossMax : 1),
      tail: shareAbove(losses, lossMax),
      cell: truthOf(drawn.whole).cell,
      nearest: curve(Uint32Array.from(losses.keys()), 0.5).observed ?? 0,
    }
    const sample = pickRows(embeddings, Uint32Array.of(...anchorRows, ...referenceRows))
    for (const each of out) {
      const {alpha} = each
      const performance = performanceOf({
        anchors,
        references,
        alpha: {...NO_ALPHA, total: alpha, performance: alpha},
        loss: {name: loss, bound: isError ? null : 1, accuracy: null, task, measure: measured.name},
        lossMax,
      })!
      const bound = isError ? performance.upper! : 1 - performance.lower!
      const bets = chooseBets(drawn.pilot, referenceRows.length, drawn.radii, drawn.lossMax, {
        epsilon: alpha,
        cell: alpha,
      })
      const count = (key: 'report' | 'performance' | 'tail' | 'cell' | 'nearest', held: boolean) =>
        (each[key] = (each[key] ?? 0) + (held ? 1 : 0) / runs)
      count('performance', bound >= truth.error)
      const beyond = references.losses.filter((x) => x > lossMax).length
      count('tail', !isError || clopperPearsonUpper(beyond, referenceRows.length, alpha) >= truth.tail)
      count('cell', cellBounds(drawn.sample, bets, 0, 0, alpha).direct >= truth.cell)
      count('nearest', curve(referenceRows, alpha).bound >= truth.nearest)
      each.truth += truth.error / runs
      each.bound += bound / runs
      if (each.report === null) continue
      const options = {...DEFAULT_OPTIONS, alpha, bootstrap: 0, examples: 0, seed: run}
      const {metrics} = await certify(sample, options, engine)
      const split = splitSample(sample, at(losses, sample.rowNumbers!), options.split, random(run))
      const own = Uint32Array.from(split.anchors, (k) => sample.rowNumbers![k]!)
      count('report', await reportHolds(metrics, {embeddings, losses, errors, isError}, own, engine))
    }
  }
  return out
}

const NO_ALPHA = {total: 1, epsilon: null, global: null, windowed: null, direct: null, statements: 0}

/** Whether all that a report states of performance, loss tail, cells and nearest anchors is true of the population. */
async function reportHolds(
  {performance, loss, cells, layers}: CertifyMetrics,
  truth: {embeddings: Embeddings; losses: Float64Array; errors: Float64Array; isError: boolean},
  anchorRows: Uint32Array,
  engine: PairwiseEngine,
): Promise<boolean> {
  const {embeddings, losses, errors, isError} = truth
  const mean = (values: Float64Array) => values.reduce((sum, x) => sum + x, 0) / values.length
  const limit = performance!.limit ?? 1
  const error = mean(errors.map((x) => Math.min(x, limit)))
  if (isError ? performance!.upper! < error : performance!.lower! > 1 - error) return false
  if (loss.tailUpper !== null && loss.tailUpper < mean(losses.map((x) => (x > loss.max! ? 1 : 0)))) return false
  const {dim: cols, data} = embeddings.layers[0]!
  const states = {rows: embeddings.rows, cols, data: Float64Array.from(data)}
  const [layer, anchors] = [layers[0]!, take(states, anchorRows)]
  const anchorLosses = Float64Array.from(anchorRows, (row) => losses[row]!)
  const deltas = Float64Array.from(new Set(cells.map(({delta}) => delta)))
  const etas = Float64Array.from(new Set(cells.map(({eta}) => eta)))
  const {within, exceed} = await engine.volatility({
    ...{anchors, references: states, anchorLoss: anchorLosses, referenceLoss: losses},
    ...{anchorLabels: null, referenceLabels: null, metric: 'l2', scale: layer.scale, floor: layer.floor},
    ...{deltas, etas, lossMax: loss.max!},
  })
  const [G, E] = [deltas.length, etas.length]
  const held = cells.every(({direct}, c) => {
    const [g, e] = [Math.floor(c / E), c % E]
    let [pairs, differing] = [0, 0]
    for (let j = 0; j < states.rows; j++) {
      pairs += within[j * G + g]!
      differing += exceed[(j * G + g) * E + e]!
    }
    return pairs === 0 || direct >= differing / pairs
  })
  const points = nearestCurve({
    nearest: await nearestAnchors(states, anchors, 'l2', engine),
    ...{losses, anchorLosses, radii: [...new Set(layer.nearest!.map(({delta}) => delta))], etas},
    ...{scale: layer.scale, alpha: 0.5, sources: null},
  })
  return (
    held &&
    layer.nearest!.every(
      ({bound, coveredLower}, k) => bound >= (points[k]!.observed ?? 0) && coveredLower <= points[k]!.covered,
    )
  )
}

/** Rows of a population, some of them several times. */
function pickRows({layers, task}: Embeddings, rows: Uint32Array): Embeddings {
  const at = (values: Float64Array) => Float64Array.from(rows, (row) => values[row]!)
  const losses = Object.entries(task!.losses).map(([name, {values, guess}]) => [
    name,
    {values: at(values), guess: guess === null ? null : at(guess)},
  ])
  return {
    rows: rows.length,
    layers: layers.map(({name, dim, data}) => ({
      name,
      dim,
      data: take({rows: data.length / dim, cols: dim, data: data as Float64Array}, rows).data,
    })),
    ...{labels: null, output: null, loss: null, rowNumbers: rows},
    task: {task: task!.task, losses: Object.fromEntries(losses) as RowLosses['losses']},
  }
}
