import {inflateSync} from 'node:zlib'
import {zlibSync} from 'fflate'
import {InputError} from '../errors.js'

const TYPES = {f8: Float64Array, u4: Uint32Array, i4: Int32Array, u1: Uint8Array} as const

export const WRITE_AGAIN = ['write the file again']

type Types = typeof TYPES
type ArrayOf<T extends keyof Types> = InstanceType<Types[T]>

/**
 * An array as text for JSON: its little-endian bytes, compressed with zlib, in base64. Every bit is kept, also of −0,
 * Infinity and NaN.
 *
 * fflate compresses, since its bytes do not depend on the version of Node: the same array gives the same text.
 */
export function pack(values: Float64Array | Uint32Array | Int32Array | Uint8Array): string {
  return Buffer.from(zlibSync(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))).toString('base64')
}

/**
 * The array of `length` elements that `pack` wrote.
 *
 * Memory  never more than `length` elements, whatever the text claims to hold.
 * Throws  InputError  no base64, no zlib stream, a wrong checksum, or another length; the message starts with `place`,
 *         `next` says what to do.
 */
export function unpack<T extends keyof Types>(
  text: string,
  type: T,
  length: number,
  place: string,
  next: readonly string[] = WRITE_AGAIN,
): ArrayOf<T> {
  const width = TYPES[type].BYTES_PER_ELEMENT
  const bytes = inflate(text, length * width, place, next)
  if (bytes.length !== length * width)
    throw new InputError(`${place} holds ${bytes.length} bytes, not ${length} × ${width}`, next)
  // Copied into a buffer of its own: Node's need not be aligned.
  return new TYPES[type](Uint8Array.from(bytes).buffer) as ArrayOf<T>
}

function inflate(text: string, limit: number, place: string, next: readonly string[]): Uint8Array {
  try {
    // Buffer passes over what is not base64.
    if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw new Error('not base64')
    return inflateSync(Buffer.from(text, 'base64'), {maxOutputLength: Math.max(1, limit)})
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw new InputError(`${place} holds more than ${limit} bytes`, next, {cause})
    throw new InputError(`${place} is not a zlib stream in base64`, next, {cause})
  }
}
