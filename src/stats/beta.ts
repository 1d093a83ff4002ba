import type {Random} from './random.js'

/**
 * A draw from Beta(a, b), a, b > 0: G_a / (G_a + G_b) of two gamma variables.
 *
 * Precision  fp64, in [0, 1].
 * Cost       about four normal and uniform numbers.
 * Source     gamma: Marsaglia & Tsang 2000, "A simple method for generating gamma variables", for a < 1 their G_a =
 *            G_{a+1} U^{1/a}, in logarithms so that tiny a does not give 0/0.   Deviation: none.
 */
export function beta(a: number, b: number, random: Random): number {
  const [left, right] = [logOfGammaDraw(a, random), logOfGammaDraw(b, random)]
  return 1 / (1 + Math.exp(right - left))
}

/** The logarithm of a gamma variable of shape a and scale 1. */
function logOfGammaDraw(a: number, random: Random): number {
  if (a < 1) return logOfGammaDraw(a + 1, random) + Math.log(1 - random.uniform()) / a
  const d = a - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = random.normal()
    const v = (1 + c * x) ** 3
    if (v > 0 && Math.log(1 - random.uniform()) < (x * x) / 2 + d - d * v + d * Math.log(v)) return Math.log(d * v)
  }
}
