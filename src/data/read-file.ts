import {createHash} from 'node:crypto'
import {readFile, stat} from 'node:fs/promises'
import {InputError} from '../errors.js'
import type {InputFile} from '../report/types.js'

export interface InputBytes {
  readonly bytes: Uint8Array
  readonly file: InputFile
}

/** Node reads at most this much into one buffer. */
export const MAX_FILE_BYTES = 2 ** 31 - 1

/**
 * A whole input file with what the report says of it (path as given, sha256, size).
 *
 * Throws  InputError  absent, a folder, not readable, empty, or larger than `maxBytes`.
 */
export async function readInput(path: string, maxBytes = MAX_FILE_BYTES): Promise<InputBytes> {
  const bytes = await load(path, maxBytes)
  if (bytes.length === 0) throw new InputError(`${path}: is empty`, ['check that the file was written completely'])
  return {bytes, file: {path, sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length}}
}

async function load(path: string, maxBytes: number): Promise<Uint8Array> {
  try {
    const info = await stat(path)
    if (info.isDirectory()) throw new InputError(`${path}: is a folder, not a file`, ['name the file inside it'])
    if (info.size > maxBytes) throw new InputError(`${path}: has ${info.size} bytes, the limit is ${maxBytes}`, ['split the file or raise the limit'])
    return await readFile(path)
  } catch (error) {
    if (error instanceof InputError) throw error
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new InputError(`${path}: there is no such file`, ['check the path; it is relative to the current folder'], {cause: error})
    if (code === 'EACCES' || code === 'EPERM') throw new InputError(`${path}: may not be read`, ['change its permissions'], {cause: error})
    throw new InputError(`${path}: cannot be read (${code ?? String(error)})`, ['check the file and its disk'], {cause: error})
  }
}
