import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {sumOfLogs} from '../../src/drift/log-sum.js'

describe('sumOfLogs', () => {
  it('is Σ m log m of Math.log, number by number', () => {
    fc.assert(
      fc.property(fc.double({min: 0, max: 1.999, noNaN: true}), (m) => {
        const slow = m === 0 ? 0 : m * Math.log(m)
        expect(Math.abs(sumOfLogs(Float64Array.of(m), 1) - slow)).toBeLessThanOrEqual(
          5e-16 * m * Math.max(1, Math.abs(Math.log(m || 1))),
        )
      }),
      {seed: 5, numRuns: 2000},
    )
  })

  it('takes powers of two, the borders of its cells, the smallest numbers and an empty list', () => {
    const numbers = [0, 5e-324, 1e-310, 2 ** -1022, 2 ** -52, 0.5, 1, 1 + 2 ** -8, 1 + 2 ** -52, 1.5, 2 - 2 ** -52]
    for (const m of numbers) {
      const slow = m === 0 ? 0 : m * Math.log(m)
      expect(Math.abs(sumOfLogs(Float64Array.of(m), 1) - slow)).toBeLessThanOrEqual(5e-16 * Math.max(m, Math.abs(slow)))
    }
    expect(sumOfLogs(new Float64Array(4), 0)).toBe(0)
    expect(sumOfLogs(Float64Array.of(0.5, 0.25, 7), 2)).toBeCloseTo(0.5 * Math.log(0.5) + 0.25 * Math.log(0.25), 15)
  })
})
