import {exactJson} from '../data/json.js'
import {InputError} from '../errors.js'

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
}

export function escapeXml(text: string): string {
  requireXmlText(text)
  return text.replace(/[&<>"\t\n\r]/g, (character) => ESCAPES[character]!)
}

/** An attribute value as escaped text: numbers as in XML Schema, lists and objects as JSON. */
export const xmlValue = (value: unknown): string =>
  escapeXml(
    typeof value === 'string'
      ? value
      : value === Infinity
        ? 'INF'
        : value === -Infinity
          ? '-INF'
          : typeof value === 'number'
            ? String(value)
            : exactJson(value),
  )

/** XML cannot hold some characters, even escaped. */
export function requireXmlText(text: string): void {
  // eslint-disable-next-line no-control-regex -- control characters are what is refused
  if (/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/.test(text) || /\p{Surrogate}/u.test(text)) {
    throw new InputError(`the name ${JSON.stringify(text)} holds a character that XML cannot hold`, [
      'write JSON, npz or CSV instead',
    ])
  }
}
