import {execFile} from 'node:child_process'
import {stat} from 'node:fs/promises'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {readInput} from '../data/read-file.js'
import {InputError, UsageError} from '../errors.js'
import type {AnyReport} from '../documents/reports.js'
import {parseTrusted} from './trusted-report.js'

/** Default location of baselines: `<check>.json` in this folder. */
export const BASELINE_FOLDER = 'surety-baseline'

/** The source of baselines. */
export type BaselineSource = {kind: 'path'; path: string} | {kind: 'git'; ref: string; folder: string}

/**
 * A report, a folder of reports, `git:REF` or `git:REF:folder`.
 *
 * Throws  UsageError  git: without a ref, or with one that git would parse as an option.
 */
export function baselineSource(text: string): BaselineSource {
  if (!text.startsWith('git:')) return {kind: 'path', path: text}
  const [ref = '', folder = BASELINE_FOLDER] = text.slice(4).split(/:(.*)/s)
  if (!/^[\w@][\w./@^~{}+-]*$/.test(ref))
    throw new UsageError(`the baseline ${JSON.stringify(text)} names no revision of git`, [
      'write git:origin/main, or git:origin/main:folder',
    ])
  return {kind: 'git', ref, folder}
}

/**
 * The existing baselines of the checks: a check without one fails when it is needed.
 *
 * Throws  UsageError  one report for several checks. InputError an unreadable source, or a report that was changed.
 */
export async function readBaselines(
  source: BaselineSource,
  checks: readonly string[],
): Promise<Map<string, AnyReport>> {
  if (source.kind === 'git') return collect(checks, (check) => fromGit(source, check))
  const info = await stat(source.path).catch(() => null)
  if (info?.isDirectory() !== true) {
    if (checks.length !== 1)
      throw new UsageError(`the baseline ${source.path} is one report, and there are ${checks.length} checks`, [
        'name a folder with one report per check, or choose one check with --only',
      ])
    return new Map([[checks[0]!, parseTrusted((await readInput(source.path)).bytes, source.path)]])
  }
  return collect(checks, async (check) => {
    const path = join(source.path, `${check}.json`)
    return (await stat(path).catch(() => null)) === null ? null : parseTrusted((await readInput(path)).bytes, path)
  })
}

async function collect(
  checks: readonly string[],
  read: (check: string) => Promise<AnyReport | null>,
): Promise<Map<string, AnyReport>> {
  const found = new Map<string, AnyReport>()
  for (const check of checks) {
    const report = await read(check)
    if (report !== null) found.set(check, report)
  }
  return found
}

const run = promisify(execFile)
const MAX_BASELINE_BYTES = 2 ** 29

async function fromGit({ref, folder}: {ref: string; folder: string}, check: string): Promise<AnyReport | null> {
  // `./`: relative to the current folder, which may be below the root of the repository.
  const object = `${ref}:./${folder}/${check}.json`
  const git = (...args: string[]) => run('git', args, {maxBuffer: MAX_BASELINE_BYTES, encoding: 'buffer'})
  try {
    await git('rev-parse', '--verify', '--quiet', `${ref}^{commit}`)
  } catch (cause) {
    throw new InputError(
      `the baseline git:${ref} cannot be read: there is no such revision here, or this is not a git repository`,
      ['fetch it first: git fetch origin main, or fetch-depth: 0 in actions/checkout'],
      {cause},
    )
  }
  try {
    await git('cat-file', '-e', object)
  } catch {
    return null
  }
  return parseTrusted((await git('show', object)).stdout, object)
}
