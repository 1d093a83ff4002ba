import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {smoothedLabel} from '../../bench/smoothing.js'
import {normalCdf} from '../../src/stats/normal.js'
import {random} from '../../src/stats/random.js'

describe('randomized smoothing, the baseline of docs/examples/perturbation.md', () => {
  // scipy 1.x: beta.ppf(alpha, k, n - k + 1) and sigma * norm.ppf of it.
  it.each([
    {counts: [1, 990, 9], sigma: 0.25, alpha: 0.001, lower: 0.976036, radius: 0.494502},
    {counts: [0, 1000, 0], sigma: 0.5, alpha: 0.001, lower: 0.993116, radius: 1.231631},
    {counts: [300, 600, 100], sigma: 1, alpha: 0.05, lower: 0.573823, radius: 0.186117},
  ])('of $counts is what SciPy says', ({counts, sigma, alpha, lower, radius}) => {
    const found = smoothedLabel([0, 5, 1], counts, {sigma, alpha})
    expect(found.label).toBe(1)
    expect(found.lower).toBeCloseTo(lower, 5)
    expect(found.radius).toBeCloseTo(radius, 5)
  })

  it('takes the class from the first draws, abstains where it is not shown to be the more likely one', () => {
    expect(smoothedLabel([3, 3, 1], [0, 900, 0], {sigma: 1, alpha: 0.05})).toMatchObject({label: null, radius: 0})
    expect(smoothedLabel([3, 2], [500, 500], {sigma: 1, alpha: 0.05}).label).toBeNull()
    expect(smoothedLabel([3, 2], [0, 0], {sigma: 1, alpha: 0.05}).label).toBeNull()
  })

  it('grows with the votes and with σ, and shrinks with α', () => {
    fc.assert(
      fc.property(fc.integer({min: 60, max: 199}), fc.double({min: 0.01, max: 0.4, noNaN: true}), (k, alpha) => {
        const radius = (votes: number, sigma: number, level: number) =>
          smoothedLabel([1, 0], [votes, 200 - votes], {sigma, alpha: level}).radius
        expect(radius(k + 1, 1, alpha)).toBeGreaterThanOrEqual(radius(k, 1, alpha))
        expect(radius(k, 2, alpha)).toBeCloseTo(2 * radius(k, 1, alpha), 12)
        expect(radius(k, 1, alpha / 2)).toBeLessThanOrEqual(radius(k, 1, alpha))
      }),
    )
  })

  // f(x) = 1 where the first coordinate is above 0: g says 1 at x > 0, and its true radius is x itself.
  it.each([0.05, 0.2, 0.5])('at α %f the radius of a half-space is too large that seldom', (alpha) => {
    const r = random(3)
    const [sigma, x, runs] = [0.5, 0.4, 400]
    let wrong = 0
    for (let run = 0; run < runs; run++) {
      let votes = 0
      for (let draw = 0; draw < 100; draw++) if (r.uniform() < normalCdf(x / sigma)) votes++
      if (smoothedLabel([0, 1], [100 - votes, votes], {sigma, alpha}).radius > x) wrong++
    }
    // Two standard deviations of 400 runs.
    expect(wrong / runs).toBeLessThanOrEqual(alpha + 2 * Math.sqrt((alpha * (1 - alpha)) / runs))
    expect(wrong).toBeGreaterThan(0)
  })
})
