import {pack, unpack} from '../../data/packed.js'
import {InputError} from '../../errors.js'
import type {LayerBets} from '../bets.js'
import type {LayerStatistics} from '../measure/layer-statistics.js'
import type {ExampleCounts} from '../measure/example-counts.js'
import type {FreshSums} from '../measure/fresh-pairs.js'
import type {CertifyPlan} from '../plan-types.js'
import type {LayerSums} from '../measure/layer-sums.js'
import type {PairSample} from '../perturbed/pairs.js'
import {packPoints, type PackedPoints} from '../sample/points.js'
import {sourcesOf} from '../sample/sources.js'

/** Sufficient statistics of every bound, so that a certificate can be checked without the model. Plain JSON. */
export interface Evidence {
  format: 1
  anchors: number
  references: number
  etas: number[]
  /** references with a loss above L_max; null where the loss is bounded */
  tailExceeding: number | null
  /** the rows used, with loss and label: two reports on the same rows can be compared pair by pair */
  sample: {anchors: PackedPoints; references: PackedPoints}
  layers: LayerEvidence[]
  /** with perturbations: their pairs, anchors first, then references */
  perturbations?: PairEvidence[]
}

/** Everything that is stated about a pair distribution follows from these and the sample. Packed arrays of Float64. */
export interface PairEvidence {
  /** of the perturbed copies */
  losses: string
  /** raw distances between a row and its copy, for each layer in order */
  distances: string[]
}

/**
 * Arrays are little-endian, compressed with zlib, in base64 (data/packed): `total`, `anchorTotal` and `windowed`
 * Float64, `within` and `exceed` Uint32.
 */
export interface LayerEvidence {
  name: string
  /** in scaled units */
  floor: number
  deltas: number[]
  total: string
  anchorTotal: string
  crossLabelTotal: number
  zeroDistancePairs: number
  within: string
  exceed: string
  windowed: string
  bets: LayerBets
  /** Uint32 [examples, G] each */
  examples?: {within: string; exceed: string}
  /** `pairs` Float64 [weight], the others as in FreshSums */
  fresh?: {weight: number; kernel: number; pairs: string; within: number[]; exceed: number[]}
}

/** What a layer's bounds were computed from. */
interface Grounds {
  name: string
  statistics: LayerStatistics
  bets: LayerBets
  sums: Pick<LayerSums, 'examples' | 'fresh'>
}

export function encodeEvidence(
  {anchors, references, etas}: CertifyPlan,
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
    layers: layers.map(encodeLayer),
    ...(pairs.length > 0 ? {perturbations: pairs.map(encodePairs)} : {}),
  }
}

export const encodePairs = ({losses, distances}: PairSample): PairEvidence => ({
  losses: pack(losses),
  distances: distances.map(pack),
})

function encodeLayer({name, statistics: s, bets, sums: {examples, fresh}}: Grounds): LayerEvidence {
  return {
    name,
    floor: s.floor,
    deltas: Array.from(s.deltas),
    total: pack(s.total),
    anchorTotal: pack(s.anchorTotal),
    crossLabelTotal: s.crossLabelTotal,
    zeroDistancePairs: s.zeroDistancePairs,
    within: pack(Uint32Array.from(s.within)),
    exceed: pack(Uint32Array.from(s.exceed)),
    windowed: pack(s.windowed),
    bets,
    ...(examples === null
      ? {}
      : {examples: {within: pack(Uint32Array.from(examples.within)), exceed: pack(Uint32Array.from(examples.exceed))}}),
    ...(fresh === null
      ? {}
      : {
          fresh: {
            ...fresh,
            pairs: pack(fresh.pairs),
            within: Array.from(fresh.within),
            exceed: Array.from(fresh.exceed),
          },
        }),
  }
}

/**
 * Of `count` examples. Throws InputError where counts are missing, do not decode, or are not counts among the
 * references.
 */
export function decodeExamples({references}: Evidence, layer: LayerEvidence, count: number): ExampleCounts {
  const place = `evidence of layer ${layer.name}: examples`
  const read = (field: 'within' | 'exceed') =>
    Float64Array.from(unpack(layer.examples?.[field] ?? '', 'u4', count * layer.deltas.length, `${place}, ${field}`))
  const counts = {within: read('within'), exceed: read('exceed')}
  const bad = counts.within.findIndex((n, k) => !(counts.exceed[k]! <= n && n <= references))
  if (bad !== -1)
    throw new InputError(
      `${place}: ${counts.exceed[bad]!} of ${counts.within[bad]!} pairs exceed η with ${references} references, which is impossible`,
      ['write the report again'],
    )
  return counts
}

/** Throws InputError where sums are missing, do not decode, or cannot be. */
export function decodeFresh(evidence: Evidence, {name, deltas, fresh}: LayerEvidence): FreshSums {
  const place = `evidence of layer ${name}: fresh`
  const wrong = (what: string) => new InputError(`${place}: ${what}`, ['write the report again'])
  if (fresh === undefined) throw wrong('missing')
  const {weight, kernel, within, exceed} = fresh
  const [G, E] = [deltas.length, evidence.etas.length]
  if (!(Number.isInteger(weight) && weight >= 0 && 2 * weight <= evidence.references))
    throw wrong(`${weight} pairs of ${evidence.references} references`)
  if (within.length !== G || exceed.length !== G * E) throw wrong('counts of another length than the grid')
  if (
    !within.every((n) => Number.isInteger(n) && n >= 0 && n <= weight) ||
    !exceed.every((x, k) => Number.isInteger(x) && x >= 0 && x <= within[Math.floor(k / E)]!)
  )
    throw wrong('the counts are impossible')
  if (!(kernel >= 0 && kernel < Infinity)) throw wrong(`the sum of the kernel is ${kernel}`)
  return {
    weight,
    kernel,
    pairs: unpack(fresh.pairs, 'f8', weight, `${place}, pairs`),
    within: Float64Array.from(within),
    exceed: Float64Array.from(exceed),
  }
}

/** Throws InputError where an array does not decode to the length that the evidence's sizes call for. */
export function decodeLayer(evidence: Evidence, layer: LayerEvidence): LayerStatistics {
  const {anchors, references} = evidence
  const {groups, count} = evidence.sample.references
  const G = layer.deltas.length
  const E = evidence.etas.length
  const place = (field: string) => `evidence of layer ${layer.name}: ${field}`
  const sums = (field: 'total' | 'anchorTotal' | 'windowed', length: number) =>
    unpack(layer[field], 'f8', length, place(field))
  const counts = (field: 'within' | 'exceed', length: number) =>
    Float64Array.from(unpack(layer[field], 'u4', length, place(field)))
  return {
    anchors,
    references,
    floor: layer.floor,
    deltas: Float64Array.from(layer.deltas),
    etas: Float64Array.from(evidence.etas),
    total: sums('total', references),
    anchorTotal: sums('anchorTotal', anchors),
    crossLabelTotal: layer.crossLabelTotal,
    zeroDistancePairs: layer.zeroDistancePairs,
    within: counts('within', references * G),
    exceed: counts('exceed', references * G * E),
    windowed: sums('windowed', references * (G + 1) * E),
    sources: groups === undefined ? null : sourcesOf(unpack(groups, 'i4', count, 'evidence, references, groups')),
  }
}
