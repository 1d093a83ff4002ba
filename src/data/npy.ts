import {InputError} from '../errors.js'
import {fromFloat16} from './half-precision.js'
import {fromInteger64, toInteger64} from './integers64.js'
import {elementCount, type ElementType, type NamedArray, type NumericArray} from './named-array.js'
import {parseNpyHeader} from './npy-header.js'

const TYPED = {
  f4: Float32Array,
  f8: Float64Array,
  i1: Int8Array,
  i2: Int16Array,
  i4: Int32Array,
  u1: Uint8Array,
  u2: Uint16Array,
  u4: Uint32Array,
} as const

/**
 * An .npy file as an array. Object arrays hold a Python pickle, which can run code: they are refused, never read.
 *
 * Throws  InputError  no npy, truncated, more bytes than the shape says, an element type surety does not read,
 *                     a 64-bit integer that is not exact in fp64. Every message starts with `place` and names the
 *                     array.
 */
export function parseNpy(bytes: Uint8Array, name: string, place: string): NamedArray {
  const header = parseNpyHeader(bytes, name, place)
  const where = `${place}, array ${name}`
  if (header.type === null)
    throw new InputError(`${where}: ${header.reason}`, ['store it again as numbers or fixed-length text'])
  const {type, itemBytes, shape} = header
  const expected = elementCount(shape) * itemBytes
  const found = bytes.length - header.dataOffset
  if (found !== expected) {
    throw new InputError(
      `${where}: ${found < expected ? 'is truncated' : 'is corrupt'}: the shape [${shape.join(', ')}] of ${type} needs ${expected} bytes, ${found} follow the header`,
      ['write the file again, or copy it again from its source'],
    )
  }
  let data = bytes.subarray(header.dataOffset)
  if (header.bigEndian || data.byteOffset % 8 !== 0) data = new Uint8Array(data)
  if (header.bigEndian) swap(data, type === 'U' ? 4 : itemBytes)
  const values = decode(data, type, itemBytes, where)
  return {name, shape, type, data: header.fortran ? fromFortran(values, shape) : values}
}

/** The elements of an .npy file as text, row-major; integers of 64 bits with all their digits. */
export function textOfNpy(bytes: Uint8Array, name: string, place: string): readonly string[] {
  const header = parseNpyHeader(bytes, name, place)
  if (header.type !== 'i8' && header.type !== 'u8')
    return Array.from(parseNpy(bytes, name, place).data as ArrayLike<string | number>, String)
  // The checks of the size are those of parseNpy; only the conversion is another.
  const data = Buffer.from(bytes.subarray(header.dataOffset))
  if (data.length !== elementCount(header.shape) * 8)
    return Array.from(parseNpy(bytes, name, place).data as ArrayLike<number>, String)
  if (header.bigEndian) data.swap64()
  const values = Array.from({length: data.length / 8}, (_, i) =>
    String(header.type === 'i8' ? data.readBigInt64LE(8 * i) : data.readBigUInt64LE(8 * i)),
  )
  return header.fortran ? fromFortran(values, header.shape) : values
}

function swap(data: Uint8Array, unit: number): void {
  const view = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  if (unit === 2) view.swap16()
  else if (unit === 4) view.swap32()
  else if (unit === 8) view.swap64()
}

function decode(data: Uint8Array, type: ElementType, itemBytes: number, where: string): NumericArray | string[] {
  const buffer = data.buffer as ArrayBuffer
  const count = itemBytes === 0 ? 0 : data.byteLength / itemBytes
  switch (type) {
    case 'f2':
      return fromFloat16(new Uint16Array(buffer, data.byteOffset, count))
    case 'i8':
    case 'u8':
      return fromInteger64(data, type === 'i8', where)
    case 'b1':
      return data
    case 'S':
      return Array.from({length: count}, (_, i) =>
        trimNul(Buffer.from(data.subarray(i * itemBytes, (i + 1) * itemBytes)).toString('latin1')),
      )
    case 'U':
      return fromUtf32(new Uint32Array(buffer, data.byteOffset, data.byteLength / 4), itemBytes / 4, where)
    case 'bf16':
      throw new InputError(`${where}: npy has no bfloat16`)
    default:
      return new TYPED[type](buffer, data.byteOffset, count)
  }
}

const trimNul = (text: string) => {
  let end = text.length
  while (end > 0 && text.charCodeAt(end - 1) === 0) end--
  return text.slice(0, end)
}

function fromUtf32(codes: Uint32Array, width: number, where: string): string[] {
  if (width === 0) return []
  const out: string[] = []
  for (let start = 0; start < codes.length; start += width) {
    let end = start + width
    while (end > start && codes[end - 1] === 0) end--
    let text = ''
    for (let i = start; i < end; i++) {
      if (codes[i]! > 0x10ffff)
        throw new InputError(`${where}: element ${start / width} holds ${codes[i]}, which is not a Unicode character`)
      text += String.fromCodePoint(codes[i]!)
    }
    out.push(text)
  }
  return out
}

/** Column-major to row-major for any number of dimensions; same length, same element type. */
function fromFortran<T extends NumericArray | string[]>(values: T, shape: readonly number[]): T {
  if (shape.length < 2) return values
  const out = values.slice() as T
  const strides: number[] = []
  let stride = 1
  for (const size of shape) {
    strides.push(stride)
    stride *= size
  }
  const index = new Array<number>(shape.length).fill(0)
  let from = 0
  for (let to = 0; to < values.length; to++) {
    out[to] = values[from]!
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++
      from += strides[axis]!
      if (index[axis]! < shape[axis]!) break
      from -= strides[axis]! * shape[axis]!
      index[axis] = 0
    }
  }
  return out
}

/**
 * The .npy bytes (version 1.0, little-endian, row-major) of an array. f2 and bf16 are written as f4: their values are
 * exact there.
 */
export function writeNpy(array: NamedArray): Uint8Array {
  const {description, body} = encode(array)
  const shape = array.shape.length === 1 ? `${array.shape[0]},` : array.shape.join(', ')
  const dictionary = `{'descr': '${description}', 'fortran_order': False, 'shape': (${shape}), }`
  const total = Math.ceil((10 + dictionary.length + 1) / 64) * 64
  const out = Buffer.alloc(total + body.length)
  out.write('\x93NUMPY\x01\x00', 'latin1')
  out.writeUInt16LE(total - 10, 8)
  out.write(`${dictionary.padEnd(total - 11)}\n`, 10, 'latin1')
  out.set(body, total)
  return out
}

function encode({type, data}: NamedArray): {description: string; body: Uint8Array} {
  const numbers = data as NumericArray
  const strings = data as readonly string[]
  switch (type) {
    case 'i8':
    case 'u8':
      return {description: `<${type}`, body: toInteger64(numbers)}
    case 'f2':
    case 'bf16':
      return {description: '<f4', body: bytesOf(Float32Array.from(numbers))}
    case 'b1':
      return {description: '|b1', body: bytesOf(numbers)}
    case 'S': {
      const width = longest(strings, (s) => s.length)
      const body = Buffer.alloc(width * strings.length)
      strings.forEach((s, i) => body.write(s, i * width, 'latin1'))
      return {description: `|S${width}`, body}
    }
    case 'U': {
      const width = longest(strings, (s) => [...s].length)
      const codes = new Uint32Array(width * strings.length)
      strings.forEach((s, i) => [...s].forEach((c, j) => (codes[i * width + j] = c.codePointAt(0)!)))
      return {description: `<U${width}`, body: bytesOf(codes)}
    }
    default: {
      const values = numbers instanceof TYPED[type] ? numbers : TYPED[type].from(numbers)
      return {description: `${type.endsWith('1') ? '|' : '<'}${type}`, body: bytesOf(values)}
    }
  }
}

// NumPy has no zero-width text: an empty string still takes one character.
const longest = (strings: readonly string[], size: (s: string) => number) =>
  strings.reduce((most, s) => Math.max(most, size(s)), 1)

const bytesOf = (values: NumericArray) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
