import {ratioUpperBound, UNIT_BETS} from '../../stats/betting.js'
import {perSource, sourcesOf} from '../sample/sources.js'
import type {CertifyPlan} from '../plan-types.js'
import {breakingPoint} from './shift.js'
import {bestBound} from './cells.js'
import {shown, worstOf} from './worst.js'
import type {Headline} from '../types.js'
import type {Cell, LayerMetrics} from '../layer-types.js'

/** The share of pairs that count as close in the headline. */
export const CLOSENESS = 0.1
/** Limit for the breaking point if none was set. */
const SHIFT_LIMIT = 0.5
/** Quantile radii are exact for the anchors' pairs, but only approximate for other pairs. */
const ABOUT = Math.SQRT2

/**
 * The statement of a report that is comparable between runs: the closest 10 % of pairs, a loss change of half the
 * loss's range, the worst layer.
 *
 * Formula    η     half of L_max if the grid has it (the default does); else the largest η of the grid below it, else
 *                  the smallest. For the 0–1 loss η = 1.
 *            δ     per layer, the radius of the grid whose share of the anchor–reference pairs is nearest to 10 %.
 *            layer the one with the largest bound there; collapsed layers only if there are no others.
 *            arbitrary  P[ΔL ≥ η] for a random anchor and a fresh example at any distance: a_j = share of anchors with
 *                  ΔL ≥ η; reports its mean, and 1 − the betting bound of 1 − a at the α of a cell (Theorem C), a
 *                  separate statement like the cells' lower bounds.
 * Cost       n log m, and a bisection over n.
 * Empty      no split → null.
 */
export function headlineOf(
  plan: CertifyPlan,
  layers: readonly LayerMetrics[],
  cells: readonly Cell[],
): Headline | null {
  if (plan.alpha === null || cells.length === 0) return null
  const eta = headlineEta(plan)
  const apart = layers.filter(({collapsed}) => collapsed !== true)
  const names = (apart.length > 0 ? apart : layers).map(({name}) => name)
  const worst = worstOf(
    names.map((name) => nearestRadius(cells.filter((cell) => cell.layer === name && cell.eta === eta))),
    bestBound,
  )!
  const bound = shown(worst, bestBound(worst))
  const off = worst.fraction / CLOSENESS
  const named = plan.options.deltas !== 'auto' || !(off < ABOUT && off > 1 / ABOUT)
  return {
    layer: worst.layer,
    delta: worst.delta,
    closeness: named ? worst.fraction : CLOSENESS,
    eta,
    bound,
    observed: worst.observed,
    status: worst.status,
    arbitrary: arbitraryPairs(plan, eta),
    ...(worst.lift === undefined ? {} : {lift: worst.lift}),
    ...(worst.forecast === undefined ? {} : {forecast: worst.forecast}),
    shift: breakingPoint(bound, plan.options.maxShare ?? SHIFT_LIMIT),
  }
}

/** The headline's η: half of the loss's range, or the nearest value in the grid. */
export function headlineEta({etas, loss, lossMax}: Pick<CertifyPlan, 'etas' | 'loss' | 'lossMax'>): number {
  const half = loss.name === 'zero-one' ? 1 : lossMax / 2
  return etas.findLast((eta) => eta <= half) ?? etas[0]!
}

/**
 * Among the cells of one layer and η, the radius with about the closest 10 % of pairs; the largest if no pair is within
 * any radius.
 */
export function nearestRadius(cells: readonly Cell[]): Cell {
  const off = ({fraction}: Cell) => (fraction > 0 ? Math.abs(Math.log(fraction / CLOSENESS)) : Infinity)
  return cells.reduce((a, b) => (off(b) < off(a) || (off(a) === Infinity && b.delta > a.delta) ? b : a))
}

/** P[ΔL ≥ η] for a random anchor and a fresh example at any distance: observed, and lower bound. */
export function arbitraryPairs({anchors, references, alpha}: CertifyPlan, eta: number): Headline['arbitrary'] {
  const sorted = anchors.losses.slice().sort()
  const m = sorted.length
  const same = perSource(
    references.losses.map((loss) => 1 - exceeding(sorted, loss, eta) / m),
    sourcesOf(references.groups),
  )
  const observed = 1 - same.reduce((sum, x) => sum + x, 0) / same.length
  return {observed, lower: 1 - ratioUpperBound(same, null, UNIT_BETS, alpha!.direct!, 1)}
}

/** #{i : |L_i − loss| ≥ η}, in the arithmetic of the engines: |difference| ≥ η. */
function exceeding(sorted: Float64Array, loss: number, eta: number): number {
  const first = (test: (x: number) => boolean) => {
    let [low, high] = [0, sorted.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (test(sorted[middle]!)) high = middle
      else low = middle + 1
    }
    return low
  }
  const below = first((x) => loss - x < eta)
  const above = first((x) => x - loss >= eta)
  return below + sorted.length - above
}
