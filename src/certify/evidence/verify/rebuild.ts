import {unpack} from '../../../data/packed.js'
import {InputError} from '../../../errors.js'
import type {Survivals} from '../../perturbed/survival.js'
import {random} from '../../../stats/random.js'
import {drawAgain} from './draw.js'
import {alphaOf} from '../../plan/alpha.js'
import type {LayerStatistics} from '../../measure/layer-statistics.js'
import {decodeExtras, decodeLayer, type Evidence} from '../evidence.js'
import {exampleCount} from '../../measure/example-counts.js'
import {LOSS_BOUND} from '../../sample/losses.js'
import {chooseEtas, type CertifyOptions} from '../../options.js'
import type {PairSample} from '../../perturbed/pairs.js'
import type {CertifyPlan, LayerPlan} from '../../plan-types.js'
import {type Points, unpackPoints} from '../../sample/points.js'
import type {LayerSums} from '../../measure/layer-sums.js'
import type {CertifyMetrics} from '../../types.js'
import type {LayerMetrics} from '../../layer-types.js'

export interface Rebuilt {
  plan: CertifyPlan
  sums: LayerSums[]
  pairs: PairSample[]
}

/**
 * Plan, sums and pairs for `conclude`, from the evidence and the metrics that the evidence does not contain. The
 * evidence must have passed `plausible`.
 */
export function rebuild(metrics: CertifyMetrics, evidence: Evidence, options: CertifyOptions): Rebuilt {
  const anchors = unpackPoints(evidence.sample.anchors, 'evidence, anchors')
  const references = unpackPoints(evidence.sample.references, 'evidence, references')
  const bound = LOSS_BOUND[metrics.loss.name]
  const stated = options.lossMax === 'auto' ? null : options.lossMax
  const lossMax = bound ?? stated ?? anchors.losses.reduce((most, x) => Math.max(most, x), 0)
  const etas = chooseEtas(options.etas, {name: metrics.loss.name, bound}, lossMax)
  const layers = evidence.layers.map((layer, k): LayerPlan => {
    const {
      dim,
      medianDistance,
      scale,
      legacyVulnerability,
      groups,
      classPairs,
      zeroDistancePairs,
      zeroDistanceLossPairs,
      diameter,
      squashed,
    } = metrics.layers[k]!
    return {
      ...(squashed === undefined ? {} : {squashed}),
      name: layer.name,
      dim,
      medianDistance,
      legacyVulnerability,
      groups: groups ?? [],
      classPairs: classPairs ?? null,
      scale: options.scale === 'none' ? 1 : medianDistance || scale,
      floor: options.floor === 'auto' ? layer.deltas[0]! : options.floor,
      deltas: Float64Array.from(
        options.deltas === 'auto'
          ? layer.deltas
          : new Set(options.deltas.filter((delta) => options.floor === 'auto' || delta >= options.floor)),
      ).sort(),
      nearestRadii: layer.nearestRadii ?? [],
      pilot: {
        bets: layer.bets,
        // verify reports its absence earlier.
        sums: layer.pilot!,
        zeroDistancePairs: zeroDistancePairs - layer.zeroDistancePairs,
        zeroDistanceLossPairs,
        diameter,
      },
    }
  })
  const measure = metrics.performance?.measure
  const loss: CertifyPlan['loss'] = {
    name: metrics.loss.name,
    bound,
    accuracy: metrics.accuracy,
    ...(metrics.task === undefined ? {} : {task: metrics.task}),
    ...(measure === undefined || measure === 'accuracy' ? {} : {measure}),
  }
  const generator = random(options.seed)
  drawAgain(anchors, references, options, generator)
  const plan: CertifyPlan = {
    options,
    anchors,
    references,
    lossMax,
    etas,
    layers,
    duplicatesRemoved: metrics.duplicatesRemoved,
    duplicates: metrics.duplicates ?? 0,
    leftOut: metrics.sources?.leftOut ?? 0,
    loss,
    alpha: alphaOf({options, anchors, references, loss, etas, layers}, evidence.perturbations?.length ?? 0),
    dependence: metrics.dependence ?? null,
    labelHints: metrics.localization.labelHints ?? null,
    ...(evidence.sliceNames === undefined ? {} : {sliceNames: evidence.sliceNames}),
    bootstrapSeed: generator.integer(2 ** 31),
  }
  const examples = exampleCount(plan)
  const sums = evidence.layers.map(
    (layer, k): LayerSums => ({
      ...layerSums(decodeLayer(evidence, layer), metrics.layers[k]!, plan, metrics),
      ...decodeExtras(evidence, layer, {examples, fresh: options.bounds.length > 0}),
    }),
  )
  const rows = anchors.rows.length + references.rows.length
  const pairs = (evidence.perturbations ?? []).map(({losses, distances, survived}, k): PairSample => {
    const {name, strength, kind, description, accuracy, survival} = metrics.perturbations![k]!
    const place = `evidence of perturbation ${name}`
    return {
      name,
      strength,
      kind,
      description,
      accuracy,
      losses: unpack(losses, 'f8', rows, `${place}, losses`),
      distances: distances.map((text, at) =>
        unpack(text, 'f8', rows, `${place}, distances of layer ${evidence.layers[at]?.name ?? at}`),
      ),
      survivals: survived === undefined ? null : survivalsOf(survived, rows, survival?.draws ?? 0, place),
    }
  })
  return {plan, sums, pairs}
}

/** Throws InputError: an impossible count. */
function survivalsOf(text: string, rows: number, draws: number, place: string): Survivals {
  const counts = unpack(text, 'i4', rows, `${place}, survivals`)
  const bad = counts.findIndex((count) => !(count >= 0 && count <= draws))
  if (bad !== -1 || draws < 1)
    throw new InputError(`${place}: row ${bad} keeps its prediction in ${counts[bad] ?? 0} of ${draws} copies`)
  return {draws, counts}
}

/** The engine's sums: with a last column for δ = ∞, which is not read; witnesses by their rows. */
function layerSums(
  s: LayerStatistics,
  layer: LayerMetrics,
  {anchors, references, lossMax}: CertifyPlan,
  metrics: CertifyMetrics,
): Omit<LayerSums, 'examples' | 'fresh' | 'nearest'> {
  const G = s.deltas.length
  const withInfinite = (values: Float64Array, width: number) => {
    const out = new Float64Array(s.references * (G + 1) * width)
    for (let j = 0; j < s.references; j++)
      out.set(values.subarray(j * G * width, (j + 1) * G * width), j * (G + 1) * width)
    return out
  }
  const place = ({rows}: Points, row: number) => Math.max(0, rows.indexOf(row))
  return {
    total: s.total,
    anchorTotal: s.anchorTotal,
    crossLabelTotal: s.crossLabelTotal,
    within: withInfinite(s.within, 1),
    exceed: withInfinite(s.exceed, s.etas.length),
    windowed: s.windowed,
    zeroDistancePairs: s.zeroDistancePairs,
    zeroDistanceLossPairs: 0,
    diameter: layer.diameter,
    witnesses: metrics.witnesses
      .filter((witness) => witness.layer === layer.name)
      .map(({rows, distance}) => {
        const [anchor, reference] = [place(anchors, rows[0]), place(references, rows[1])]
        const change = Math.min(Math.abs(anchors.losses[anchor]! - references.losses[reference]!), lossMax)
        const floored = Math.max(distance / layer.scale, s.floor)
        return {anchor, reference, distance, ratio: floored > 0 ? change / floored : 0}
      })
      .sort((a, b) => b.ratio - a.ratio),
  }
}
