import {createHash} from 'node:crypto'
import {createReadStream} from 'node:fs'
import {mkdir, readdir, stat} from 'node:fs/promises'
import {join} from 'node:path'
import {writeFileAtomic} from '../data/atomic-write.js'
import {readInput} from '../data/read-file.js'
import {InputError, SuretyError} from '../errors.js'
import {sha256} from '../frame/checksum.js'
import {digestText, toJson, withoutRun} from '../frame/json.js'
import {parseAnyReport} from '../documents/read-report.js'
import type {AnyReport} from '../documents/reports.js'
import {ALGORITHM, VERSION} from '../version.js'

/** A deterministic run: everything that determines its report, except the contents of its files. */
export interface CacheableRun {
  command: string
  path: string
  options: Readonly<Record<string, unknown>>
}

/** Maximum number of files in an input folder. */
const MAX_FILES = 100_000

/**
 * Caches reports by the content of their inputs. An entry is `<key>.json` with the key
 *
 *     sha256(surety's version, algorithm, command, engine, options, and path and sha256 of every file that an option
 *     names)
 *
 * where a folder means all files in it. Files that a model refers to (weights next to model.json) are in the report
 * with their sha256 and are hashed again before an entry is used. Entries are written by rename, so jobs may share a
 * folder; entries that are unreadable or do not match their key are recomputed. Entries never expire; the folder may be
 * emptied at any time.
 */
export class ReportCache {
  constructor(
    private readonly folder: string,
    /** name and precision of the engine that would run */
    private readonly engine: string,
  ) {}

  async through(
    run: CacheableRun,
    compute: () => Promise<AnyReport>,
  ): Promise<{report: AnyReport; fromCache: boolean}> {
    const key = await this.keyOf(run)
    const place = join(this.folder, `${key}.json`)
    const known = await read(place, key)
    if (known !== null) return {report: known, fromCache: true}
    const report = await compute()
    const lasting = withoutRun(report)
    // If an input changed during the run, its key has changed too.
    if ((await this.keyOf(run)) === key) {
      await mkdir(this.folder, {recursive: true})
      const entry = {...lasting, key: entryKey(key, lasting)}
      // Others who share the folder may have placed a link there.
      await writeFileAtomic(place, toJson(entry), {replaceLink: true})
    }
    return {report, fromCache: false}
  }

  private async keyOf({command, path, options}: CacheableRun): Promise<string> {
    const texts = [path, ...Object.values(options).filter((value) => typeof value === 'string')].sort()
    const files: string[] = []
    for (const text of new Set(texts)) files.push(...(await contentOf(text)))
    return sha256(
      digestText({
        version: VERSION,
        algorithm: ALGORITHM[command] ?? 0,
        command,
        engine: this.engine,
        path,
        options: portable(options),
        files,
      }),
    )
  }
}

/** Makes options JSON-safe: only infinity and undefined need conversion. */
const portable = (options: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(options).map(([name, value]) => [name, value === Infinity ? 'infinity' : value]))

/** A digest of the entry that includes its name, so that changed or renamed entries are rejected. */
const entryKey = (key: string, report: object) => sha256(`${key}\n${digestText(report)}`)

async function read(place: string, key: string): Promise<AnyReport | null> {
  try {
    const {bytes} = await readInput(place)
    const {key: written, ...report} = parseAnyReport(bytes, place) as AnyReport & {key?: string}
    if (written !== entryKey(key, report)) return null
    for (const {path, sha256: expected} of report.inputs)
      if ((await hashOf(path).catch(() => null)) !== expected) return null
    return report
  } catch (error) {
    if (error instanceof SuretyError) return null
    throw error
  }
}

/** `path:sha256` of a file or of every file in a folder; empty for other text. */
async function contentOf(path: string): Promise<string[]> {
  const info = await stat(path).catch(() => null)
  if (info === null) return []
  if (info.isFile()) return [`${path}:${await hashOf(path)}`]
  if (!info.isDirectory()) return []
  const files = (await readdir(path, {recursive: true, withFileTypes: true}))
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  if (files.length > MAX_FILES)
    throw new InputError(`${path}: has ${files.length} files, the cache looks at ${MAX_FILES}`, ['run without --cache'])
  const hashes: string[] = []
  for (const file of files)
    if ((await stat(file).catch(() => null))?.isFile()) hashes.push(`${file}:${await hashOf(file)}`)
  return hashes
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array)
  return hash.digest('hex')
}
