import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {clopperPearsonLower, clopperPearsonUpper} from '../../src/stats/clopper-pearson.js'
import {type Clusters, clusteredInterval, pooledMean, shareUpperBound} from '../../src/stats/clustered.js'
import {random} from '../../src/stats/random.js'

/** The e-value factor by factor, in plain arithmetic. */
function slowEvidence(a: Float64Array, b: Float64Array, v: number): number {
  const parts = [
    1 / 256,
    1 / 128,
    1 / 64,
    1 / 32,
    1 / 16,
    1 / 8,
    1 / 4,
    1 / 2,
    3 / 4,
    7 / 8,
    15 / 16,
    31 / 32,
    63 / 64,
    127 / 128,
  ]
  const products = parts.map((c) => a.reduce((product, x, j) => product * (1 + (c * (v * b[j]! - x)) / (1 - v)), 1))
  return products.reduce((sum, x) => sum + x, 0) / parts.length
}

const units = fc
  .array(fc.tuple(fc.double({min: 0, max: 1, noNaN: true}), fc.double({min: 0, max: 1, noNaN: true})), {
    minLength: 1,
    maxLength: 30,
  })
  .map((pairs) => ({
    b: Float64Array.from(pairs, ([b]) => b),
    a: Float64Array.from(pairs, ([b, part]) => b * part),
  }))

describe('shareUpperBound', () => {
  it('is where the e-value of the slow product reaches 1/α', () => {
    fc.assert(
      fc.property(units, fc.constantFrom(0.05, 0.2, 0.5), ({a, b}, alpha) => {
        const bound = shareUpperBound(a, b, alpha)
        expect(bound).toBeLessThanOrEqual(1)
        if (bound < 1 - 1e-9) expect(slowEvidence(a, b, bound + 1e-9)).toBeGreaterThanOrEqual((1 / alpha) * (1 - 1e-9))
        if (bound > 1e-9) expect(slowEvidence(a, b, bound - 1e-9)).toBeLessThanOrEqual((1 / alpha) * (1 + 1e-6))
      }),
    )
  })

  it('has an e-value whose exact mean at the true share is 1', () => {
    const atoms = [
      {a: 0, b: 0.5, p: 1 / 2},
      {a: 0.25, b: 1, p: 1 / 3},
      {a: 1, b: 1, p: 1 / 6},
    ]
    const share = atoms.reduce((s, x) => s + x.p * x.a, 0) / atoms.reduce((s, x) => s + x.p * x.b, 0)
    let mean = 0
    for (let code = 0; code < 3 ** 4; code++) {
      const draw = [0, 1, 2, 3].map((k) => atoms[Math.floor(code / 3 ** k) % 3]!)
      const [a, b] = [Float64Array.from(draw, (x) => x.a), Float64Array.from(draw, (x) => x.b)]
      mean += draw.reduce((p, x) => p * x.p, 1) * slowEvidence(a, b, share)
    }
    expect(mean).toBeCloseTo(1, 12)
  })

  it('says nothing without data', () => {
    expect(shareUpperBound(new Float64Array(0), new Float64Array(0), 0.05)).toBe(1)
    expect(shareUpperBound(new Float64Array(9), new Float64Array(9), 0.05)).toBe(1)
  })
})

describe('clusteredInterval', () => {
  const one = (sums: number[], counts: number[], cap: number, binary: boolean): Clusters => ({
    sums: Float64Array.from(sums),
    counts: Float64Array.from(counts),
    cap,
    range: [0, 1],
    binary,
  })

  it('is Clopper–Pearson where a unit has one yes or no', () => {
    const clusters = one([1, 0, 0, 1, 0, 0], [1, 1, 1, 1, 1, 0], 1, true)
    expect(clusteredInterval(clusters, 0.1)).toEqual([clopperPearsonLower(2, 5, 0.05), clopperPearsonUpper(2, 5, 0.05)])
  })

  it('turns over with its values, and scales with their range', () => {
    fc.assert(
      fc.property(units, ({a, b}) => {
        const plain: Clusters = {sums: a, counts: b, cap: 1, range: [0, 1], binary: false}
        const [low, high] = clusteredInterval(plain, 0.1)
        const rest = a.map((x, j) => b[j]! - x)
        const turned = clusteredInterval({...plain, sums: rest}, 0.1)
        expect(turned[0]).toBeCloseTo(1 - high, 9)
        expect(turned[1]).toBeCloseTo(1 - low, 9)
        const wide = a.map((x, j) => -2 * b[j]! + 5 * x)
        const scaled = clusteredInterval({...plain, sums: wide, range: [-2, 3]}, 0.1)
        expect(scaled[0]).toBeCloseTo(-2 + 5 * low, 8)
        expect(scaled[1]).toBeCloseTo(-2 + 5 * high, 8)
        const mean = pooledMean(plain)
        if (mean !== null) {
          expect(low).toBeLessThanOrEqual(mean + 1e-9)
          expect(high).toBeGreaterThanOrEqual(mean - 1e-9)
        }
      }),
    )
  })

  it.each([0.05, 0.2, 0.5])('covers the share of fresh units at α = %f, whatever happens within a unit', (alpha) => {
    // A unit has 1 to 6 values that are all the same: yes with the unit's own chance. θ is known in closed form.
    const theta = (1 * 0.9 + 6 * 0.2) / 7
    let covered = 0
    const runs = 400
    for (let run = 0; run < runs; run++) {
      const draw = random(1000 + run)
      const n = 25
      const counts = Array.from({length: n}, () => (draw.uniform() < 0.5 ? 1 : 6))
      const sums = counts.map((count) => (draw.uniform() < (count === 1 ? 0.9 : 0.2) ? count : 0))
      const [low, high] = clusteredInterval(one(sums, counts, 6, true), alpha)
      if (low <= theta && theta <= high) covered++
    }
    expect(covered / runs).toBeGreaterThanOrEqual(1 - alpha)
  })
})
