import {describe, expect, it} from 'vitest'
import {beta} from '../../src/stats/beta.js'
import {random} from '../../src/stats/random.js'

describe('beta', () => {
  it.each<[number, number, (x: number) => number]>([
    [2, 1, (x) => x ** 2],
    [1, 2, (x) => 1 - (1 - x) ** 2],
    [1, 1, (x) => x],
    [2, 2, (x) => x ** 2 * (3 - 2 * x)],
    [0.5, 0.5, (x) => (2 / Math.PI) * Math.asin(Math.sqrt(x))],
  ])('Beta(%d, %d) has its distribution function', (a, b, cdf) => {
    const draws = random(3)
    const n = 20_000
    const sorted = Float64Array.from({length: n}, () => beta(a, b, draws)).sort()
    // Kolmogorov and Smirnov: 1.95 / √n is passed once in a thousand runs; the seed is fixed.
    const distance = sorted.reduce(
      (largest, x, k) => Math.max(largest, Math.abs(cdf(x) - k / n), Math.abs(cdf(x) - (k + 1) / n)),
      0,
    )
    expect(distance).toBeLessThan(1.95 / Math.sqrt(n))
  })

  it('tiny shapes stay numbers in [0, 1]', () => {
    const draws = random(4)
    for (let k = 0; k < 1000; k++) {
      const x = beta(1e-3, 1e-3, draws)
      expect(x >= 0 && x <= 1).toBe(true)
    }
  })
})
