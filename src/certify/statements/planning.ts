import {clopperPearsonUpper} from '../../stats/clopper-pearson.js'
import type {CertifyPlan} from '../plan-types.js'
import type {LayerBets} from '../bets.js'
import type {LayerStatistics} from '../measure/layer-statistics.js'
import type {NearestHeadline} from '../nearest/types.js'
import type {Headline, Planning} from '../types.js'
import {cellStatistics} from './bounds.js'
import {binomialMultiple, MULTIPLES, multipleFor} from './forecast.js'

/** Adds a forecast to the nearest-anchor headline: counts multiplied, at the same radius. */
export function withForecast(
  point: NearestHeadline | null,
  {alpha, references}: Pick<CertifyPlan, 'alpha' | 'references'>,
): NearestHeadline | null {
  if (point === null || (references.groups ?? null) !== null) return point
  const {exceeding, inputs} = point
  return {
    ...point,
    forecast: MULTIPLES.map((multiple) =>
      clopperPearsonUpper(multiple * exceeding, multiple * inputs, alpha!.nearest!),
    ),
  }
}

/**
 * Estimates the total number of rows for the requested bound.
 *
 * Cost     10 golden sections over the references, and a bisection of an incomplete beta function.
 * Empty    no bound requested, or no headline → null.
 */
export function planningOf(
  {options, alpha, anchors, references, etas}: CertifyPlan,
  layers: readonly {name: string; statistics: LayerStatistics; bets: LayerBets}[],
  headline: Headline | null,
  nearest: NearestHeadline | null,
): Planning | null {
  const {plan: target} = options
  if (target === null || headline === null) return null
  const rows = anchors.rows.length + references.rows.length
  const total = (multiple: number | null) => (multiple === null ? null : Math.ceil(multiple * rows))
  const {statistics: s, bets} = layers.find(({name}) => name === headline.layer)!
  const [g, e] = [s.deltas.indexOf(headline.delta), etas.indexOf(headline.eta)]
  const sample = {...cellStatistics(s, 'direct', g, e, s.anchors), most: bets.most?.[g] ?? 1, alpha: alpha!.direct!}
  const level = alpha!.nearest ?? alpha!.direct!
  return {
    target,
    headline: total(multipleFor(sample, target)),
    ...(nearest === null || (references.groups ?? null) !== null
      ? {}
      : {
          nearest: total(
            binomialMultiple([nearest.exceeding, nearest.inputs], target, (k, n) => clopperPearsonUpper(k, n, level)),
          ),
        }),
  }
}
