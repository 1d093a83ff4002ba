import {cellBounds, chooseBets, epsilonUpper} from '../src/certify/statements/bounds.js'
import {certify} from '../src/certify/certify.js'
import {chooseClassBets, classRows} from '../src/certify/statements/classes.js'
import {layerStatistics} from '../src/certify/measure/layer-statistics.js'
import {exampleBounds} from '../src/certify/statements/examples.js'
import {freshCell, freshEpsilon} from '../src/certify/measure/fresh-pairs.js'
import {anchorGeometry} from '../src/certify/plan/geometry.js'
import {measureBlocks, referenceBlocks} from '../src/certify/measure/measure.js'
import {DEFAULT_OPTIONS, FRESH_BOUNDS} from '../src/certify/options.js'
import {planCertify} from '../src/certify/plan/plan.js'
import {takeRows} from '../src/certify/sample/sample.js'
import {foldBlocks} from '../src/certify/measure/layer-sums.js'
import {volatilityTask} from '../src/certify/measure/volatility-task.js'
import type {PairwiseEngine, VolatilitySums} from '../src/pairwise/engine.js'
import {random} from '../src/stats/random.js'
import {pick, type Setting, settings} from './simulation.js'

/** A setting in fixed units: one δ, which is τ too, so that the truth of two fresh examples is one number. */
export interface FixedSetting extends Setting {
  delta: number
}

/** The settings of one layer, at a δ that holds about a fifth of all pairs. */
export function fixedSettings(size: number): FixedSetting[] {
  const [line, noisyLine, plane, space] = settings(size) as [Setting, Setting, Setting, Setting]
  return [
    [line, 0.1, 0.05],
    [noisyLine, 0.1, 1],
    [plane, 0.95, 1],
    [space, 4.8, 1],
  ].map((entry) => {
    const [setting, delta, eta] = entry as [Setting, number, number]
    return {
      ...setting,
      delta,
      options: {scale: 'none', deltas: [delta], floor: delta, etas: [eta], lossMax: 1, loss: 'file', examples: 0},
    }
  })
}

const known = new Map<string, {epsilon: number; cell: number}>()

/** ε_τ and P[ΔL ≥ η | d ≤ δ] over all pairs of the population. */
async function truthOf(
  {name, population, options}: FixedSetting,
  engine: PairwiseEngine,
): Promise<{epsilon: number; cell: number}> {
  const found = known.get(name)
  if (found !== undefined) return found
  const x = takeRows(
    population.layers[0]!,
    Uint32Array.from({length: population.rows}, (_, i) => i),
  )
  const loss = population.loss!
  const sums = await engine.volatility({
    anchors: x,
    references: x,
    anchorLoss: loss,
    referenceLoss: loss,
    anchorLabels: null,
    referenceLabels: null,
    metric: 'l2',
    scale: 1,
    floor: options.floor as number,
    deltas: Float64Array.from(options.deltas as number[]),
    etas: Float64Array.from(options.etas as number[]),
    lossMax: 1,
  })
  const add = (values: Float64Array) => values.reduce((a, b) => a + b, 0)
  const truth = {
    epsilon: add(sums.total) / (population.rows * (population.rows - 1)),
    cell: add(sums.exceed) / add(sums.within),
  }
  known.set(name, truth)
  return truth
}

const drawn = (setting: Setting, seed: number) =>
  random(1_000_000 + seed)
    .permutation(setting.population.rows)
    .subarray(0, setting.rows)

/**
 * The bounds of two fresh examples as --bounds gives them, all at once with everything else at 95 %, and the asymptotic
 * intervals of ε.
 */
export async function simulateFresh(setting: FixedSetting, runs: number, engine: PairwiseEngine) {
  const truth = await truthOf(setting, engine)
  const held = {klU: 0, maurerPontil: 0, clopperPearson: 0, all: 0, percentile: 0, bca: 0}
  const mean = {klU: 0, maurerPontil: 0, clopperPearson: 0, truth: truth.cell}
  for (let seed = 1; seed <= runs; seed++) {
    const {metrics} = await certify(
      pick(setting.population, drawn(setting, seed)),
      {...DEFAULT_OPTIONS, ...setting.options, bounds: FRESH_BOUNDS, seed},
      engine,
    )
    const {raw} = metrics.layers[0]!.epsilon
    const upper = (method: string) => raw.fresh!.find((bound) => bound.method === method)!.upper!
    const stated = {
      klU: upper('kl-u') / truth.epsilon,
      maurerPontil: upper('maurer-pontil') / truth.epsilon,
      clopperPearson: metrics.cells[0]!.clopperPearson!,
    }
    const ok = {
      klU: stated.klU >= 1,
      maurerPontil: stated.maurerPontil >= 1,
      clopperPearson: stated.clopperPearson >= truth.cell,
    }
    const inside = (range: [number, number] | null | undefined) =>
      range && range[0] <= truth.epsilon && truth.epsilon <= range[1] ? 1 : 0
    for (const key of ['klU', 'maurerPontil', 'clopperPearson'] as const) {
      held[key] += (ok[key] ? 1 : 0) / runs
      mean[key] += stated[key] / runs
    }
    held.all += (ok.klU && ok.maurerPontil && ok.clopperPearson ? 1 : 0) / runs
    held.percentile += inside(raw.asymptotic) / runs
    held.bca += inside(raw.bca) / runs
  }
  return {...held, mean}
}

/**
 * Every bound by itself at each level α: share of runs in which it holds; at least 1 − α is owed, and how much more
 * shows how much of α is left unused.
 */
export async function simulateSingle(
  setting: FixedSetting,
  alphas: readonly number[],
  runs: number,
  engine: PairwiseEngine,
) {
  const truth = await truthOf(setting, engine)
  const held = alphas.map(() => ({
    direct: 0,
    epsilon: 0,
    class: 0,
    example: 0,
    klU: 0,
    maurerPontil: 0,
    clopperPearson: 0,
  }))
  for (let seed = 1; seed <= runs; seed++) {
    const rows = drawn(setting, seed)
    const sample = pick(setting.population, rows)
    const plan = await planCertify(
      sample,
      {...DEFAULT_OPTIONS, ...setting.options, bootstrap: 0, examples: 1, bounds: FRESH_BOUNDS, seed},
      engine,
    )
    const layer = plan.layers[0]!
    const states = sample.layers[0]!
    const blocks = await measureBlocks(plan, sample, engine, [...referenceBlocks(plan).keys()].slice(0, -1))
    const sums = foldBlocks(blocks.map(({layers}) => layers[0]!))
    const m = plan.anchors.rows.length
    const statistics = layerStatistics(sums, m, layer, plan.etas)
    const task = volatilityTask(plan, layer, states)
    const pilot = layerStatistics(await engine.volatility(task), m, layer, plan.etas)
    const {packingRadii} = await anchorGeometry(takeRows(states, plan.anchors.rows), 'l2', engine)
    const n = plan.references.rows.length
    // Everything that could have been a reference: the population without the anchors.
    const isAnchor = new Set(Array.from(plan.anchors.rows, (anchor) => rows[anchor]!))
    const others = Uint32Array.from({length: setting.population.rows}, (_, i) => i).filter((i) => !isAnchor.has(i))
    const all = pick(setting.population, others)
    const anchored = await engine.volatility({
      ...task,
      references: takeRows(all.layers[0]!, Uint32Array.from(others.keys())),
      referenceLoss: all.loss!,
      referenceLabels: null,
      anchorLabels: null,
    })
    const own = await ofExample(
      plan.anchors.losses[0]!,
      {...task, references: takeRows(states, plan.anchors.rows.subarray(0, 1))},
      all,
      engine,
    )
    const ratio = (of: VolatilitySums, keep: (j: number) => boolean) => {
      const width = of.within.length / of.total.length
      const add = (values: Float64Array) => of.total.reduce((sum, _, j) => sum + (keep(j) ? values[j * width]! : 0), 0)
      return add(of.exceed) / add(of.within)
    }
    const values = {
      direct: ratio(anchored, () => true),
      epsilon: anchored.total.reduce((a, b) => a + b, 0) / (m * others.length),
      class: ratio(anchored, (j) => all.labels![j] === 1),
      example: ratio(own, () => true),
    }
    for (const [k, alpha] of alphas.entries()) {
      const bets = chooseBets(pilot, n, packingRadii, 1, {epsilon: alpha, cell: alpha})
      const row = classRows(
        'h1',
        statistics,
        chooseClassBets(pilot, plan.anchors.labels, n, packingRadii, alpha),
        plan.references.labels!,
        alpha,
      ).find(({label}) => label === 1)!
      const [[example]] = exampleBounds(sums.examples!, layer.deltas, 0.5, alpha).bounds as [[number | null]]
      const [klU, maurerPontil] = freshEpsilon(sums.fresh!, FRESH_BOUNDS, 1 / layer.floor, alpha) as unknown as [
        {upper: number},
        {upper: number},
      ]
      const holds = {
        direct: cellBounds(statistics, bets, 0, 0, alpha).direct >= values.direct,
        epsilon: epsilonUpper(statistics, bets, alpha)! >= values.epsilon,
        class: row.bound >= values.class,
        example: example === null || example >= values.example,
        klU: klU.upper >= truth.epsilon,
        maurerPontil: maurerPontil.upper >= truth.epsilon,
        clopperPearson: freshCell(sums.fresh!, 0, 0, 1, alpha).clopperPearson >= truth.cell,
      }
      for (const key of Object.keys(holds) as (keyof typeof holds)[]) held[k]![key] += (holds[key] ? 1 : 0) / runs
    }
  }
  return held
}

/** One anchor against everything that could have been a reference. */
function ofExample(
  loss: number,
  task: Parameters<PairwiseEngine['volatility']>[0],
  all: ReturnType<typeof pick>,
  engine: PairwiseEngine,
): Promise<VolatilitySums> {
  const others = takeRows(
    all.layers[0]!,
    Uint32Array.from({length: all.rows}, (_, i) => i),
  )
  return engine.volatility({
    ...task,
    anchors: others,
    anchorLoss: all.loss!,
    anchorLabels: null,
    referenceLoss: Float64Array.of(loss),
    referenceLabels: null,
  })
}
