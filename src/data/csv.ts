import {CsvError, type InfoRecord} from 'csv-parse'
import {parse} from 'csv-parse/sync'
import {InputError} from '../errors.js'
import {asUtf8} from './encoding.js'
import {describeContent, sniffContent} from './sniff.js'

export type Delimiter = ',' | '\t' | ';' | '|' | ' '

export interface CsvTable {
  readonly delimiter: Delimiter
  readonly rows: readonly (readonly string[])[]
  /** [rows] 1-based line, and where each row begins and ends in the UTF-8 text, for messages and for rewriting */
  readonly lines: readonly number[]
  readonly starts: readonly number[]
  readonly ends: readonly number[]
  /** lines that were left out because they begin with # */
  readonly comments: readonly string[]
}

/** Where the first line that is data or a header starts: behind a byte order mark, empty lines and comments (# or %). */
export function firstLine(bytes: Uint8Array): number {
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  while (at < bytes.length) {
    const byte = bytes[at]!
    if (byte === HASH || byte === PERCENT) at = lineEnd(bytes, at)
    else if (byte !== 0x0a && byte !== 0x0d) return at
    else at++
  }
  return at
}

const [HASH, PERCENT] = [0x23, 0x25]

/** Offset behind the newline of the line that `at` lies in. */
export function lineEnd(bytes: Uint8Array, at: number): number {
  const newline = bytes.indexOf(0x0a, at)
  return newline < 0 ? bytes.length : newline + 1
}

/** What the delimiter is judged by. */
const SNIFFED_LINES = 20
const SNIFFED_BYTES = 64 * 1024
const CANDIDATES = ['\t', ',', ';', '|'] as const

/**
 * The delimiter that cuts the first lines into the most fields, the same number in each; a comma that only ever stands
 * between two digits beside semicolons is a decimal comma. Without such a delimiter: the first one that the first line
 * has at all, else a space.
 */
export function sniffDelimiter(text: string): Delimiter {
  const lines = text
    .replace(/"[^"]*"/g, '""')
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '' && !/^[#%]/.test(line))
    .slice(0, SNIFFED_LINES)
  const counts = CANDIDATES.map((delimiter) => lines.map((line) => line.split(delimiter).length))
  const even = CANDIDATES.map((delimiter, k) => ({
    delimiter,
    fields: counts[k]!.every((count) => count === counts[k]![0]) ? (counts[k]![0] ?? 1) : 1,
  })).filter(({fields}) => fields > 1)
  const decimal = lines.slice(1).every((line) => !line.replace(/\d,\d/g, '').includes(','))
  const usable = even.filter(
    ({delimiter}) => !(delimiter === ',' && decimal && even.some((other) => other.delimiter === ';')),
  )
  if (usable.length > 0) return usable.reduce((best, one) => (one.fields > best.fields ? one : best)).delimiter
  return CANDIDATES.find((delimiter) => lines[0]?.includes(delimiter)) ?? ' '
}

/** The delimiter of a file whose first line begins at `start`. */
export function delimiterOf(bytes: Uint8Array, start: number): Delimiter {
  // Where every line begins with #, these are all there is.
  if (start >= bytes.length && bytes.length > 0)
    return sniffDelimiter(Buffer.from(bytes.subarray(0, SNIFFED_BYTES)).toString('utf8').replace(/^[#%]/gm, ''))
  const head = Buffer.from(bytes.subarray(start, start + SNIFFED_BYTES)).toString('utf8')
  // The last line may be cut.
  return sniffDelimiter(start + SNIFFED_BYTES < bytes.length ? head.slice(0, head.lastIndexOf('\n') + 1) : head)
}

export function requireText(bytes: Uint8Array, place: string): void {
  const content = sniffContent(bytes)
  if (content !== 'text')
    throw new InputError(`${place}: is not a table of text, it looks like ${describeContent(bytes)}`, [
      'give the file the extension of its content',
    ])
}

/** Whether a line that begins with # is a row of the table, given its cells and the rows that are certain. */
export type JudgeHash = (cells: readonly string[], text: string, certain: readonly (readonly string[])[]) => boolean

/**
 * The rows of a delimited text file, quotes resolved, empty lines left out. A line that begins with # is a comment,
 * unless `isRow` says otherwise. `bytes` in UTF-16 are read too; offsets are those of the UTF-8 text.
 */
export function parseTable(encoded: Uint8Array, place: string, isRow: JudgeHash | null = null): CsvTable {
  const {bytes} = asUtf8(encoded, place)
  const start = firstLine(bytes)
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const delimiter = delimiterOf(bytes, start)
  const skippedLines = newlines(buffer, 0, start)
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
    const rows = records.map(({record}) => record)
    const lines = records.map(({info}) => info.lines + skippedLines)
    const ends = records.map(({info}) => info.bytes + start)
    return withHashes({delimiter, rows, lines, starts: [], ends, comments: []}, buffer, isRow)
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const line = Number(error['lines'] ?? 0) + skippedLines
    throw new InputError(
      `${place}, line ${line}: cannot be read as a table: ${error.message.split('\n')[0]!.toLowerCase()}`,
      ['fix the quotes in this line'],
      {cause: error},
    )
  }
}

const newlines = (buffer: Buffer, from: number, to: number) =>
  buffer.toString('latin1', from, to).split('\n').length - 1

/** Looks through the lines between the rows: those that begin with # are judged. */
function withHashes(table: CsvTable, buffer: Buffer, isRow: JudgeHash | null): CsvTable {
  const comments: string[] = []
  const rows: (readonly string[])[] = []
  const lines: number[] = []
  const starts: number[] = []
  const ends: number[] = []
  let from = buffer.indexOf('\ufeff') === 0 ? 3 : 0
  let line = 1
  for (let r = 0; r <= table.rows.length; r++) {
    const to = table.ends[r] ?? buffer.length
    for (let at = from; at < to; ) {
      const end = Math.min(lineEnd(buffer, at), to)
      if (buffer[at] !== HASH) {
        if (buffer[at] !== 0x0a && buffer[at] !== 0x0d && buffer[at] !== PERCENT) break
      } else {
        const text = buffer.toString('utf8', at, end).trim()
        const cells = isRow === null ? null : cellsOf(text, table.delimiter)
        if (cells !== null && isRow!(cells, text, table.rows)) {
          rows.push(cells)
          lines.push(line)
          starts.push(at)
          ends.push(end)
        } else comments.push(text)
      }
      line += newlines(buffer, at, end)
      at = end
      from = end
    }
    if (r === table.rows.length) break
    rows.push(table.rows[r]!)
    lines.push(table.lines[r]!)
    starts.push(from)
    ends.push(to)
    line += newlines(buffer, from, to)
    from = to
  }
  return {...table, rows, lines, starts, ends, comments}
}

/** The cells of one line, or null where its quotes make no sense. */
export function cellsOf(line: string, delimiter: Delimiter): string[] | null {
  try {
    const rows: string[][] = parse(line, {delimiter, relax_column_count: true, trim: true})
    return rows[0] ?? null
  } catch {
    return null
  }
}

/** A number as tables write it: also with a decimal comma where commas do not separate cells. NaN where it is none. */
export function numberOf(cell: string | undefined, delimiter: Delimiter): number {
  if (cell === undefined || cell.trim() === '') return NaN
  const value = Number(cell)
  return Number.isNaN(value) && delimiter !== ',' && /^[+-]?\d+,\d+$/.test(cell)
    ? Number(cell.replace(',', '.'))
    : value
}

/** One cell as text of a delimited file, quoted where it has to be. */
export function csvCell(text: string, delimiter: Delimiter): string {
  return text.includes(delimiter) || /["\r\n]/.test(text) || /^[#%]|^\s|\s$/.test(text)
    ? `"${text.replaceAll('"', '""')}"`
    : text
}
