import type {Random} from '../stats/random.js'
import {dense, type Dense} from './types.js'

/** tr A⁻¹ by random signs. */
export interface TraceEstimate {
  trace: number
  /** of `trace`, from the spread of the probes */
  standardError: number
  /** [n, probes] A⁻¹V of the signs V */
  solved: Dense
}

/**
 * Hutchinson's estimate of the trace of an inverse: the mean of v_tᵀ A⁻¹ v_t over vectors v_t of random signs.
 *
 * Precision  unbiased; variance 2 (‖A⁻¹‖_F² − Σ (A⁻¹)_ii²) / probes, estimated by the spread of the probes.
 * Cost       one solve with `probes` right-hand sides; n · probes · 16 bytes.
 * Source     Hutchinson 1990. Deviation: none.
 */
export async function traceOfInverse(
  n: number,
  probes: number,
  random: Random,
  solve: (v: Dense) => Promise<Dense>,
): Promise<TraceEstimate> {
  const signs = dense(n, probes)
  for (let t = 0; t < signs.data.length; t++) signs.data[t] = random.uniform() < 0.5 ? -1 : 1
  const solved = await solve(signs)
  const each = new Float64Array(probes)
  for (let t = 0; t < signs.data.length; t++) each[t % probes]! += signs.data[t]! * solved.data[t]!
  const trace = each.reduce((sum, x) => sum + x, 0) / probes
  const spread = each.reduce((sum, x) => sum + (x - trace) ** 2, 0) / (probes - 1)
  return {trace, standardError: Math.sqrt(spread / probes), solved}
}
