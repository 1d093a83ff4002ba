import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {directRange, globalRange, largestVolatility, windowedRange} from '../../../src/certify/statements/ranges.js'

const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length

/** Packing radii, some below τ, some on either side of δ, and τ ≤ δ. */
const setting = fc.record({
  radii: fc
    .array(fc.double({min: 0, max: 3, noNaN: true}), {minLength: 1, maxLength: 12})
    .map((values) => Float64Array.from(values).sort()),
  floor: fc.double({min: 0.05, max: 1, noNaN: true}),
  beyond: fc.double({min: 0, max: 1, noNaN: true}),
  v: fc.double({min: 0, max: 4, noNaN: true}),
})

describe('how far v·b − a can fall is what each anchor can add', () => {
  const property = (check: (radii: number[], packed: Float64Array, floor: number, delta: number, v: number) => void) =>
    fc.assert(
      fc.property(setting, ({radii, floor, beyond, v}) => void check([...radii], radii, floor, floor + beyond, v)),
    )

  it('in the direct form 1 − v for each anchor within δ', () => {
    expect.hasAssertions()
    property((radii, packed, _floor, delta, v) =>
      expect(directRange(packed, delta)(v)).toBeCloseTo(mean(radii.map((radius) => (radius <= delta ? 1 - v : 0))), 10),
    )
  })

  it('in the windowed form (δ/max(ρ, τ) − v)₊ for each anchor within δ', () => {
    expect.hasAssertions()
    property((radii, packed, floor, delta, v) =>
      expect(windowedRange(packed, delta, floor)(v)).toBeCloseTo(
        mean(radii.map((radius) => (radius <= delta ? Math.max(0, delta / Math.max(radius, floor) - v) : 0))),
        10,
      ),
    )
  })

  it('in the global form max(δ/max(ρ, τ) − v, 1) within δ and δ/ρ beyond', () => {
    expect.hasAssertions()
    property((radii, packed, floor, delta, v) =>
      expect(globalRange(packed, delta, floor)(v)).toBeCloseTo(
        mean(
          radii.map((radius) => (radius <= delta ? Math.max(delta / Math.max(radius, floor) - v, 1) : delta / radius)),
        ),
        10,
      ),
    )
  })

  it('and of ε L_max/max(ρ, τ)', () => {
    expect.hasAssertions()
    property((radii, packed, floor, _delta, v) =>
      expect(largestVolatility(packed, floor, 1 + v)).toBeCloseTo(
        mean(radii.map((radius) => (1 + v) / Math.max(radius, floor))),
        10,
      ),
    )
  })
})
