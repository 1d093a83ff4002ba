import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {bootstrapPairMean} from '../../src/stats/bootstrap.js'
import {clopperPearsonLower, clopperPearsonUpper} from '../../src/stats/clopper-pearson.js'
import {maurerPontilUpper} from '../../src/stats/maurer-pontil.js'
import {normalCdf, normalQuantile} from '../../src/stats/normal.js'
import {random} from '../../src/stats/random.js'

describe('normal', () => {
  it('has the values of the tables', () => {
    for (const [x, p] of [
      [0, 0.5],
      [1, 0.8413447460685429],
      [-1.959963984540054, 0.025],
      [3, 0.9986501019683699],
      [-5, 2.866515718791939e-7],
    ] as const) {
      expect(normalCdf(x)).toBeCloseTo(p, 14)
      expect(normalQuantile(p)).toBeCloseTo(x, 7)
    }
    expect([normalCdf(-9), normalCdf(9)]).toEqual([0, 1])
  })

  it('is the integral of its density', () => {
    const steps = 20_000
    let sum = 0.5
    for (let k = 0; k < steps; k++)
      sum += (Math.exp(-0.5 * (((k + 0.5) * 2) / steps) ** 2) / Math.sqrt(2 * Math.PI)) * (2 / steps)
    expect(normalCdf(2)).toBeCloseTo(sum, 9)
  })
})

describe('maurerPontilUpper', () => {
  it('equals its formula, and is never above the largest value', () => {
    const log = Math.log(2 / 0.1)
    expect(maurerPontilUpper(Float64Array.of(0, 0, 0, 0.4), 0.4, 0.1)).toBe(0.4)
    const many = Float64Array.from({length: 1000}, (_, i) => i % 2)
    expect(maurerPontilUpper(many, 1, 0.1)).toBeCloseTo(
      0.5 + Math.sqrt((2 * (250 / 999) * log) / 1000) + (7 * log) / 2997,
      12,
    )
  })

  it('covers a rare large value in simulation', () => {
    const r = random(3)
    let held = 0
    for (let run = 0; run < 300; run++)
      if (
        maurerPontilUpper(
          Float64Array.from({length: 200}, () => (r.uniform() < 0.02 ? 1 : 0)),
          1,
          0.1,
        ) >= 0.02
      )
        held++
    expect(held).toBeGreaterThanOrEqual(270)
    expect(maurerPontilUpper(Float64Array.of(0.5), 2, 0.1)).toBe(2)
  })
})

it('the lower Clopper–Pearson bound mirrors the upper one, and covers', () => {
  expect(clopperPearsonLower(3, 10, 0.05)).toBe(1 - clopperPearsonUpper(7, 10, 0.05))
  expect([clopperPearsonLower(0, 10, 0.05), clopperPearsonLower(0, 0, 0.05)]).toEqual([0, 0])
  const r = random(4)
  let held = 0
  for (let run = 0; run < 400; run++)
    held +=
      clopperPearsonLower(Array.from({length: 60}, () => r.uniform()).filter((u) => u < 0.3).length, 60, 0.1) <= 0.3
        ? 1
        : 0
  expect(held).toBeGreaterThanOrEqual(360)
  // Not far more than owed: the bound uses its α.
  expect(held).toBeLessThan(395)
})

describe('BCa', () => {
  const parts = (values: readonly number[]) => [{rowMeans: Float64Array.from(values), weight: 1}]
  const interval = (values: readonly number[], rounds = 4000) =>
    bootstrapPairMean(values.reduce((a, b) => a + b, 0) / values.length, parts(values), {
      rounds,
      level: 0.9,
      random: random(8),
    })!

  it('is the percentile interval where nothing is skewed', () => {
    const {percentile, bca} = interval(Array.from({length: 60}, (_, i) => (i - 29.5) / 30))
    bca.forEach((end, k) => expect(Math.abs(end - percentile[k]!)).toBeLessThan(0.02))
  })

  it('moves towards the long tail, and covers a skewed mean more evenly', () => {
    const r = random(1)
    const misses = {percentile: 0, bca: 0}
    for (let run = 0; run < 200; run++) {
      const values = Array.from({length: 25}, () => -Math.log(1 - r.uniform()))
      const {percentile, bca} = interval(values, 300)
      if (percentile[1] < 1) misses.percentile++
      if (bca[1] < 1) misses.bca++
    }
    expect(misses.bca).toBeLessThan(misses.percentile)
    const {percentile, bca} = interval(Array.from({length: 40}, (_, i) => (i % 10 === 0 ? 10 : 0)))
    expect(bca[1]).toBeGreaterThan(percentile[1])
  })

  it('property: both intervals are ordered and lie among the resamples', () => {
    fc.assert(
      fc.property(fc.array(fc.double({min: 0, max: 1, noNaN: true}), {minLength: 1, maxLength: 12}), (values) => {
        const {percentile, bca} = interval(values, 40)
        const [low, high] = [Math.min(...values) - 1e-9, Math.max(...values) + 1e-9]
        expect([percentile, bca].every(([a, b]) => a <= b && a >= low && b <= high)).toBe(true)
      }),
      {numRuns: 60, seed: 9},
    )
  })
})
