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

/** A run that always gives the same report: everything that decides it, but for the contents of its files. */
export interface CacheableRun {
  command: string
  path: string
  options: Readonly<Record<string, unknown>>
}

/** Files of a folder that are looked at before it is taken for too large to be an input. */
const MAX_FILES = 100_000

/**
 * Reports by the content of what they were made from. An entry is `<key>.json` with the key
 *
 *     sha256(surety's version, algorithm, command, engine, options, and path and sha256 of every file that an option
 *     names)
 *
 * where a folder stands for all files in it. Files that a model names in turn (weights beside model.json) are in the
 * report with their sha256 and are hashed again before an entry is used. Entries are written by rename, so jobs may
 * share a folder; whatever cannot be read or has another content than its name says is computed again. Entries never
 * expire: empty the folder at will.
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
    // An input that changed while the report was made has another key by now.
    if ((await this.keyOf(run)) === key) {
      await mkdir(this.folder, {recursive: true})
      const entry = {...lasting, key: entryKey(key, lasting)}
      // Whoever shares the folder may have put a link there.
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

/** Options are plain but for infinity and undefined. */
const portable = (options: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(options).map(([name, value]) => [name, value === Infinity ? 'infinity' : value]))

/** A digest of the entry that includes its own name, so that neither a changed nor a renamed entry is taken. */
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

/** `path:sha256` of a file, of every file in a folder; nothing for text that names neither. */
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
