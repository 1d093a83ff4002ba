import {describe, expect, it} from 'vitest'
import {LAWS, simulatePairs} from '../../../bench/pair-simulation.js'

/** Nominal 95 % for all bounds at once; `bench/pair-coverage.ts` runs each law 400 times. */
describe('coverage of bounds about perturbed copies, truth known', () => {
  /** How loose ε_Q may be at 600 pairs: rare changes leave its bound little to bet on (measured 4.5). */
  const loosest = [2.5, 2.5, 5.5]

  // 200 runs: at the true rate of misses (≈ 1.5 %) more than ten of them are out of the question, at 10 % they would be
  // the rule.
  it.each(LAWS.map((law, k) => ({...law, loosest: loosest[k]!})))('$name', (law) => {
    const {mean, ...held} = simulatePairs(law, 600, 200, 0.05, 20_000)
    for (const share of Object.values(held)) expect(share).toBeGreaterThanOrEqual(0.95 - 1e-9)
    expect(mean.conditional).toBeGreaterThan(mean.truth)
    expect(mean.joint).toBeLessThan(mean.markov)
    expect(mean.conditional).toBeLessThan(mean.truth + 0.15)
    expect(mean.epsilonRatio).toBeLessThan(law.loosest)
  })

  it('α is spent: with α near 1 the bounds do fail', () => {
    const {report} = simulatePairs(LAWS[0]!, 600, 40, 0.9999, 20_000)
    expect(report).toBeLessThan(1)
  })
})
