import {execFile} from 'node:child_process'
import {readdir, stat} from 'node:fs/promises'
import {join, relative, sep} from 'node:path'
import {promisify} from 'node:util'
import {byName} from '../data/natural-order.js'
import {hashOf, readInput} from '../data/read-file.js'
import type {HistoryEntry} from '../documents/history.js'
import type {HistoryRun} from '../documents/history-types.js'
import {parseAnyReport} from '../documents/read-report.js'
import type {AnyReport} from '../documents/reports.js'
import {InputError, SuretyError, UsageError} from '../errors.js'
import type {InputFile} from '../frame/report.js'
import {BASELINE_FOLDER} from './baselines.js'
import {sealFault} from './trusted-report.js'

/** The reports found, earliest first. */
export interface FoundHistory {
  runs: HistoryRun[]
  entries: HistoryEntry[]
  inputs: InputFile[]
}

/**
 * Finds past reports in a folder or file, or in git (`git`, `git:PATH`): the last `limit` commits that changed the
 * path.
 *
 * Throws  InputError  it does not exist, or has no JSON file.
 */
export async function findHistory(place: string, limit: number): Promise<FoundHistory> {
  const inGit = /^git(?::(.+))?$/s.exec(place)
  const found = inGit === null ? await fromFolder(place) : await fromGit(inGit[1] ?? BASELINE_FOLDER, limit)
  if (found.entries.length === 0)
    throw new InputError(`${place}: holds no report, which would be a file that ends in .json`, [
      'surety gate --out reports/NAME.json writes one a run, surety baseline update one to commit',
    ])
  return found
}

/** Folders that are not searched. */
const NOT_OURS = ['node_modules', '.git']

async function fromFolder(place: string): Promise<FoundHistory> {
  const info = await stat(place).catch(() => null)
  if (info === null)
    throw new InputError(`${place}: there is no such folder`, ['name a folder of reports, or git:PATH for its history'])
  const paths = info.isDirectory()
    ? (await readdir(place, {recursive: true, withFileTypes: true}))
        .filter((entry) => entry.isFile() && entry.name.endsWith('.json'))
        .map((entry) => join(entry.parentPath, entry.name))
        .filter(
          (path) =>
            !relative(place, path)
              .split(sep)
              .some((part) => NOT_OURS.includes(part)),
        )
    : [place]
  const read = await Promise.all(
    paths.sort(byName).map(async (path) => {
      try {
        const {bytes, file} = await readInput(path)
        return {path, file, parsed: parsed(bytes, path)}
      } catch (error) {
        if (!(error instanceof SuretyError)) throw error
        return {path, file: null, parsed: faultOf(error, path)}
      }
    }),
  )
  const at = ({parsed: each}: {parsed: Parsed}) => ('report' in each ? (each.report.run?.startedAt ?? null) : null)
  // If any report has no date, all are ordered by name.
  const reports = read.filter(({parsed: each}) => 'report' in each)
  if (reports.every((each) => at(each) !== null))
    read.sort((a, b) => ((at(a) ?? '') < (at(b) ?? '') ? -1 : (at(a) ?? '') > (at(b) ?? '') ? 1 : 0))
  const runs: HistoryRun[] = []
  const entries: HistoryEntry[] = []
  for (const {path, parsed: each} of read) {
    if ('fault' in each) entries.push({run: null, path, group: path, ...each})
    else
      entries.push({
        run: runs.push({name: path, at: at({parsed: each}), title: ''}) - 1,
        path,
        group: subjectOf(each.report),
        ...each,
      })
  }
  if (runs.length === 0) runs.push({name: place, at: null, title: ''})
  return {runs, entries, inputs: read.flatMap(({file}) => file ?? [])}
}

type Parsed = {report: AnyReport} | {fault: string}

/** A report with a valid checksum; its bounds are not recomputed (surety verify does that). */
function parsed(bytes: Uint8Array, path: string): Parsed {
  try {
    const report = parseAnyReport(bytes, path)
    const fault = sealFault(report)
    return fault === null ? {report} : {fault}
  } catch (error) {
    if (error instanceof SuretyError) return faultOf(error, path)
    throw error
  }
}

const faultOf = ({message}: SuretyError, path: string): Parsed => ({
  fault: message.startsWith(`${path}: `) ? message.slice(path.length + 2) : message,
})

/** What a report is about: the model or graph; for a gate its configuration. */
const subjectOf = ({command, inputs}: AnyReport): string => {
  const subject = inputs.find(({role}) => role === 'model' || role === 'embeddings') ?? inputs[0]
  return subject === undefined ? `surety ${command}` : subject.path
}

const LARGEST = 2 ** 29

async function fromGit(path: string, limit: number): Promise<FoundHistory> {
  const git = async (...args: string[]) =>
    (await promisify(execFile)('git', args, {maxBuffer: LARGEST, encoding: 'buffer'})).stdout
  const text = async (...args: string[]) => (await git(...args)).toString('utf8')
  const log = await text('log', `--max-count=${limit}`, '--format=%H%x1f%h%x1f%cI%x1f%s', '--', path).catch(
    (cause: unknown) => {
      throw new UsageError(
        `git:${path} cannot be read: this is not a git repository with commits, or git is missing`,
        ['run surety history inside of a clone', 'name a folder of reports instead'],
        {cause},
      )
    },
  )
  const commits = log.split('\n').filter(Boolean).reverse()
  const runs: HistoryRun[] = []
  const entries: HistoryEntry[] = []
  const inputs: InputFile[] = []
  const blobs = new Map<string, Parsed>()
  for (const [run, line] of commits.entries()) {
    const [commit = '', name = '', at = '', title = ''] = line.split('\x1f')
    runs.push({name, at: new Date(at).toISOString().replace('.000', ''), title})
    const tree = await text('ls-tree', '-r', '-z', commit, '--', path)
    for (const entry of tree.split('\0').filter((each) => each.endsWith('.json'))) {
      const [, blob = '', file = ''] = /^\d+ blob ([0-9a-f]+)\t(.*)$/s.exec(entry) ?? []
      if (blob === '') continue
      let known = blobs.get(blob)
      if (known === undefined) {
        const bytes = await git('cat-file', 'blob', blob)
        known = parsed(bytes, `${name}:${file}`)
        blobs.set(blob, known)
        inputs.push({path: `git:${name}:${file}`, sha256: hashOf(bytes), bytes: bytes.length})
      }
      entries.push({run, path: file, group: file, ...known})
    }
  }
  return {runs, entries, inputs}
}
