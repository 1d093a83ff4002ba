import {pack, unpack} from '../../data/packed.js'
import type {Source} from '../../frame/kept-parts.js'
import type {LayerBets} from '../bets.js'
import type {LayerStatistics} from '../measure/layer-statistics.js'
import type {CertifyPlan} from '../plan-types.js'
import type {LayerSums} from '../measure/layer-sums.js'
import type {NearestAnchors} from '../nearest/nearest-anchors.js'
import type {PackedPilot} from './pilot-codec.js'
import type {PairSample} from '../perturbed/pairs.js'
import {packPoints, type PackedPoints} from '../sample/points.js'
import {sourcesOf} from '../sample/sources.js'
import {
  type PackedSums,
  packSums,
  type SumsSizes,
  unpackExamples,
  unpackFresh,
  unpackNearestOf,
  unpackSums,
} from './sums-codec.js'

/** Sufficient statistics of every bound, to check a certificate without the model. Plain JSON. */
export interface Evidence {
  format: 1
  anchors: number
  references: number
  etas: number[]
  /** references with a loss above L_max; null if the loss is bounded */
  tailExceeding: number | null
  /** the rows used, with loss and label, so that two reports on the same rows can be compared pair by pair */
  sample: {anchors: PackedPoints; references: PackedPoints}
  /** with slices from a column: their names by number */
  sliceNames?: string[]
  layers: LayerEvidence[]
  /** with perturbations: the pairs, anchors first, then references */
  perturbations?: PairEvidence[]
}

/** All statements about a pair distribution follow from these and the sample. Packed arrays of Float64. */
export interface PairEvidence {
  /** losses of the perturbed copies */
  losses: string
  /** raw distances between a row and its copy, for each layer in order */
  distances: string[]
  /** Int32: per row, how many copies keep its prediction; absent without PR(γ) */
  survived?: string
}

/** A layer's sums with its units and stakes. */
export interface LayerEvidence extends PackedSums {
  name: string
  /** in scaled units */
  floor: number
  deltas: number[]
  bets: LayerBets
  /** radii of the nearest-anchor curve, in scaled units */
  nearestRadii?: number[]
  /** the sums that stakes were chosen from */
  pilot?: PackedPilot
}

/** What a layer's bounds were computed from. */
interface Grounds {
  name: string
  statistics: LayerStatistics
  bets: LayerBets
  sums: Pick<LayerSums, 'examples' | 'fresh' | 'nearest'>
  nearestRadii: readonly number[]
  pilot: PackedPilot
}

export function encodeEvidence(
  {anchors, references, etas, sliceNames}: CertifyPlan,
  tailExceeding: number | null,
  layers: readonly Grounds[],
  pairs: readonly PairSample[],
): Evidence {
  return {
    format: 1,
    anchors: anchors.rows.length,
    references: references.rows.length,
    etas: Array.from(etas),
    tailExceeding,
    sample: {anchors: packPoints(anchors), references: packPoints(references)},
    ...(sliceNames === undefined ? {} : {sliceNames: [...sliceNames]}),
    layers: layers.map(encodeLayer),
    ...(pairs.length > 0 ? {perturbations: pairs.map(encodePairs)} : {}),
  }
}

export const encodePairs = ({losses, distances, survivals}: PairSample): PairEvidence => ({
  losses: pack(losses),
  distances: distances.map(pack),
  ...(survivals === null ? {} : {survived: pack(survivals.counts)}),
})

function encodeLayer({name, statistics: s, bets, sums, nearestRadii, pilot}: Grounds): LayerEvidence {
  return {
    name,
    floor: s.floor,
    deltas: Array.from(s.deltas),
    ...packSums({...s, examples: sums.examples, fresh: sums.fresh, nearest: sums.nearest}),
    bets,
    nearestRadii: [...nearestRadii],
    pilot,
  }
}

/**
 * What the bounds of a layer are computed from.
 *
 * Throws  InputError  as unpackSums.
 */
export function decodeLayer(evidence: Evidence, layer: LayerEvidence): LayerStatistics {
  const sizes = sizesOf(evidence, layer)
  const {groups, count} = evidence.sample.references
  return {
    anchors: sizes.anchors,
    references: sizes.references,
    floor: layer.floor,
    deltas: Float64Array.from(layer.deltas),
    etas: Float64Array.from(evidence.etas),
    ...unpackSums(layer, sizes, sourceOf(layer)),
    sources: groups === undefined ? null : sourcesOf(unpack(groups, 'i4', count, 'evidence, references, groups')),
  }
}

/**
 * The sums for examples, nearest anchors and fresh pairs, as far as the options request them.
 *
 * Throws  InputError  as unpackExamples and unpackFresh.
 */
export const decodeExtras = (
  evidence: Evidence,
  layer: LayerEvidence,
  {examples, fresh}: {examples: number; fresh: boolean},
): Pick<LayerSums, 'examples' | 'fresh' | 'nearest'> => ({
  examples: unpackExamples(layer.examples, examples, sizesOf(evidence, layer), sourceOf(layer)),
  fresh: unpackFresh(layer.fresh, fresh, sizesOf(evidence, layer), sourceOf(layer)),
  nearest: decodeNearest(evidence, layer),
})

/** Throws InputError if the nearest anchors are missing or impossible. */
export const decodeNearest = (evidence: Evidence, layer: LayerEvidence): NearestAnchors =>
  unpackNearestOf(layer.nearest, true, sizesOf(evidence, layer), sourceOf(layer))!

const sizesOf = ({anchors, references, etas}: Evidence, {deltas}: LayerEvidence): SumsSizes => ({
  anchors,
  references,
  deltas: deltas.length,
  radii: deltas.length,
  etas: etas.length,
})

const sourceOf = ({name}: LayerEvidence): Source => ({
  place: `evidence of layer ${name}`,
  next: ['write the report again'],
})
