import {CsvError, type InfoRecord} from 'csv-parse'
import {parse} from 'csv-parse/sync'
import {InputError} from '../errors.js'
import {describeContent, sniffContent} from './sniff.js'

export type Delimiter = ',' | '\t' | ';' | ' '

export interface Table {
  readonly delimiter: Delimiter
  readonly rows: readonly (readonly string[])[]
  /** [rows] 1-based line and byte offset behind each row, for messages and for rewriting */
  readonly lines: readonly number[]
  readonly ends: readonly number[]
}

/** Where the first line that is data or a header starts: behind a byte order mark, empty lines and comments (# or %). */
export function firstLine(bytes: Uint8Array): number {
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  while (at < bytes.length) {
    const byte = bytes[at]!
    if (byte === 0x23 || byte === 0x25) at = lineEnd(bytes, at)
    else if (byte !== 0x0a && byte !== 0x0d) return at
    else at++
  }
  return at
}

/** Offset behind the newline of the line that `at` lies in. */
export function lineEnd(bytes: Uint8Array, at: number): number {
  const newline = bytes.indexOf(0x0a, at)
  return newline < 0 ? bytes.length : newline + 1
}

/** Tab, comma or semicolon if the line has one, else a space. */
export function sniffDelimiter(line: string): Delimiter {
  return (['\t', ',', ';'] as const).find((delimiter) => line.includes(delimiter)) ?? ' '
}

export function requireText(bytes: Uint8Array, place: string): void {
  const content = sniffContent(bytes)
  if (content !== 'text')
    throw new InputError(`${place}: is no table of text, it looks like ${describeContent(bytes)}`, [
      'give the file the extension of its content',
    ])
}

/** The rows of a delimited text file, quotes resolved, comments and empty lines left out. */
export function parseTable(bytes: Uint8Array, place: string): Table {
  const start = firstLine(bytes)
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const delimiter = sniffDelimiter(buffer.toString('utf8', start, lineEnd(bytes, start)))
  const skippedLines = buffer.toString('latin1', 0, start).split('\n').length - 1
  try {
    const records = parse(buffer.subarray(start), {
      delimiter,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
      comment: '#',
      comment_no_infix: true,
    }) as unknown as {record: string[]; info: InfoRecord & {bytes: number}}[]
    return {
      delimiter,
      rows: records.map(({record}) => record),
      lines: records.map(({info}) => info.lines + skippedLines),
      ends: records.map(({info}) => info.bytes + start),
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const line = Number(error['lines'] ?? 0) + skippedLines
    throw new InputError(
      `${place}, line ${line}: cannot be read as a table: ${error.message.split('\n')[0]!.toLowerCase()}`,
      ['mend the quotes in this line'],
      {cause: error},
    )
  }
}

/** One cell as text of a delimited file, quoted where it has to be. */
export function csvCell(text: string, delimiter: Delimiter): string {
  return text.includes(delimiter) || /["\r\n]/.test(text) || /^[#%]|^\s|\s$/.test(text)
    ? `"${text.replaceAll('"', '""')}"`
    : text
}
