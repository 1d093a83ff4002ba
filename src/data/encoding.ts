import {isUtf8} from 'node:buffer'
import {InputError} from '../errors.js'

/** A text file as UTF-8, and the way back to the encoding that it came in. */
export interface EncodedText {
  readonly bytes: Uint8Array
  readonly encode: (utf8: Uint8Array) => Uint8Array
}

export type Utf16 = 'little' | 'big'

/** Which UTF-16 a byte order mark announces, or null. */
export const utf16Of = (bytes: Uint8Array): Utf16 | null =>
  bytes[0] === 0xff && bytes[1] === 0xfe ? 'little' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'big' : null

/**
 * Text in UTF-8 or, with a byte order mark, UTF-16, as UTF-8. UTF-8 is passed on as it is, its own mark included.
 *
 * Throws  InputError  bytes that are neither: guessing an encoding would change names.
 */
export function asUtf8(bytes: Uint8Array, place: string): EncodedText {
  const order = utf16Of(bytes)
  if (order === null) {
    if (!isUtf8(bytes))
      throw new InputError(`${place}: is neither UTF-8 nor UTF-16, so its names cannot be read with certainty`, [
        'save it as UTF-8, for example with: iconv -f latin1 -t utf-8',
      ])
    return {bytes, encode: (utf8) => utf8}
  }
  if (bytes.length % 2 !== 0)
    throw new InputError(`${place}: begins like UTF-16 but has an odd number of bytes`, ['save it as UTF-8'])
  const body = Buffer.from(bytes.subarray(2))
  if (order === 'big') body.swap16()
  const text = body.toString('utf16le')
  if (/\p{Surrogate}/u.test(text))
    throw new InputError(`${place}: is corrupt UTF-16: half of a character is missing`, ['save it as UTF-8'])
  return {
    bytes: Buffer.from(text),
    encode(utf8) {
      const out = Buffer.from(`\ufeff${Buffer.from(utf8).toString('utf8')}`, 'utf16le')
      return order === 'big' ? out.swap16() : out
    },
  }
}
