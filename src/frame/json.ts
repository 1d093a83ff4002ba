import {constants} from 'node:buffer'
import {InputError, InternalError} from '../errors.js'
import type {Frame, Json} from './report.js'
import {visibleJson} from './visible.js'

/** A reader finds the frame first and what may differ between runs last; what a command adds stands between. */
const FIRST = [
  'schemaVersion',
  'kind',
  'command',
  'shard',
  'key',
  'checksum',
  'version',
  'algorithm',
  'seed',
  'engine',
  'inputs',
  'config',
  'metrics',
  'verdict',
  'notes',
]
const LAST = 'run'

/**
 * The canonical JSON text of a report or a partial result: the same result gives the same bytes, whatever order its
 * keys were set in.
 *
 * Order      the top level as in `Report` with a command's own members before `run`, everything below by code unit;
 *            indented by two spaces, one newline at the end.
 * Throws     InternalError  a value that JSON cannot hold (NaN, Infinity, a typed array, undefined in an array …),
 *            naming its path. An undefined member counts as absent.
 *            InputError  longer than the longest text that Node can hold.
 */
export function toJson(report: Pick<Frame, 'schemaVersion' | 'command' | 'version'>): string {
  const members = Object.entries(report).filter(([, member]) => member !== undefined)
  const place = (key: string) =>
    key === LAST ? FIRST.length + 1 : FIRST.includes(key) ? FIRST.indexOf(key) : FIRST.length
  members.sort(([a], [b]) => place(a) - place(b) || byCodeUnit(a, b))
  const object = Object.fromEntries(members.map(([key, member]) => [key, canonical(member, key)]))
  return visibleJson(textOf(object, 2)) + '\n'
}

/** A report without what may differ between two runs with the same result. */
export function withoutRun<T extends {run?: unknown}>(report: T): Omit<T, 'run'> {
  const lasting: {run?: unknown} = {...report}
  delete lasting.run
  return lasting as Omit<T, 'run'>
}

/**
 * Canonical JSON without spaces, for digests: the same value gives the same text, whatever order its keys were set in.
 */
export const digestText = (value: unknown): string => textOf(canonical(value, ''))

function textOf(value: Json | Record<string, Json>, indent?: number): string {
  try {
    return JSON.stringify(value, null, indent)
  } catch (cause) {
    if (cause instanceof RangeError)
      throw new InputError(
        `the result is longer than ${constants.MAX_STRING_LENGTH} characters, more than one JSON file can hold`,
        ['use fewer rows or layers, or more shards if this is a partial result'],
        {cause},
      )
    throw cause
  }
}

function canonical(value: unknown, path: string): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw unfit(path, `the number ${value}`)
    return value
  }
  if (Array.isArray(value)) return value.map((item, i) => canonical(item, `${path}[${i}]`))
  if (typeof value === 'object' && isPlain(value)) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => byCodeUnit(a, b))
    return Object.fromEntries(members.map(([key, member]) => [key, canonical(member, `${path}.${key}`)]))
  }
  throw unfit(path, typeof value === 'object' ? `a ${value.constructor.name}` : `a value of type ${typeof value}`)
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function unfit(path: string, found: string): InternalError {
  return new InternalError(`the report holds ${found} at ${path}, which JSON cannot hold`, [
    'report this as a bug of surety',
  ])
}
