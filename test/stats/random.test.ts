import fc from 'fast-check'
import {expect, it} from 'vitest'
import {random} from '../../src/stats/random.js'

it('a list of uniform numbers is what single calls give, and the stream goes on after it', () => {
  fc.assert(
    fc.property(fc.integer({min: 0, max: 2 ** 32 - 1}), fc.nat(40), (seed, length) => {
      const [one, many] = [random(seed), random(seed)]
      const list = new Float64Array(length)
      many.uniforms(list)
      expect([...list]).toEqual(Array.from({length}, () => one.uniform()))
      expect(many.uniform()).toBe(one.uniform())
    }),
    {seed: 5, numRuns: 100},
  )
})
