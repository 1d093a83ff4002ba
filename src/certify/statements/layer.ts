import type {VolatilitySums} from '../../pairwise/engine.js'
import {bootstrapPairMean} from '../../stats/bootstrap.js'
import type {Random} from '../../stats/random.js'
import {concat} from '../sample/arrays.js'
import {epsilonUpper} from './bounds.js'
import type {LayerBets} from '../bets.js'
import type {LayerStatistics} from '../measure/layer-statistics.js'
import {layerStatistics} from '../measure/layer-statistics.js'
import {freshEpsilon} from '../measure/fresh-pairs.js'
import type {Points} from '../sample/points.js'
import {perSource, type Sources, sourcesOf} from '../sample/sources.js'
import {nearestCurve} from '../nearest/curve.js'
import {largestFirst} from '../survey/localization.js'
import type {CertifyPlan, LayerPlan} from '../plan-types.js'
import type {LayerSums} from '../measure/layer-sums.js'
import type {Witness} from '../types.js'
import type {Estimate, LayerMetrics} from '../layer-types.js'

const MOST_VOLATILE = 10
/** Number of witness pairs per layer in a report. */
export const WITNESSES = 5
const BOOTSTRAP_LEVEL = 0.95

export interface LayerResult {
  metrics: LayerMetrics
  witnesses: Witness[]
  /** [rows used] mean ΔL/max(d, τ) of each anchor, then of each reference */
  volatility: Float64Array
  /** null without a split */
  certificate: {statistics: LayerStatistics; bets: LayerBets} | null
}

/** Volatility of one layer with its bound, from its sums over all references. */
export function layerResult(plan: CertifyPlan, layer: LayerPlan, sums: LayerSums, random: Random): LayerResult {
  const {anchors, references, alpha, options} = plan
  const {scale, floor, medianDistance, pilot} = layer
  const m = anchors.rows.length
  const certificate =
    pilot === null
      ? null
      : {statistics: layerStatistics(sums, m, layer, plan.etas, references.groups ?? null), bets: pilot.bets}
  const upper = certificate === null ? null : epsilonUpper(certificate.statistics, certificate.bets, alpha!.epsilon!)
  const fresh =
    sums.fresh === null ? null : freshEpsilon(sums.fresh, options.bounds, plan.lossMax / floor, alpha!.epsilon!)
  const {estimate, intervals, volatility} = meanVolatility(
    sums,
    {anchors, references, isOneSet: pilot === null, floor},
    options.bootstrap,
    random,
  )
  const raw = (x: number) => x / scale
  const inUnits = (factor: number): Estimate => {
    const convert = (x: number) => raw(x) * factor
    const both = (range: [number, number] | undefined): [number, number] | null =>
      // A mean of non-negative ratios cannot be negative, even if the resampling interval is.
      range === undefined ? null : [Math.max(0, convert(range[0])), Math.max(0, convert(range[1]))]
    return {
      estimate: convert(estimate),
      upper: upper === null ? null : convert(upper),
      asymptotic: both(intervals?.percentile),
      bca: both(intervals?.bca),
      ...(fresh === null
        ? {}
        : {fresh: fresh.map((bound) => ({...bound, upper: bound.upper === null ? null : convert(bound.upper)}))}),
    }
  }
  const both = pilot === null ? [sums] : [pilot, sums]
  const all = sums.total.reduce((a, b) => a + b, 0) / (pilot === null ? 2 : 1)
  return {
    metrics: {
      name: layer.name,
      dim: layer.dim,
      ...(layer.batchAxis === undefined ? {} : {batchAxis: layer.batchAxis}),
      ...(layer.pooledOver === undefined ? {} : {pooledOver: layer.pooledOver}),
      ...(layer.squashed === undefined ? {} : {squashed: layer.squashed}),
      scale,
      floor,
      epsilon: {raw: inUnits(1), scaleFree: inUnits(medianDistance)},
      ...(medianDistance === 0 ? {collapsed: true as const} : {}),
      crossLabelShare: references.labels === null || all === 0 ? null : sums.crossLabelTotal / all,
      zeroDistancePairs: both.reduce((s, x) => s + x.zeroDistancePairs, 0),
      zeroDistanceLossPairs: both.reduce((s, x) => s + x.zeroDistanceLossPairs, 0),
      diameter: Math.max(...both.map((x) => x.diameter)),
      medianDistance,
      relativeDepth: plan.layers.length === 1 ? 1 : plan.layers.indexOf(layer) / (plan.layers.length - 1),
      mostVolatile: largestFirst(volatility)
        .slice(0, MOST_VOLATILE)
        .map((k) => {
          const [side, at] = k < m ? [anchors, k] : [references, k - m]
          return {
            row: side.rows[at]!,
            volatility: volatility[k]!,
            loss: side.losses[at]!,
            label: side.labels?.[at] ?? null,
          }
        }),
      legacyVulnerability: layer.legacyVulnerability,
      groups: layer.groups,
      ...(layer.classPairs === null ? {} : {classPairs: layer.classPairs}),
      ...(alpha === null || sums.nearest === null
        ? {}
        : {
            nearest: nearestCurve({
              nearest: sums.nearest,
              losses: references.losses,
              anchorLosses: anchors.losses,
              radii: layer.nearestRadii,
              etas: plan.etas,
              scale,
              alpha: alpha.nearest!,
              sources: sourcesOf(references.groups),
            }),
          }),
    },
    witnesses: sums.witnesses.slice(0, WITNESSES).map(({anchor, reference, distance, ratio}) => ({
      layer: layer.name,
      rows: [anchors.rows[anchor]!, references.rows[reference]!],
      distance,
      losses: [anchors.losses[anchor]!, references.losses[reference]!],
      labels:
        anchors.labels === null || references.labels === null
          ? null
          : [anchors.labels[anchor]!, references.labels[reference]!],
      ratio,
    })),
    volatility,
    certificate,
  }
}

/** The pairs that a layer's sums run over. */
interface VolatilityPairs {
  anchors: Points
  references: Points
  /** without a split, both sides are the same rows */
  isOneSet: boolean
  floor: number
}

/** ε̂ in scaled units over pairs with a defined ratio, its asymptotic intervals, and every row's volatility. */
function meanVolatility(
  sums: VolatilitySums,
  {anchors: a, references: b, isOneSet, floor}: VolatilityPairs,
  rounds: number,
  random: Random,
) {
  const [m, n] = [a.rows.length, b.rows.length]
  const without = floor > 0 ? 0 : sums.zeroDistancePairs
  const pairs = isOneSet ? n * (n - 1) - 2 * without : m * n - without
  // A constant layer without a floor has no pair with a defined ratio: ε is unknown and reported as 0, as in
  // `collapsed`.
  if (pairs === 0) return {estimate: 0, intervals: null, volatility: new Float64Array(isOneSet ? n : m + n)}
  const [ofAnchors, ofReferences] = [sourcesOf(a.groups), sourcesOf(b.groups)]
  if (ofReferences !== null)
    return volatilityOfSources(sums, {anchors: ofAnchors!, references: ofReferences}, rounds, random)
  const estimate = sums.total.reduce((a, b) => a + b, 0) / pairs
  const rowMeans = (totals: Float64Array) => totals.map((x) => (x * totals.length) / pairs)
  const references = rowMeans(sums.total)
  const anchors = rowMeans(sums.anchorTotal)
  const parts = isOneSet
    ? [{rowMeans: references, weight: 2}]
    : [
        {rowMeans: references, weight: 1},
        {rowMeans: anchors, weight: 1},
      ]
  const intervals = bootstrapPairMean(estimate, parts, {rounds, level: BOOTSTRAP_LEVEL, random})
  return {estimate, intervals, volatility: isOneSet ? references : concat([anchors, references])}
}

/** The same with each source counted once; intervals resample sources, with the anchors' scaled to the same mean. */
function volatilityOfSources(
  sums: VolatilitySums,
  {anchors, references}: {anchors: Sources; references: Sources},
  rounds: number,
  random: Random,
) {
  const [own, other] = [
    sums.total.map((x) => x / sums.anchorTotal.length),
    sums.anchorTotal.map((x) => x / sums.total.length),
  ]
  const [ofReferences, ofAnchors] = [perSource(own, references), perSource(other, anchors)]
  const mean = (values: Float64Array) => values.reduce((a, b) => a + b, 0) / values.length
  const estimate = mean(ofReferences)
  const unit = mean(ofAnchors) === 0 ? 0 : estimate / mean(ofAnchors)
  const parts = [
    {rowMeans: ofReferences, weight: 1},
    {rowMeans: ofAnchors.map((x) => x * unit), weight: 1},
  ]
  const intervals = bootstrapPairMean(estimate, parts, {rounds, level: BOOTSTRAP_LEVEL, random})
  return {estimate, intervals, volatility: concat([other, own])}
}
