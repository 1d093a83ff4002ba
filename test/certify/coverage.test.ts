import {describe, expect, it} from 'vitest'
import {fixedSettings, simulateFresh, simulateSingle} from '../../bench/single-bounds.js'
import {settings, simulate} from '../../bench/simulation.js'
import {scaled} from '../support/scale.js'
import {engine} from './fixtures.js'

/** One dimension and many, one layer and four; the others are much like these. */
const SETTINGS = settings(2000).filter((_, k) => scaled(true, [1, 3, 4].includes(k)))

/** Nominal 95 % for the whole report; `bench/coverage.ts` runs each setting 400 times. */
describe('coverage with a known truth', () => {
  for (const setting of SETTINGS) {
    it(`${setting.name}: every certified bound holds in at least 95 % of runs`, async () => {
      const runs = setting.population.layers.length === 1 ? 20 : 6
      const {report, direct, windowed, global, epsilon, classes, examples, nearest, lower, mean} = await simulate(
        {...setting, rows: 400, options: {...setting.options, bootstrap: 0}},
        runs,
        engine,
      )
      for (const share of [report, direct, windowed, global, epsilon, classes, examples, nearest, lower])
        expect(share).toBeGreaterThanOrEqual(0.95 - 1e-9)
      expect(mean.classes).toBeLessThan(1)
      expect(mean.direct).toBeLessThan(0.5)
      // The lower edge is a statement too: it is not 0 everywhere.
      expect(mean.lower).toBeGreaterThan(mean.truth / 4)
      expect(mean.lower).toBeLessThan(mean.truth)
      expect(mean.direct).toBeLessThanOrEqual(mean.windowed)
      expect(mean.windowed).toBeLessThanOrEqual(mean.global)
    })
  }
})

/** In the short suite a loss that is its input, and labels with noise; the others are much like these. */
describe.each(fixedSettings(1500).filter(({name}) => scaled(true, /loss = x|2-d/.test(name))))(
  '$name, in fixed units',
  (setting) => {
    it('the bounds of two fresh examples hold in at least 95 % of runs, all at once', async () => {
      const {all, mean} = await simulateFresh(
        {...setting, rows: 300, options: {...setting.options, bootstrap: 0}},
        20,
        engine,
      )
      expect(all).toBeGreaterThanOrEqual(0.95 - 1e-9)
      expect(mean.klU).toBeGreaterThan(1)
      expect(mean.clopperPearson).toBeLessThan(1)
    })

    it('each bound by itself holds as often as its own α owes, and the exact ones not always', async () => {
      const [half] = await simulateSingle({...setting, rows: 300}, [0.5], 40, engine)
      // 40 runs at probability ≥ ½: fewer than 12 successes have a chance below 0.4 %.
      for (const share of Object.values(half!)) expect(share).toBeGreaterThanOrEqual(12 / 40)
      expect(half!.clopperPearson).toBeLessThan(1 - 1e-9)
    })
  },
)

it('reaches the targets of a whole report: 4 layers × 6 δ, 1500 rows, truth ≈ .133', async () => {
  const {mean, report} = await simulate({...settings(3000)[4]!, options: {etas: [1], bootstrap: 0}}, 2, engine)
  expect(report).toBe(1)
  expect(Math.abs(mean.truth - 0.133)).toBeLessThan(0.02)
  expect(mean.direct).toBeLessThan(0.25)
  expect(mean.nearest - mean.nearestTruth).toBeLessThan(0.05)
  expect(mean.windowed).toBeLessThan(0.62)
  expect(mean.global).toBeLessThan(0.9)
})
