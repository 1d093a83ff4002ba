import {constants, inflateRawSync} from 'node:zlib'
import {InputError} from '../errors.js'
import type {NamedArray} from './named-array.js'
import {parseNpy, textOfNpy, writeNpy} from './npy.js'
import {type NpyHeader, parseNpyHeader} from './npy-header.js'
import {readZipDirectory, readZipEntry, writeZip, type ZipEntry, type ZipLimits} from './zip.js'

/** Arrays of an .npz file, each unpacked only when it is read. */
export interface NpzArchive {
  /** the file, for messages */
  readonly place: string
  /** arrays that can be read, in the order of the file */
  readonly names: readonly string[]
  /** arrays that cannot (object arrays are never unpickled), and entries that are not npy, each with the reason */
  readonly skipped: readonly {name: string; reason: string; isArray: boolean}[]
  readonly has: (name: string) => boolean
  /** shape without unpacking */
  readonly shape: (name: string) => readonly number[]
  /** the header without unpacking */
  readonly header: (name: string) => NpyHeader
  /** every element of an array as text, integers of 64 bits exactly */
  readonly text: (name: string) => readonly string[]
  /** throws an InputError that lists the arrays where `name` is absent */
  readonly read: (name: string) => NamedArray
  /** the npy bytes as they are, skipped object arrays included: to carry an array without looking into it */
  readonly raw: (name: string) => Uint8Array
}

/** Compressed bytes that surely hold an npy header. */
const HEADER_SLICE = 4096

export function openNpz(bytes: Uint8Array, place: string, limits?: ZipLimits): NpzArchive {
  const entries = new Map<string, ZipEntry>()
  const headers = new Map<string, NpyHeader>()
  const skipped: {name: string; reason: string; isArray: boolean}[] = []
  for (const entry of readZipDirectory(bytes, place, limits)) {
    if (!entry.name.endsWith('.npy')) {
      skipped.push({name: entry.name, reason: 'is not an npy entry', isArray: false})
      continue
    }
    const name = entry.name.slice(0, -'.npy'.length)
    const header = parseNpyHeader(headOf(bytes, entry, place), name, place)
    entries.set(name, entry)
    if (header.type === null) skipped.push({name, reason: header.reason, isArray: true})
    else headers.set(name, header)
  }
  const names = [...headers.keys()]
  const entryOf = (name: string) => {
    const entry = entries.get(name)
    if (entry === undefined)
      throw new InputError(`${place}: has no array ${name}, its arrays are ${names.join(', ') || 'none'}`, [
        'choose one of these arrays',
      ])
    return entry
  }
  const headerOf = (name: string) =>
    headers.get(name) ?? parseNpyHeader(headOf(bytes, entryOf(name), place), name, place)
  return {
    place,
    names,
    skipped,
    has: (name) => headers.has(name),
    shape: (name) => headerOf(name).shape,
    header: headerOf,
    text: (name) => textOfNpy(readZipEntry(bytes, entryOf(name), place), name, place),
    read: (name) => parseNpy(readZipEntry(bytes, entryOf(name), place), name, place),
    raw: (name) => readZipEntry(bytes, entryOf(name), place),
  }
}

/** The first bytes of an entry: unpacks a slice instead of the whole array. */
function headOf(bytes: Uint8Array, entry: ZipEntry, place: string): Uint8Array {
  if (entry.compressedBytes <= HEADER_SLICE) return readZipEntry(bytes, entry, place)
  if (entry.stored) return bytes.subarray(entry.dataOffset, entry.dataOffset + entry.bytes)
  const slice = bytes.subarray(entry.dataOffset, entry.dataOffset + HEADER_SLICE)
  try {
    return inflateRawSync(slice, {finishFlush: constants.Z_SYNC_FLUSH})
  } catch (error) {
    throw new InputError(
      `${place}, entry ${entry.name}: is corrupt: its compressed data cannot be read`,
      ['copy the file again from its source'],
      {cause: error},
    )
  }
}

/** An .npz file of arrays, or of npy bytes as they are; the same arrays give the same bytes. */
export function writeNpz(arrays: Iterable<NamedArray | {name: string; npy: Uint8Array}>): Uint8Array {
  return writeZip(
    Array.from(arrays, (array) => [`${array.name}.npy`, 'npy' in array ? array.npy : writeNpy(array)] as const),
  )
}
