import {crc32, inflateRawSync} from 'node:zlib'
import {zipSync} from 'fflate'
import {InputError} from '../errors.js'
import {LIMITS, raising} from './limits.js'
import {describeContent} from './sniff.js'

export interface ZipEntry {
  readonly name: string
  readonly bytes: number
  readonly compressedBytes: number
  readonly crc: number
  readonly stored: boolean
  /** where the entry's own header starts, and where its data does */
  readonly offset: number
  readonly dataOffset: number
}

export interface ZipLimits {
  readonly maxEntries: number
  /** of all entries together, uncompressed */
  readonly maxBytes: number
}

export const ZIP_LIMITS: ZipLimits = {
  get maxEntries() {
    return LIMITS.entries
  },
  get maxBytes() {
    return LIMITS.unpacked
  },
}

/** Deflate cannot compress better than this (RFC 1951: 258 bytes for two bits). */
const MAX_RATIO = 1032
const END_BYTES = 22
const CENTRAL_BYTES = 46
const LOCAL_BYTES = 30
const ZIP64 = 0xffffffff
const AGAIN = ['write the file again, or copy it again from its source']

/**
 * The entries of a zip archive from its central directory, with the checks that make it safe to inflate them: sizes
 * within the limits and possible for deflate, no overlapping data, no repeated or odd name, no encryption.
 *
 * fflate writes archives here but does not read them: it checks neither the CRC nor overlaps, and does not stop at the
 * declared size.
 */
export function readZipDirectory(bytes: Uint8Array, place: string, limits: ZipLimits = ZIP_LIMITS): ZipEntry[] {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.length < 4 || view.readUInt16LE(0) !== 0x4b50) {
    throw new InputError(`${place}: is not a zip archive, it looks like ${describeContent(bytes)}`, [
      'give the file the extension of its content',
    ])
  }
  const corrupt = (what: string) => new InputError(`${place}: is truncated or corrupt: ${what}`, AGAIN)
  const {count, start} = directoryOf(view, corrupt)
  if (count > limits.maxEntries)
    throw new InputError(`${place}: holds ${count} entries, the limit is ${limits.maxEntries}`, [
      ...AGAIN,
      raising('entries'),
    ])
  const entries: ZipEntry[] = []
  const names = new Set<string>()
  let total = 0
  let at = start
  for (let i = 0; i < count; i++) {
    if (at + CENTRAL_BYTES > view.length || view.readUInt32LE(at) !== 0x02014b50)
      throw corrupt(`directory entry ${i} is missing`)
    const nameBytes = view.readUInt16LE(at + 28)
    const extraBytes = view.readUInt16LE(at + 30)
    const name = view.toString('utf8', at + CENTRAL_BYTES, at + CENTRAL_BYTES + nameBytes)
    const entry = entryAt(
      view,
      at,
      name,
      view.subarray(at + CENTRAL_BYTES + nameBytes, at + CENTRAL_BYTES + nameBytes + extraBytes),
      corrupt,
    )
    // eslint-disable-next-line no-control-regex -- control characters are what is refused
    if (name === '' || /[\x00-\x1f\\]|^\/|(^|\/)\.\.(\/|$)/.test(name))
      throw new InputError(`${place}: has an entry with the name ${JSON.stringify(name)}`, AGAIN)
    if (names.has(name)) throw new InputError(`${place}: holds the entry ${name} twice`, AGAIN)
    names.add(name)
    total += entry.bytes
    if (total > limits.maxBytes)
      throw new InputError(`${place}: needs more than ${limits.maxBytes} bytes when unpacked, which is the limit`, [
        'split the file',
        raising('unpacked'),
      ])
    if (entry.bytes > MAX_RATIO * entry.compressedBytes + MAX_RATIO)
      throw corrupt(`entry ${name} claims ${entry.bytes} bytes from ${entry.compressedBytes}`)
    entries.push(entry)
    at += CENTRAL_BYTES + nameBytes + extraBytes + view.readUInt16LE(at + 32)
  }
  const byOffset = [...entries].sort((a, b) => a.offset - b.offset)
  byOffset.forEach((entry, i) => {
    const next = byOffset[i + 1]?.offset ?? start
    if (entry.dataOffset + entry.compressedBytes > next) throw corrupt(`entry ${entry.name} overlaps what follows it`)
  })
  return entries
}

type Corrupt = (what: string) => InputError

function directoryOf(view: Buffer, corrupt: Corrupt): {count: number; start: number} {
  let end = view.length - END_BYTES
  while (end >= 0 && view.readUInt32LE(end) !== 0x06054b50) end = end > view.length - END_BYTES - 65_536 ? end - 1 : -1
  if (end < 0) throw corrupt('it has no directory at its end')
  let count = view.readUInt16LE(end + 10)
  let start = view.readUInt32LE(end + 16)
  if ((count === 0xffff || start === ZIP64) && end >= 20 && view.readUInt32LE(end - 20) === 0x07064b50) {
    const end64 = Number(view.readBigUInt64LE(end - 12))
    if (end64 + 56 > view.length || view.readUInt32LE(end64) !== 0x06064b50)
      throw corrupt('its 64-bit directory is missing')
    count = Number(view.readBigUInt64LE(end64 + 32))
    start = Number(view.readBigUInt64LE(end64 + 48))
  }
  if (start > end) throw corrupt('its directory lies outside the file')
  return {count, start}
}

function entryAt(view: Buffer, at: number, name: string, extra: Buffer, corrupt: Corrupt): ZipEntry {
  const method = view.readUInt16LE(at + 10)
  if (view.readUInt16LE(at + 8) & 1) throw corrupt(`entry ${name} is encrypted`)
  if (method !== 0 && method !== 8)
    throw corrupt(`entry ${name} uses the compression method ${method}, only stored and deflate are read`)
  let bytes = view.readUInt32LE(at + 24)
  let compressedBytes = view.readUInt32LE(at + 20)
  let offset = view.readUInt32LE(at + 42)
  // The zip64 field holds, in this order, only those values that did not fit.
  const wide = zip64Values(extra)
  if (bytes === ZIP64) bytes = wide.shift() ?? bytes
  if (compressedBytes === ZIP64) compressedBytes = wide.shift() ?? compressedBytes
  if (offset === ZIP64) offset = wide.shift() ?? offset
  if (offset + LOCAL_BYTES > view.length || view.readUInt32LE(offset) !== 0x04034b50)
    throw corrupt(`entry ${name} is missing`)
  const dataOffset = offset + LOCAL_BYTES + view.readUInt16LE(offset + 26) + view.readUInt16LE(offset + 28)
  if (dataOffset + compressedBytes > view.length) throw corrupt(`entry ${name} ends after the file`)
  return {name, bytes, compressedBytes, crc: view.readUInt32LE(at + 16), stored: method === 0, offset, dataOffset}
}

function zip64Values(extra: Buffer): number[] {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    const size = Math.min(extra.readUInt16LE(at + 2), extra.length - at - 4)
    if (extra.readUInt16LE(at) === 1)
      return Array.from({length: size >>> 3}, (_, i) => Number(extra.readBigUInt64LE(at + 4 + 8 * i)))
  }
  return []
}

/** The content of one entry; wrong size or checksum is an InputError that names the entry. */
export function readZipEntry(bytes: Uint8Array, entry: ZipEntry, place: string): Uint8Array {
  const packed = bytes.subarray(entry.dataOffset, entry.dataOffset + entry.compressedBytes)
  const content = entry.stored ? packed : inflate(packed, entry, place)
  if (content.length !== entry.bytes || crc32(content) !== entry.crc) {
    throw new InputError(`${place}, entry ${entry.name}: is corrupt: its content does not match its checksum`, AGAIN)
  }
  return content
}

function inflate(packed: Uint8Array, entry: ZipEntry, place: string): Uint8Array {
  try {
    return inflateRawSync(packed, {maxOutputLength: Math.max(entry.bytes, 1)})
  } catch (error) {
    throw new InputError(`${place}, entry ${entry.name}: is corrupt: its compressed data cannot be read`, AGAIN, {
      cause: error,
    })
  }
}

/** A zip archive with a fixed time, so that the same content gives the same bytes. */
export function writeZip(files: Iterable<readonly [name: string, content: Uint8Array]>): Uint8Array {
  // Time zones do not matter: fflate stores local time, and this is local midnight everywhere.
  return zipSync(Object.fromEntries(files), {level: 6, mtime: new Date(1980, 0, 1)})
}
