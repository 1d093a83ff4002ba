import {describe, expect, it} from 'vitest'
import {openSafetensors} from '../../src/data/safetensors.js'
import {InputError} from '../../src/errors.js'

function build(header: unknown, data: Uint8Array): Uint8Array {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(json.length))
  return Buffer.concat([length, json, data])
}
const bytesOf = (values: ArrayBufferView) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength)

describe('openSafetensors', () => {
  it('reads every type', () => {
    const parts: [string, string, ArrayBufferView, ArrayLike<number>][] = [
      ['a', 'F64', Float64Array.of(1.5), [1.5]],
      ['b', 'F32', Float32Array.of(-2.5), [-2.5]],
      ['c', 'F16', Uint16Array.of(0x3c00), [1]],
      ['d', 'BF16', Uint16Array.of(0x4049), [3.140625]],
      ['e', 'I64', BigInt64Array.of(-5n), [-5]],
      ['f', 'I32', Int32Array.of(-6), [-6]],
      ['g', 'I16', Int16Array.of(-7), [-7]],
      ['h', 'I8', Int8Array.of(-8), [-8]],
      ['i', 'U64', BigUint64Array.of(9n), [9]],
      ['j', 'U32', Uint32Array.of(10), [10]],
      ['k', 'U16', Uint16Array.of(11), [11]],
      ['l', 'U8', Uint8Array.of(12), [12]],
      ['m', 'BOOL', Uint8Array.of(1), [1]],
    ]
    let at = 0
    const header = Object.fromEntries(
      parts.map(([name, dtype, view]) => [name, {dtype, shape: [1], data_offsets: [at, (at += view.byteLength)]}]),
    )
    const file = openSafetensors(
      build({__metadata__: {by: 'test'}, ...header}, Buffer.concat(parts.map(([, , view]) => bytesOf(view)))),
      'f',
    )
    expect(file.metadata).toEqual({by: 'test'})
    expect(file.names).toEqual(parts.map(([name]) => name))
    for (const [name, , , expected] of parts)
      expect(Array.from(file.read(name).data as ArrayLike<number>)).toEqual(expected)
  })

  const one = (change: object, data = new Uint8Array(8)) =>
    build({a: {dtype: 'F32', shape: [2], data_offsets: [0, 8], ...change}}, data)
  it.each<[string, Uint8Array, RegExp]>([
    ['text', Buffer.from('some text that is long enough'), /is not a safetensors file, it looks like plain text/],
    [
      'a header beyond the file',
      build('{"a": 1}', new Uint8Array(0)).subarray(0, 12),
      /truncated: the header has 8 bytes/,
    ],
    ['a header that is not a JSON', build('{"a": ', new Uint8Array(0)), /not valid JSON/],
    ['a size that does not fit the shape', one({shape: [3]}), /tensor a: has 8 bytes, the shape \[3\] of F32 needs 12/],
    ['truncated data', one({}, new Uint8Array(7)), /is truncated: its tensors have 8 bytes, the file holds 7/],
    ['data behind the tensors', one({}, new Uint8Array(9)), /is corrupt/],
    ['an unknown type', one({dtype: 'toString'}), /has the type "toString"/],
    ['a negative offset', one({data_offsets: [-8, 0]}), /corrupt header entry/],
    [
      'overlapping tensors',
      build(
        {a: {dtype: 'U8', shape: [4], data_offsets: [0, 4]}, b: {dtype: 'U8', shape: [4], data_offsets: [2, 6]}},
        new Uint8Array(6),
      ),
      /tensor b: starts at byte 2, expected 4/,
    ],
  ])('%s', (_, bytes, message) => {
    expect(() => openSafetensors(bytes, 'f')).toThrow(InputError)
    expect(() => openSafetensors(bytes, 'f')).toThrow(message)
  })
})
