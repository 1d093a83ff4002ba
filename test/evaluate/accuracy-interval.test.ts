import fc from 'fast-check'
import {expect, it} from 'vitest'
import {accuracyInterval} from '../../src/evaluate/accuracy-interval.js'

const spread = (mean: number, sd: number | null = null, trainings = 1) => ({
  mean,
  sd,
  values: new Array<number>(trainings).fill(mean),
})

it('is Wilson’s interval for one training', () => {
  // statsmodels 0.14: proportion_confint(50, 100, method='wilson'), (9, 10)
  for (const [p, n, low, high] of [
    [0.5, 100, 0.40383, 0.59617],
    [0.9, 10, 0.59585, 0.98212],
  ] as const) {
    const [a, b] = accuracyInterval(spread(p), n)
    expect(a).toBeCloseTo(low, 4)
    expect(b).toBeCloseTo(high, 4)
  }
})

it('holds the mean, stays within 0 and 1, narrows with nodes and widens with the spread of trainings', () => {
  fc.assert(
    fc.property(
      fc.double({min: 0, max: 1, noNaN: true}),
      fc.integer({min: 1, max: 5000}),
      fc.double({min: 0, max: 0.3, noNaN: true}),
      (p, nodes, sd) => {
        const [low, high] = accuracyInterval(spread(p), nodes)
        expect(low).toBeGreaterThanOrEqual(0)
        expect(high).toBeLessThanOrEqual(1)
        expect(low).toBeLessThanOrEqual(p + 1e-12)
        expect(high).toBeGreaterThanOrEqual(p - 1e-12)
        const [lower, higher] = accuracyInterval(spread(p, sd, 3), nodes)
        expect(higher - lower).toBeGreaterThanOrEqual(high - low - 1e-9)
        const [closer, nearer] = accuracyInterval(spread(p), 4 * nodes)
        expect(nearer - closer).toBeLessThanOrEqual(high - low + 1e-12)
      },
    ),
  )
  expect(accuracyInterval(spread(1), 0)).toEqual([0, 1])
})

it('covers the truth as often as it says', () => {
  // Nodes drawn with a known chance, and trainings that differ: 400 draws from a linear congruential generator.
  let state = 7
  const uniform = () => (state = (state * 1103515245 + 12345) % 2 ** 31) / 2 ** 31
  let held = 0
  for (let draw = 0; draw < 400; draw++) {
    const nodes = Array.from({length: 200}, () => uniform() < 0.8)
    const [low, high] = accuracyInterval(spread(nodes.filter(Boolean).length / 200), 200)
    if (low <= 0.8 && 0.8 <= high) held++
  }
  expect(held / 400).toBeGreaterThan(0.92)
})
