import {describe, expect, it} from 'vitest'
import {simulateSurvival, SURVIVAL_LAWS} from '../../../bench/survival-simulation.js'
import {samplePairs} from '../../../src/certify/perturbed/pairs.js'
import {survivalRows} from '../../../src/certify/perturbed/survival.js'
import {planCertify} from '../../../src/certify/plan/plan.js'
import {clopperPearsonLower} from '../../../src/stats/clopper-pearson.js'
import {engine, mixture, options} from '../fixtures.js'
import {noisyPairs} from './sources.js'

/** `bench/survival-coverage.ts` runs each law 400 times at three α and three numbers of copies. */
describe.each(SURVIVAL_LAWS)('PR(γ), truth known: $name', (law) => {
  it.each([0.05, 0.5])('holds as often as α = %s owes', (alpha) => {
    for (const draws of [1, 20]) {
      const {held, lower, truth} = simulateSurvival(law, 400, draws, 100, alpha)
      // 100 runs at the nominal rate: fewer by three standard deviations have a chance below .2 %.
      expect(held).toBeGreaterThanOrEqual(1 - alpha - 3 * Math.sqrt((alpha * (1 - alpha)) / 100))
      lower.forEach((bound, k) => expect(bound).toBeLessThanOrEqual(truth[k]!))
    }
  })
})

it('one copy of each is Markov’s inequality, and more copies say more', () => {
  const counts = Int32Array.from({length: 400}, (_, k) => (k % 50 === 0 ? 0 : 1))
  const [row] = survivalRows({draws: 1, counts}, 100, 0.01)
  expect(row!.lower).toBeCloseTo((clopperPearsonLower(294, 300, 0.01) - 0.9) / 0.1, 9)
  const [more] = survivalRows({draws: 60, counts: counts.map((x) => 60 * x)}, 100, 0.01)
  expect(more!.lower).toBeGreaterThan(row!.lower)
  expect(more!.observed).toBe(294 / 300)
})

it('all copies lost: nothing is shown', () => {
  for (const {lower, observed} of survivalRows({draws: 5, counts: new Int32Array(80)}, 20, 0.05))
    expect([lower, observed]).toEqual([0, 0])
})

it('counts the copies that keep their prediction, of drawn pairs only', async () => {
  const embeddings = mixture(1, 200)
  const plan = await planCertify(embeddings, options(), engine, 1)
  const still = noisyPairs(embeddings, 0)
  const {survivals} = await samplePairs(plan, embeddings, {...still, draws: 3})
  expect(new Set(survivals!.counts)).toEqual(new Set([3]))
  const moved = await samplePairs(plan, embeddings, {...noisyPairs(embeddings, 5), draws: 1})
  expect(new Set(moved.survivals!.counts)).toEqual(new Set([0, 1]))
  expect((await samplePairs(plan, embeddings, {...still, kind: 'supplied'})).survivals).toBeNull()
})
