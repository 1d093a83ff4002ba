import {randomBytes} from 'node:crypto'
import {open, rename, rm} from 'node:fs/promises'
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
    const code = (error as NodeJS.ErrnoException).code
    if (code === undefined) throw error
    const reasons: Record<string, string> = {
      ENOENT: 'its folder does not exist',
      ENOTDIR: 'its folder is a file',
      EACCES: 'its folder may not be written to',
      EROFS: 'the file system is read-only',
      EISDIR: 'it is a folder',
      ENOSPC: 'the disk is full',
    }
    throw new InputError(`${path}: cannot be written: ${reasons[code] ?? code}`, ['choose another path, or create the folder first'], {cause: error})
  }
}
