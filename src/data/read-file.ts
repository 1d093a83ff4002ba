import {createHash} from 'node:crypto'
import {type FileHandle, open} from 'node:fs/promises'
import {InputError} from '../errors.js'
import type {InputFile} from '../frame/report.js'

export interface InputBytes {
  readonly bytes: Uint8Array
  readonly file: InputFile
}

/** Node reads at most this much into one buffer. */
export const MAX_FILE_BYTES = 2 ** 31 - 1

/**
 * A whole input file with what the report says of it (path as given, sha256, size). The hash is that of the bytes that
 * are used.
 *
 * Throws  InputError  absent, a folder, a device, not readable, empty, larger than `maxBytes`, or written to while it was read.
 */
export async function readInput(path: string, maxBytes = MAX_FILE_BYTES): Promise<InputBytes> {
  const bytes = await load(path, maxBytes)
  if (bytes.length === 0) throw new InputError(`${path}: is empty`, ['check that the file was written completely'])
  return {bytes, file: {path, sha256: hashOf(bytes), bytes: bytes.length}}
}

/**
 * The bytes of a file that was read before.
 *
 * Throws  InputError  as readInput does, or the content is another by now: no result may rest on two versions of a
 *         file.
 */
export async function readAgain({path, sha256: before}: InputFile): Promise<Uint8Array> {
  const {bytes, file} = await readInput(path)
  if (file.sha256 !== before) throw changed(path)
  return bytes
}

export const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** What is said of a file that did not stay as it was. */
export const changed = (path: string): InputError =>
  new InputError(`${path}: changed while it was read`, [
    'wait until it is written completely, then run again',
    'work on a copy of it',
  ])

async function load(path: string, maxBytes: number): Promise<Uint8Array> {
  let handle: FileHandle | undefined
  try {
    handle = await open(path)
    const before = await handle.stat({bigint: true})
    if (before.isDirectory()) throw new InputError(`${path}: is a folder, not a file`, ['name the file inside it'])
    if (before.isCharacterDevice() || before.isBlockDevice())
      throw new InputError(`${path}: is a device, not a file`, ['name a file'])
    if (before.size > maxBytes)
      throw new InputError(`${path}: has ${before.size} bytes, the limit is ${maxBytes}`, [
        'split the file or raise the limit',
      ])
    const bytes = await handle.readFile()
    const after = await handle.stat({bigint: true})
    // A pipe has neither a size nor a time to compare.
    if (after.isFile() && (after.mtimeNs !== before.mtimeNs || after.size !== BigInt(bytes.length))) throw changed(path)
    return bytes
  } catch (error) {
    if (error instanceof InputError) throw error
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new InputError(`${path}: there is no such file`, ['check the path; it is relative to the current folder'], {
        cause: error,
      })
    if (code === 'EACCES' || code === 'EPERM')
      throw new InputError(`${path}: may not be read`, ['change its permissions'], {cause: error})
    throw new InputError(`${path}: cannot be read (${code ?? String(error)})`, ['check the file and its disk'], {
      cause: error,
    })
  } finally {
    await handle?.close()
  }
}
