import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {bootstrapPairMean} from '../../src/stats/bootstrap.js'
import {clopperPearsonUpper} from '../../src/stats/clopper-pearson.js'
import {incompleteBeta, logGamma} from '../../src/stats/special.js'
import {klBernoulli, klUpper} from '../../src/stats/kl-bound.js'
import {quantile} from '../../src/stats/quantile.js'
import {random} from '../../src/stats/random.js'

/** P[Bin(n, p) ≤ k] term by term, smallest first. */
function binomialAtMost(k: number, n: number, p: number): number {
  let term = (1 - p) ** n
  let sum = term
  for (let i = 1; i <= k; i++) {
    term *= ((n - i + 1) / i) * (p / (1 - p))
    sum += term
  }
  return sum
}

describe('incomplete beta', () => {
  it('equals the binomial sum for whole parameters', () => {
    for (const n of [5, 40, 300])
      for (const k of [0, 1, Math.floor(n / 3), n - 1])
        for (const p of [0.01, 0.3, 0.5, 0.9])
          expect(Math.abs(1 - incompleteBeta(p, k + 1, n - k) - binomialAtMost(k, n, p))).toBeLessThan(1e-12)
  })

  it('has its closed forms', () => {
    for (const x of [0.001, 0.2, 0.77, 0.999]) {
      expect(incompleteBeta(x, 3.5, 1)).toBeCloseTo(x ** 3.5, 13)
      expect(incompleteBeta(x, 0.5, 0.5)).toBeCloseTo((2 / Math.PI) * Math.asin(Math.sqrt(x)), 13)
    }
    expect([incompleteBeta(0, 2, 3), incompleteBeta(1, 2, 3)]).toEqual([0, 1])
  })

  it('rests on a gamma function that knows factorials and Γ(½)', () => {
    let factorial = 1
    for (let n = 1; n < 30; n++) {
      expect(Math.abs(logGamma(n) - Math.log(factorial))).toBeLessThan(1e-13 * Math.max(1, Math.log(factorial)))
      factorial *= n
    }
    expect(logGamma(0.5)).toBeCloseTo(0.5 * Math.log(Math.PI), 14)
  })
})

describe('clopperPearsonUpper', () => {
  it('is where the binomial tail equals α', () => {
    for (const [k, n] of [
      [1, 10],
      [7, 200],
      [150, 200],
    ] as const)
      expect(binomialAtMost(k, n, clopperPearsonUpper(k, n, 0.03))).toBeCloseTo(0.03, 10)
  })

  it('has its closed form at zero, and 1 at the ends', () => {
    expect(clopperPearsonUpper(0, 300, 0.05)).toBeCloseTo(1 - 0.05 ** (1 / 300), 13)
    expect(clopperPearsonUpper(10, 10, 0.05)).toBe(1)
    expect(clopperPearsonUpper(0, 0, 0.05)).toBe(1)
  })

  it('property: falls as α grows, rises with successes', () => {
    fc.assert(
      fc.property(
        fc.integer({min: 1, max: 400}),
        fc.nat(),
        fc.double({min: 1e-6, max: 0.4, noNaN: true}),
        (n, seed, alpha) => {
          const k = seed % n
          const bound = clopperPearsonUpper(k, n, alpha)
          expect(bound).toBeGreaterThanOrEqual(k / n)
          expect(bound).toBeGreaterThanOrEqual(clopperPearsonUpper(k, n, alpha * 1.5) - 1e-12)
          expect(bound).toBeLessThanOrEqual(clopperPearsonUpper(k + 1, n, alpha) + 1e-12)
        },
      ),
      {numRuns: 100, seed: 2},
    )
  })
})

describe('klUpper', () => {
  it('has its closed form at zero and inverts kl elsewhere', () => {
    expect(klUpper(0, 3, 101, 0.05)).toBeCloseTo(3 * (1 - 0.05 ** (1 / 50)), 12)
    const q = klUpper(0.6, 2, 400, 0.01) / 2
    expect(klBernoulli(0.3, q)).toBeCloseTo(Math.log(100) / 200, 10)
    expect(klUpper(0.3, 1, 1, 0.05)).toBe(1)
  })

  it('covers the mean of a U-statistic in simulation', () => {
    const r = random(5)
    let covered = 0
    for (let run = 0; run < 200; run++) {
      const x = Array.from({length: 60}, () => r.uniform())
      let sum = 0
      for (let i = 0; i < 60; i++) for (let j = 0; j < i; j++) sum += Math.abs(x[i]! - x[j]!)
      if (klUpper(sum / 1770, 1, 60, 0.05) >= 1 / 3) covered++
    }
    expect(covered).toBeGreaterThanOrEqual(190)
  })
})

describe('bootstrapPairMean', () => {
  const x = Array.from({length: 80}, (_, i) => ((i * 7919) % 83) / 83)
  const n = x.length
  const rowMeans = Float64Array.from(x, (a) => x.reduce((s, b) => s + Math.abs(a - b), 0) / (n - 1))
  const estimate = rowMeans.reduce((a, b) => a + b, 0) / n

  it('has the width of resampling the points themselves', () => {
    const r = random(4)
    const full = Float64Array.from({length: 800}, () => {
      const rows = Array.from({length: n}, () => r.integer(n))
      let sum = 0
      for (const i of rows) for (const j of rows) sum += Math.abs(x[i]! - x[j]!)
      return sum / (n * (n - 1))
    }).sort()
    const [low, high] = bootstrapPairMean(estimate, [{rowMeans, weight: 2}], {
      rounds: 800,
      level: 0.95,
      random: random(1),
    })!.percentile
    const width = quantile(full, 0.975) - quantile(full, 0.025)
    expect(Math.abs((high - low) / width - 1)).toBeLessThan(0.15)
    expect(low).toBeLessThan(estimate)
    expect(high).toBeGreaterThan(estimate)
  })

  it('is the same for the same seed, and null without rounds or points', () => {
    const run = () => bootstrapPairMean(estimate, [{rowMeans, weight: 2}], {rounds: 50, level: 0.9, random: random(3)})
    expect(run()).toEqual(run())
    expect(bootstrapPairMean(1, [{rowMeans, weight: 2}], {rounds: 0, level: 0.9, random: random(3)})).toBeNull()
    expect(
      bootstrapPairMean(1, [{rowMeans: new Float64Array(0), weight: 1}], {rounds: 9, level: 0.9, random: random(3)}),
    ).toBeNull()
  })
})

it('quantile is linear between neighbours and refuses no values', () => {
  expect([0, 0.25, 0.5, 1].map((q) => quantile(Float64Array.of(1, 2, 4), q))).toEqual([1, 1.5, 2, 4])
  expect(() => quantile(new Float64Array(0), 0.5)).toThrow('no values')
})
