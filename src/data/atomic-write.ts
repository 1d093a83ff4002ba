import {randomBytes} from 'node:crypto'
import {access, constants, open, readdir, realpath, rename, rm, stat, writeFile} from 'node:fs/promises'
import {basename, dirname, join} from 'node:path'
import {InputError} from '../errors.js'

/** A write takes seconds: a temporary file that was not touched for so long belongs to a process that was killed. */
const ABANDONED_MS = 10 * 60 * 1000

/**
 * Writes a file completely or not at all: to a temporary name in the same folder, flushed to the disk, then renamed.
 * On an error the temporary file is removed and the old file, if any, is untouched. A process that is killed meanwhile
 * leaves `.<name>.<12 hex digits>.tmp` behind, which the next write of the same file removes when it is ten minutes
 * old.
 *
 * Kept    the permissions of the old file; a link stays a link, what it points to is replaced, unless `replaceLink`
 *         says that the path lies in a folder where others may have put a link. Devices and pipes (/dev/stdout) cannot
 *         be replaced and are written to.
 * Throws  InputError  the folder is absent or not writable, the path is a folder, or the disk is full.
 */
export async function writeFileAtomic(
  path: string,
  content: Uint8Array | string,
  {replaceLink = false} = {},
): Promise<void> {
  try {
    if (replaceLink) return await replace(path, content, null)
    const old = await stat(path).catch(() => null)
    if (old !== null && !old.isFile() && !old.isDirectory()) await writeFile(path, content)
    else await replace(old === null ? path : await realpath(path), content, old === null ? null : old.mode & 0o777)
  } catch (error) {
    throw unwritable(path, error)
  }
}

async function replace(path: string, content: Uint8Array | string, mode: number | null): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`)
  try {
    const handle = await open(temporary, 'wx')
    try {
      if (mode !== null) await handle.chmod(mode)
      await handle.writeFile(content)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, {force: true})
    throw error
  }
  // The file is there: what goes wrong with leftovers must not take it back.
  await removeAbandoned(path).catch(() => undefined)
}

async function removeAbandoned(path: string): Promise<void> {
  const [before, after] = [`.${basename(path)}.`, '.tmp']
  for (const name of await readdir(dirname(path))) {
    if (
      !name.startsWith(before) ||
      !name.endsWith(after) ||
      !/^[0-9a-f]{12}$/.test(name.slice(before.length, -after.length))
    )
      continue
    const leftover = join(dirname(path), name)
    if (Date.now() - (await stat(leftover)).mtimeMs > ABANDONED_MS) await rm(leftover, {force: true})
  }
}

/**
 * Whether a file can be written, as far as that can be told without writing it: nobody should learn it after an hour of
 * computing.
 *
 * Throws  InputError  as writeFileAtomic does.
 */
export async function checkWritable(path: string): Promise<void> {
  try {
    const old = await stat(path).catch(() => null)
    if (old?.isDirectory() === true) throw Object.assign(new Error(`${path} is a folder`), {code: 'EISDIR'})
    if (old !== null && !old.isFile()) return await access(path, constants.W_OK)
    const folder = dirname(old === null ? path : await realpath(path))
    if (!(await stat(folder)).isDirectory()) throw Object.assign(new Error(`${folder} is a file`), {code: 'ENOTDIR'})
    await access(folder, constants.W_OK)
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
    EPERM: 'its folder may not be written to',
    ENOSPC: 'the disk is full',
    EDQUOT: 'the disk quota is used up',
    EFBIG: 'it would be larger than a file may be',
  }
  const isSpace = code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG'
  const nextStep = isSpace
    ? 'make room, or choose a path on another disk; a file that was there before is unchanged'
    : 'choose another path, or create the folder first'
  return new InputError(`${path}: cannot be written: ${reasons[code] ?? code}`, [nextStep], {cause: error})
}
