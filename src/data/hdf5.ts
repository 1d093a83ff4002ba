import {InputError} from '../errors.js'
import {LIMITS} from './limits.js'
import type {NamedArray} from './named-array.js'
import {readInThread, THREAD_LIMITS, type ThreadLimits} from './reading-thread.js'

/** An HDF5 file. */
export interface Hdf5File {
  /** paths of all data sets of numbers and of texts, without the leading slash, in natural order */
  readonly names: readonly string[]
  /** names of the members of a group, in natural order; empty where there is no such group */
  members: (group: string) => readonly string[]
  /** text, or a list of texts, of an attribute of a group; null where there is none */
  attribute: (group: string, name: string) => string | readonly string[] | null
  shape: (name: string) => readonly number[]
  read: (name: string) => NamedArray
  /** data sets that hold neither, each with the reason, as the end of a sentence that begins with its name */
  readonly unread: readonly {name: string; shape: readonly number[]; reason: string}[]
}

export interface Hdf5Limits extends ThreadLimits {
  readonly maxObjects: number
  readonly maxDepth: number
  /** of all data sets together */
  readonly maxBytes: number
}

export const hdf5Limits = (): Hdf5Limits => ({
  ...THREAD_LIMITS,
  maxObjects: LIMITS.objects,
  maxDepth: 32,
  maxBytes: LIMITS.unpacked,
})

export interface Hdf5Group {
  path: string
  members: string[]
  /** those that are text */
  attributes: {name: string; value: string | string[]}[]
}

/** What a file holds, as the thread that read it gives it. */
export interface Hdf5Content {
  groups: Hdf5Group[]
  /** a text in place of an array says why it cannot be read */
  arrays: {name: string; shape: readonly number[]; array: NamedArray | string}[]
  unread: {name: string; shape: readonly number[]; reason: string}[]
}

/**
 * An HDF5 file that is in memory, read as a whole in a thread of its own, with limits of memory and time.
 *
 * Throws  InputError  no HDF5, truncated or corrupt, or beyond the limits: objects, depth of groups, bytes of all data
 *         sets, bytes
 *                     out of proportion to the file, time.
 */
export async function openHdf5(bytes: Uint8Array, place: string, limits = hdf5Limits()): Promise<Hdf5File> {
  return hdf5File(await readInThread<Hdf5Content>({format: 'hdf5', bytes, place, limits}), place)
}

export function hdf5File({groups, arrays, unread}: Hdf5Content, place: string): Hdf5File {
  const byName = new Map(arrays.map((array) => [array.name, array]))
  const byPath = new Map(groups.map((group) => [group.path, group]))
  const find = (name: string) => {
    const found = byName.get(name)
    if (found === undefined)
      throw new InputError(
        `${place}: has no data set ${name}, its data sets are ${[...byName.keys()].slice(0, 12).join(', ') || 'none'}`,
        ['choose one of these'],
      )
    return found
  }
  return {
    names: [...byName.keys()],
    members: (group) => byPath.get(group)?.members ?? [],
    attribute: (group, name) =>
      byPath.get(group)?.attributes.find((attribute) => attribute.name === name)?.value ?? null,
    unread,
    shape: (name) => find(name).shape,
    read: (name) => {
      const {array} = find(name)
      if (typeof array === 'string')
        throw new InputError(array, ['write the file again, or copy it again from its source'])
      return array
    },
  }
}
