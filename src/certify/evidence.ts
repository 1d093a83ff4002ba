import {pack, unpack} from '../data/packed.js'
import type {VolatilitySums} from '../pairwise/engine.js'
import type {LayerBets, LayerStatistics} from './bounds.js'
import type {PairSample} from './perturbed/pairs.js'
import type {PackedPoints} from './points.js'

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

/** Everything that is stated about a law of pairs follows from these and the sample. Packed arrays of Float64. */
export interface PairEvidence {
  /** of the perturbed copies */
  losses: string
  /** raw distances between a row and its copy, for each layer in order */
  distances: string[]
}

/** Arrays are little-endian, compressed with zlib, in base64 (data/packed): `total`, `anchorTotal` and `windowed` Float64, `within` and `exceed` Uint32. */
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
}

/** The sums of one layer, computed with ∞ as the last δ, as statistics of the finite δ. */
export function layerStatistics(sums: VolatilitySums, anchors: number, {floor, deltas}: {floor: number; deltas: Float64Array}, etas: Float64Array): LayerStatistics {
  const G = deltas.length
  const finite = (values: Float64Array, width: number) => values.filter((_, at) => Math.floor(at / width) % (G + 1) < G)
  return {
    anchors, references: sums.total.length, floor, deltas, etas,
    total: sums.total, anchorTotal: sums.anchorTotal, crossLabelTotal: sums.crossLabelTotal, zeroDistancePairs: sums.zeroDistancePairs,
    within: finite(sums.within, 1), exceed: finite(sums.exceed, etas.length), windowed: sums.windowed,
  }
}

export const encodePairs = ({losses, distances}: PairSample): PairEvidence => ({losses: pack(losses), distances: distances.map(pack)})

export function encodeLayer(name: string, s: LayerStatistics, bets: LayerBets): LayerEvidence {
  return {
    name, floor: s.floor, deltas: Array.from(s.deltas),
    total: pack(s.total), anchorTotal: pack(s.anchorTotal), crossLabelTotal: s.crossLabelTotal, zeroDistancePairs: s.zeroDistancePairs,
    within: pack(Uint32Array.from(s.within)), exceed: pack(Uint32Array.from(s.exceed)), windowed: pack(s.windowed),
    bets,
  }
}

/** Throws InputError where an array does not decode to the length that the evidence's sizes call for. */
export function decodeLayer(evidence: Evidence, layer: LayerEvidence): LayerStatistics {
  const {anchors, references} = evidence
  const G = layer.deltas.length
  const E = evidence.etas.length
  const place = (field: string) => `evidence of layer ${layer.name}: ${field}`
  const sums = (field: 'total' | 'anchorTotal' | 'windowed', length: number) => unpack(layer[field], 'f8', length, place(field))
  const counts = (field: 'within' | 'exceed', length: number) => Float64Array.from(unpack(layer[field], 'u4', length, place(field)))
  return {
    anchors, references, floor: layer.floor, deltas: Float64Array.from(layer.deltas), etas: Float64Array.from(evidence.etas),
    total: sums('total', references),
    anchorTotal: sums('anchorTotal', anchors),
    crossLabelTotal: layer.crossLabelTotal, zeroDistancePairs: layer.zeroDistancePairs,
    within: counts('within', references * G),
    exceed: counts('exceed', references * G * E),
    windowed: sums('windowed', references * (G + 1) * E),
  }
}
