import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {project} from '../../src/attack/pgd.js'

const point = fc.array(fc.double({min: -2, max: 3, noNaN: true}), {minLength: 1, maxLength: 12})
const total = (p: Iterable<number>) => Array.from(p).reduce((s, x) => s + x, 0)
const distance = (p: ArrayLike<number>, q: ArrayLike<number>) =>
  Array.from(p).reduce((s, x, k) => s + (x - q[k]!) ** 2, 0)

describe('projection on [0, 1] with a bounded sum', () => {
  it('lands inside, and no point inside is nearer', () => {
    fc.assert(
      fc.property(
        point,
        fc.integer({min: 1, max: 6}),
        fc.array(fc.double({min: 0, max: 1, noNaN: true}), {minLength: 12, maxLength: 12}),
        (values, count, drawn) => {
          const p = Float64Array.from(values)
          const projected = project(p, count)
          expect(total(projected)).toBeLessThanOrEqual(count + 1e-9)
          expect(projected.every((x) => x >= 0 && x <= 1)).toBe(true)
          const other = drawn.slice(0, p.length)
          const inside = other.map((x) => (x * Math.min(count, total(other))) / Math.max(total(other), 1e-12))
          expect(distance(p, projected)).toBeLessThanOrEqual(distance(p, inside) + 1e-6)
        },
      ),
    )
  })

  it('keeps what is inside, and uses the whole budget where it binds', () => {
    expect(Array.from(project(Float64Array.of(0.5, 0.25, 0), 1))).toEqual([0.5, 0.25, 0])
    expect(total(project(Float64Array.of(3, 2, 0.9, 0.8), 2.5))).toBeCloseTo(2.5, 6)
  })
})
