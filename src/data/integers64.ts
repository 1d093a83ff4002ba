import {InputError} from '../errors.js'

/**
 * 64-bit integers to fp64 numbers, exact: beyond ±(2⁵³ − 1) is an error, never a rounded value.
 * Two 32-bit words a value are several times faster than BigInt64Array.
 *
 * Shapes     bytes [8 n] little-endian → [n].
 * Cost       n conversions.   Empty: n = 0 → empty.
 * Throws     InputError  a value is not a safe integer (names the element).
 */
export function fromInteger64(bytes: Uint8Array, signed: boolean, place: string): Float64Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes)
  const low = new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >>> 2)
  const words = signed ? new Int32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >>> 2) : low
  const out = new Float64Array(low.length >>> 1)
  for (let i = 0; i < out.length; i++) {
    const value = words[2 * i + 1]! * 2 ** 32 + low[2 * i]!
    if (!Number.isSafeInteger(value)) {
      throw new InputError(`${place}: element ${i} is about ${value}, beyond ±(2^53 − 1)`, [
        'store the array as float64 or with smaller integers',
      ])
    }
    out[i] = value
  }
  return out
}

/** The inverse of `fromInteger64` for safe integers (negative ones as two's complement). Empty → empty. */
export function toInteger64(values: ArrayLike<number>): Uint8Array {
  const words = new Uint32Array(2 * values.length)
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    words[2 * i] = value
    words[2 * i + 1] = Math.floor(value / 2 ** 32)
  }
  return new Uint8Array(words.buffer)
}
