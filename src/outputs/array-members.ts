import {closeSync, openSync, readSync, statSync} from 'node:fs'
import {mkdtemp, rm} from 'node:fs/promises'
import {createReadStream, createWriteStream} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {pipeline} from 'node:stream/promises'
import {createInflateRaw} from 'node:zlib'
import {isJsonObject, parseJson} from '../data/json.js'
import type {ElementType} from '../data/named-array.js'
import {parseNpyHeader} from '../data/npy-header.js'
import {InputError} from '../errors.js'

/** An array that lies in a file uncompressed, so that any part of it can be read. */
export interface Member {
  name: string
  /** null: an element type that is not read */
  type: ElementType | null
  itemBytes: number
  shape: readonly number[]
  /** where its values lie; another file than that given where they had to be unpacked */
  file: number
  offset: number
  /** bytes of its npy header, to read the array as a whole; 0: none */
  headerBytes: number
}

export interface Members {
  members: Member[]
  /** they were unpacked to a temporary file: opening the file again costs that again */
  isUnpacked: boolean
  close: () => void
}

const AGAIN = ['write the file again, or copy it again from its source']
const MAX_HEADER = 2 ** 20

/** The arrays of an npz, npy or safetensors file of any size; nothing but headers is read. */
export async function openMembers(path: string): Promise<Members> {
  const file = openFile(path)
  try {
    return await membersOf(path, file)
  } catch (error) {
    closeSync(file)
    throw error
  }
}

async function membersOf(path: string, file: number): Promise<Members> {
  const size = statSync(path).size
  const magic = readAt(file, 0, Math.min(8, size)).toString('latin1')
  if (magic.startsWith('PK')) return zipMembers(path, file, size)
  if (magic.startsWith('\x93NUMPY'))
    return {members: [npyMember('logits', file, 0, size, path)], isUnpacked: false, close: () => closeSync(file)}
  return {members: tensors(path, file, size), isUnpacked: false, close: () => closeSync(file)}
}

export function openFile(path: string): number {
  try {
    return openSync(path, 'r')
  } catch (cause) {
    throw new InputError(`${path}: cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'unknown reason'})`, [
      'check the path and its permissions',
    ])
  }
}

/** Exactly `length` bytes; fewer where the file ends. */
export function readAt(file: number, position: number, length: number): Buffer {
  const buffer = Buffer.alloc(length)
  let done = 0
  while (done < length) {
    const read = readSync(file, buffer, done, length - done, position + done)
    if (read === 0) break
    done += read
  }
  return buffer.subarray(0, done)
}

export function npyMember(name: string, file: number, at: number, size: number, path: string): Member {
  const header = parseNpyHeader(readAt(file, at, Math.min(size, MAX_HEADER)), name, path)
  const {shape, type, itemBytes, dataOffset} = header
  const values = shape.reduce((product, n) => product * n, 1)
  if (type !== null && dataOffset + values * itemBytes > size)
    throw new InputError(
      `${path}, array ${name}: has ${size - dataOffset} bytes, its shape ${shape.join(' × ')} needs ${values * itemBytes}`,
      AGAIN,
    )
  if ((header.fortran && shape.length > 1) || header.bigEndian)
    throw new InputError(
      `${path}, array ${name}: is stored ${header.bigEndian ? 'with the first byte last' : 'column by column'}, which cannot be read row by row`,
      ['write it with numpy.ascontiguousarray and its native byte order'],
    )
  return {name, type, itemBytes, shape, file, offset: at + dataOffset, headerBytes: dataOffset}
}

const SAFETENSORS: Record<string, [ElementType, number]> = {
  F64: ['f8', 8],
  F32: ['f4', 4],
  F16: ['f2', 2],
  BF16: ['bf16', 2],
  I64: ['i8', 8],
  I32: ['i4', 4],
  U8: ['u1', 1],
  BOOL: ['b1', 1],
}

function tensors(path: string, file: number, size: number): Member[] {
  const head = readAt(file, 0, 9)
  const length = head.length < 9 ? Infinity : Number(head.readBigUInt64LE(0))
  if (length > 100_000_000 || head[8] !== 0x7b || 8 + length > size)
    throw new InputError(`${path}: is neither npz, npy nor safetensors`, [
      'give logits or log-probabilities as npz or safetensors, or JSON lines of vLLM or OpenAI',
    ])
  const header = parseJson(readAt(file, 8, length), `${path}, header`)
  if (!isJsonObject(header)) throw new InputError(`${path}: has a header that is not a JSON object`, AGAIN)
  return Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, value]): Member => {
      const {dtype, shape, data_offsets: offsets} = isJsonObject(value) ? value : {}
      const known = Object.hasOwn(SAFETENSORS, String(dtype)) ? SAFETENSORS[String(dtype)]! : null
      const sizes = Array.isArray(shape) && shape.every((n) => Number.isSafeInteger(n) && (n as number) >= 0)
      const [start, end] = Array.isArray(offsets) ? (offsets as unknown[]) : []
      if (!sizes || !Number.isSafeInteger(start) || !Number.isSafeInteger(end) || (start as number) < 0)
        throw new InputError(`${path}, tensor ${name}: has a corrupt header`, AGAIN)
      const bytes = (shape as number[]).reduce((product, n) => product * n, known?.[1] ?? 0)
      if (known !== null && ((end as number) - (start as number) !== bytes || 8 + length + (end as number) > size))
        throw new InputError(
          `${path}, tensor ${name}: its shape ${(shape as number[]).join(' × ')} needs ${bytes} bytes, it has ${(end as number) - (start as number)} of a file of ${size}`,
          AGAIN,
        )
      return {
        name,
        type: known?.[0] ?? null,
        itemBytes: known?.[1] ?? 0,
        shape: shape as number[],
        file,
        offset: 8 + length + (start as number),
        headerBytes: 0,
      }
    })
}

interface Entry {
  name: string
  packed: number
  bytes: number
  deflated: boolean
  at: number
}

/** Compressed arrays are unpacked to a temporary file, since a part of one cannot be read alone. */
async function zipMembers(path: string, file: number, size: number): Promise<Members> {
  const members: Member[] = []
  const opened = [file]
  let folder: string | null = null
  for (const entry of zipEntries(path, file, size)) {
    if (!entry.name.endsWith('.npy')) continue
    const name = entry.name.slice(0, -'.npy'.length)
    if (!entry.deflated) {
      members.push(npyMember(name, file, entry.at, entry.bytes, path))
      continue
    }
    folder ??= await mkdtemp(join(tmpdir(), 'surety-outputs-'))
    const unpacked = join(folder, String(members.length))
    await unpack(path, entry, unpacked)
    const open = openFile(unpacked)
    opened.push(open)
    members.push(npyMember(name, open, 0, entry.bytes, path))
  }
  const close = () => opened.forEach((each) => closeSync(each))
  // What is open stays readable on systems with links; elsewhere it stays behind in the temporary folder.
  if (folder !== null) await rm(folder, {recursive: true, force: true}).catch(() => undefined)
  return {members, isUnpacked: folder !== null, close}
}

async function unpack(path: string, {at, packed, bytes, name}: Entry, to: string): Promise<void> {
  let written = 0
  try {
    await pipeline(
      createReadStream(path, {start: at, end: at + packed - 1}),
      createInflateRaw(),
      async function* (parts: AsyncIterable<Buffer>) {
        for await (const part of parts) {
          written += part.length
          if (written > bytes) throw new InputError(`${path}, entry ${name}: unpacks to more than it states`, AGAIN)
          yield part
        }
      },
      createWriteStream(to),
    )
  } catch (cause) {
    if (cause instanceof InputError) throw cause
    throw new InputError(`${path}, entry ${name}: is corrupt: its compressed data cannot be read`, AGAIN, {cause})
  }
  if (written !== bytes) throw new InputError(`${path}, entry ${name}: is corrupt: it is shorter than it states`, AGAIN)
}

const WIDE = 0xffffffff

function zipEntries(path: string, file: number, size: number): Entry[] {
  const corrupt = (what: string) => new InputError(`${path}: is truncated or corrupt: ${what}`, AGAIN)
  const tail = readAt(file, Math.max(0, size - 65_557), Math.min(size, 65_557))
  const end = tail.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
  if (end < 0 || end + 22 > tail.length) throw corrupt('it has no directory at its end')
  let [count, length, start] = [tail.readUInt16LE(end + 10), tail.readUInt32LE(end + 12), tail.readUInt32LE(end + 16)]
  if (count === 0xffff || length === WIDE || start === WIDE) {
    const locator = end - 20
    if (locator < 0 || tail.readUInt32LE(locator) !== 0x07064b50) throw corrupt('its 64-bit directory is missing')
    const wide = readAt(file, Number(tail.readBigUInt64LE(locator + 8)), 56)
    if (wide.length < 56 || wide.readUInt32LE(0) !== 0x06064b50) throw corrupt('its 64-bit directory is missing')
    count = Number(wide.readBigUInt64LE(32))
    length = Number(wide.readBigUInt64LE(40))
    start = Number(wide.readBigUInt64LE(48))
  }
  if (start + length > size || count > 10_000 || length > 2 ** 26) throw corrupt('its directory lies outside the file')
  const view = readAt(file, start, length)
  const entries: Entry[] = []
  for (let at = 0, k = 0; k < count; k++) {
    if (at + 46 > view.length || view.readUInt32LE(at) !== 0x02014b50) throw corrupt(`directory entry ${k} is missing`)
    const [nameBytes, extraBytes] = [view.readUInt16LE(at + 28), view.readUInt16LE(at + 30)]
    const name = view.toString('utf8', at + 46, at + 46 + nameBytes)
    const method = view.readUInt16LE(at + 10)
    if ((method !== 0 && method !== 8) || (view.readUInt16LE(at + 8) & 1) !== 0)
      throw corrupt(`entry ${name} is encrypted or compressed in an unknown way`)
    const wide = wideValues(view.subarray(at + 46 + nameBytes, at + 46 + nameBytes + extraBytes))
    const value = (offset: number) => {
      const narrow = view.readUInt32LE(at + offset)
      return narrow === WIDE ? (wide.shift() ?? narrow) : narrow
    }
    const [bytes, packed, local] = [value(24), value(20), value(42)]
    const header = readAt(file, local, 30)
    if (header.length < 30 || header.readUInt32LE(0) !== 0x04034b50) throw corrupt(`entry ${name} is missing`)
    const data = local + 30 + header.readUInt16LE(26) + header.readUInt16LE(28)
    if (data + packed > size || (method === 0 && packed !== bytes)) throw corrupt(`entry ${name} ends after the file`)
    entries.push({name, packed, bytes, deflated: method === 8, at: data})
    at += 46 + nameBytes + extraBytes + view.readUInt16LE(at + 32)
  }
  return entries
}

function wideValues(extra: Buffer): number[] {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    const bytes = Math.min(extra.readUInt16LE(at + 2), extra.length - at - 4)
    if (extra.readUInt16LE(at) === 1)
      return Array.from({length: bytes >>> 3}, (_, k) => Number(extra.readBigUInt64LE(at + 4 + 8 * k)))
  }
  return []
}
