import {isDeepStrictEqual} from 'node:util'
import {InputError, UsageError} from '../../errors.js'
import type {Bet} from '../../stats/betting.js'
import {alphaOf} from '../plan/alpha.js'
import {FAMILIES} from '../bets.js'
import type {LayerBets} from '../bets.js'
import {type CertifyOptions, checkOptions} from '../options.js'
import type {CertifyPlan, LayerPlan} from '../plan-types.js'
import {chosenSlices} from '../slices/choose.js'
import {sliceBetsFault, sliceFault} from '../slices/fault.js'
import {type PackedPoints, packPoints, unpackPoints} from '../sample/points.js'
import type {AlphaSplit} from '../types.js'

/** Next steps for an invalid partial result. */
export const AGAIN = ['write the partial result again with surety certify --shard']

/** A plan as plain JSON; text is a packed array (data/packed). */
export interface PackedPlan {
  options: CertifyOptions
  anchors: PackedPoints
  /** null without a split: the anchors again */
  references: PackedPoints | null
  duplicatesRemoved: number
  duplicates: number
  leftOut: number
  loss: CertifyPlan['loss']
  /** L_max; null: nothing is clipped */
  lossMax: number | null
  etas: number[]
  /** null without a split */
  alpha: AlphaSplit | null
  /** with slices of a column */
  sliceNames?: readonly string[]
  bootstrapSeed: number
  dependence: CertifyPlan['dependence']
  labelHints: CertifyPlan['labelHints']
  layers: PackedLayerPlan[]
}

export interface PackedLayerPlan extends Omit<LayerPlan, 'deltas'> {
  deltas: number[]
}

export function packPlan({lossMax, etas, anchors, references, layers, ...plan}: CertifyPlan): PackedPlan {
  return {
    ...plan,
    anchors: packPoints(anchors),
    references: plan.alpha === null ? null : packPoints(references),
    lossMax: lossMax === Infinity ? null : lossMax,
    etas: Array.from(etas),
    layers: layers.map((layer) => ({...layer, deltas: Array.from(layer.deltas)})),
  }
}

/**
 * The plan that `packPlan` packed, bit for bit. The schema checks types; this checks every size and value that the sums
 * and bounds rely on.
 *
 * Throws  InputError  starts with `place`.
 */
export function unpackPlan(packed: PackedPlan, place: string): CertifyPlan {
  const fault = planFault(packed)
  if (fault !== null) throw new InputError(`${place}: ${fault}`, AGAIN)
  const {lossMax, etas, layers, ...plan} = packed
  const anchors = unpackPoints(packed.anchors, `${place}: anchors`, AGAIN)
  const references =
    packed.references === null ? anchors : unpackPoints(packed.references, `${place}: references`, AGAIN)
  const sliced = sliceFault(plan.options.slice, [anchors, references], plan.sliceNames)
  if (sliced !== null) throw new InputError(`${place}: ${sliced}`, AGAIN)
  const {stated} = chosenSlices(references, plan.options)
  for (const {name, pilot, deltas} of layers) {
    const wrong = pilot === null ? null : sliceBetsFault(pilot.bets.slices, stated, deltas.length)
    if (wrong !== null) throw new InputError(`${place}: layer ${name}: ${wrong}`, AGAIN)
  }
  if (!isDeepStrictEqual(plan.alpha, alphaOf({...plan, anchors, references, layers, etas: Float64Array.from(etas)}))) {
    throw new InputError(`${place}: α is not shared out as its options, classes and grids call for`, AGAIN)
  }
  return {
    ...plan,
    anchors,
    references,
    lossMax: lossMax ?? Infinity,
    etas: Float64Array.from(etas),
    layers: layers.map((layer) => ({...layer, deltas: Float64Array.from(layer.deltas)})),
  }
}

/** The first impossible thing in a plan, or null. */
function planFault(plan: PackedPlan): string | null {
  const {anchors, references, alpha, options, loss, lossMax, etas, layers} = plan
  const split = alpha !== null
  if (!isCount(anchors.count, 2)) return `there are ${anchors.count} anchors`
  if ((references !== null) !== split || (options.split !== null) !== split)
    return 'it is split in one place and not in another'
  if (references !== null && !isCount(references.count, 1)) return `there are ${references.count} references`
  if (!isCount(plan.duplicatesRemoved, 0)) return `${plan.duplicatesRemoved} duplicates are not a valid count`
  if (!isCount(plan.duplicates, 0)) return `${plan.duplicates} equal rows are not a valid count`
  if (!isCount(plan.leftOut, 0)) return `${plan.leftOut} rows left out are not a valid count`
  const grouped = [anchors, references].every((side) => (side?.groups !== undefined) === (options.group !== null))
  if (split && !grouped) return 'its rows have sources in one place and not in another'
  if (!isCount(plan.bootstrapSeed, 0)) return `the bootstrap seed is ${plan.bootstrapSeed}`
  if (!isOptional(loss.bound, (x) => x > 0) || !isOptional(loss.accuracy, (x) => x >= 0 && x <= 1))
    return 'the loss has no possible bound or accuracy'
  if (lossMax === null ? split : !(lossMax > 0)) return `the largest loss is ${lossMax}`
  if (!isGrid(etas, 0)) return 'η is not ascending and positive'
  if (layers.length === 0) return 'there is no layer'
  for (const layer of layers) {
    const fault = layerFault(layer, etas.length, split)
    if (fault !== null) return `layer ${layer.name}: ${fault}`
  }
  return optionsFault(options)
}

function layerFault(
  {dim, medianDistance, scale, floor, deltas, pilot, legacyVulnerability, nearestRadii}: PackedLayerPlan,
  etas: number,
  split: boolean,
): string | null {
  if (!isCount(dim, 1) || !(medianDistance >= 0) || !(scale > 0) || !(floor >= 0))
    return 'a size or unit is not positive'
  if (!isOptional(legacyVulnerability, (x) => x >= 0)) return `the legacy vulnerability is ${legacyVulnerability}`
  if (!isGrid(deltas, floor)) return 'δ is not ascending from the floor'
  if (split ? !isGrid(nearestRadii, 0) : nearestRadii.length > 0)
    return 'the radii of its nearest-anchor curve do not ascend from above 0'
  if ((pilot !== null) !== split) return 'it has stakes without a split, or a split without stakes'
  if (pilot === null) return null
  if (!isCount(pilot.zeroDistancePairs, 0) || !isCount(pilot.zeroDistanceLossPairs, 0) || !(pilot.diameter >= 0))
    return 'the figures of its anchors are not counts'
  return betsFault(pilot.bets, deltas.length * etas)
}

function betsFault(
  {epsilonMax, epsilon, cells, classes = [], slices = []}: LayerBets,
  expected: number,
): string | null {
  if (!isOptional(epsilonMax, (x) => x >= 0)) return `the range of ε is ${epsilonMax}`
  if (cells.length !== expected) return `${cells.length} sets of stakes for ${expected} cells`
  const possible = ({stake, weight, from}: Bet) => stake > 0 && weight > 0 && from >= 0
  return [
    epsilon,
    ...cells.flatMap((cell) => [...FAMILIES.map((family) => cell[family]), cell.lower ?? []]),
    ...classes.map(({bets}) => bets),
    ...slices.flatMap((slice) => slice.cells),
  ].every((bets) => bets.every(possible))
    ? null
    : 'a stake or weight is not positive'
}

function optionsFault(options: CertifyOptions): string | null {
  try {
    checkOptions(options)
    return null
  } catch (error) {
    if (error instanceof UsageError) return `its options cannot be: ${error.message}`
    throw error
  }
}

const isCount = (x: number, least: number) => Number.isSafeInteger(x) && x >= least

const isOptional = (x: number | null, possible: (x: number) => boolean) => x === null || possible(x)

/** Not empty, ascending, above 0 and not below `least`. */
const isGrid = (values: readonly number[], least: number) =>
  values.length > 0 && values[0]! >= least && values.every((x, k) => x > (values[k - 1] ?? 0))
