import {mkdir, stat} from 'node:fs/promises'
import {join} from 'node:path'
import {writeFileAtomic} from '../data/atomic-write.js'
import type {AnyReport} from '../documents/reports.js'
import {InputError, option} from '../errors.js'
import {toJson} from '../frame/json.js'
import type {CheckRun} from '../gate/gate.js'
import type {CheckResult} from '../gate/types.js'
import {renderReport} from '../render/renderers.js'

/** Commands with HTML reports. */
const PAGES: readonly AnyReport['command'][] = ['certify', 'drift', 'evaluate', 'harden', 'judge', 'sanitize']

/** Throws InputError: the path exists but is not a folder. */
export async function requireFolder(path: string, name: string): Promise<void> {
  const found = await stat(path).catch(() => null)
  if (found !== null && !found.isDirectory())
    throw new InputError(`${option(name)} names ${path}, which is a file and not a folder`, ['name a folder'])
}

/** Writes each check's report as HTML and JSON; the check's result gets the path of the page. */
export async function writePages(
  folder: string,
  runs: ReadonlyMap<string, CheckRun>,
  checks: readonly CheckResult[],
): Promise<void> {
  await mkdir(folder, {recursive: true})
  for (const check of checks) {
    const run = runs.get(check.name)
    if (run === undefined || 'error' in run) continue
    const report = run.report as AnyReport
    await writeFileAtomic(join(folder, `${check.name}.json`), toJson(report))
    if (!PAGES.includes(report.command)) continue
    check.page = join(folder, `${check.name}.html`)
    await writeFileAtomic(check.page, renderReport(report, 'html'))
  }
}

/** The files written by writePages. */
export const pageFiles = (folder: string, checks: readonly CheckResult[]): string[] =>
  checks.flatMap(({name, page, error}) =>
    error === null ? [join(folder, `${name}.json`), ...(page === undefined ? [] : [page])] : [],
  )
