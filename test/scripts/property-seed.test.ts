import fc from 'fast-check'
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest'
import {propertyRuns, propertySeed} from '../support/property-seed.js'

/** What fast-check draws from the seed of every run: another process sees the same. */
const FIRST = [2_079_928_142, -28]

/** The inputs that a property sees. */
function inputs(): number[] {
  const seen: number[] = []
  fc.assert(
    fc.property(fc.integer(), (value) => {
      expect(value).toBeTypeOf('number')
      seen.push(value)
    }),
    {numRuns: 20},
  )
  return seen
}

describe('inputs of properties', () => {
  beforeEach(() => {
    vi.stubEnv('SURETY_PROPERTY_SEED', '')
    vi.stubEnv('SURETY_PROPERTY_RUNS', '')
  })
  afterEach(() => vi.unstubAllEnvs())

  it('are the same in every run, those of another seed, or fresh ones', () => {
    const usual = inputs()
    expect(usual).toHaveLength(20)
    expect(inputs()).toEqual(usual)
    expect(usual.slice(0, 2)).toEqual(FIRST)
    vi.stubEnv('SURETY_PROPERTY_SEED', '812')
    const other = inputs()
    expect(other).not.toEqual(usual)
    expect(inputs()).toEqual(other)
    vi.stubEnv('SURETY_PROPERTY_SEED', 'random')
    expect(inputs()).not.toEqual(inputs())
  })

  it('are more at night, and begin with those of the day', () => {
    const usual = inputs()
    vi.stubEnv('SURETY_PROPERTY_RUNS', '3')
    const more = inputs()
    expect(more).toHaveLength(60)
    expect(more.slice(0, 20)).toEqual(usual)
  })

  it('are named by a failure', () => {
    vi.stubEnv('SURETY_PROPERTY_SEED', '812')
    vi.stubEnv('SURETY_PROPERTY_RUNS', '3')
    const failing = fc.property(fc.integer(), (value) => value > Number.MAX_SAFE_INTEGER)
    expect(() => fc.assert(failing)).toThrow(
      'repeat with: SURETY_PROPERTY_SEED=812 SURETY_PROPERTY_RUNS=3 npx vitest run test/scripts/property-seed.test.ts',
    )
  })

  it('of a mistyped seed are refused', () => {
    expect(() => propertySeed(1, {SURETY_PROPERTY_SEED: 'Random'})).toThrow('SURETY_PROPERTY_SEED is "Random"')
    expect(() => propertyRuns({SURETY_PROPERTY_RUNS: '0'})).toThrow(
      'SURETY_PROPERTY_RUNS is "0", expected a whole number from 1',
    )
  })
})
