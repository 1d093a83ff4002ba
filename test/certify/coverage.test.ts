import {describe, expect, it} from 'vitest'
import {settings, simulate} from '../../bench/simulation.js'
import {engine} from './fixtures.js'

/** Nominal 95 % for the whole report; `bench/coverage.ts` runs each setting 400 times. */
describe('coverage with a known truth', () => {
  for (const setting of settings(2000)) {
    it(`${setting.name}: every certified bound holds in at least 95 % of runs`, async () => {
      const runs = setting.population.layers.length === 1 ? 20 : 6
      const {report, direct, windowed, global, epsilon, mean} = await simulate({...setting, rows: 400, options: {...setting.options, bootstrap: 0}}, runs, engine)
      for (const share of [report, direct, windowed, global, epsilon]) expect(share).toBeGreaterThanOrEqual(0.95 - 1e-9)
      expect(mean.direct).toBeLessThan(0.5)
      expect(mean.direct).toBeLessThanOrEqual(mean.windowed)
      expect(mean.windowed).toBeLessThanOrEqual(mean.global)
    })
  }
})

it('reaches the targets of a whole report: 4 layers × 6 δ, 1500 rows, truth ≈ .133', async () => {
  const {mean, report} = await simulate({...settings(3000)[4]!, options: {etas: [1], bootstrap: 0}}, 2, engine)
  expect(report).toBe(1)
  expect(Math.abs(mean.truth - 0.133)).toBeLessThan(0.02)
  expect(mean.direct).toBeLessThan(0.45)
  expect(mean.windowed).toBeLessThan(0.62)
  expect(mean.global).toBeLessThan(0.9)
})
