import {statSync} from 'node:fs'
import {UsageError} from '../errors.js'
import {memoryText, raiseMemory, residentBytes} from '../frame/memory.js'

/** A file is in memory twice: as bytes and as arrays. */
const TIMES = 2

/**
 * Refuses files that would exceed the memory limit, before reading them. Folders and missing files are left to the
 * readers.
 *
 * Throws  UsageError  names the largest file, what is needed, and the limit.
 */
export function requireInputMemory(paths: readonly (string | undefined)[], limit: number | undefined): void {
  if (limit === undefined) return
  const files = paths
    .flatMap((path) => {
      const info = path === undefined ? undefined : statSync(path, {throwIfNoEntry: false})
      return info?.isFile() === true ? [{path: path!, bytes: info.size}] : []
    })
    .sort((a, b) => b.bytes - a.bytes)
  const needed = residentBytes() + TIMES * files.reduce((sum, {bytes}) => sum + bytes, 0)
  if (needed <= limit) return
  throw new UsageError(
    `reading ${files.length > 0 ? `${files[0]!.path} (${memoryText(files[0]!.bytes)})` : 'the input'} needs about ${memoryText(needed)} of memory in all, the limit is ${memoryText(limit)}`,
    [raiseMemory(needed), 'use a part of the file'],
  )
}
