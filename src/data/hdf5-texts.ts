import type {Dataset} from 'h5wasm'
import {InputError} from '../errors.js'
import {raising} from './limits.js'
import {elementCount} from './named-array.js'

/** H5T class of text. */
export const TEXT = 3
/** H5T character set. */
const ASCII = 0

/** How many texts are taken at once: each may be as long as the file. */
const TEXTS_AT_ONCE = 1024

/** The texts of a data set, row by row. Throws InputError: together they are longer than `most` characters. */
export function textsOf(dataset: Dataset, shape: readonly number[], most: number, place: string): string[] {
  const texts: string[] = []
  let characters = 0
  const add = (value: unknown): void => {
    for (const item of Array.isArray(value) ? (value.flat(Infinity) as unknown[]) : [value]) {
      const text = dataset.metadata.cset === ASCII ? reallyUtf8(plainText(item)) : plainText(item)
      characters += text.length
      if (characters > most)
        throw new InputError(`${place}: holds more than ${most} characters of text, which is the limit`, [
          'split the file',
          raising('unpacked'),
        ])
      texts.push(text)
    }
  }
  const [rows] = shape
  if (rows === undefined) add(dataset.value)
  const step = Math.max(1, Math.floor(TEXTS_AT_ONCE / Math.max(1, elementCount(shape.slice(1)))))
  for (let row = 0; row < (rows ?? 0); row += step)
    add(dataset.slice([[row, Math.min(row + step, rows!)], ...shape.slice(1).map(() => [] as [])]))
  return texts
}

/** NumPy's bytes are declared as ASCII whatever they hold, so the library takes each byte for a character. */
function reallyUtf8(text: string): string {
  // eslint-disable-next-line no-control-regex -- everything that is not an ASCII
  if (/^[\x00-\x7f]*$/.test(text)) return text
  try {
    return new TextDecoder('utf-8', {fatal: true}).decode(Buffer.from(text, 'latin1'))
  } catch {
    return text
  }
}

/** Text of a fixed length is padded with zeros. */
export const plainText = (item: unknown): string =>
  (item instanceof Uint8Array ? new TextDecoder().decode(item) : String(item)).replace(/\0+$/, '')
