import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {ascendingOrder} from '../../src/stats/ascending-order.js'
import {random} from '../../src/stats/random.js'

/** By the definition: an insertion of each place after all that are not greater. */
function slowOrder(values: ArrayLike<number>): number[] {
  return Array.from({length: values.length}, (_, i) => i).sort((a, b) => {
    const [x, y] = [values[a]!, values[b]!]
    if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y)) || a - b
    return x < y ? -1 : x > y ? 1 : a - b
  })
}

describe('ascendingOrder', () => {
  const odd = [
    0,
    -0,
    1,
    -1,
    Infinity,
    -Infinity,
    NaN,
    -NaN,
    5e-324,
    -5e-324,
    1.7976931348623157e308,
    2 ** -1022,
    0.1,
    0.1,
  ]

  it('is that of a comparison on few and on many values, of any sign and size', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.double(), fc.constantFrom(...odd)), {maxLength: 40}),
        fc.boolean(),
        (some, many) => {
          // Repeated until the counting passes are taken: ties all over.
          const values =
            many && some.length > 0 ? Array.from({length: 9001}, (_, i) => some[(i * 7) % some.length]!) : some
          expect(Array.from(ascendingOrder(values))).toEqual(slowOrder(values))
        },
      ),
      {numRuns: 60},
    )
  })

  it('orders many different values, and those of other types', () => {
    const {normal} = random(3)
    const values = Float64Array.from({length: 20_000}, () => normal() * 10 ** (40 * normal()))
    expect(Array.from(ascendingOrder(values))).toEqual(slowOrder(values))
    const small = Float32Array.from(values)
    expect(Array.from(ascendingOrder(small))).toEqual(slowOrder(small))
    const whole = Uint8Array.from(values, (_, i) => i % 251)
    expect(Array.from(ascendingOrder(whole))).toEqual(slowOrder(whole))
    expect(ascendingOrder([])).toEqual(new Uint32Array())
  })
})
