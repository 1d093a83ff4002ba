import {firstTrue} from './bisect.js'

/**
 * Upper bound of the mean of a U-statistic of order two from its value on n independent points: P[bound < mean] ≤ α.
 *
 * Formula    M · sup{q : kl(U/M, q) ≤ log(1/α)/k}, k = ⌊n/2⌋, kl(p, q) = p log(p/q) + (1−p) log((1−p)/(1−q)).
 * Shapes     u the mean of the kernel over all pairs, 0 ≤ kernel ≤ max.
 * Precision  fp64, errs upwards.
 * Cost       60 logarithms.
 * Empty      n < 2 → max.
 * Source     Hoeffding 1963, §5: a U-statistic is an average of means over k independent pairs, so Chernoff's bound for
 *            k independent terms carries over.   Deviation: none.
 */
export function klUpper(u: number, max: number, n: number, alpha: number): number {
  const pairs = Math.floor(n / 2)
  if (pairs === 0) return max
  const p = u / max
  const limit = Math.log(1 / alpha) / pairs
  return max * firstTrue(p, 1, (q) => klBernoulli(p, q) >= limit)
}

/** kl(p, q) of two Bernoulli distributions, in nats; 0 log 0 = 0. */
export function klBernoulli(p: number, q: number): number {
  const term = (x: number, y: number) => (x === 0 ? 0 : x * Math.log(x / y))
  return term(p, q) + term(1 - p, 1 - q)
}
