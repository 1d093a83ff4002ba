import {linear, meanAndError, upperOfMean} from './paired-sums.js'
import {performanceDifference} from './performance-difference.js'
import type {Certified} from './certified.js'
import {InputError, option} from '../../errors.js'
import {normalQuantile} from '../../stats/normal.js'
import type {LayerStatistics} from '../measure/layer-statistics.js'
import {perSource} from '../sample/sources.js'
import {cellStatistics} from '../statements/bounds.js'
import {type CellSide, exactDifference} from './cell-difference.js'
import {bestBound} from '../statements/cells.js'
import {decodeLayer} from './evidence.js'
import {unpackRows} from '../sample/points.js'
import type {CellDifference, Comparison, LayerDifference} from '../comparison-types.js'

/**
 * The paired difference of two checkpoints on the same anchors and references: this one minus the earlier one.
 *
 * Formula    For reference j, D_j = ε_j − ε_j′ with ε_j = (1/m) Σ_i ΔL/max(d, τ) in scale-free units; ε − ε′ = E D.
 *            Given the anchors the D_j are independent, and −V′ ≤ D_j ≤ V with the data-independent bounds V, V′
 *            (Lemma 2).
 *            exact       betting bounds of E[D + V′] and of E[V − D], α/2K each: all K intervals hold simultaneously.
 *            asymptotic  D̄ ± z s/√n at 1 − α for each layer separately.
 *            cells       exactDifference at α/cells each; plus the normal interval from the linear terms (a_j − v b_j)/b̄.
 *            sources     per-source means instead of rows.
 *            performance betting bounds of the mean per-row difference, α/2 each (performanceDifference).
 * Cost       K · n for each of 60 bisection steps; G · E · n.
 * Empty      no layer with the same name → InputError. Collapsed in one of the two → only cells, because ε has no unit.
 *            τ = 0 or no anchor bound → exact null.
 * Throws     InputError  another sample, loss or metric (says which), no layer in common.
 * Source     docs/math.md, "Two checkpoints".   Deviation: —
 */
export function compareCertificates(now: Certified, before: Certified, alpha: number): Omit<Comparison, 'pairing'> {
  requireSameSample(now, before)
  const common = now.evidence.layers
    .filter(({name}) => before.evidence.layers.some((other) => other.name === name))
    .map(({name}) => name)
  if (common.length === 0)
    throw new InputError(
      `the two reports have no layer of the same name: ${namesOf(now)} here, ${namesOf(before)} there`,
      [`choose the same layers with ${option('layers')}`],
    )
  const z = normalQuantile(1 - alpha / 2)
  const layers: LayerDifference[] = []
  const cells: Omit<CellDifference, 'exact'>[] = []
  const measured = common.filter((name) =>
    [now, before].every(({metrics}) => metrics.layers.find((layer) => layer.name === name)!.collapsed !== true),
  )
  for (const name of common) {
    const [a, b] = [layerOf(now, name), layerOf(before, name)]
    if (measured.includes(name))
      layers.push({
        name,
        floor: a.statistics.floor * a.unit,
        earlierFloor: b.statistics.floor * b.unit,
        ...epsilonDifference(a, b, alpha / (2 * measured.length), z),
      })
    cells.push(...cellDifferences(name, a, b, now, before, z))
  }
  const performance = performanceDifference(now, before, alpha)
  const [here, there] = [now.metrics.loss.max, before.metrics.loss.max]
  const exact = exactIntervals(now, before, cells, alpha)
  return {
    alpha,
    ...(performance === null ? {} : {performance}),
    ...(here === there ? {} : {lossMax: {here, there}}),
    layers,
    cells: cells.map((cell, k) => ({...cell, exact: exact[k]!})),
    onlyHere: only(now, common),
    onlyThere: only(before, common),
  }
}

const namesOf = ({evidence}: Certified) => evidence.layers.map(({name}) => name).join(', ')
const only = ({evidence}: Certified, common: readonly string[]) =>
  evidence.layers.map(({name}) => name).filter((name) => !common.includes(name))

/** Pairing needs the same rows on the same side of the split, and the same loss. */
function requireSameSample(now: Certified, before: Certified): void {
  const next = [
    `certify both checkpoints on the same data with the same ${option('seed')}, ${option('split')}, ${option('limit')} and ${option('loss')}`,
  ]
  if (now.metrics.loss.name !== before.metrics.loss.name)
    throw new InputError(`the losses differ: ${now.metrics.loss.name} here, ${before.metrics.loss.name} there`, next)
  const [task, earlierTask] = [now, before].map(({metrics}) => metrics.task ?? 'classes')
  if (task !== earlierTask) throw new InputError(`the tasks differ: ${task} here, ${earlierTask} there`, next)
  for (const side of ['anchors', 'references'] as const) {
    const [here, there] = [now, before].map(({evidence}) => unpackRows(evidence.sample[side], `evidence, ${side}`))
    const same = here!.rows.length === there!.rows.length && here!.rows.every((row, k) => row === there!.rows[k])
    if (!same)
      throw new InputError(
        `the ${side} are other rows of the data in the earlier report (${here!.rows.length} here, ${there!.rows.length} there)`,
        next,
      )
    const row =
      here!.labels === null || there!.labels === null
        ? -1
        : here!.labels.findIndex((label, k) => label !== there!.labels![k])
    const group = here!.rows.findIndex((_, k) => here!.groups?.[k] !== there!.groups?.[k])
    if (group !== -1)
      throw new InputError(`row ${here!.rows[group]!} is of another source in the earlier report, or of none`, [
        `certify both checkpoints with the same ${option('group')}`,
      ])
    const unlike =
      here!.labelsDigest !== null && there!.labelsDigest !== null && here!.labelsDigest !== there!.labelsDigest
    if (row === -1 && unlike)
      throw new InputError(`the labels of the ${side} are not those of the earlier report`, next)
    if (row !== -1)
      throw new InputError(
        `row ${here!.rows[row]!} has the label ${here!.labels![row]!} here and ${there!.labels![row]!} in the earlier report`,
        next,
      )
    if (here!.targetsDigest !== there!.targetsDigest)
      throw new InputError(
        `the targets of the ${side} are not those of the earlier report: the best constant answer has other errors there`,
        next,
      )
  }
}

export interface Side {
  statistics: LayerStatistics
  /** scaled → scale-free units */
  unit: number
  /** V in scale-free units; null if there is none */
  most: number | null
}

function layerOf({metrics, evidence}: Certified, name: string): Side {
  const layer = evidence.layers.find((each) => each.name === name)!
  const {scale, medianDistance} = metrics.layers.find((each) => each.name === name)!
  const unit = medianDistance / scale
  return {
    statistics: decodeLayer(evidence, layer),
    unit,
    most: layer.bets.epsilonMax === null ? null : layer.bets.epsilonMax * unit,
  }
}

function epsilonDifference(
  a: Side,
  b: Side,
  alpha: number,
  z: number,
): Omit<LayerDifference, 'name' | 'floor' | 'earlierFloor'> {
  const perReference = ({statistics: {total, anchors, sources}, unit}: Side) =>
    perSource(
      total.map((x) => (x / anchors) * unit),
      sources,
    )
  const [here, there] = [perReference(a), perReference(b)]
  const differences = here.map((x, j) => x - there[j]!)
  const {mean, error} = meanAndError(differences)
  const average = (values: Float64Array) => values.reduce((s, x) => s + x, 0) / values.length
  return {
    epsilon: average(here),
    earlier: average(there),
    difference: mean,
    exact:
      a.most === null || b.most === null
        ? null
        : [
            -upperOfMean(
              differences.map((x) => -x),
              a.most,
              b.most,
              alpha,
            ),
            upperOfMean(differences, b.most, a.most, alpha),
          ],
    asymptotic: [mean - z * error, mean + z * error],
  }
}

function cellDifferences(
  name: string,
  a: Side,
  b: Side,
  now: Certified,
  before: Certified,
  z: number,
): Omit<CellDifference, 'exact'>[] {
  const here = now.metrics.cells.filter(({layer}) => layer === name)
  const there = before.metrics.cells.filter(({layer}) => layer === name)
  const [etas, others] = [now, before].map(({evidence}) => evidence.etas)
  const [radii, otherRadii] = [a, b].map(({statistics}) => statistics.deltas.length)
  // Quantile grids have different radii per checkpoint: the same grid index means the same share of close anchors.
  if (radii !== otherRadii || etas!.length !== others!.length || etas!.some((eta, e) => eta !== others![e])) return []
  return here.map((cell, c) => {
    const earlier = there[c]!
    const [p, q] = [linear(a.statistics, c), linear(b.statistics, c)]
    const known = p !== null && q !== null
    const {error} = known ? meanAndError(p.terms.map((x, j) => x - q.terms[j]!)) : {error: 0}
    const difference = known ? p.value - q.value : null
    return {
      layer: name,
      delta: cell.delta,
      earlierDelta: earlier.delta,
      eta: cell.eta,
      observed: cell.observed,
      earlierObserved: earlier.observed,
      difference,
      asymptotic: difference === null ? null : [difference - z * error, difference + z * error],
      bound: bestBound(cell),
      earlierBound: bestBound(earlier),
    }
  })
}

/** α is split among the cells, so that all intervals hold simultaneously. */
function exactIntervals(
  now: Certified,
  before: Certified,
  cells: readonly Omit<CellDifference, 'exact'>[],
  alpha: number,
): CellDifference['exact'][] {
  const sides = new Map<string, [(c: number) => CellSide, (c: number) => CellSide]>()
  const places = new Map<string, number>()
  return cells.map(({layer, difference}) => {
    const place = places.get(layer) ?? 0
    places.set(layer, place + 1)
    const [here, there] = sides.get(layer) ?? [cellSides(now, layer), cellSides(before, layer)]
    sides.set(layer, [here, there])
    return difference === null ? null : exactDifference(here(place), there(place), alpha / cells.length)
  })
}

function cellSides({evidence}: Certified, name: string): (cell: number) => CellSide {
  const layer = evidence.layers.find((each) => each.name === name)!
  const statistics = decodeLayer(evidence, layer)
  const E = statistics.etas.length
  return (cell) => {
    const [g, e] = [Math.floor(cell / E), cell % E]
    const {direct, lower = []} = layer.bets.cells[cell]!
    return {
      ...cellStatistics(statistics, 'direct', g, e, statistics.anchors),
      most: Math.min(1, layer.bets.most?.[g] ?? 1),
      direct,
      lower,
    }
  }
}
