import {firstTrue} from './bisect.js'
import {clopperPearsonLower, clopperPearsonUpper} from './clopper-pearson.js'

/**
 * Values grouped by an independent unit (a question, a document): for unit j their sum and how many there are. Values of
 * one unit may depend on each other in any way.
 */
export interface Clusters {
  /** [n] Σ of the values of a unit */
  sums: Float64Array
  /** [n] how many values a unit has; 0 ≤ count ≤ cap */
  counts: Float64Array
  /** the most values that a unit can have: part of the design, never read off the values */
  cap: number
  /** range that every value lies in */
  range: readonly [low: number, high: number]
  /** whether a value is one of the two ends of the range and nothing between */
  binary: boolean
}

/** Mean over all values, Σ sums / Σ counts; null without values. */
export function pooledMean({sums, counts}: Clusters): number | null {
  const total = counts.reduce((sum, x) => sum + x, 0)
  return total === 0 ? null : sums.reduce((sum, x) => sum + x, 0) / total
}

/**
 * Two-sided interval of the mean value of fresh units, θ = E sum / E count, from independent, identically distributed
 * units.
 *
 * Formula    With a = (sum − low · count) / ((high − low) · cap) and b = count / cap, 0 ≤ a ≤ b ≤ 1, and
 *            θ = low + (high − low) · E a / E b. Upper end by bets on a, lower end by bets on b − a, α/2 each; where
 *            cap = 1 and values are binary the units with a value are Bernoulli trials: Clopper–Pearson, which is exact.
 * Shapes     sums [n], counts [n].
 * Precision  fp64; both ends err outwards.
 * Cost       1,700 n multiplications.
 * Empty      n = 0, or no values → the whole range.
 * Source     shareUpperBound; Clopper & Pearson 1934.
 *            Deviation: units in place of values, so any dependence within a unit is allowed.
 */
export function clusteredInterval(clusters: Clusters, alpha: number): [low: number, high: number] {
  const [low, high] = clusters.range
  return [low + (high - low) * lowerShare(clusters, alpha / 2), low + (high - low) * upperShare(clusters, alpha / 2)]
}

export type ClusterMethod = 'betting' | 'clopper-pearson'

export const methodOf = ({cap, binary}: Clusters): ClusterMethod =>
  cap === 1 && binary ? 'clopper-pearson' : 'betting'

function upperShare(clusters: Clusters, alpha: number): number {
  const {a, b} = shares(clusters)
  if (methodOf(clusters) === 'clopper-pearson') return clopperPearsonUpper(trials(a), trials(b), alpha)
  return shareUpperBound(a, b, alpha)
}

function lowerShare(clusters: Clusters, alpha: number): number {
  const {a, b} = shares(clusters)
  if (methodOf(clusters) === 'clopper-pearson') return clopperPearsonLower(trials(a), trials(b), alpha)
  const rest = b.map((x, j) => x - a[j]!)
  return 1 - shareUpperBound(rest, b, alpha)
}

/** Parts of the largest stake that are bet: powers of ½ from both ends. */
const PARTS = [
  ...Array.from({length: 8}, (_, k) => 2 ** -(k + 1)),
  ...Array.from({length: 6}, (_, k) => 1 - 2 ** -(k + 2)),
]

/**
 * Upper confidence bound of a share θ = E a / E b, from independent, identically distributed pairs 0 ≤ a ≤ b ≤ 1.
 *
 * Formula    e(v) = mean over c of Π_j (1 + c (v b_j − a_j)/(1 − v)), c in 1/256 … 1/2 … 127/128; bound = inf{v : e(v) ≥
 *            1/α}. A factor is at least 1 − c b ≥ 0, and has mean 1 at v = θ, so P[e(θ) ≥ 1/α] ≤ α (Markov); it grows
 *            with v, since its derivative is c (b − a)/(1 − v)². So P[bound < θ] ≤ α.
 * Shapes     a [n], b [n].
 * Precision  fp64 in log space; the bisection errs upwards.
 * Cost       ≤ 60 · 14 · n multiplications.
 * Empty      n = 0, or all of b zero → 1.
 * Source     Waudby-Smith & Ramdas 2024 (betting), the largest stake 1/(1 − v) of each v.
 *            Deviation: fixed parts of it in a mixture, so that the order of the units does not matter; a ratio.
 */
export function shareUpperBound(a: Float64Array, b: Float64Array, alpha: number): number {
  const needed = Math.log(PARTS.length / alpha)
  return firstTrue(0, 1, (v) => v === 1 || logSumOf(PARTS.map((part) => logWealthOf(a, b, part, v))) >= needed)
}

function logSumOf(logs: readonly number[]): number {
  const top = Math.max(...logs)
  return top === -Infinity ? top : top + Math.log(logs.reduce((sum, x) => sum + Math.exp(x - top), 0))
}

/** Σ_j log(1 + c (v b_j − a_j)/(1 − v)); one logarithm for sixteen factors, while they stay far from over- and underflow. */
function logWealthOf(a: Float64Array, b: Float64Array, part: number, v: number): number {
  const stake = part / (1 - v)
  let sum = 0
  let product = 1
  for (let j = 0; j < a.length; j++) {
    // Rounding may take a factor that is 0 a last bit below.
    product *= Math.max(0, 1 + stake * (v * b[j]! - a[j]!))
    if (product > 1e100 || product < 1e-100 || (j & 15) === 15) {
      sum += Math.log(product)
      product = 1
    }
  }
  return sum + Math.log(product)
}

const trials = (values: Float64Array) => Math.round(values.reduce((sum, x) => sum + x, 0))

/** Rounding of the sums must not leave the range that the bets rest on. */
function shares({sums, counts, cap, range: [low, high]}: Clusters): {a: Float64Array; b: Float64Array} {
  const b = counts.map((count) => count / cap)
  const a = sums.map((sum, j) => Math.min(b[j]!, Math.max(0, (sum - low * counts[j]!) / ((high - low) * cap))))
  return {a, b}
}
