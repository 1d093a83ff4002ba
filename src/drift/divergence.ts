import {expNegative} from './exp-negative.js'
import {sumOfLogs} from './log-sum.js'
import type {Measures} from './types.js'

/** Where the numbers of a position go; `scratch` is reused between positions. */
export interface Scratch {
  old: Float64Array
  new: Float64Array
}

export const scratchFor = (vocabulary: number): Scratch => ({
  old: new Float64Array(vocabulary),
  new: new Float64Array(vocabulary),
})

export const measuresFor = (positions: number): Measures => ({
  positions,
  js: new Float64Array(positions),
  jsUpper: new Float64Array(positions),
  kl: new Float64Array(positions),
  klUpper: new Float64Array(positions),
  deltaLogP: new Float64Array(positions).fill(NaN),
  entropyOld: new Float64Array(positions).fill(NaN),
  entropyNew: new Float64Array(positions).fill(NaN),
  rankOld: new Int32Array(positions),
  rankNew: new Int32Array(positions),
  sameTop: new Uint8Array(positions),
})

export type Numbers = Float32Array | Float64Array

/** log Σ exp of a row; NaN where the row holds NaN, +∞ or no finite value. */
interface Side {
  top: number
  max: number
  /** Σ exp(x − max) and its logarithm */
  sum: number
  logSum: number
}

/** One pass for the largest value, one for the exponentials. */
function exponentials(row: Numbers, out: Float64Array): Side {
  let max = -Infinity
  for (let i = 0; i < row.length; i++) max = row[i]! > max ? row[i]! : max
  const top = row.indexOf(max)
  let sum = 0
  for (let i = 0; i < row.length; i++) {
    const e = expNegative(row[i]! - max)
    out[i] = e
    sum += e
  }
  return {top, max, sum, logSum: Math.log(sum)}
}

/** 1 + how many are larger: tokens of the same value share the better rank. */
function rankOf(row: Numbers, token: number): number {
  const value = row[token]!
  let rank = 1
  for (let i = 0; i < row.length; i++) if (row[i]! > value) rank++
  return rank
}

/**
 * The change of the next-token distribution at one position, from two rows of logits or log-probabilities.
 *
 * Formula    p = softmax(old), q = softmax(new), m = (p + q)/2, in nats:
 *            KL(p ‖ q) = Σ p log(p/q);  JS = ½ KL(p ‖ m) + ½ KL(q ‖ m) = H(m) − ½ H(p) − ½ H(q);  H(p) = −Σ p log p;
 *            Δ log p = log q(y) − log p(y) of the token y that was taken; rank of y: 1 + #{i : p_i > p_y}.
 * Shapes     old [V], new [V]; `taken` −1: no token is known. Writes place `at` of every column of `into`.
 * Precision  fp64 sums of the values given; absolute error below 10⁻¹² nats for V ≤ 10⁶. Softmax is invariant to a
 *            constant, so logits and log-probabilities give the same.
 * Cost       2 V exponentials, V logarithms.
 * Empty      p_i > 0 = q_i → KL Infinity, JS finite.
 * Returns    false where a row holds NaN, +∞, or no finite value: nothing is written then.
 * Source     Meng et al. 2026, "Sparse but Critical" (JS, entropy); Huang et al. 2026, "On the Direction of RLVR Updates"
 *            (signed Δ log p); Lin 1991.
 *            Deviation: KL is that of old to new, as llama.cpp's; JS in nats, so at most ln 2.
 */
export function measurePosition(
  old: Numbers,
  fresh: Numbers,
  taken: number,
  scratch: Scratch,
  into: Measures,
  at: number,
): boolean {
  const [p, q] = [scratch.old, scratch.new]
  const a = exponentials(old, p)
  const b = exponentials(fresh, q)
  if (!(a.sum >= 1 && b.sum >= 1 && a.sum < Infinity && b.sum < Infinity)) return false
  let [crossA, ownA, ownB] = [0, 0, 0]
  let excluded = false
  const [scaleA, scaleB] = [1 / a.sum, 1 / b.sum]
  const [offsetA, offsetB] = [a.max + a.logSum, b.max + b.logSum]
  for (let i = 0; i < old.length; i++) {
    const [x, y] = [p[i]! * scaleA, q[i]! * scaleB]
    if (x > 0) {
      const logX = old[i]! - offsetA
      ownA += x * logX
      const logY = fresh[i]! - offsetB
      if (logY === -Infinity) excluded = true
      else crossA += x * (logX - logY)
    }
    if (y > 0) ownB += y * (fresh[i]! - offsetB)
    p[i] = (x + y) / 2
  }
  const mixed = sumOfLogs(p, old.length)
  into.kl[at] = into.klUpper[at] = excluded ? Infinity : Math.max(0, crossA)
  into.js[at] = into.jsUpper[at] = Math.min(Math.LN2, Math.max(0, (ownA + ownB) / 2 - mixed))
  into.entropyOld[at] = Math.max(0, -ownA)
  into.entropyNew[at] = Math.max(0, -ownB)
  into.sameTop[at] = a.top === b.top ? 1 : 0
  if (taken < 0) return true
  into.deltaLogP[at] = fresh[taken]! - offsetB - (old[taken]! - offsetA)
  into.rankOld[at] = rankOf(old, taken)
  into.rankNew[at] = rankOf(fresh, taken)
  return true
}
