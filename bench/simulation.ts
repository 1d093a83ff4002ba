import {certify} from '../src/certify/certify.js'
import {type CertifyOptions, DEFAULT_OPTIONS} from '../src/certify/options.js'
import {splitSample, takeRows} from '../src/certify/sample/sample.js'
import {nearestCurve} from '../src/certify/nearest/curve.js'
import {nearestAnchors} from '../src/certify/nearest/nearest-anchors.js'
import type {NearestPoint} from '../src/certify/nearest/types.js'
import type {CertifyMetrics, Embeddings} from '../src/certify/types.js'
import type {Dense} from '../src/linalg/types.js'
import type {PairwiseEngine, VolatilityTask} from '../src/pairwise/engine.js'
import {random, type Random} from '../src/stats/random.js'

/**
 * Coverage with a known truth. A setting is a finite population; a run draws `rows` of it without replacement,
 * certifies them, and compares every bound with its value over the rest of the population: all references there could
 * have been.
 */
export interface Setting {
  name: string
  population: Embeddings
  /** drawn in a run */
  rows: number
  options: Partial<CertifyOptions>
}

export interface Coverage {
  runs: number
  /** share of runs in which the bound held (for cells: every one of the report) */
  epsilon: number
  global: number
  windowed: number
  direct: number
  /** every class's bound, and every bound of a single example */
  classes: number
  examples: number
  /** every bound and every share covered of the nearest-anchor curves */
  nearest: number
  /** every bound of the report at once */
  report: number
  /** every lower bound of a cell: a family of its own */
  lower: number
  /** the asymptotic intervals of ε, no certificate, 95 % each, held in all layers */
  asymptotic: number
  /** means over runs (and cells) */
  mean: {
    truth: number
    direct: number
    windowed: number
    global: number
    epsilonRatio: number
    certified: number
    classes: number
    examples: number
    lower: number
    /** of the points shown or seen to cover half of the inputs: the truth, and the bound */
    nearestTruth: number
    nearest: number
  }
}

/** So many examples get a radius in a run. */
const EXAMPLES = 20

export async function simulate(
  {population, rows, options}: Setting,
  runs: number,
  engine: PairwiseEngine,
  firstSeed = 1,
): Promise<Coverage> {
  const held = {
    epsilon: 0,
    global: 0,
    windowed: 0,
    direct: 0,
    classes: 0,
    examples: 0,
    nearest: 0,
    report: 0,
    lower: 0,
    asymptotic: 0,
  }
  const mean = {
    truth: 0,
    direct: 0,
    windowed: 0,
    global: 0,
    epsilonRatio: 0,
    certified: 0,
    classes: 0,
    examples: 0,
    lower: 0,
    nearestTruth: 0,
    nearest: 0,
  }
  for (let run = 0; run < runs; run++) {
    const seed = firstSeed + run
    const order = random(1_000_000 + seed).permutation(population.rows)
    const sample = pick(population, order.subarray(0, rows))
    const used = {...DEFAULT_OPTIONS, loss: 'file' as const, examples: EXAMPLES, ...options, seed}
    const {metrics} = await certify(sample, used, engine)
    const {anchors} = splitSample(sample, sample.loss!, used.split, random(seed))
    const isAnchor = new Set(anchors.map((k) => order[k]!))
    const others = order.filter((row) => !isAnchor.has(row))
    const all = {
      epsilon: true,
      global: true,
      windowed: true,
      direct: true,
      classes: true,
      examples: true,
      nearest: true,
    }
    let epsilonRatio = 0
    let asymptotic = true
    let lower = true
    for (const [k, layer] of metrics.layers.entries()) {
      const cells = metrics.cells.filter((cell) => cell.layer === layer.name)
      const etas = Float64Array.from(new Set(cells.map((cell) => cell.eta)))
      const deltas = Float64Array.from(new Set(cells.map((cell) => cell.delta)))
      const sides = {
        anchors: takeRows(sample.layers[k]!, anchors),
        anchorLoss: Float64Array.from(anchors, (row) => sample.loss![row]!),
        anchorLabels: null,
        references: takeRows(population.layers[k]!, others),
        referenceLoss: Float64Array.from(others, (row) => population.loss![row]!),
        referenceLabels: null,
      }
      const truth = await engine.volatility({
        ...sides,
        metric: used.metric,
        scale: layer.scale,
        floor: layer.floor,
        deltas,
        etas,
        lossMax: metrics.loss.max!,
      })
      const epsilon = truth.total.reduce((a, b) => a + b, 0) / (anchors.length * others.length) / layer.scale
      all.epsilon &&= layer.epsilon.raw.upper! >= epsilon
      const interval = layer.epsilon.raw.asymptotic
      asymptotic &&= interval === null || (interval[0] <= epsilon && epsilon <= interval[1])
      epsilonRatio += layer.epsilon.raw.upper! / epsilon / metrics.layers.length
      cells.forEach((cell, c) => {
        let within = 0
        let exceed = 0
        const g = Math.floor(c / etas.length)
        for (let j = 0; j < others.length; j++) {
          within += truth.within[j * deltas.length + g]!
          exceed += truth.exceed[(j * deltas.length + g) * etas.length + (c % etas.length)]!
        }
        const value = exceed / within
        for (const family of ['global', 'windowed', 'direct'] as const) {
          all[family] &&= cell[family] >= value
          mean[family] += cell[family] / metrics.cells.length / runs
        }
        lower &&= cell.lower! <= value
        mean.lower += cell.lower! / metrics.cells.length / runs
        mean.truth += value / metrics.cells.length / runs
        if (cell.status === 'certified') mean.certified += 1 / metrics.cells.length / runs
      })
      const [g, e] = [Math.floor(deltas.length / 2), Math.floor(etas.length / 2)]
      for (const row of (metrics.classes ?? []).filter(({layer: name}) => name === layer.name)) {
        let [within, exceed] = [0, 0]
        others.forEach((other, j) => {
          if (population.labels![other] !== row.label) return
          within += truth.within[j * deltas.length + g]!
          exceed += truth.exceed[(j * deltas.length + g) * etas.length + e]!
        })
        all.classes &&= within === 0 || row.bound >= exceed / within
        mean.classes += row.bound / metrics.classes!.length / runs
      }
      const curve = await nearestHeld(layer.nearest!, sides, {etas, scale: layer.scale, metric: used.metric}, engine)
      all.nearest &&= curve.all
      mean.nearestTruth += curve.truth / metrics.layers.length / runs
      mean.nearest += curve.bound / metrics.layers.length / runs
      const held = await examplesHeld(metrics, k, sides, used.metric, etas[e]!, engine)
      all.examples &&= held.all
      mean.examples += held.mean / metrics.layers.length / runs
    }
    mean.epsilonRatio += epsilonRatio / runs
    for (const key of ['epsilon', 'global', 'windowed', 'direct', 'classes', 'examples', 'nearest'] as const)
      held[key] += (all[key] ? 1 : 0) / runs
    held.report += (Object.values(all).every((x) => x) ? 1 : 0) / runs
    held.lower += (lower ? 1 : 0) / runs
    held.asymptotic += (asymptotic ? 1 : 0) / runs
  }
  return {runs, ...held, mean}
}

/** Whether a curve holds over all references there could have been; means over the points that cover half of these. */
async function nearestHeld(
  points: readonly NearestPoint[],
  sides: Pick<VolatilityTask, 'anchors' | 'anchorLoss' | 'references' | 'referenceLoss'>,
  {etas, scale, metric}: {etas: Float64Array; scale: number; metric: VolatilityTask['metric']},
  engine: PairwiseEngine,
): Promise<{all: boolean; truth: number; bound: number}> {
  const truth = nearestCurve({
    nearest: await nearestAnchors(sides.references, sides.anchors, metric, engine),
    losses: sides.referenceLoss,
    anchorLosses: sides.anchorLoss,
    radii: [...new Set(points.map(({delta}) => delta))],
    etas,
    scale,
    alpha: 0.5,
    sources: null,
  })
  const half = points.filter((_, k) => truth[k]!.covered >= 0.5)
  const average = (of: readonly number[]) => of.reduce((sum, x) => sum + x, 0) / Math.max(1, of.length)
  return {
    all: points.every(
      ({bound, coveredLower}, k) => bound >= (truth[k]!.observed ?? 0) && coveredLower <= truth[k]!.covered,
    ),
    truth: average(truth.filter(({covered}) => covered >= 0.5).map(({observed}) => observed ?? 0)),
    bound: average(half.map(({bound}) => bound)),
  }
}

/** Whether every bound of a single example holds over all references there could have been, and their mean. */
async function examplesHeld(
  {examples, layers}: CertifyMetrics,
  k: number,
  sides: Pick<VolatilityTask, 'anchors' | 'anchorLoss' | 'references' | 'referenceLoss'>,
  metric: VolatilityTask['metric'],
  eta: number,
  engine: PairwiseEngine,
): Promise<{all: boolean; mean: number}> {
  if (examples === undefined) return {all: true, mean: 0}
  const P = examples.rows.length
  const deltas = Float64Array.from(examples.layers[k]!.deltas)
  const {cols, data} = sides.anchors
  const {within, exceed} = await engine.volatility({
    anchors: sides.references,
    anchorLoss: sides.referenceLoss,
    anchorLabels: null,
    references: {rows: P, cols, data: data.subarray(0, P * cols)},
    referenceLoss: sides.anchorLoss.subarray(0, P),
    referenceLabels: null,
    metric,
    scale: layers[k]!.scale,
    floor: layers[k]!.floor,
    deltas,
    etas: Float64Array.of(eta),
    lossMax: 1,
  })
  const bounds = examples.rows.flatMap((row) => row.bounds[k]!)
  const stated = bounds.filter((bound) => bound !== null)
  return {
    all: bounds.every((bound, at) => bound === null || within[at] === 0 || bound >= exceed[at]! / within[at]!),
    mean: stated.length === 0 ? 1 : stated.reduce((a, b) => a + b, 0) / stated.length,
  }
}

export function pick({layers, loss, labels}: Embeddings, rows: Uint32Array): Embeddings {
  return {
    rows: rows.length,
    layers: layers.map((layer) => ({...layer, data: takeRows(layer, rows).data})),
    labels: labels === null ? null : Int32Array.from(rows, (row) => labels[row]!),
    output: null,
    loss: Float64Array.from(rows, (row) => loss![row]!),
  }
}

const states = (dim: number, rows: number, value: (row: number, column: number) => number): Dense => ({
  rows,
  cols: dim,
  data: Float64Array.from({length: rows * dim}, (_, at) => value(Math.floor(at / dim), at % dim)),
})

function population(
  layers: readonly Dense[],
  loss: (row: number) => number,
  label: (row: number) => number,
): Embeddings {
  const {rows} = layers[0]!
  return {
    rows,
    layers: layers.map(({cols, data}, k) => ({name: `h${k + 1}`, dim: cols, data})),
    labels: Int32Array.from({length: rows}, (_, i) => label(i)),
    output: null,
    loss: Float64Array.from({length: rows}, (_, i) => loss(i)),
  }
}

/** Losses of 1 with probability `share`, else 0. */
const noise = (r: Random, share: number) => () => (r.uniform() < share ? 1 : 0)

/** The settings of the coverage table; `size` rows in each population. */
export function settings(size: number): Setting[] {
  const r = random(7)
  const gaussian = (dim: number) => states(dim, size, () => r.normal())
  const line = states(1, size, () => r.uniform())
  const classes = Uint32Array.from({length: size}, () => r.integer(10))
  // Ten classes that separate with depth; 7.1 % wrong predictions: 2 · .071 · .929 = .133 of all pairs differ in loss.
  const centres = states(16, 10, () => r.normal())
  const deep = [0.8, 1.2, 1.8, 2.5].map((spread) =>
    states(16, size, (row, column) => spread * centres.data[classes[row]! * 16 + column]! + r.normal()),
  )
  const one = {etas: [1], deltas: 'auto'} as const
  // Classes: thirds of the line, halves of a Gaussian.
  const third = (row: number) => Math.floor(3 * line.data[row]!)
  const noisy = (dim: number) => {
    const x = gaussian(dim)
    return population([x], noise(r, 0.1), (row) => (x.data[row * dim]! > 0 ? 1 : 0))
  }
  return [
    {
      name: 'uniform 1-d, loss = x',
      rows: 1000,
      population: population([line], (row) => line.data[row]!, third),
      options: {etas: [0.1, 0.3]},
    },
    {
      name: 'uniform 1-d, 10 % label noise',
      rows: 400,
      population: population([line], noise(r, 0.1), third),
      options: one,
    },
    {name: 'Gaussian 2-d, 10 % label noise', rows: 1000, population: noisy(2), options: one},
    {name: 'Gaussian 16-d, 10 % label noise', rows: 1000, population: noisy(16), options: one},
    {
      name: 'report: 4 layers × 6 δ, mixture 16-d',
      rows: 1500,
      population: population(deep, noise(r, 0.0716), (row) => classes[row]!),
      options: one,
    },
  ]
}
