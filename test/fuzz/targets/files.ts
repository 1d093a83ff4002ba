import {readFileSync, statSync, writeFileSync} from 'node:fs'
import promises from 'node:fs/promises'
import {syncBuiltinESMExports} from 'node:module'
import {join} from 'node:path'
import type {Read} from '../../../scripts/fuzz/target.js'
import type {ElementType, NamedArray} from '../../../src/data/named-array.js'

// A file read in this thread: handing so small ones to another takes longer than all the rest.
Object.assign(promises, {
  readFile: async (path: string) => Promise.resolve(readFileSync(path)),
  stat: async (path: string) => Promise.resolve(statSync(path)),
})
syncBuiltinESMExports()

/** A reader of paths: each input is written under the same name. */
export const fromFile = (folder: string, name: string, read: (path: string) => unknown): Read => {
  const path = join(folder, name)
  return (bytes) => {
    writeFileSync(path, bytes)
    return read(path)
  }
}

export const text = (...files: string[]): Uint8Array[] => files.map((file) => Buffer.from(file))

export const array = (
  name: string,
  type: ElementType,
  data: number[] | string[],
  shape: number[] = [data.length],
): NamedArray => ({
  name,
  type,
  shape,
  data: typeof data[0] === 'string' ? (data as string[]) : Float64Array.from(data as number[]),
})
