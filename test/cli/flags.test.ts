import {describe, expect, it} from 'vitest'
import {fromEnvironment, parseNumber} from '../../src/cli/flags.js'
import {UsageError} from '../../src/errors.js'

describe('parseNumber', () => {
  it.each([
    ['0.5', 0.5],
    ['1e-3', 0.001],
    ['-0', -0],
  ])('reads %s', (text, value) => {
    expect(parseNumber(text, 'alpha', -1, 1)).toBe(value)
  })

  it.each(['', ' ', 'NaN', 'Infinity', 'half', '0,5', '2', '-2'])('refuses %j, naming the flag and the range', (text) => {
    expect(() => parseNumber(text, 'alpha', -1, 1)).toThrow(UsageError)
    expect(() => parseNumber(text, 'alpha', -1, 1)).toThrow(/--alpha takes a number from -1 to 1/)
  })
})

describe('fromEnvironment', () => {
  it('names the variable after the flag', () => {
    expect(fromEnvironment<Record<string, {env?: string}>>({'prune-ratio': {}})['prune-ratio']?.env).toBe('SURETY_PRUNE_RATIO')
  })
})
