import type {Measures} from './types.js'

/** Columns for training, one value a position, documents one after the other. */
export interface WeightColumns {
  js: Float64Array
  kl: Float64Array
  deltaLogP: Float64Array
  jsWeight: Float64Array
  deltaWeight: Float64Array
}

/**
 * Weights of the positions of one document, of mean 1.
 *
 * Formula    js weight: JS_t / mean JS. Δ weight: |Δ log p_t| / mean |Δ log p|; its sign is that of `deltaLogP`.
 * Empty      a document without any divergence → 1 everywhere; Δ log p not recorded → weight 0.
 * Source     Meng et al. 2026 (divergence-weighted advantages), Huang et al. 2026 (reweighting by Δ log p): an advantage is
 *            multiplied by the weight.
 *            Deviation: scaled to mean 1 within a document, so that the size of an update stays; no clipping.
 */
export function weightsOf({js, kl, deltaLogP}: Measures): WeightColumns {
  const size = deltaLogP.map((delta) => (Number.isFinite(delta) ? Math.abs(delta) : 0))
  return {js, kl, deltaLogP, jsWeight: scaled(js), deltaWeight: scaled(size)}
}

function scaled(values: Float64Array): Float64Array {
  const sum = values.reduce((total, x) => total + x, 0)
  return sum === 0 ? new Float64Array(values.length).fill(1) : values.map((x) => (x * values.length) / sum)
}
