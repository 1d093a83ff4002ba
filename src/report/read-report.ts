import {readFileSync} from 'node:fs'
import {Ajv} from 'ajv'
import {parseJson} from '../data/json.js'
import {InputError} from '../errors.js'
import type {AnyReport} from './reports.js'

type ReportOf<Command> = Extract<AnyReport, {command: Command}>

/**
 * A report that surety wrote, checked against its schema before anything trusts its shape.
 *
 * Throws  InputError  no JSON, another command's report, or a member that is missing or of another type (names its path).
 */
export function parseReport<Command extends AnyReport['command']>(bytes: Uint8Array, path: string, command: Command): ReportOf<Command> {
  const json = parseJson(bytes, path)
  const found = typeof json === 'object' && json !== null && 'command' in json ? json.command : undefined
  if (found !== command) throw new InputError(`${path}: is not a report of surety ${command}`, [`give a file that surety ${command} wrote`])
  const schema = {...reportSchema(), anyOf: undefined, $ref: `#/definitions/${command.charAt(0).toUpperCase()}${command.slice(1)}Report`}
  const validate = new Ajv({strict: false}).compile(schema)
  if (!validate(json)) {
    const [error] = validate.errors!
    throw new InputError(`${path}: is damaged at ${error!.instancePath || '/'}: ${error!.message ?? 'does not fit the schema'}`, [`write the report again with surety ${command}`])
  }
  return json as ReportOf<Command>
}

/** The schema that ships with the package, from `src` or from `dist/src`. */
function reportSchema(): object {
  for (const place of ['../../schemas/report.schema.json', '../../../schemas/report.schema.json']) {
    try {
      return JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8')) as object
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  throw new InputError('the report schema is missing from the installation', ['install surety again'])
}
