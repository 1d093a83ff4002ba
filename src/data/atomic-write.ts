import {randomBytes} from 'node:crypto'
import {access, constants, open, rename, rm, stat} from 'node:fs/promises'
import {basename, dirname, join} from 'node:path'
import {InputError} from '../errors.js'

/**
 * Writes a file completely or not at all: to a temporary name in the same folder, flushed to the disk, then renamed.
 * On an error the temporary file is removed and the old file, if any, is untouched.
 *
 * Throws  InputError  the folder is absent or not writable, or the path is a folder.
 */
export async function writeFileAtomic(path: string, content: Uint8Array | string): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`)
  try {
    const handle = await open(temporary, 'wx')
    try {
      await handle.writeFile(content)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, {force: true})
    throw unwritable(path, error)
  }
}

/**
 * Whether a file can be written, as far as that can be told without writing it: nobody should learn it after an hour of computing.
 *
 * Throws  InputError  as writeFileAtomic does.
 */
export async function checkWritable(path: string): Promise<void> {
  try {
    const folder = dirname(path)
    if (!(await stat(folder)).isDirectory()) throw Object.assign(new Error(`${folder} is a file`), {code: 'ENOTDIR'})
    await access(folder, constants.W_OK)
    if ((await stat(path).catch(() => null))?.isDirectory() === true) throw Object.assign(new Error(`${path} is a folder`), {code: 'EISDIR'})
  } catch (error) {
    throw unwritable(path, error)
  }
}

function unwritable(path: string, error: unknown): unknown {
  const {code} = error as NodeJS.ErrnoException
  if (code === undefined) return error
  const reasons: Record<string, string> = {
    ENOENT: 'its folder does not exist',
    ENOTDIR: 'its folder is a file',
    EACCES: 'its folder may not be written to',
    EROFS: 'the file system is read-only',
    EISDIR: 'it is a folder',
    ENOSPC: 'the disk is full',
  }
  return new InputError(`${path}: cannot be written: ${reasons[code] ?? code}`, ['choose another path, or create the folder first'], {cause: error})
}
