/**
 * Empirical-Bernstein upper bound of a mean from independent values: P[bound < mean] ≤ α.
 *
 * Formula    x̄ + √(2 V ln(2/α)/k) + 7 M ln(2/α)/(3(k − 1)), V the sample variance (divisor k − 1), 0 ≤ x ≤ M.
 * Precision  fp64, two passes.
 * Cost       2 k.
 * Empty      k < 2 → M.
 * Source     Maurer & Pontil 2009, Theorem 4.   Deviation: upper side of the mean (values mirrored), capped at M.
 */
export function maurerPontilUpper(values: Float64Array, max: number, alpha: number): number {
  const k = values.length
  if (k < 2) return max
  const mean = values.reduce((a, b) => a + b, 0) / k
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (k - 1)
  const log = Math.log(2 / alpha)
  return Math.min(max, mean + Math.sqrt((2 * variance * log) / k) + (7 * max * log) / (3 * (k - 1)))
}
