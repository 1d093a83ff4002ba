import {unzlibSync, zlibSync} from 'fflate'
import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {pack, unpack} from '../../src/data/packed.js'
import {InputError} from '../../src/errors.js'

const bits = (values: {buffer: ArrayBufferLike; byteOffset: number; byteLength: number}) =>
  Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('hex')

describe('pack and unpack', () => {
  it('keep every bit of Float64, also of Infinity, −0 and subnormal numbers', () => {
    fc.assert(
      fc.property(fc.float64Array(), (values) => {
        expect(bits(unpack(pack(values), 'f8', values.length, 'x'))).toBe(bits(values))
      }),
    )
    const special = Float64Array.of(Infinity, -Infinity, -0, 5e-324, NaN, Number.MAX_VALUE)
    expect(bits(unpack(pack(special), 'f8', 6, 'x'))).toBe(bits(special))
  })

  it('keep Uint32, Int32 and the empty array', () => {
    fc.assert(
      fc.property(fc.uint32Array(), fc.int32Array(), (u, i) => {
        expect(unpack(pack(u), 'u4', u.length, 'x')).toEqual(u)
        expect(unpack(pack(i), 'i4', i.length, 'x')).toEqual(i)
      }),
    )
    expect(unpack(pack(new Float64Array()), 'f8', 0, 'x')).toEqual(new Float64Array())
  })

  it('pack a part of a larger array, not the array', () => {
    const whole = Float64Array.of(1, 2, 3, 4)
    expect(unpack(pack(whole.subarray(1, 3)), 'f8', 2, 'x')).toEqual(Float64Array.of(2, 3))
  })

  it('write little-endian numbers that another decoder reads', () => {
    const bytes = unzlibSync(Buffer.from(pack(Float64Array.of(1.5, -2)), 'base64'))
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    expect([view.getFloat64(0, true), view.getFloat64(8, true), bytes.length]).toEqual([1.5, -2, 16])
  })

  it('one changed character is an input error, or the same array', () => {
    const values = Float64Array.from({length: 50}, (_, k) => Math.sin(k))
    const text = pack(values)
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({minLength: 1, maxLength: 1}), (at, character) => {
        const changed = text.slice(0, at) + character + text.slice(at + 1)
        let read: Float64Array
        try {
          read = unpack(changed, 'f8', 50, 'x')
        } catch (error) {
          expect(error).toBeInstanceOf(InputError)
          return
        }
        expect(bits(read)).toBe(bits(values))
      }),
      {numRuns: 500},
    )
  })

  it.each<[string, string, number, RegExp]>([
    ['no base64', 'a?==', 1, /^p is not a zlib stream in base64/],
    ['base64 without its end', pack(Float64Array.of(1)).slice(0, -1), 1, /^p is not a zlib stream/],
    ['no zlib stream', 'AAAA', 1, /^p is not a zlib stream/],
    ['nothing', '', 0, /^p is not a zlib stream/],
    ['a shorter array', pack(Float64Array.of(1)), 2, /^p holds 8 bytes, not 2 × 8/],
    ['a longer array', pack(Float64Array.of(1, 2)), 1, /^p holds more than 8 bytes/],
    [
      'far more than was announced',
      Buffer.from(zlibSync(new Uint8Array(20_000_000))).toString('base64'),
      1,
      /^p holds more than 8 bytes/,
    ],
    ['another width', pack(Uint32Array.of(1, 2, 3)), 3, /^p holds 12 bytes, not 3 × 8/],
    ['no possible length', pack(Float64Array.of(1)), -1, /^p /],
    ['a length beyond memory', pack(Float64Array.of(1)), 1e18, /^p /],
  ])('%s is an input error', (_, text, length, message) => {
    expect(() => unpack(text, 'f8', length, 'p')).toThrow(message)
    expect(() => unpack(text, 'f8', length, 'p')).toThrow(InputError)
  })
})
