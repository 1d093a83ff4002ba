import {readFileSync} from 'node:fs'
import {Ajv, type ValidateFunction} from 'ajv'
import {InputError} from '../errors.js'

/**
 * Checks JSON against a definition in a schema that ships with the package.
 *
 * Returns  null, or the first error: path and problem. A number too large for fp64 is not a number.
 * Throws   InputError  the schema is missing from the installation.
 */
export function misfit(json: unknown, file: string, definition: string): string | null {
  const validate = validatorOf(file, definition)
  if (validate(json)) return null
  const [error] = validate.errors!
  return `${error!.instancePath || '/'}: ${error!.message ?? 'does not fit the schema'}`
}

/** Cached, because compiling a schema takes longer than checking a file. */
const validators = new Map<string, ValidateFunction>()

function validatorOf(file: string, definition: string): ValidateFunction {
  const key = `${file}#${definition}`
  const known = validators.get(key)
  if (known !== undefined) return known
  const validate = new Ajv({strict: false, strictNumbers: true}).compile({
    ...readSchema(file),
    anyOf: undefined,
    $ref: `#/definitions/${definition}`,
  })
  validators.set(key, validate)
  return validate
}

const schemas = new Map<string, object>()

/** From `src` or from `dist/src`; the same object every time. */
export function readSchema(file: string): object {
  const schema = schemas.get(file) ?? loadSchema(file)
  schemas.set(file, schema)
  return schema
}

function loadSchema(file: string): object {
  for (const place of [`../../schemas/${file}`, `../../../schemas/${file}`]) {
    try {
      return JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8')) as object
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  throw new InputError(`the schema ${file} is missing from the installation`, ['install surety again'])
}
