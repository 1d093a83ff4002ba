import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {averageRanks, rankedShares, shareBelow} from '../../src/stats/ranking.js'

/** Few different values, so that many are equal; −0 and 0 are. */
const values = fc.array(fc.constantFrom(-2, -0, 0, 0.5, 1, 7, Infinity, -Infinity), {minLength: 1, maxLength: 300})

describe('shares of values that are below', () => {
  it('are those of the definition, for the values themselves with the same bits as for others', () => {
    fc.assert(
      fc.property(values, fc.double({noNaN: true}), (list, other) => {
        const all = Float64Array.from(list)
        const {own, share} = rankedShares(all)
        const byDefinition = (x: number) =>
          list.reduce((sum, y) => sum + (y < x ? 1 : y === x ? 0.5 : 0), 0) / list.length
        list.forEach((x, k) => {
          expect(own[k]!).toBeCloseTo(byDefinition(x), 12)
          expect(own[k]).toBe(share(x))
        })
        expect(share(other)).toBeCloseTo(byDefinition(other), 12)
        expect(share(other)).toBe(shareBelow(all.slice().sort(), other))
      }),
      {seed: 3},
    )
  })

  it('are ranks on another scale, in a long list too', () => {
    const all = Float64Array.from({length: 20_000}, (_, k) => (k * 7919) % 5003)
    const {own} = rankedShares(all)
    averageRanks(all).forEach((rank, k) => expect(own[k]!).toBeCloseTo((rank - 0.5) / all.length, 12))
  })
})
