import type {VolatilitySums} from '../../pairwise/engine.js'
import {type Sources, sourcesOf} from '../sample/sources.js'

/** What all bounds of a layer are computed from: sums over the m anchors for each of the n references. */
export interface LayerStatistics {
  anchors: number
  references: number
  /** scaled units */
  floor: number
  deltas: Float64Array
  etas: Float64Array
  /** [n] Σ_i h_{L_max} */
  total: Float64Array
  /** [m] Σ_j h_{L_max} */
  anchorTotal: Float64Array
  /** Σ over pairs with different labels of h_{L_max} */
  crossLabelTotal: number
  zeroDistancePairs: number
  /** [n, G] #{i : d ≤ δ} */
  within: Float64Array
  /** [n, G, E] #{i : d ≤ δ, ΔL ≥ η} */
  exceed: Float64Array
  /** [n, G + 1, E] Σ_i h_η 1{d ≤ δ}; the last δ is ∞ */
  windowed: Float64Array
  /** sources of the references; null or absent: each is its own source */
  sources?: Sources | null
}

/** Converts the sums of one layer, which have ∞ as the last δ, to statistics for the finite δ. */
export function layerStatistics(
  sums: VolatilitySums,
  anchors: number,
  {floor, deltas}: {floor: number; deltas: Float64Array},
  etas: Float64Array,
  groups: Int32Array | null = null,
): LayerStatistics {
  const G = deltas.length
  const finite = (values: Float64Array, width: number) => values.filter((_, at) => Math.floor(at / width) % (G + 1) < G)
  return {
    anchors,
    references: sums.total.length,
    floor,
    deltas,
    etas,
    total: sums.total,
    anchorTotal: sums.anchorTotal,
    crossLabelTotal: sums.crossLabelTotal,
    zeroDistancePairs: sums.zeroDistancePairs,
    within: finite(sums.within, 1),
    exceed: finite(sums.exceed, etas.length),
    windowed: sums.windowed,
    sources: sourcesOf(groups),
  }
}
