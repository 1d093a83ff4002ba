import {inflateSync} from 'node:zlib'
import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import type {ElementType, NamedArray} from '../../src/data/named-array.js'
import {parseNpy, writeNpy} from '../../src/data/npy.js'
import {InputError} from '../../src/errors.js'

/** Files written by NumPy 2.4, deflated: the independent oracle. */
const NUMPY = {
  i8: 'eNqb7BfqGxDJyFDGUK2eklqcXKRupaBuk2mhrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RpGOgpGmjoKtQpkAy5GBgj49x8CmKF8CE+eAQCMQCmG',
  f2: 'eNqb7BfqGxDJyFDGUK2eklqcXKRupaBuk2akrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RomOpo6CrUKFAAuBguGA/+rGRkAN9cdzA==',
  fortran:
    'eNqb7BfqGxDJyFDGUK2eklqcXKRupaBuk2ahrqOgnpZfVFKUmBefX5SSChIPKSpNBQoXZyQWpAK5GkY6CsY6CiaaOgq1CmQCLgYUoOEAoQWgtAGUVoDSJlD6gz2E1oLyRaC0IZRWgtKmUJoBSutAaQkobQSlVaC0GZTmgNJ6UFoGShtDaTUobe4AAHLNJUg=',
  bigEndian:
    'eNqb7BfqGxDJyFDGUK2eklqcXKRupaBul2mirqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RrGOpo6CrUKFAAuBgYGxv////9jYBQsAAC37h/d',
  unicode:
    'eNqb7BfqGxDJyFDGUK2eklqcXKRupaBuF2qsrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RpGOpo6CrUKFAAuBgaGRCB+yQACjN8YYAAA/AMdig==',
  bytes: 'eNqb7BfqGxDJyFDGUK2eklqcXKRupaBeE2ysrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RqaOgq1ChQBruTiIgCy2hyv',
  bool: 'eNqb7BfqGxDJyFDGUK2eklqcXKRupaBek2SorqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RpGOpo6CrUKFAAuRgYAoZgbkw==',
  object:
    'eNqlijELgkAYhr1MgmhudjuFcI6WhqAhySJoaAg59aKgVL47A6mgJSo4aPDr95bpT+gZXnjf9ym85XS+ItpRO9GIixDowKTnGe2ZdJOABBb7CUT8N4/ZXvByF1uW8rJbds+8mP/RvjbfL61GdePskOaOHybAnUO2lzsGwHJUHR94mMRCQhZKLFAZlYmqFUe1UqCr3XBEArzjAi2X2FtdGZHMU/7zG7M+Ph/1pStyRs/zJp+SKtyhxOC5xgsqwtAlgpXd+QJozVo2',
}
const numpy = (name: keyof typeof NUMPY) => new Uint8Array(inflateSync(Buffer.from(NUMPY[name], 'base64')))
const read = (name: keyof typeof NUMPY) => parseNpy(numpy(name), 'a', 'file.npy')

describe('parseNpy on files of NumPy', () => {
  it('reads 64-bit integers as numbers', () => {
    expect(read('i8')).toEqual({name: 'a', shape: [2, 2], type: 'i8', data: Float64Array.of(1, -2, 3, 2 ** 53 - 1)})
  })
  it('reads half precision', () => {
    expect(read('f2').data).toEqual(Float32Array.of(0.5, -2, 65504, 2 ** -24))
  })
  it('reads column-major arrays of three dimensions', () => {
    expect(read('fortran')).toMatchObject({shape: [2, 3, 4], data: Float64Array.from({length: 24}, (_, i) => i)})
  })
  it('reads big-endian integers', () => {
    expect(read('bigEndian').data).toEqual(Int32Array.of(1, -2, 70000))
  })
  it('reads text, big-endian Unicode and scalar bytes', () => {
    expect(read('unicode').data).toEqual(['aé', '😀'])
    expect(read('bytes')).toMatchObject({shape: [], data: ['csr']})
  })
  it('reads booleans', () => {
    expect(read('bool')).toMatchObject({type: 'b1', data: Uint8Array.of(1, 0)})
  })
  it('never unpickles', () => {
    expect(() => read('object')).toThrow(
      /file\.npy, array a: is an object array \(a Python pickle\), which is never unpickled/,
    )
  })
})

const NUMBERS: Record<string, fc.Arbitrary<number>> = {
  f4: fc.float(),
  f8: fc.double(),
  i1: fc.integer({min: -128, max: 127}),
  i2: fc.integer({min: -32768, max: 32767}),
  i4: fc.integer(),
  i8: fc.maxSafeInteger(),
  u1: fc.nat(255),
  u2: fc.nat(65535),
  u4: fc.nat(2 ** 32 - 1),
  u8: fc.maxSafeNat(),
}
const TYPED: Record<string, (values: number[]) => NamedArray['data']> = {
  f4: (v) => Float32Array.from(v),
  i1: (v) => Int8Array.from(v),
  i2: (v) => Int16Array.from(v),
  i4: (v) => Int32Array.from(v),
  u1: (v) => Uint8Array.from(v),
  u2: (v) => Uint16Array.from(v),
  u4: (v) => Uint32Array.from(v),
}

describe('writeNpy', () => {
  it.each(Object.keys(NUMBERS))('round trip of %s', (type) => {
    fc.assert(
      fc.property(fc.array(fc.tuple(NUMBERS[type]!, NUMBERS[type]!), {maxLength: 20}), (rows) => {
        const data = (TYPED[type] ?? ((v: number[]) => Float64Array.from(v)))(rows.flat())
        const array: NamedArray = {name: 'a', shape: [rows.length, 2], type: type as ElementType, data}
        expect(parseNpy(writeNpy(array), 'a', 'f')).toEqual(array)
      }),
      {seed: 1, numRuns: 40},
    )
  })
  it('round trip of text', () => {
    const text = fc.string({unit: 'grapheme'}).filter((s) => !s.includes('\0') && !/\p{Surrogate}/u.test(s))
    fc.assert(
      fc.property(fc.array(text, {maxLength: 8}), (data) => {
        const array: NamedArray = {name: 'a', shape: [data.length], type: 'U', data}
        expect(parseNpy(writeNpy(array), 'a', 'f')).toEqual(array)
      }),
      {seed: 2},
    )
  })
  it('aligns the data to 64 bytes, as NumPy does', () => {
    expect(writeNpy({name: 'a', shape: [1], type: 'f8', data: Float64Array.of(1)}).length).toBe(128 + 8)
  })
})

describe('bad npy', () => {
  const good = writeNpy({name: 'a', shape: [3], type: 'i4', data: Int32Array.of(1, 2, 3)})
  const patched = (from: string, to: string) =>
    Buffer.from(Buffer.from(good).toString('latin1').replace(from, to), 'latin1')
  it.each<[string, Uint8Array, RegExp]>([
    ['text', Buffer.from('hello, this is text'), /array a: is not npy data, it looks like plain text/],
    [
      'truncated data',
      good.subarray(0, -1),
      /is truncated: the shape \[3\] of i4 needs 12 bytes, 11 follow the header/,
    ],
    ['trailing bytes', Buffer.concat([good, Buffer.of(0)]), /is corrupt: .* needs 12 bytes, 13/],
    ['truncated header', good.subarray(0, 20), /is truncated inside the header/],
    ['a bad header', patched('fortran_order', 'fortran_odder'), /has a corrupt header/],
    ['a negative shape', patched('(3,)', '(-3)'), /has a corrupt header/],
    ['a shape beyond all memory', patched('(3,), }   ', '(3000000000000000000,), }'), /corrupt/],
    ['an unknown type', patched("'<i4'", "'<c8'"), /element type <c8, which is not read/],
    [
      'an inexact integer',
      writeNpy({name: 'a', shape: [1], type: 'i8', data: Float64Array.of(2 ** 60)}),
      /element 0 is about 1152921504606847000, beyond/,
    ],
  ])('%s', (_, bytes, message) => {
    const attempt = () => parseNpy(bytes, 'a', 'f.npy')
    expect(attempt).toThrow(InputError)
    expect(attempt).toThrow(message)
  })
})
