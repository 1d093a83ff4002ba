import {parseJson} from '../data/json.js'
import {InputError} from '../errors.js'
import {MAX_SHARDS} from '../frame/shard.js'
import {checksumOf} from '../frame/checksum.js'
import {type AnyPartial, keyOf} from './partials.js'
import {misfit} from './schema.js'

/** The commands with shards, and the schema definition of each one's partial result. */
const DEFINITIONS: Record<AnyPartial['command'], string> = {
  certify: 'CertifyPartial',
  sanitize: 'SanitizePartial',
  drift: 'DriftPartial',
}

/**
 * Parses a partial result written with --shard, and checks its schema, shard number and digests. Packed arrays are
 * checked by its command.
 *
 * Throws  InputError  not JSON, not a partial result, or a damaged one.
 */
export function parsePartial(bytes: Uint8Array, path: string): AnyPartial {
  const json = parseJson(bytes, path)
  const members = typeof json === 'object' && json !== null ? json : {}
  if (!('kind' in members && members.kind === 'partial')) {
    throw new InputError(`${path}: is not a partial result${'metrics' in members ? ' but a whole report' : ''}`, [
      'give the files that surety wrote with --shard',
    ])
  }
  const command = 'command' in members ? members.command : undefined
  if (!isSharded(command)) {
    const known = Object.keys(DEFINITIONS).join(' and ')
    throw new InputError(
      `${path}: is a partial result of ${JSON.stringify(command)}, which this version of surety cannot merge`,
      [`it merges those of ${known}`],
    )
  }
  const fault = misfit(json, 'partial.schema.json', DEFINITIONS[command])
  const again = [`write it again with surety ${command} --shard, or copy it again from where it was written`]
  if (fault !== null) throw new InputError(`${path}: is damaged at ${fault}`, again)
  const partial = json as AnyPartial
  const {index, count} = partial.shard
  if (![index, count].every(Number.isInteger) || index < 1 || index > count || count > MAX_SHARDS)
    throw new InputError(`${path}: there is no shard ${index} of ${count}`, again)
  if (partial.checksum !== checksumOf(partial))
    throw new InputError(`${path}: is damaged: its content does not have the checksum that it states`, again)
  if (partial.key !== keyOf(partial))
    throw new InputError(`${path}: is damaged: its content does not have the key that it states`, again)
  return partial
}

const isSharded = (command: unknown): command is AnyPartial['command'] =>
  typeof command === 'string' && Object.hasOwn(DEFINITIONS, command)
