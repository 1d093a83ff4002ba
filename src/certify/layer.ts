import {UsageError} from '../errors.js'
import type {PairwiseEngine, VolatilitySums, VolatilityTask} from '../pairwise/engine.js'
import {bootstrapPairMean} from '../stats/bootstrap.js'
import {quantile} from '../stats/quantile.js'
import type {Random} from '../stats/random.js'
import {chooseBets, epsilonUpper, type LayerBets, type LayerStatistics} from './bounds.js'
import {layerStatistics} from './evidence.js'
import {anchorGeometry, defaultDeltas, type Geometry} from './geometry.js'
import {largestFirst, legacyVulnerability} from './localization.js'
import type {CertifyOptions} from './options.js'
import {MAX_ANCHORS, type Sample, takeRows} from './sample.js'
import type {Embeddings, Estimate, LayerMetrics, LayerStates, Witness} from './types.js'

const MOST_VOLATILE = 10
const WITNESSES = 5
const BOOTSTRAP_LEVEL = 0.95

/** What all layers share. */
export interface Setting {
  embeddings: Embeddings
  options: CertifyOptions
  sample: Sample
  loss: Float64Array
  lossMax: number
  etas: Float64Array
  /** p of the true class, or null */
  trueClass: Float64Array | null
  engine: PairwiseEngine
}

/** The units of one layer, from its anchors only. */
export interface LayerPlan {
  states: LayerStates
  geometry: Geometry
  medianDistance: number
  scale: number
  floor: number
  deltas: Float64Array
}

export interface LayerResult {
  metrics: LayerMetrics
  witnesses: Witness[]
  /** [rows used] mean ΔL/max(d, τ) of each anchor, then of each reference */
  volatility: Float64Array
  /** null without a split */
  certificate: {statistics: LayerStatistics; bets: LayerBets} | null
}

/**
 * Scale, τ and δ grid of a layer, from the anchors (without a split: from a random 2000 rows). A median of 0 (most pairs coincide) falls back to the largest distance, then to 1.
 * Throws UsageError where τ is above every δ: the bounds hold for δ ≥ τ only.
 */
export async function planLayer(states: LayerStates, {sample, options, engine}: Setting): Promise<LayerPlan> {
  const geometry = await anchorGeometry(takeRows(states, sample.anchors.subarray(0, MAX_ANCHORS)), options.metric, engine)
  const medianDistance = quantile(geometry.sortedDistances, 0.5)
  const scale = options.scale === 'none' ? 1 : medianDistance || geometry.sortedDistances.at(-1)! || 1
  const deltas = Float64Array.from(options.deltas === 'auto' ? defaultDeltas(geometry, scale) : new Set(options.deltas)).sort()
  // The largest τ that every δ of the grid allows: the kernel is bounded by L_max/τ, so a larger τ gives tighter bounds.
  const floor = options.floor === 'auto' ? deltas[0]! : options.floor
  const usable = deltas.filter((delta) => delta >= floor)
  if (usable.length === 0) throw new UsageError(`--floor ${floor} is above every δ of layer ${states.name} (largest ${deltas.at(-1)!})`, ['lower --floor', 'set --delta'])
  return {states, geometry, medianDistance, scale, floor, deltas: usable}
}

/** Volatility of one layer, and the sums that its bounds need. */
export async function measureLayer(plan: LayerPlan, position: number, setting: Setting, alpha: {epsilon: number; cell: number} | null, random: Random): Promise<LayerResult> {
  const {sample, options, engine, etas, lossMax, embeddings} = setting
  const {states, medianDistance, scale, floor} = plan
  const deltas = Float64Array.of(...plan.deltas, Infinity)
  const anchors = side(states, sample.anchors, setting)
  const task = (references: typeof anchors): VolatilityTask => ({
    anchors: anchors.rows, anchorLoss: anchors.loss, anchorLabels: anchors.labels,
    references: references.rows, referenceLoss: references.loss, referenceLabels: references.labels,
    metric: options.metric, scale, floor, deltas, etas, lossMax,
  })
  const among = await engine.volatility(task(anchors))
  const sums = alpha === null ? among : await engine.volatility(task(side(states, sample.references, setting)))
  const m = sample.anchors.length
  const n = sample.references.length

  let certificate: LayerResult['certificate'] = null
  let upper: number | null = null
  if (alpha !== null) {
    const statistics = layerStatistics(sums, m, {floor, deltas, etas})
    const radii = plan.geometry.packingRadii.map((radius) => radius / scale)
    const bets = chooseBets(layerStatistics(among, m, {floor, deltas, etas}), n, radii, lossMax, alpha)
    certificate = {statistics, bets}
    upper = epsilonUpper(statistics, bets, alpha.epsilon)
  }
  const {estimate, interval, volatility} = meanVolatility(sums, m, n, alpha === null, floor, options.bootstrap, random)
  const raw = (x: number) => x / scale
  const inUnits = (factor: number): Estimate => ({
    estimate: raw(estimate) * factor,
    upper: upper === null ? null : raw(upper) * factor,
    asymptotic: interval === null ? null : [raw(interval[0]) * factor, raw(interval[1]) * factor],
  })
  const rowOf = (k: number) => (k < m ? sample.anchors[k]! : sample.references[k - m]!)
  const both = alpha === null ? [among] : [among, sums]
  const all = sums.total.reduce((a, b) => a + b, 0) / (alpha === null ? 2 : 1)
  return {
    metrics: {
      name: states.name, dim: states.dim, scale, floor,
      epsilon: {raw: inUnits(1), scaleFree: inUnits(medianDistance)},
      crossLabelShare: embeddings.labels === null || all === 0 ? null : sums.crossLabelTotal / all,
      zeroDistancePairs: both.reduce((s, x) => s + x.zeroDistancePairs, 0),
      zeroDistanceLossPairs: both.reduce((s, x) => s + x.zeroDistanceLossPairs, 0),
      diameter: Math.max(...both.map((x) => x.diameter)),
      medianDistance,
      relativeDepth: embeddings.layers.length === 1 ? 1 : position / (embeddings.layers.length - 1),
      mostVolatile: largestFirst(volatility).slice(0, MOST_VOLATILE).map((k) => ({row: rowOf(k), volatility: volatility[k]!, loss: setting.loss[rowOf(k)]!, label: embeddings.labels?.[rowOf(k)] ?? null})),
      legacyVulnerability: await vulnerability(states, setting),
    },
    witnesses: sums.witnesses.slice(0, WITNESSES).map(({anchor, reference, distance, ratio}) => {
      const rows: [number, number] = [sample.anchors[anchor]!, sample.references[reference]!]
      const {labels} = embeddings
      return {layer: states.name, rows, distance, losses: [setting.loss[rows[0]]!, setting.loss[rows[1]]!], labels: labels === null ? null : [labels[rows[0]]!, labels[rows[1]]!], ratio}
    }),
    volatility,
    certificate,
  }
}

function side(states: LayerStates, rows: Uint32Array, {loss, embeddings}: Setting) {
  const {labels} = embeddings
  return {rows: takeRows(states, rows), loss: Float64Array.from(rows, (row) => loss[row]!), labels: labels === null ? null : Int32Array.from(rows, (row) => labels[row]!)}
}

/** ε̂ in scaled units over the pairs that have a ratio, its asymptotic interval, and the volatility of every row. */
function meanVolatility(sums: VolatilitySums, m: number, n: number, one: boolean, floor: number, rounds: number, random: Random) {
  const without = floor > 0 ? 0 : sums.zeroDistancePairs
  const pairs = one ? n * (n - 1) - 2 * without : m * n - without
  const estimate = sums.total.reduce((a, b) => a + b, 0) / pairs
  const rowMeans = (totals: Float64Array) => totals.map((x) => (x * totals.length) / pairs)
  const references = rowMeans(sums.total)
  const anchors = rowMeans(sums.anchorTotal)
  const parts = one ? [{rowMeans: references, weight: 2}] : [{rowMeans: references, weight: 1}, {rowMeans: anchors, weight: 1}]
  const interval = bootstrapPairMean(estimate, parts, {rounds, level: BOOTSTRAP_LEVEL, random})
  return {estimate, interval, volatility: one ? references : joined(anchors, references)}
}

function joined<T extends Float64Array | Uint32Array>(a: T, b: T): T {
  const out = (a instanceof Float64Array ? new Float64Array(a.length + b.length) : new Uint32Array(a.length + b.length)) as T
  out.set(a)
  out.set(b, a.length)
  return out
}

async function vulnerability(states: LayerStates, {trueClass, sample, options, engine}: Setting): Promise<number | null> {
  if (trueClass === null) return null
  // Rows are in random order already, so the first ones stand for all.
  const rows = (sample.anchors === sample.references ? sample.anchors : joined(sample.anchors, sample.references)).slice(0, MAX_ANCHORS)
  return legacyVulnerability(takeRows(states, rows), Float64Array.from(rows, (row) => trueClass[row]!), options.metric, engine)
}
