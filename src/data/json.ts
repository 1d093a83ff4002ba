import {InputError} from '../errors.js'

export type JsonObject = {[key: string]: unknown}

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Lists in lists and objects in objects: more would exhaust the stack of whoever walks through them, and no program
 * writes it.
 */
export const MAX_JSON_DEPTH = 256

/**
 * JSON of a file. Keys such as `__proto__` become plain own properties and reach nothing else.
 *
 * Throws  InputError  not JSON (the message has line and column where the parser gives a position), or nested deeper
 *         than MAX_JSON_DEPTH.
 */
export function parseJson(bytes: Uint8Array, place: string): unknown {
  checkDepth(bytes, place)
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString('utf8')
    .replace(/^\uFEFF/, '')
  try {
    return JSON.parse(text)
  } catch (error) {
    const message = (error as Error).message
    const position = Number(
      /position (\d+)/.exec(message)?.[1] ?? (message.includes('end of JSON') ? text.length : NaN),
    )
    const where = Number.isNaN(position) ? '' : `, ${lineAndColumn(text, position)}`
    throw new InputError(
      `${place}${where}: is no valid JSON${text.length === position ? ' (it ends too early)' : ''}`,
      ['write the file again; NaN and Infinity are not allowed in JSON'],
      {cause: error},
    )
  }
}

/** Before anything is built from it. One pass over the bytes: what looks like a bracket inside of text is none. */
function checkDepth(bytes: Uint8Array, place: string): void {
  let depth = 0
  let inText = false
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!
    if (byte === QUOTE) inText = !inText
    else if (byte === BACKSLASH) at++
    else if (!inText && (byte === BRACKET || byte === BRACE)) {
      if (++depth > MAX_JSON_DEPTH)
        throw new InputError(`${place}, byte ${at}: is nested deeper than ${MAX_JSON_DEPTH}, which is the limit`, [
          'write it with fewer lists or objects inside of each other',
        ])
    } else if (!inText && (byte === BRACKET + 2 || byte === BRACE + 2)) depth--
  }
}

const [QUOTE, BACKSLASH, BRACKET, BRACE] = [0x22, 0x5c, 0x5b, 0x7b] as const

function lineAndColumn(text: string, position: number): string {
  const before = text.slice(0, position).split('\n')
  return `line ${before.length}, column ${before.at(-1)!.length + 1}`
}
