import {gunzipSync, gzipSync} from 'node:zlib'
import {InputError} from '../errors.js'
import {raising} from './limits.js'
import {sniffContent} from './sniff.js'
import {ZIP_LIMITS} from './zip.js'

/** The content of gzip data; anything else as it is. Damaged data and data beyond `maxBytes` are InputErrors. */
export function gunzip(bytes: Uint8Array, place: string, maxBytes = ZIP_LIMITS.maxBytes): Uint8Array {
  if (sniffContent(bytes) !== 'gzip') return bytes
  try {
    return gunzipSync(bytes, {maxOutputLength: Math.min(maxBytes, 2 ** 31 - 1)})
  } catch (error) {
    const large = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
    throw new InputError(
      `${place}: ${large ? `needs more than ${maxBytes} bytes when unpacked, which is the limit` : 'is truncated or corrupt gzip data'}`,
      [
        large
          ? `split the file, or unpack it before; ${raising('unpacked')}`
          : 'write the file again, or copy it again from its source',
      ],
      {cause: error},
    )
  }
}

/** Gzip data; the same content gives the same bytes (no time is stored). */
export const gzip = (bytes: Uint8Array): Uint8Array => gzipSync(bytes)
