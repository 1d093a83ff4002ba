import {cellBounds, chooseBets, epsilonUpper, lowerBound} from '../src/certify/statements/bounds.js'
import {layerStatistics, type LayerStatistics} from '../src/certify/measure/layer-statistics.js'
import {anchorGeometry} from '../src/certify/plan/geometry.js'
import type {Dense} from '../src/linalg/types.js'
import type {PairwiseEngine} from '../src/pairwise/engine.js'
import {quantile} from '../src/stats/quantile.js'
import {random} from '../src/stats/random.js'
import {type Population, take} from './nearest-simulation.js'

/** Of one bound at a level of its own: the share of runs in which it held, and its mean. */
export interface Held {
  held: number
  bound: number
}

export interface CellCoverage {
  alpha: number
  truth: number
  direct: Held
  windowed: Held
  global: Held
  lower: Held
  epsilon: Held
}

/** A sample of a population: a quarter of the draws are anchors, in units of their median distance. */
export async function drawSample(
  {states, losses, eta}: Population,
  {rows, quantiles, seed}: {rows: number; quantiles: readonly number[]; seed: number},
  engine: PairwiseEngine,
) {
  const r = random(seed)
  const drawn = Uint32Array.from({length: rows}, () => r.integer(states.rows))
  const m = Math.round(rows / 4)
  const [anchorRows, referenceRows] = [drawn.subarray(0, m), drawn.subarray(m)]
  const anchors = take(states, anchorRows)
  const {sortedDistances, packingRadii} = await anchorGeometry(anchors, 'l2', engine)
  const scale = quantile(sortedDistances, 0.5)
  const deltas = Float64Array.from(quantiles, (q) => quantile(sortedDistances, q) / scale)
  const anchorLoss = Float64Array.from(anchorRows, (i) => losses[i]!)
  const lossMax = anchorLoss.reduce((most, x) => Math.max(most, x), eta)
  const etas = Float64Array.of(eta)
  const layer = {floor: deltas[0]!, deltas}
  const statisticsOf = async (references: Dense, referenceLoss: Float64Array): Promise<LayerStatistics> => {
    const sums = await engine.volatility({
      anchors,
      references,
      anchorLoss,
      referenceLoss,
      anchorLabels: null,
      referenceLabels: null,
      metric: 'l2',
      scale,
      floor: layer.floor,
      deltas: Float64Array.of(...deltas, Infinity),
      etas,
      lossMax,
    })
    return layerStatistics(sums, m, layer, etas)
  }
  return {
    anchorRows,
    referenceRows,
    lossMax,
    radii: packingRadii.map((radius) => radius / scale),
    // The same object on both sides: all pairs of one sample.
    pilot: await statisticsOf(anchors, anchorLoss),
    sample: await statisticsOf(
      take(states, referenceRows),
      Float64Array.from(referenceRows, (i) => losses[i]!),
    ),
    whole: await statisticsOf(states, losses),
  }
}

/** Σ exceed / Σ within and mean ε over all rows of a population. */
export function truthOf(whole: LayerStatistics, keep: (row: number) => boolean = () => true) {
  let [within, exceed] = [0, 0]
  for (let j = 0; j < whole.references; j++) {
    if (!keep(j)) continue
    within += whole.within[j]!
    exceed += whole.exceed[j]!
  }
  const epsilon = whole.total.reduce((sum, x) => sum + x, 0) / (whole.references * whole.anchors)
  return {cell: within === 0 ? 0 : exceed / within, epsilon}
}

/** Each pair bound by itself at each α, at the radius of a fifth of the anchors' pairs, against all rows of the population. */
export async function simulateCells(
  population: Population,
  {rows, alphas, runs}: {rows: number; alphas: readonly number[]; runs: number},
  engine: PairwiseEngine,
): Promise<CellCoverage[]> {
  const none = (): Held => ({held: 0, bound: 0})
  const out = alphas.map((alpha) => ({
    alpha,
    truth: 0,
    direct: none(),
    windowed: none(),
    global: none(),
    lower: none(),
    epsilon: none(),
  }))
  for (let run = 1; run <= runs; run++) {
    const {pilot, sample, whole, radii, lossMax} = await drawSample(
      population,
      {rows, quantiles: [0.2], seed: 20_000 + run},
      engine,
    )
    const truth = truthOf(whole)
    for (const each of out) {
      const bets = chooseBets(pilot, sample.references, radii, lossMax, {epsilon: each.alpha, cell: each.alpha})
      const bounds = cellBounds(sample, bets, 0, 0, each.alpha)
      const count = (of: Held, bound: number, held: boolean) => {
        of.held += (held ? 1 : 0) / runs
        of.bound += bound / runs
      }
      each.truth += truth.cell / runs
      for (const family of ['direct', 'windowed', 'global'] as const)
        count(each[family], bounds[family], bounds[family] >= truth.cell)
      const lower = lowerBound(sample, bets, 0, 0, each.alpha)!
      count(each.lower, lower, lower <= truth.cell)
      const epsilon = epsilonUpper(sample, bets, each.alpha)!
      count(each.epsilon, epsilon / truth.epsilon, epsilon >= truth.epsilon)
    }
  }
  return out
}
