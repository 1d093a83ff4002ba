import {describe, expect, it} from 'vitest'
import {POPULATIONS} from '../../../bench/nearest-simulation.js'
import {regressionOf, simulateTask, tokensOf} from '../../../bench/task-simulation.js'
import {scaled} from '../../support/scale.js'
import {engine} from '../fixtures.js'

/** In the short suite losses without a largest value, and a class of one in a hundred. */
const KINDS = scaled(/./, /heavy|99/)

describe.each([
  {task: 'regression, errors clipped at the largest of an anchor', made: regressionOf},
  {task: 'tokens, the mean loss of a row', made: tokensOf},
])('$task', ({made}) => {
  it.each(POPULATIONS(800).filter(({name}) => KINDS.test(name)))(
    '$name: statements hold as often as they owe',
    async (population) => {
      const runs = 24
      const [half] = await simulateTask(made(population), {rows: 160, alphas: [0.5], runs}, engine)
      // Of 24 runs at probability ≥ ½ fewer than 6 have a chance below 0.4 %.
      for (const key of ['report', 'performance', 'tail', 'cell', 'nearest'] as const)
        expect(half![key], key).toBeGreaterThanOrEqual(6 / runs)
      expect(half!.bound).toBeGreaterThan(half!.truth)
    },
  )
})
