import {unzlibSync, zlibSync} from 'fflate'
import {InputError} from '../errors.js'
import type {VolatilitySums} from '../pairwise/engine.js'
import type {LayerBets, LayerStatistics} from './bounds.js'

/** Sufficient statistics of every bound, so that a certificate can be checked without the model. Plain JSON. */
export interface Evidence {
  format: 1
  anchors: number
  references: number
  etas: number[]
  /** references with a loss above L_max; null where the loss is bounded */
  tailExceeding: number | null
  layers: LayerEvidence[]
}

/** Arrays are little-endian, compressed with zlib, in base64: `total` and `windowed` Float64, `within` and `exceed` Uint32. */
export interface LayerEvidence {
  name: string
  /** in scaled units */
  floor: number
  deltas: number[]
  total: string
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
    total: sums.total, within: finite(sums.within, 1), exceed: finite(sums.exceed, etas.length), windowed: sums.windowed,
  }
}

export function encodeLayer(name: string, s: LayerStatistics, bets: LayerBets): LayerEvidence {
  const encode = (values: Float64Array | Uint32Array) => Buffer.from(zlibSync(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))).toString('base64')
  return {
    name, floor: s.floor, deltas: Array.from(s.deltas),
    total: encode(s.total), within: encode(Uint32Array.from(s.within)), exceed: encode(Uint32Array.from(s.exceed)), windowed: encode(s.windowed),
    bets,
  }
}

/** Throws InputError where an array does not decode to the length that the evidence's sizes call for. */
export function decodeLayer(evidence: Evidence, layer: LayerEvidence): LayerStatistics {
  const {anchors, references} = evidence
  const G = layer.deltas.length
  const E = evidence.etas.length
  const decode = (field: 'total' | 'within' | 'exceed' | 'windowed', length: number, width: 4 | 8): Float64Array => {
    let bytes: Uint8Array
    try {
      bytes = unzlibSync(Buffer.from(layer[field], 'base64'))
    } catch (cause) {
      throw new InputError(`evidence of layer ${layer.name}: ${field} is no zlib stream in base64`, ['write the report again'], {cause})
    }
    if (bytes.length !== length * width) throw new InputError(`evidence of layer ${layer.name}: ${field} holds ${bytes.length} bytes, not ${length} × ${width}`, ['write the report again'])
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    return Float64Array.from({length}, (_, k) => (width === 4 ? view.getUint32(4 * k, true) : view.getFloat64(8 * k, true)))
  }
  return {
    anchors, references, floor: layer.floor, deltas: Float64Array.from(layer.deltas), etas: Float64Array.from(evidence.etas),
    total: decode('total', references, 8),
    within: decode('within', references * G, 4),
    exceed: decode('exceed', references * G * E, 4),
    windowed: decode('windowed', references * (G + 1) * E, 8),
  }
}
