import {basename, dirname, extname} from 'node:path'
import {mkdir, readFile} from 'node:fs/promises'
import {existsSync} from 'node:fs'
import {writeFileAtomic} from '../../data/atomic-write.js'
import {DeviceError, UsageError} from '../../errors.js'
import {absentPackages, installCommand, type PartName} from '../../packages.js'
import type {CheckConfig} from '../../gate/types.js'
import {CONFIG_NAMES, type ConfigFile} from '../gate-config.js'
import {checkRuns, type GateTools} from '../gate-run.js'
import type {Asking} from './ask.js'
import {dataFor, type FoundFile, findFiles} from './find.js'
import {proposeLimits} from './propose.js'
import {IGNORED, type System, workflowOf} from './workflow.js'

export interface InitSettings {
  seed: number
  threads: number | undefined
  system: System
  /** overwrite existing files */
  force: boolean
}

/** What was done, one line each, for the user. */
export interface InitOutcome {
  lines: string[]
  config: ConfigFile
}

/**
 * Sets up a passing gate for the files of the current folder: one check per model and graph, run once, with limits from
 * that run. Existing files are only overwritten if the user agrees.
 *
 * Throws  UsageError  nothing to judge was found. DeviceError an engine is missing (says how to install it).
 */
export async function init(settings: InitSettings, asking: Asking, tools: GateTools): Promise<InitOutcome> {
  const files = await findFiles('.')
  const checks = await checksOf(files, asking)
  if (Object.keys(checks).length === 0)
    throw new UsageError('no model with data, no stored states and no graph was found in this folder', [
      'surety demo shows what can be judged',
      'README lists the files that surety reads',
    ])
  requireEngines(files.filter(({path}) => Object.values(checks).some((check) => namesFile(check, path))))
  const lines = Object.entries(checks).map(([name, check]) => `${name}: ${describe(check)}`)
  const opened = {
    config: {checks},
    file: {path: 'surety.config.json', sha256: '', bytes: 0},
    placeOf: () => ({path: 'surety.config.json', line: 1}),
  }
  const {runs} = await checkRuns(opened, {seed: settings.seed, threads: settings.threads}, tools)
  for (const [name, run] of runs) {
    if ('error' in run) {
      lines.push(
        `${name}: left out, since it cannot be run: ${run.error.message}`,
        ...run.error.nextSteps.map((step) => `  → ${step}`),
      )
      delete checks[name]
      continue
    }
    const thresholds = proposeLimits(run.report as Parameters<typeof proposeLimits>[0])
    checks[name] = {...checks[name], thresholds}
    for (const [metric, threshold] of Object.entries(thresholds)) lines.push(`${name}: ${metric} ${reason(threshold)}`)
  }
  if (Object.keys(checks).length === 0)
    throw new UsageError(
      'nothing that was found can be run',
      lines.filter((line) => line.includes('left out')),
    )
  const config: ConfigFile = {$schema: './node_modules/surety/schemas/config.schema.json', checks}
  await writeConfig(config, settings, asking, lines)
  await writeWorkflow(settings, asking, lines)
  await ignore(lines)
  return {lines, config}
}

async function checksOf(files: readonly FoundFile[], asking: Asking): Promise<Record<string, CheckConfig>> {
  const checks: Record<string, CheckConfig> = {}
  const add = (path: string, check: CheckConfig) => {
    const stem = (basename(path) === 'model.json' ? basename(dirname(path)) : basename(path, extname(path)))
      .replace(/[^A-Za-z0-9._-]/g, '-')
      .replace(/^[^A-Za-z0-9]+/, '')
    let name = stem === '' ? 'check' : stem
    for (let k = 2; checks[name] !== undefined; k++) name = `${stem}-${k}`
    checks[name] = check
  }
  for (const file of files) {
    if (file.kind === 'model') {
      const data = dataFor(file.path, files)
      if (data.length === 0) continue
      const path =
        data.length === 1
          ? data[0]!.path
          : await asking.choose(
              `Data of ${file.path}?`,
              data.map((one) => one.path),
            )
      const labels = await labelsOf(data.find((one) => one.path === path)!, asking)
      add(file.path, {certify: file.path, options: {data: path, ...labels}})
    } else if (file.kind === 'states') add(file.path, {certify: file.path, options: await labelsOf(file, asking)})
    else if (file.kind === 'graph') add(file.path, {sanitize: file.path, options: await attributesOf(file, asking)})
  }
  return checks
}

async function labelsOf(file: FoundFile, asking: Asking): Promise<Record<string, string>> {
  if (file.labels.length === 0 || (file.labels.length === 1 && /^labels?$/.test(file.labels[0]!))) return {}
  return {'labels-name': await asking.choose(`Labels of ${file.path}?`, file.labels)}
}

async function attributesOf(file: FoundFile, asking: Asking): Promise<CheckConfig['options'] & object> {
  if (extname(file.path) === '.npz') return {}
  const label =
    file.labels.length === 0
      ? 'none'
      : await asking.choose(`Class of the nodes of ${file.path}?`, [...file.labels, 'none'])
  const features =
    file.features.length > 0 &&
    (await asking.confirm(
      `Are ${file.features.length} numbers of each node its features (${some(file.features)})?`,
      true,
    ))
  return {
    ...(label === 'none' ? {} : {'label-attribute': label}),
    ...(features ? {'feature-attributes': file.features} : {}),
  }
}

const some = (names: readonly string[]) =>
  names.length <= 4 ? names.join(', ') : `${names.slice(0, 3).join(', ')}, …, ${names.at(-1)}`

const namesFile = (check: CheckConfig, path: string) =>
  [check.certify, check.sanitize, ...Object.values(check.options ?? {})].includes(path)

/** Throws DeviceError: a file needs a missing package. */
function requireEngines(files: readonly FoundFile[]): void {
  const parts = [...new Set(files.map(({part}) => part))].filter(
    (part): part is PartName => part !== null && absentPackages(part).length > 0,
  )
  if (parts.length === 0) return
  const first = files.find(({part}) => part === parts[0])!
  throw new DeviceError(
    `${first.path} needs ${parts.length === 1 ? 'an engine' : 'engines'} that a base install leaves out: ${parts.join(', ')}`,
    [
      installCommand(parts.flatMap(absentPackages)),
      `or surety doctor --fix ${parts.map((part) => `--part ${part}`).join(' ')}`,
      'then run surety init again',
    ],
  )
}

function describe({certify, sanitize, options = {}}: CheckConfig): string {
  const said = Object.entries(options).map(([name, value]) => `${name} ${String(value)}`)
  return [`${certify === undefined ? 'sanitize' : 'certify'} ${certify ?? sanitize}`, ...said].join(', ')
}

const reason = (threshold: NonNullable<CheckConfig['thresholds']>[string]): string => {
  if (typeof threshold === 'string')
    return `is a ${threshold === 'warn' ? 'warning' : threshold}: it does not pass today`
  const [, {min, max, why}] = threshold
  return `${min === undefined ? `≤ ${max}` : `≥ ${min}`}: ${why}`
}

async function writeConfig(config: ConfigFile, {force}: InitSettings, asking: Asking, lines: string[]): Promise<void> {
  const there = CONFIG_NAMES.find((name) => existsSync(name))
  if (there !== undefined && !force && !(await asking.confirm(`${there} exists. Overwrite it?`, false))) {
    lines.push(`${there}: kept as it is; --overwrite writes over it`)
    return
  }
  if (there !== undefined && there !== CONFIG_NAMES[0])
    throw new UsageError(`${there} exists, and surety gate needs a single configuration`, ['remove it first'])
  await writeFileAtomic(CONFIG_NAMES[0], `${JSON.stringify(config, null, 2)}\n`)
  lines.push(`${CONFIG_NAMES[0]}: written`)
}

async function writeWorkflow({system, force}: InitSettings, asking: Asking, lines: string[]): Promise<void> {
  const workflow = workflowOf(system)
  if (workflow === null) return
  const {path, text} = workflow
  const before = await readFile(path, 'utf8').catch(() => null)
  if (before === text) return
  if (before !== null && !force && !(await asking.confirm(`${path} exists. Overwrite it?`, false))) {
    lines.push(`${path}: kept as it is; --overwrite writes over it`)
    return
  }
  if (dirname(path) !== '.') await mkdir(dirname(path), {recursive: true})
  await writeFileAtomic(path, text)
  lines.push(`${path}: written; it runs npm ci, so surety and its engines belong in devDependencies`)
}

/** Only adds lines. */
async function ignore(lines: string[]): Promise<void> {
  const before = await readFile('.gitignore', 'utf8').catch(() => '')
  const missing = IGNORED.filter((line) => !before.split(/\r?\n/).includes(line))
  if (missing.length === 0) return
  const gap = before === '' || before.endsWith('\n') ? '' : '\n'
  await writeFileAtomic('.gitignore', `${before}${gap}${missing.join('\n')}\n`)
  lines.push(`.gitignore: ${missing.join(', ')} added`)
}
