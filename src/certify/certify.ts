import {InputError} from '../errors.js'
import type {PairwiseEngine} from '../pairwise/engine.js'
import type {Note, Verdict} from '../report/types.js'
import {clopperPearsonUpper} from '../stats/clopper-pearson.js'
import {random} from '../stats/random.js'
import {splitAlpha} from './alpha.js'
import {layerCells} from './cells.js'
import {encodeLayer, type Evidence} from './evidence.js'
import {type LayerResult, measureLayer, planLayer, type Setting} from './layer.js'
import {localize} from './localization.js'
import {lossOf, type Losses, trueClassProbability} from './losses.js'
import {type CertifyOptions, checkOptions, chooseEtas} from './options.js'
import {checkEmbeddings, splitSample} from './sample.js'
import type {AlphaSplit, CertifyMetrics, Embeddings} from './types.js'
import {verdictOf} from './verdict.js'

export interface Certification {
  metrics: CertifyMetrics
  verdict: Verdict
  notes: Note[]
  /** null without a split */
  evidence: Evidence | null
}

const NO_ALPHA = (total: number): AlphaSplit => ({total, epsilon: null, global: null, windowed: null, direct: null, statements: 0})

/**
 * Knowledge continuity of every layer and, from a split sample, upper bounds of P[ΔL ≥ η | d ≤ δ] that all hold at once
 * with probability ≥ 1 − α (docs/math.md).
 *
 * Shapes     embeddings of N rows in K layers → K layer records and Σ_k G_k · E cells.
 * Precision  that of the engine; bounds in fp64, bisections err upwards.
 * Cost       per layer (m² + m·n) · dim multiply–adds and m² log m; m ≤ 2000 anchors.
 * Empty      no split → statistics of all pairs, no cell, no upper bound.
 * Throws     UsageError  options; InputError  rows, states, labels, losses; every pair of every layer at distance 0.
 * Source     Sun et al. 2024 for ε; Theorems A–D of docs/math.md.
 *            Deviation: bounds for random pairs, not the printed Theorem 4.1, which does not hold.
 */
export async function certify(embeddings: Embeddings, options: CertifyOptions, engine: PairwiseEngine): Promise<Certification> {
  checkOptions(options)
  checkEmbeddings(embeddings)
  const losses = lossOf(embeddings, options.loss)
  const generator = random(options.seed)
  const sample = splitSample(embeddings, losses.values, options.split, generator)
  const anchored = options.split !== null
  const lossMax = largestLoss(losses, sample.anchors, anchored)
  const etas = chooseEtas(options.etas, losses, Number.isFinite(lossMax) ? lossMax : 1)
  const setting: Setting = {embeddings, options, sample, loss: losses.values, lossMax, etas, trueClass: trueClassProbability(embeddings), engine}

  const plans = []
  for (const states of embeddings.layers) plans.push(await planLayer(states, setting))
  if (plans.every(({geometry}) => geometry.sortedDistances.at(-1) === 0)) {
    throw new InputError(`all pairs of ${anchored ? 'anchors' : 'rows'} are at distance zero in every layer`, ['check that the layers depend on the input'])
  }
  const cellCount = plans.reduce((sum, plan) => sum + plan.deltas.length * etas.length, 0)
  const alpha = anchored ? splitAlpha(options.alpha, plans.length, losses.bound === null ? 1 : 0, cellCount) : null
  const results: LayerResult[] = []
  for (const [k, plan] of plans.entries()) {
    results.push(await measureLayer(plan, k, setting, alpha === null ? null : {epsilon: alpha.epsilon!, cell: alpha.direct!}, generator))
  }

  const tailExceeding = losses.bound === null && anchored ? sample.references.reduce((count, row) => count + (losses.values[row]! > lossMax ? 1 : 0), 0) : null
  const used = anchored ? [...sample.anchors, ...sample.references] : [...sample.references]
  const metrics: CertifyMetrics = {
    rows: used.length,
    duplicatesRemoved: sample.duplicatesRemoved,
    anchors: anchored ? sample.anchors.length : null,
    references: anchored ? sample.references.length : null,
    loss: {
      name: losses.name,
      max: Number.isFinite(lossMax) ? lossMax : null,
      mean: used.reduce((sum, row) => sum + losses.values[row]!, 0) / used.length,
      tailUpper: tailExceeding === null || alpha === null ? null : clopperPearsonUpper(tailExceeding, sample.references.length, alpha.epsilon!),
    },
    accuracy: losses.accuracy,
    alpha: alpha ?? NO_ALPHA(options.alpha),
    layers: results.map((result) => result.metrics),
    cells: results.flatMap(({certificate, metrics: {name, scale}}) => (certificate === null ? [] : layerCells(name, certificate.statistics, certificate.bets, scale, alpha!.direct!))),
    witnesses: results.flatMap((result) => result.witnesses),
    localization: localize(results.map((result) => result.metrics), results.map((result) => result.volatility)),
  }
  const evidence: Evidence | null = anchored
    ? {
        format: 1, anchors: sample.anchors.length, references: sample.references.length, etas: Array.from(etas), tailExceeding,
        layers: results.map(({certificate, metrics: {name}}) => encodeLayer(name, certificate!.statistics, certificate!.bets)),
      }
    : null
  return {metrics, verdict: verdictOf(metrics), notes: notesOf(metrics, options), evidence}
}

/** L_max: what the loss cannot exceed, else the largest loss of the anchors; without a split nothing is clipped. */
function largestLoss({bound, values}: Losses, anchors: Uint32Array, anchored: boolean): number {
  if (bound !== null) return bound
  if (!anchored) return Infinity
  const largest = anchors.reduce((max, row) => Math.max(max, values[row]!), 0)
  if (largest === 0) throw new InputError(`the loss of every one of ${anchors.length} anchors is 0: there is no loss change to bound`, ['use another loss', 'use more rows'])
  return largest
}

function notesOf(metrics: CertifyMetrics, options: CertifyOptions): Note[] {
  const notes: Note[] = []
  if (metrics.anchors === null) notes.push({level: 'info', code: 'no-split', message: 'without a split there are no upper bounds and no certificate: these are statistics of this sample'})
  if (metrics.duplicatesRemoved > 0) notes.push({level: 'info', code: 'duplicates-removed', message: `${metrics.duplicatesRemoved} rows equal to another in every layer, loss and label were left out; the certificate speaks about distinct examples`})
  if (metrics.loss.tailUpper !== null) notes.push({level: 'info', code: 'loss-clipped', message: `inside ε, loss changes above ${metrics.loss.max!.toPrecision(4)}, the largest anchor loss, count as that; P[loss above it] ≤ ${metrics.loss.tailUpper.toPrecision(3)}. The cells need no such limit`})
  for (const layer of metrics.layers) {
    if (layer.diameter === 0) notes.push({level: 'warning', code: 'layer-collapsed', message: `layer ${layer.name}: all pairs are at distance zero; its cells are the plain rate of loss changes`})
    if (layer.zeroDistanceLossPairs > 0) {
      notes.push({level: 'warning', code: 'zero-distance-loss', message: `layer ${layer.name}: ${layer.zeroDistanceLossPairs} pairs share a hidden state but not a loss; without a floor ε is infinite${layer.floor === 0 ? ', and the estimate leaves them out' : ''}`})
    }
  }
  if (metrics.anchors !== null && options.floor === 0) notes.push({level: 'warning', code: 'no-floor', message: 'with floor 0 the volatility is unbounded: ε has no upper bound, only the direct bounds can certify'})
  return notes
}
