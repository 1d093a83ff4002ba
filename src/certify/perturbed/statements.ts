import {type Bet, pilotBets, ratioUpperBound} from '../../stats/betting.js'
import {clopperPearsonUpper} from '../../stats/clopper-pearson.js'
import {MIN_PAIRS} from '../statements/cells.js'
import {deltaGrid} from '../plan/geometry.js'
import type {CertifyOptions} from '../options.js'
import type {LayerMetrics} from '../layer-types.js'
import type {PerturbationCell, PerturbationLayer, PerturbationMetrics} from '../perturbation-types.js'
import {splitPairAlpha} from './alpha.js'
import {GAMMAS, survivalRows, type Survivals} from './survival.js'
import type {PairSample} from './pairs.js'

/** Shares of the pilot pairs within the radii of the default δ grid. */
const DELTA_QUANTILES = [0.1, 0.25, 0.5, 0.75, 0.95]

/** Settings from the report's random pairs, fixed without looking at a reference. */
export interface PairSetting {
  /** losses of the unperturbed rows; the first `anchors` of them are the pilot */
  losses: Float64Array
  anchors: number
  lossMax: number
  etas: Float64Array
  layers: Pick<LayerMetrics, 'name' | 'scale' | 'medianDistance'>[]
  deltas: CertifyOptions['deltas']
  /** α of this pair distribution */
  alpha: number
}

/**
 * Upper bounds for the distribution of pairs (z, z′) from a sample of independent pairs; they hold simultaneously with
 * probability ≥ 1 − α.
 *
 * Formula    With n pairs, ΔL = |L(z) − L(z′)|, d the scaled distance in a layer, τ the smallest δ of the layer:
 *            change       P[ΔL ≥ η]             Clopper–Pearson on the n pairs;
 *            joint        P[ΔL ≥ η, d ≤ δ]      the same;
 *            conditional  P[ΔL ≥ η | d ≤ δ]     Clopper–Pearson on the pairs within δ, given their number;
 *            survival     PR(γ), see survivalRows;
 *            markov       ε_Q δ / min(η, L_max) with ε_Q = E[min(ΔL, L_max)/max(d, τ)] bounded by betting: one number per
 *            layer (Theorem A4).
 * Shapes     n = references; the anchors' own pairs choose δ, τ and the stakes, so these are fixed before looking at a
 *            reference.
 * Precision  fp64; all bounds round upwards.
 * Cost       n · G · E per layer.
 * Empty      no pair within δ → conditional 1.
 * Source     Theorem A4 and E of docs/math.md.   Deviation: —
 */
export function perturbationMetrics(pairs: PairSample, setting: PairSetting): PerturbationMetrics {
  const {losses, anchors: m, etas} = setting
  const n = losses.length - m
  const change = losses.map((loss, i) => Math.abs(loss - pairs.losses[i]!))
  const grids = setting.layers.map(({scale}, k) =>
    layerGrid(
      pairs.distances[k]!.map((distance) => distance / scale),
      m,
      setting,
    ),
  )
  const alpha = splitPairAlpha(
    setting.alpha,
    grids.length,
    etas.length,
    grids.reduce((sum, {deltas}) => sum + deltas.length * etas.length, 0),
    pairs.survivals === null ? 0 : GAMMAS.length,
  )
  const results = grids.map((grid, k) => layerStatements(setting.layers[k]!, grid, change, setting, alpha))
  const mean = (values: Float64Array) => values.subarray(m).reduce((a, b) => a + b, 0) / n
  const {name, strength, kind, description, accuracy} = pairs
  return {
    name,
    strength,
    kind,
    description,
    accuracy,
    pairs: n,
    alpha,
    meanLoss: {original: mean(losses), perturbed: mean(pairs.losses)},
    changes: Array.from(etas, (eta) => {
      const exceeding = change.subarray(m).reduce((count, x) => count + (x >= eta ? 1 : 0), 0)
      return {eta, exceeding, observed: exceeding / n, upper: clopperPearsonUpper(exceeding, n, alpha.change)}
    }),
    layers: results.map(({layer}) => layer),
    cells: results.flatMap(({cells}) => cells),
    ...(pairs.survivals === null ? {} : {survival: survivalOf(pairs.survivals, m, alpha.survival!)}),
  }
}

function survivalOf(
  survivals: Survivals,
  anchors: number,
  alpha: number,
): NonNullable<PerturbationMetrics['survival']> {
  const {draws, counts} = survivals
  const kept = counts.subarray(anchors)
  return {
    draws,
    mean: kept.reduce((sum, count) => sum + count, 0) / (draws * kept.length),
    rows: survivalRows(survivals, anchors, alpha),
  }
}

interface Grid {
  /** [m + n] scaled */
  distances: Float64Array
  /** ascending, scaled */
  deltas: Float64Array
}

function layerGrid(distances: Float64Array, m: number, {deltas}: PairSetting): Grid {
  return {
    distances,
    deltas: Float64Array.from(
      deltas === 'auto' ? deltaGrid(distances.slice(0, m).sort(), 1, DELTA_QUANTILES) : new Set(deltas),
    ).sort(),
  }
}

type Layer = PairSetting['layers'][number]

function layerStatements(
  {name, scale, medianDistance}: Layer,
  {distances, deltas}: Grid,
  change: Float64Array,
  setting: PairSetting,
  alpha: PerturbationMetrics['alpha'],
): {layer: PerturbationLayer; cells: PerturbationCell[]} {
  const {anchors: m, lossMax, etas} = setting
  const n = change.length - m
  const floor = deltas[0]!
  const ratios = change.map((x, i) => Math.min(x, lossMax) / Math.max(distances[i]!, floor))
  const most = lossMax / floor
  const bets: Bet[] = pilotBets({a: ratios.subarray(0, m), b: null}, n, (v) => most - v, alpha.epsilon, most)
  const upper = ratioUpperBound(ratios.subarray(m), null, bets, alpha.epsilon, most)
  const estimate = ratios.subarray(m).reduce((a, b) => a + b, 0) / n
  const cells: PerturbationCell[] = []
  for (const delta of deltas) {
    for (const eta of etas) {
      let within = 0
      let exceeding = 0
      for (let i = m; i < m + n; i++) {
        if (distances[i]! > delta) continue
        within++
        if (change[i]! >= eta) exceeding++
      }
      const conditional = within === 0 ? 1 : clopperPearsonUpper(exceeding, within, alpha.cell)
      cells.push({
        layer: name,
        delta,
        deltaRaw: delta * scale,
        eta,
        pairs: within,
        fraction: within / n,
        exceeding,
        observed: within === 0 ? null : exceeding / within,
        joint: clopperPearsonUpper(exceeding, n, alpha.cell),
        conditional,
        markov: Math.min(1, (upper * delta) / Math.min(eta, lossMax)),
        status: within < MIN_PAIRS ? 'abstain' : conditional < 1 ? 'certified' : 'vacuous',
      })
    }
  }
  const inUnits = (factor: number) => ({estimate: (estimate / scale) * factor, upper: (upper / scale) * factor})
  const sorted = distances.slice(m).sort()
  return {
    layer: {
      name,
      floor,
      medianPairDistance: sorted[Math.floor((n - 1) / 2)]! * scale,
      epsilon: {raw: inUnits(1), scaleFree: inUnits(medianDistance)},
    },
    cells,
  }
}
