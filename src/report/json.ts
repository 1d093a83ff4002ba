import {InternalError} from '../errors.js'
import type {Json, Report} from './types.js'

const TOP_LEVEL = ['schemaVersion', 'command', 'version', 'seed', 'engine', 'inputs', 'config', 'metrics', 'verdict', 'notes', 'evidence', 'run'] as const

/**
 * The canonical JSON text of a report: the same report gives the same bytes, whatever order its keys were set in.
 *
 * Order      the top level as in `Report`, everything below by code unit; two spaces, one newline at the end.
 * Throws     InternalError  a value that JSON cannot hold (NaN, Infinity, a typed array, undefined in an array …),
 *            naming its path. An undefined member counts as absent.
 */
export function toJson(report: Report & {evidence?: unknown}): string {
  const members = TOP_LEVEL.filter((key) => report[key] !== undefined).map((key) => [key, canonical(report[key], key)])
  return JSON.stringify(Object.fromEntries(members), null, 2) + '\n'
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
      .sort(([a], [b]) => (a < b ? -1 : 1))
    return Object.fromEntries(members.map(([key, member]) => [key, canonical(member, `${path}.${key}`)]))
  }
  throw unfit(path, typeof value === 'object' ? `a ${value.constructor.name}` : `a value of type ${typeof value}`)
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function unfit(path: string, found: string): InternalError {
  return new InternalError(`the report holds ${found} at ${path}, which JSON cannot hold`, ['report this as a bug of surety'])
}
