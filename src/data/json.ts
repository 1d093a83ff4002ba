import {InputError} from '../errors.js'

export type JsonObject = {[key: string]: unknown}

export const isJsonObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * JSON of a file. Keys such as `__proto__` become plain own properties and reach nothing else.
 *
 * Throws  InputError  not JSON; the message has line and column where the parser gives a position.
 */
export function parseJson(bytes: Uint8Array, place: string): unknown {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8').replace(/^\uFEFF/, '')
  try {
    return JSON.parse(text)
  } catch (error) {
    const message = (error as Error).message
    const position = Number(/position (\d+)/.exec(message)?.[1] ?? (message.includes('end of JSON') ? text.length : NaN))
    const where = Number.isNaN(position) ? '' : `, ${lineAndColumn(text, position)}`
    throw new InputError(`${place}${where}: is no valid JSON${text.length === position ? ' (it ends too early)' : ''}`, [
      'write the file again; NaN and Infinity are not allowed in JSON',
    ], {cause: error})
  }
}

function lineAndColumn(text: string, position: number): string {
  const before = text.slice(0, position).split('\n')
  return `line ${before.length}, column ${before.at(-1)!.length + 1}`
}
