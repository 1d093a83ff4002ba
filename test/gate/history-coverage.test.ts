import {expect, it} from 'vitest'
import {simulateHistories} from '../../bench/history-simulation.js'
import {POPULATIONS} from '../../bench/nearest-simulation.js'
import {scaled} from '../support/scale.js'
import {engine} from '../certify/fixtures.js'

it.each(POPULATIONS(500).filter(({name}) => scaled(/./, /atoms|noise/).test(name)))(
  '$name: a history with a budget is right throughout as often as it owes, one without is not',
  async (population) => {
    const runs = 20
    const found = await simulateHistories(population, {rows: 160, alphas: [0.5], runs, length: 6}, engine)
    expect(found.map(({budget}) => budget)).toEqual(['independent', 'adaptive'])
    for (const {held, without} of found) {
      // Of 20 runs at probability ≥ ½ fewer than 5 have a chance below 0.6 %.
      expect(held).toBeGreaterThanOrEqual(5 / runs)
      expect(without).toBeLessThan(held)
    }
  },
)
