import {describe, expect, it} from 'vitest'
import {budgetSentence, budgetShare} from '../../src/gate/budget.js'
import {random} from '../../src/stats/random.js'

describe('the budget of a history', () => {
  it('never adds up to more than α, and to all of it in the end', () => {
    const sum = (last: number) =>
      Array.from({length: last}, (_, k) => budgetShare('independent', k + 1)).reduce((a, b) => a + b, 0)
    expect(sum(3)).toBeCloseTo(3 / 4, 12)
    expect(sum(10_000)).toBeLessThan(1)
    expect(sum(10_000)).toBeCloseTo(1, 3)
    // Of the 2^(t − 1) checkpoints that t − 1 passes and failures leave, each has the adaptive share.
    for (const run of [1, 2, 5, 20])
      expect(2 ** (run - 1) * budgetShare('adaptive', run)).toBeCloseTo(budgetShare('independent', run), 15)
  })

  it.each([0.05, 0.2, 0.5])('at α %f a history of twenty runs has a false certificate that often at most', (alpha) => {
    const r = random(17)
    const histories = 4000
    let broken = 0
    for (let h = 0; h < histories; h++)
      if (Array.from({length: 20}, (_, k) => r.uniform() < alpha * budgetShare('independent', k + 1)).some(Boolean))
        broken++
    expect(broken / histories).toBeLessThanOrEqual(alpha)
    expect(broken / histories).toBeGreaterThan(alpha / 2)
  })

  it('says what it guarantees, and knows no run 0', () => {
    expect(budgetSentence('independent', 3)).toContain('spend 1/12 of their α')
    expect(budgetSentence('adaptive', 3)).toContain('1/12 · 2^−2 of their α')
    expect(() => budgetShare('independent', 0)).toThrow(RangeError)
  })
})
