import {parseJson} from '../data/json.js'
import {InputError} from '../errors.js'
import type {AnyReport} from './reports.js'
import {misfit} from './schema.js'

const COMMANDS: readonly AnyReport['command'][] = [
  'attack',
  'certify',
  'check',
  'doctor',
  'drift',
  'evaluate',
  'gate',
  'harden',
  'history',
  'judge',
  'sanitize',
  'verify',
]

type ReportOf<Command> = Extract<AnyReport, {command: Command}>

/** Parses a report of any command. Throws as parseReport does. */
export function parseAnyReport(bytes: Uint8Array, path: string): AnyReport {
  const json = parseJson(bytes, path)
  const command = typeof json === 'object' && json !== null && 'command' in json ? json.command : undefined
  const known = COMMANDS.find((each) => each === command)
  if (known === undefined)
    throw new InputError(`${path}: is not a report of surety`, ['give a file that surety wrote with --out or --report'])
  return parseReport(bytes, path, known)
}

/**
 * Parses a report that surety wrote, and checks it against its schema.
 *
 * Throws  InputError  not JSON, another command's report, a partial result, or a member that is missing or of the wrong
 *         type (names its path).
 */
export function parseReport<Command extends AnyReport['command']>(
  bytes: Uint8Array,
  path: string,
  command: Command,
): ReportOf<Command> {
  const json = parseJson(bytes, path)
  const members = typeof json === 'object' && json !== null ? json : {}
  if ('kind' in members && members.kind === 'partial')
    throw new InputError(`${path}: is a partial result of one shard, not a report`, [
      'join the partial results of all shards with surety merge',
    ])
  const found = 'command' in members ? members.command : undefined
  if (found !== command)
    throw new InputError(`${path}: is not a report of surety ${command}`, [`give a file that surety ${command} wrote`])
  const fault = misfit(json, 'report.schema.json', `${command.charAt(0).toUpperCase()}${command.slice(1)}Report`)
  if (fault !== null)
    throw new InputError(`${path}: is damaged at ${fault}`, [`write the report again with surety ${command}`])
  return json as ReportOf<Command>
}
