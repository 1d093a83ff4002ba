import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {InternalError} from '../../../src/errors.js'
import {linearScale, logScale, spreadScale} from '../../../src/render/svg/scale.js'

describe('linearScale', () => {
  it('maps the ends to the ends and puts ticks at round values', () => {
    const scale = linearScale([0, 1], [50, 250])
    expect([scale.at(0), scale.at(0.5), scale.at(1)]).toEqual([50, 150, 250])
    expect(scale.ticks).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1])
    expect(linearScale([-0.3, 0.4], [0, 1]).ticks).toEqual([-0.2, 0, 0.2, 0.4])
  })

  it('widens a domain of one value', () => {
    const scale = linearScale([3, 3], [0, 10])
    expect(scale.at(3)).toBeCloseTo(5)
    expect(scale.ticks.length).toBeGreaterThan(1)
  })

  it('has a few ascending ticks, all inside the domain', () => {
    fc.assert(
      fc.property(
        fc.double({min: -1e9, max: 1e9, noNaN: true}),
        fc.double({min: 1e-6, max: 1e9, noNaN: true}),
        (lo, size) => {
          const {ticks} = linearScale([lo, lo + size], [0, 1])
          fc.pre(lo + size > lo + Math.abs(lo) * 1e-9)
          expect(ticks.length).toBeGreaterThanOrEqual(2)
          expect(ticks.length).toBeLessThanOrEqual(7)
          for (const [i, tick] of ticks.entries()) {
            expect(tick).toBeGreaterThanOrEqual(lo - size * 1e-6)
            expect(tick).toBeLessThanOrEqual(lo + size * (1 + 1e-6))
            if (i > 0) expect(tick).toBeGreaterThan(ticks[i - 1]!)
          }
        },
      ),
    )
  })
})

describe('logScale', () => {
  it('puts ticks at powers of ten, finer where few fit', () => {
    expect(logScale([0.001, 10], [0, 1]).ticks).toEqual([0.001, 0.01, 0.1, 1, 10])
    expect(logScale([0.05, 1], [0, 1]).ticks).toEqual([0.05, 0.1, 0.2, 0.5, 1])
    expect(logScale([0.01, 1], [0, 200]).at(0.1)).toBeCloseTo(100)
  })

  it('refuses what has no logarithm', () => expect(() => logScale([0, 1], [0, 1])).toThrow(InternalError))
})

it('a wide spread gets a logarithmic axis, a narrow one a linear axis from zero', () => {
  expect(spreadScale([0.01, 1], [0, 1]).at(0.1)).toBeCloseTo(0.5)
  expect(spreadScale([0.2, 1], [0, 1]).at(0.5)).toBeCloseTo(0.5)
})
