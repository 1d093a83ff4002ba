import {type CertifyPlan, type LayerPlan} from '../plan-types.js'
import type {LayerUnits} from '../sample/layer-units.js'
import {InputError, UsageError, option} from '../../errors.js'
import type {PairwiseEngine} from '../../pairwise/engine.js'
import {quantile} from '../../stats/quantile.js'
import {random} from '../../stats/random.js'
import {alphaOf} from './alpha.js'
import {nearestRadii} from '../nearest/radii.js'
import {layerStatistics} from '../measure/layer-statistics.js'
import {anchorGeometry, deltaGrid, type Geometry} from './geometry.js'
import {lossOf, type Losses, trueClassProbability} from '../sample/losses.js'
import {labelHints, type Votes} from '../survey/label-hints.js'
import {type CertifyOptions, checkOptions, chooseEtas} from '../options.js'
import {MEASURES} from '../tasks/names.js'
import type {Points} from '../sample/points.js'
import {MAX_ANCHORS} from '../sample/limits.js'
import {checkEmbeddings, splitSample, takeRows} from '../sample/sample.js'
import {packPilot} from '../evidence/pilot-codec.js'
import {acrossSources} from './pilot.js'
import {stakesOf} from './stakes.js'
import {dependenceOf} from '../survey/dependence.js'
import {isLate, surveyLayer} from '../survey/layer-survey.js'
import {volatilityTask} from '../measure/volatility-task.js'
import type {Embeddings, LayerStates, Slices} from '../types.js'

/**
 * Sample, units, δ and η grids, α and stakes of every statement; `perturbations`: number of pair distributions that
 * share α.
 *
 * Cost     per layer 2 m² · dim multiply–adds and m² log m; m ≤ 2000 anchors (without a split the first 2000 rows).
 * Throws   UsageError  options; InputError  rows, states, labels, losses; every pair of every layer at distance 0.
 */
export async function planCertify(
  embeddings: Embeddings,
  options: CertifyOptions,
  engine: PairwiseEngine,
  perturbations = 0,
): Promise<CertifyPlan> {
  checkOptions(options)
  checkEmbeddings(embeddings)
  if ((options.group !== null) !== hasSources(embeddings))
    throw new UsageError(
      options.group === null
        ? `the rows have sources, but ${option('group')} names none`
        : `${option('group')} is ${options.group}, but the embeddings have no sources`,
    )
  if (options.group !== null && perturbations > 0)
    throw new UsageError(
      `perturbed copies are independent pairs, and those of one source (${option('group')} ${options.group}) are not`,
      [`leave out ${option('group')}, or the perturbations`],
    )
  const ofColumn = sliceColumn(embeddings, options.slice)
  const losses = lossOf(embeddings, options.loss)
  const {measure} = losses
  if (measure !== null && options.minAccuracy !== null && MEASURES[measure.name].isError)
    throw new UsageError(`${option('minAccuracy')} needs shares of right answers, and a regression has errors`, [
      `leave ${option('minAccuracy')} out, and gate performance.value, the bound of the mean error`,
    ])
  if (options.minAccuracy !== null && losses.accuracy === null && measure === null)
    throw new UsageError(`${option('minAccuracy')} needs predictions and labels, which the input does not hold`, [
      'add them to the file',
      `leave out ${option('minAccuracy')}`,
    ])
  const generator = random(options.seed)
  const sample = splitSample(embeddings, losses.values, options.split, generator, options.duplicates)
  const anchored = options.split !== null
  const lossMax = largestLoss(losses, sample.anchors, options)
  const etas = chooseEtas(options.etas, losses, Number.isFinite(lossMax) ? lossMax : 1)
  const points = (rows: Uint32Array): Points => ({
    rows,
    losses: Float64Array.from(rows, (row) => losses.values[row]!),
    labels: embeddings.labels === null ? null : Int32Array.from(rows, (row) => embeddings.labels![row]!),
    correct: losses.correct === null ? null : Uint8Array.from(rows, (row) => losses.correct![row]!),
    ...(ofColumn === null ? {} : {slices: Int32Array.from(rows, (row) => ofColumn.of[row]!)}),
    ...(measure === null
      ? {}
      : {
          errors: Float64Array.from(rows, (row) => measure.errors[row]!),
          guesses: Float64Array.from(rows, (row) => measure.guesses[row]!),
        }),
    ...(hasSources(embeddings) ? {groups: Int32Array.from(rows, (row) => embeddings.groups![row]!)} : {}),
  })
  const anchors = points(sample.anchors)
  const references = anchored ? points(sample.references) : anchors

  const loss: CertifyPlan['loss'] = {
    name: losses.name,
    bound: losses.bound,
    accuracy: losses.accuracy,
    ...(embeddings.task === undefined ? {} : {task: embeddings.task.task}),
    ...(measure === null ? {} : {measure: measure.name}),
  }
  const units: (LayerUnits & {geometry: Geometry})[] = []
  for (const states of embeddings.layers) units.push(await layerUnits(states, anchors, options, engine))
  if (units.every(({geometry}) => geometry.sortedDistances.at(-1) === 0)) {
    throw new InputError(`all pairs of ${anchored ? 'anchors' : 'rows'} are at distance zero in every layer`, [
      'check that the layers depend on the input',
    ])
  }
  const plan: CertifyPlan = {
    options,
    anchors,
    references,
    lossMax,
    etas,
    duplicatesRemoved: sample.duplicatesRemoved,
    duplicates: sample.duplicates,
    leftOut: sample.leftOut,
    loss,
    alpha: alphaOf({options, anchors, references, loss, etas, layers: units}, perturbations),
    ...(ofColumn === null ? {} : {sliceNames: ofColumn.names}),
    bootstrapSeed: generator.integer(2 ** 31),
    dependence: null,
    labelHints: null,
    layers: [],
  }
  const trueClass = trueClassProbability(embeddings)
  // Rows are already in random order, so the first ones are a random sample.
  const first = points(
    Uint32Array.from([...sample.anchors, ...(anchored ? sample.references : [])].slice(0, MAX_ANCHORS)),
  )
  const ballots: Votes[] = []
  for (const [k, {geometry, ...layer}] of units.entries()) {
    const states = embeddings.layers[k]!
    const {survey, votes} = await surveyLayer(
      layer,
      states,
      first,
      {metric: options.metric, etas, trueClass, late: isLate(k, units.length)},
      engine,
    )
    if (votes !== null) ballots.push(votes)
    plan.layers.push({...layer, pilot: await pilotOf(layer, geometry, states, plan, engine), ...survey})
  }
  if (anchored && options.group === null)
    plan.dependence = await dependenceOf(
      embeddings.layers[0]!,
      {rows: Uint32Array.from([...sample.anchors, ...sample.references]).sort(), labels: embeddings.labels},
      options.metric,
      options.seed,
      engine,
    )
  if (first.labels !== null) plan.labelHints = labelHints(ballots, {...first, labels: first.labels})
  return plan
}

/** Slices by a column; null: no slices, or the labels are the slices. */
function sliceColumn({slices = null, labels}: Embeddings, asked: string | null): Slices | null {
  if (asked === 'class' && labels === null)
    throw new UsageError(`${option('slice')} class needs labels, which the input does not hold`, [
      'add them to the file, or slice by another column',
    ])
  if ((slices !== null) !== (asked !== null && asked !== 'class'))
    throw new UsageError(
      slices === null
        ? `${option('slice')} is ${asked}, but the embeddings have no slices`
        : `the rows have slices, but ${option('slice')} names no column of them`,
    )
  return slices
}

const hasSources = ({groups}: Embeddings) => groups !== null && groups !== undefined

/**
 * Scale, τ and δ grid of a layer. A median of 0 (most pairs coincide) falls back to the largest distance, then to 1.
 * Throws UsageError if τ is above every δ: the bounds hold only for δ ≥ τ.
 */
async function layerUnits(
  states: LayerStates,
  anchors: Points,
  options: CertifyOptions,
  engine: PairwiseEngine,
): Promise<LayerUnits & {geometry: Geometry}> {
  const geometry = await anchorGeometry(
    takeRows(states, anchors.rows.subarray(0, MAX_ANCHORS)),
    options.metric,
    engine,
    anchors.groups ?? null,
  )
  const medianDistance = quantile(geometry.sortedDistances, 0.5)
  const scale = options.scale === 'none' ? 1 : medianDistance || geometry.sortedDistances.at(-1)! || 1
  const deltas = Float64Array.from(
    options.deltas === 'auto' ? deltaGrid(geometry.sortedDistances, scale) : new Set(options.deltas),
  ).sort()
  // The largest τ allowed by all δ of the grid: the kernel is bounded by L_max/τ, so a larger τ gives tighter bounds.
  const floor = options.floor === 'auto' ? deltas[0]! : options.floor
  const usable = deltas.filter((delta) => delta >= floor)
  if (usable.length === 0)
    throw new UsageError(
      `${option('floor')} ${floor} is above every δ of layer ${states.name} (largest ${deltas.at(-1)!})`,
      [`lower ${option('floor')}`, `set ${option('deltas')}`],
    )
  const {name, dim, batchAxis, pooledOver, squashed} = states
  return {
    name,
    dim,
    ...(batchAxis === undefined ? {} : {batchAxis}),
    ...(pooledOver === undefined ? {} : {pooledOver}),
    ...(squashed === undefined ? {} : {squashed}),
    geometry,
    medianDistance,
    scale,
    floor,
    deltas: usable,
    nearestRadii: options.split === null ? [] : nearestRadii(geometry.nearestOther, usable, scale),
  }
}

async function pilotOf(
  layer: LayerUnits,
  geometry: Geometry,
  states: LayerStates,
  plan: CertifyPlan,
  engine: PairwiseEngine,
): Promise<LayerPlan['pilot']> {
  const {alpha, anchors} = plan
  if (alpha === null) return null
  const task = volatilityTask(plan, layer, states)
  const sums = await engine.volatility(task)
  const radii = geometry.packingRadii.map((radius) => radius / layer.scale)
  const {groups} = anchors
  const pilot = groups === null || groups === undefined ? sums : await acrossSources(sums, task, groups, engine)
  const statistics = layerStatistics(pilot, anchors.rows.length, layer, plan.etas, groups ?? null)
  const bets = stakesOf(plan, {statistics, radii})
  const {zeroDistancePairs, zeroDistanceLossPairs, diameter} = sums
  return {bets, sums: packPilot(statistics, radii), zeroDistancePairs, zeroDistanceLossPairs, diameter}
}

/**
 * L_max: the loss's upper bound, else the option, else the largest loss of the anchors; without a split nothing is
 * clipped.
 */
function largestLoss({name, bound, values}: Losses, anchors: Uint32Array, {split, lossMax}: CertifyOptions): number {
  if (bound !== null) {
    if (lossMax !== 'auto')
      throw new UsageError(
        `${option('lossMax')} is for losses without a largest value; ${name} cannot exceed ${bound}`,
        ['leave it out'],
      )
    return bound
  }
  if (split === null) return Infinity
  if (lossMax !== 'auto') return lossMax
  const largest = anchors.reduce((max, row) => Math.max(max, values[row]!), 0)
  if (largest === 0)
    throw new InputError(`the loss of every one of ${anchors.length} anchors is 0: there is no loss change to bound`, [
      'use another loss',
      'use more rows',
    ])
  return largest
}

/** The plan with row numbers of the data file instead of the states, for output. Only after everything is measured. */
export function inFileRows(plan: CertifyPlan, {rowNumbers}: Embeddings): CertifyPlan {
  if (rowNumbers === undefined) return plan
  const renumbered = (points: Points): Points => ({...points, rows: points.rows.map((row) => rowNumbers[row]!)})
  const labelHints = plan.labelHints?.map((hint) => ({...hint, row: rowNumbers[hint.row]!})) ?? null
  return {...plan, anchors: renumbered(plan.anchors), references: renumbered(plan.references), labelHints}
}
