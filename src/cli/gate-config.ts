import {access} from 'node:fs/promises'
import {extname, resolve} from 'node:path'
import {pathToFileURL} from 'node:url'
import {LineCounter, parseDocument} from 'yaml'
import {parseJson} from '../data/json.js'
import {readInput} from '../data/read-file.js'
import {InputError, UsageError} from '../errors.js'
import {loadPart} from '../packages.js'
import {checkConfig} from '../gate/config.js'
import type {GateConfig, Level, Place} from '../gate/types.js'
import {readSchema} from '../documents/schema.js'
import type {InputFile} from '../frame/report.js'

/** A configuration file: checks, and any flag of surety gate by name. */
export interface ConfigFile extends GateConfig {
  /** a report, a folder of reports, or git:REF (git:REF:folder) */
  baseline?: string
  'fail-level'?: Exclude<Level, 'off'>
  'no-fail'?: boolean
  /** names of the checks to run */
  only?: string | string[]
  /** cache folder; off by default */
  cache?: string
  /** folder for each check's report, as HTML and JSON */
  reports?: string
  /** files to write, [format:]path */
  out?: string | string[]
  /** output format of stdout */
  format?: string
  seed?: number
  device?: string
  threads?: number
  'require-gpu'?: boolean
}

export interface OpenedConfig {
  config: ConfigFile
  file: InputFile
  placeOf: (path: readonly (string | number)[]) => Place
}

/** Searched in this order. Programs are only run if named explicitly. */
export const CONFIG_NAMES = ['surety.config.json', 'surety.config.yaml', 'surety.config.yml'] as const
const MAX_CONFIG_BYTES = 2 ** 20

/**
 * Reads the configuration at a path, or in the current folder.
 *
 * Throws  UsageError  none, several, or an invalid one. InputError a file that cannot be read or parsed.
 */
export async function readConfig(named: string | undefined): Promise<OpenedConfig> {
  const path = named ?? (await findConfig())
  const {bytes, file} = await readInput(path, MAX_CONFIG_BYTES)
  const {value, placeOf} = await parse(path, bytes)
  return {config: checkConfig<ConfigFile>(value, readSchema('config.schema.json'), path), file, placeOf}
}

/** Reads a JSON or YAML file of options. Throws UsageError for another extension, InputError if it cannot be read. */
export async function readOptions(path: string): Promise<unknown> {
  if (!/\.(json|ya?ml)$/i.test(path))
    throw new UsageError(`${path}: a file of options ends in .json or .yaml`, ['name it so'])
  return (await parse(path, (await readInput(path, MAX_CONFIG_BYTES)).bytes)).value
}

async function findConfig(): Promise<string> {
  const there = await Promise.all(
    CONFIG_NAMES.map((name) =>
      access(name).then(
        () => true,
        () => false,
      ),
    ),
  )
  const found = CONFIG_NAMES.filter((_, k) => there[k])
  if (found.length === 1) return found[0]!
  if (found.length > 1)
    throw new UsageError(`there are ${found.length} configurations: ${found.join(', ')}`, [
      'keep one, or name one with --config',
    ])
  throw new UsageError(`there is no ${CONFIG_NAMES.join(' or ')} in the current folder`, [
    'write one as docs/ci.md shows, or name another file with --config',
  ])
}

type Parsed = Pick<OpenedConfig, 'placeOf'> & {value: unknown}

async function parse(path: string, bytes: Uint8Array): Promise<Parsed> {
  const extension = extname(path).toLowerCase()
  switch (extension) {
    case '.json': {
      const value = parseJson(bytes, path)
      // The YAML parser also reads JSON, gives line numbers, and refuses duplicate keys.
      return {...parseYaml(path, bytes, {json: true}), value}
    }
    case '.yaml':
    case '.yml':
      return parseYaml(path, bytes)
    case '.ts':
    case '.mts':
    case '.js':
    case '.mjs':
      return {value: await runProgram(path), placeOf: () => ({path, line: 1})}
    default:
      throw new UsageError(`${path}: a configuration ends in .json, .yaml, .yml, .ts or .js`, ['name it so'])
  }
}

/** JSON is parsed only for line numbers and duplicate keys; tabs, which YAML forbids, are replaced by spaces. */
function parseYaml(path: string, bytes: Uint8Array, {json = false} = {}): Parsed {
  const counter = new LineCounter()
  try {
    const text = new TextDecoder('utf-8', {fatal: true}).decode(bytes)
    const document = parseDocument(json ? text.replaceAll('\t', ' ') : text, {
      lineCounter: counter,
      prettyErrors: false,
      stringKeys: true,
    })
    const [error] = document.errors
    if (error !== undefined)
      throw new InputError(
        `${path}, line ${counter.linePos(error.pos[0]).line}: ${error.message.toLowerCase().replace(/\.$/, '')}`,
        ['fix the file'],
      )
    const placeOf = (parts: readonly (string | number)[]): Place => {
      for (let length = parts.length; length > 0; length--) {
        const node = document.getIn(parts.slice(0, length), true) as {range?: [number, number, number]} | undefined
        if (node?.range) return {path, line: counter.linePos(node.range[0]).line}
      }
      return {path, line: 1}
    }
    // Convert to plain data: a self-referencing alias is not valid JSON.
    return {value: JSON.parse(JSON.stringify(document.toJS({maxAliasCount: 50}) ?? null)) as unknown, placeOf}
  } catch (cause) {
    if (cause instanceof InputError) throw cause
    throw new InputError(
      `${path}: cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      ['fix the file'],
      {cause},
    )
  }
}

async function runProgram(path: string): Promise<unknown> {
  const {createJiti} = await loadPart('program', () => import('jiti'))
  try {
    const loaded = await createJiti(pathToFileURL(`${resolve('.')}/`).href, {
      fsCache: false,
      moduleCache: false,
    }).import<unknown>(resolve(path), {default: true})
    // A configuration is plain data: functions and class instances are dropped.
    return JSON.parse(JSON.stringify(loaded ?? null)) as unknown
  } catch (cause) {
    throw new InputError(
      `${path}: cannot be run: ${cause instanceof Error ? cause.message : String(cause)}`,
      ['run it on its own to see its error'],
      {cause},
    )
  }
}
