import {describe, expect, it} from 'vitest'
import {LAWS, simulatePairs} from '../../../bench/pair-simulation.js'

/** Nominal 95 % for all bounds at once; `bench/pair-coverage.ts` runs each law 400 times. */
describe('coverage of bounds about perturbed copies, truth known', () => {
  it.each(LAWS)('$name', (law) => {
    const {mean, ...held} = simulatePairs(law, 600, 20, 0.05, 20_000)
    for (const share of Object.values(held)) expect(share).toBeGreaterThanOrEqual(0.95 - 1e-9)
    expect(mean.conditional).toBeGreaterThan(mean.truth)
    expect(mean.joint).toBeLessThan(mean.markov)
    expect(mean.conditional).toBeLessThan(mean.truth + 0.15)
    expect(mean.epsilonRatio).toBeLessThan(3)
  })

  it('a level of 50 % is spent: the bounds can fail', () => {
    const {report} = simulatePairs(LAWS[0]!, 600, 40, 0.9999, 20_000)
    expect(report).toBeLessThan(1)
  })
})
