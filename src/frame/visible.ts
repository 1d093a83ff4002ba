// Control characters, line separators, bidirectional overrides, zero-width and byte-order marks, lone surrogates.
const INVISIBLE = /[\p{Cc}\p{Cs}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]/gu

/**
 * Text from a file made safe to show: what would move a cursor, start an escape sequence, reverse the reading order or
 * hide itself is written as its code, so a layer or node name can neither forge output nor disappear in it.
 */
export function visible(text: string): string {
  return text.replace(INVISIBLE, (c) => {
    const code = c.codePointAt(0)!
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
  })
}

/**
 * JSON text, the same for whoever reads it as JSON, without characters that a terminal would act on: JSON itself only
 * escapes those below U+0020.
 */
export function visibleJson(json: string): string {
  return json.replace(
    /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** At most `length` characters; what is lost is lost in the middle, where names of layers and paths differ least. */
export function shorten(text: string, length: number): string {
  const characters = [...text]
  if (characters.length <= length) return text
  const tail = Math.floor((length - 1) / 2)
  return [...characters.slice(0, length - 1 - tail), '…', ...characters.slice(characters.length - tail)].join('')
}
