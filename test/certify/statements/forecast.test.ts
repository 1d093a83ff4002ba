import {describe, expect, it} from 'vitest'
import {certify} from '../../../src/certify/certify.js'
import {verifyCertificate} from '../../../src/certify/evidence/verify/verify.js'
import {binomialMultiple, forecastBounds, multipleFor} from '../../../src/certify/statements/forecast.js'
import {findings} from '../../../src/render/certify-findings.js'
import {clopperPearsonUpper} from '../../../src/stats/clopper-pearson.js'
import {random} from '../../../src/stats/random.js'
import {engine, mixture, options} from '../fixtures.js'

/** a_j and b_j of n points: b up to 0.4, a tenth of it on average. */
function points(n: number, seed = 3) {
  const r = random(seed)
  const b = Float64Array.from({length: n}, () => 0.4 * r.uniform())
  const a = b.map((x) => (r.uniform() < 0.1 ? x : 0))
  return {a, b, most: 0.4, alpha: 0.01}
}

/** The best stake by trying many. */
function slowBound({a, b, most, alpha}: ReturnType<typeof points>, multiple: number): number {
  for (let v = 0; v < 1; v += 0.001) {
    for (let share = 0.01; share <= 1; share += 0.01) {
      const stake = share / ((1 - v) * most)
      const wealth = a.reduce((sum, x, j) => sum + Math.log(Math.max(0, 1 + stake * (v * b[j]! - x))), 0)
      if (multiple * wealth >= Math.log(1 / alpha) - Math.log(0.8)) return v
    }
  }
  return 1
}

describe('forecasts', () => {
  it('are the smallest v that the best stake would reach, whatever the multiple', () => {
    const sample = points(120)
    const found = forecastBounds(sample, 1, [1, 2, 8])
    for (const [k, multiple] of [1, 2, 8].entries())
      expect(Math.abs(found[k]! - slowBound(sample, multiple))).toBeLessThan(0.004)
  })

  it('fall with the rows towards what is observed; the rows for a bound are those at which it is forecast', () => {
    const sample = points(300, 5)
    const observed = sample.a.reduce((x, y) => x + y, 0) / sample.b.reduce((x, y) => x + y, 0)
    const bounds = forecastBounds(sample, 1, [1, 2, 4, 8, 64])
    for (const [k, bound] of bounds.entries()) expect(bound).toBeLessThanOrEqual(bounds[k - 1] ?? 1)
    expect(bounds.at(-1)!).toBeGreaterThan(observed)
    const target = bounds[2]!
    expect(multipleFor(sample, target)! / 4).toBeCloseTo(1, 1)
    expect(multipleFor(sample, observed / 2)).toBeNull()
  })

  it('of nothing say nothing', () => {
    const empty = {a: new Float64Array(4), b: new Float64Array(4), most: 0, alpha: 0.1}
    expect([forecastBounds(empty, 1), multipleFor(empty, 0.5)]).toEqual([[1, 1, 1], null])
    expect(binomialMultiple([0, 0], 0.1, () => 0)).toBeNull()
  })

  it('of counts: the exact bound at so many times the counts', () => {
    const upper = (k: number, n: number) => clopperPearsonUpper(k, n, 0.01)
    const multiple = binomialMultiple([5, 100], 0.08, upper)!
    expect(upper(Math.round(multiple * 5), Math.round(multiple * 100))).toBeLessThanOrEqual(0.08)
    expect(upper(Math.round(0.9 * multiple * 5), Math.round(0.9 * multiple * 100))).toBeGreaterThan(0.079)
    expect(binomialMultiple([5, 100], 0.05, upper)).toBeNull()
  })

  it('are about what a report of four times the rows certifies', async () => {
    const asked = options({loss: 'zero-one', bootstrap: 0, examples: 0, plan: 0.2})
    const [small, large] = [
      await certify(mixture(11, 400), asked, engine),
      await certify(mixture(12, 1600), asked, engine),
    ]
    const [now, then] = [small.metrics.headline!, large.metrics.headline!]
    expect(now.forecast).toHaveLength(3)
    expect(Math.abs(now.forecast![1]! / then.bound - 1)).toBeLessThan(0.35)
    expect(small.metrics.nearest!.forecast!.every((x) => x <= small.metrics.nearest!.bound)).toBe(true)
    const {planning} = small.metrics
    expect(planning!.target).toBe(0.2)
    // Fewer rows where the bound is below the target already, more where it is above.
    expect(planning!.nearest! > 400).toBe(small.metrics.nearest!.bound > 0.2)
    expect(planning!.nearest!).toBeGreaterThan(0)
    expect(findings(small.metrics).join(' ')).toMatch(/With more rows the bounds would be about .* For a bound of 20/)
    expect(verifyCertificate(small, asked)).toEqual([])
    await expect(certify(mixture(11, 400), {...asked, plan: 1}, engine)).rejects.toThrow('plan is 1')
    await expect(certify(mixture(11, 400), {...asked, split: null}, engine)).rejects.toThrow('without a split')
  })
})
