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
      `${place}${where}: is not valid JSON${text.length === position ? ' (it ends too early)' : ''}`,
      ['write the file again; NaN and Infinity are not allowed in JSON'],
      {cause: error},
    )
  }
}

/**
 * The same, with every whole number beyond ±(2⁵³ − 1) as a bigint, so that ids of 64 bits stay what they are; what
 * `exactJson` writes.
 */
export function parseExactJson(bytes: Uint8Array, place: string): unknown {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
  if (!/\d{16}/.test(text)) return parseJson(bytes, place)
  const tag = unusedTag(text)
  // Text is matched first, so that digits inside of it stay digits.
  const tagged = text.replace(/"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])|-?\d+[.eE][\d.eE+-]*/g, (token) =>
    /^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token)) ? `"${tag}${token}"` : token,
  )
  return restored(parseJson(Buffer.from(tagged), place), tag)
}

/** Bigints in place of tagged text, in the value itself. */
function restored(value: unknown, tag: string): unknown {
  if (typeof value === 'string') return value.startsWith(tag) ? BigInt(value.slice(tag.length)) : value
  if (Array.isArray(value)) for (let i = 0; i < value.length; i++) value[i] = restored(value[i], tag)
  else if (isJsonObject(value))
    for (const key of Object.keys(value)) {
      const now = restored(value[key], tag)
      if (now !== value[key])
        Object.defineProperty(value, key, {value: now, writable: true, enumerable: true, configurable: true})
    }
  return value
}

/** JSON text of a value that may hold bigints, which become numbers of all their digits. */
export function exactJson(value: unknown): string {
  let found = false
  const plain = JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'bigint' ? ((found = true), String(one)) : one,
  )
  if (!found) return plain
  const tag = unusedTag(plain)
  return JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? `${tag}${one}` : one)).replaceAll(
    new RegExp(`"${tag}(-?\\d+)"`, 'g'),
    '$1',
  )
}

/** A word that occurs nowhere in a text. */
function unusedTag(text: string): string {
  let tag = 'exact:'
  while (text.includes(tag)) tag = `x${tag}`
  return tag
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
