import fc from 'fast-check'
import {expect, it} from 'vitest'
import {closest, editDistance} from '../../src/frame/did-you-mean.js'

/** By its definition: the first letters are kept, exchanged, put in or taken out. */
function slow(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length
  const [restA, restB] = [a.slice(1), b.slice(1)]
  return Math.min(slow(restA, restB) + (a[0] === b[0] ? 0 : 1), slow(restA, b) + 1, slow(a, restB) + 1)
}

it('counts edits as their definition does', () => {
  const text = fc.string({unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6})
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(editDistance(a, b)).toBe(slow(a, b))
    }),
  )
  expect(editDistance('kitten', 'sitting')).toBe(3)
})

it('finds what was meant, and nothing where nothing is close', () => {
  expect(closest('certfy', ['certify', 'sanitize'])).toBe('certify')
  expect(closest('certifiy', ['certify', 'sanitize'])).toBe('certify')
  expect(closest('xyz', ['certify', 'sanitize'])).toBe(null)
})
