import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {formatBytes, change, duration, number, percent, percentUp, points, setting} from '../../src/render/format.js'

const spaced = (text: string) => text.replaceAll('\u00a0', ' ')

describe('number', () => {
  it.each([
    [0, '0'],
    [0.03124, '0.0312'],
    [1.236, '1.24'],
    [-17.46, '−17.5'],
    [18_300.4, '18,300'],
    [4.24e-7, '4.2e−7'],
    [-6.1e23, '−6.1e23'],
  ])('%d → %s', (x, text) => expect(number(x)).toBe(text))

  it('is within a twentieth of the value', () => {
    fc.assert(
      fc.property(fc.double({min: 1e-300, max: 1e300, noNaN: true}), (x) => {
        const back = Number(number(x).replaceAll(',', '').replaceAll('−', '-'))
        expect(Math.abs(back - x)).toBeLessThanOrEqual(0.05 * x)
      }),
    )
  })
})

describe('percent', () => {
  it.each([
    [0, '0 %'],
    [0.0042, '0.42 %'],
    [0.0312, '3.1 %'],
    [0.0996, '10 %'],
    [0.314, '31 %'],
    [1, '100 %'],
  ])('%d → %s', (p, text) => expect(spaced(percent(p))).toBe(text))

  it('of an upper bound is never below it', () => {
    fc.assert(
      fc.property(fc.double({min: 0, max: 1, noNaN: true}), (p) => {
        const shown = Number.parseFloat(percentUp(p)) / 100
        expect(shown).toBeGreaterThanOrEqual(p - 1e-10)
        expect(shown).toBeLessThanOrEqual(p + 0.0101)
      }),
    )
  })

  it('does not round up what is already exact', () => expect(spaced(percentUp(0.07))).toBe('7.0 %'))
})

it('changes carry their sign', () => {
  expect(spaced(points(0.0668))).toBe('+6.7 points')
  expect(spaced(change(2, 1.5)!)).toBe('−25 %')
  expect(change(0, 1)).toBeNull()
})

it('settings keep their digits, sizes and times get a unit', () => {
  expect([setting(0.35), setting(0.1 + 0.2), setting(-1)]).toEqual(['0.35', '0.3', '−1'])
  expect([999, 54_212, 1_204_331].map(formatBytes).map(spaced)).toEqual(['999 B', '54.2 kB', '1.2 MB'])
  expect([12, 8421, 125_000].map(duration).map(spaced)).toEqual(['12 ms', '8.4 s', '2 min 5 s'])
})
