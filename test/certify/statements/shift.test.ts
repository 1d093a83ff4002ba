import {expect, it} from 'vitest'
import {breakingPoint, shiftCurves} from '../../../src/certify/statements/shift.js'
import {random} from '../../../src/stats/random.js'

/** The largest q with kl(q‖U) ≤ ρ, by steps. */
function shareWithinKl(upper: number, rho: number): number {
  const kl = (q: number) => q * Math.log(q / upper) + (1 - q) * Math.log((1 - q) / (1 - upper))
  let [low, high] = [upper, 1 - 1e-15]
  for (let k = 0; k < 100; k++) {
    const middle = (low + high) / 2
    if (kl(middle) <= rho) low = middle
    else high = middle
  }
  return low
}

/** The share under every Q with a density in [1/Γ, Γ] against P. */
const shareWithinRatio = (upper: number, ratio: number) => (ratio ** 2 * upper) / (1 - upper + ratio ** 2 * upper)

it.each([
  [0.02, 0.1],
  [0.3, 0.5],
  [0.001, 0.9],
])('up to the breaking point of %d the share stays below %d, beyond it does not', (upper, limit) => {
  const {kl, ratio} = breakingPoint(upper, limit)!
  expect(shareWithinKl(upper, kl)).toBeLessThanOrEqual(limit)
  expect(shareWithinKl(upper, kl * 1.01)).toBeGreaterThan(limit)
  expect(shareWithinRatio(upper, ratio)).toBeLessThanOrEqual(limit)
  expect(shareWithinRatio(upper, ratio * 1.01)).toBeGreaterThan(limit)
})

it('no law of four atoms within the breaking point has a larger share', () => {
  const r = random(4)
  const p = [0.02, 0.03, 0.45, 0.5]
  const upper = 0.05
  const {kl, ratio, limit} = breakingPoint(upper, 0.2)!
  let [withinKl, withinRatio] = [0, 0]
  for (let k = 0; k < 20_000; k++) {
    const raw = p.map((x) => x * Math.exp(2 * r.normal()))
    const sum = raw.reduce((a, b) => a + b, 0)
    const q = raw.map((x) => x / sum)
    const share = q[0]! + q[1]!
    if (q.reduce((s, x, i) => s + x * Math.log(x / p[i]!), 0) <= kl) {
      withinKl++
      expect(share).toBeLessThanOrEqual(limit)
    }
    if (q.every((x, i) => x / p[i]! <= ratio && x / p[i]! >= 1 / ratio)) {
      withinRatio++
      expect(share).toBeLessThanOrEqual(limit)
    }
  }
  expect(Math.min(withinKl, withinRatio)).toBeGreaterThan(100)
})

it('there is none where the bound is not below the limit', () => {
  expect([breakingPoint(0.5, 0.5), breakingPoint(0.6, 0.5), breakingPoint(0.1, 1), breakingPoint(0, 0.5)]).toEqual([
    null,
    null,
    null,
    null,
  ])
})

it('the curves pass through the bound without shift and the limit at the breaking point', () => {
  for (const [upper, limit] of [
    [0.05, 0.5],
    [0.3, 0.31],
    [1e-4, 0.2],
  ] as const) {
    const point = breakingPoint(upper, limit)!
    const {kl, ratio} = shiftCurves(upper, limit)!
    expect(kl[0]).toEqual({x: 0, y: upper})
    expect(ratio[0]!.x).toBe(1)
    expect(ratio[0]!.y).toBeCloseTo(upper, 12)
    for (const [curve, at] of [
      [kl, point.kl],
      [ratio, point.ratio],
    ] as const)
      for (const {x, y} of curve) expect(y > limit * (1 + 1e-9)).toBe(x > at * (1 + 1e-8) && y > limit * (1 + 1e-9))
    expect(kl.every(({y}, k) => k === 0 || y > kl[k - 1]!.y)).toBe(true)
  }
  expect(shiftCurves(0.5, 0.4)).toBeNull()
})
