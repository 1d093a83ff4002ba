import {describe, expect, it} from 'vitest'
import {parseNumber, parseShard} from '../../src/cli/flags.js'
import {UsageError} from '../../src/errors.js'

describe('parseNumber', () => {
  it.each([
    ['0.5', 0.5],
    ['1e-3', 0.001],
    ['-0', -0],
  ])('reads %s', (text, value) => {
    expect(parseNumber(text, 'alpha', -1, 1)).toBe(value)
  })

  it.each(['', ' ', 'NaN', 'Infinity', 'half', '0,5', '2', '-2'])(
    'refuses %j, naming the flag and the range',
    (text) => {
      expect(() => parseNumber(text, 'alpha', -1, 1)).toThrow(UsageError)
      expect(() => parseNumber(text, 'alpha', -1, 1)).toThrow(/--alpha takes a number from -1 to 1/)
    },
  )
})

describe('parseShard', () => {
  it('reads i/n', () => expect(parseShard(' 2/100000 ', 'shard')).toEqual({index: 2, count: 100_000}))

  it.each(['0/2', '3/2', '1', '1/100001', '1/2/3', '-1/2', '1.5/2', ''])('refuses %j', (text) => {
    expect(() => parseShard(text, 'shard')).toThrow(/--shard takes i\/n with i from 1 to n and n at most 100000/)
  })
})
