import {parse} from 'csv-parse/sync'
import {CsvError} from 'csv-parse'
import {type Delimiter, sniffDelimiter} from '../data/csv.js'
import {isJsonObject, type JsonObject, parseJson} from '../data/json.js'
import {describeContent, sniffContent} from '../data/sniff.js'
import {InputError} from '../errors.js'

/** A row of a log: what stands under each name. */
export interface Row {
  /** in the file, from 1 */
  line: number
  cells: Readonly<Record<string, unknown>>
}

export interface LogRows {
  format: 'table' | 'json-lines' | 'json'
  /** in the order in which they first appear */
  names: string[]
  rows: Row[]
}

/**
 * The rows of a log: CSV or TSV with a header, JSON lines, or one JSON list of objects.
 *
 * Throws  InputError  none of these, a row with more or fewer cells than the header, a name that stands twice.
 */
export function readRows(bytes: Uint8Array, place: string): LogRows {
  const content = sniffContent(bytes)
  if (content !== 'text' && content !== 'json')
    throw new InputError(`${place}: is not a log of verdicts, it looks like ${describeContent(bytes)}`, [
      'give CSV or TSV with a header, or JSON lines with one object a verdict',
    ])
  const text = new TextDecoder().decode(bytes).replace(/^\uFEFF/, '')
  const start = text.trimStart()
  if (start.startsWith('{')) return jsonLines(text, place)
  return start.startsWith('[') ? jsonList(bytes, place) : table(text, place)
}

function jsonLines(text: string, place: string): LogRows {
  const rows = text.split('\n').flatMap((line, k): Row[] => {
    if (line.trim() === '') return []
    const value = parseJson(Buffer.from(line), `${place}, line ${k + 1}`)
    if (isJsonObject(value)) return [{line: k + 1, cells: value}]
    throw new InputError(`${place}, line ${k + 1}: is not a JSON object`, ['write one object a line'])
  })
  return {format: 'json-lines', names: namesOf(rows), rows}
}

function jsonList(bytes: Uint8Array, place: string): LogRows {
  const list = parseJson(bytes, place) as unknown[]
  const wrong = list.findIndex((value) => !isJsonObject(value))
  if (wrong >= 0)
    throw new InputError(`${place}: element ${wrong + 1} of the list is not a JSON object`, [
      'write a list of objects, one a verdict',
    ])
  const rows = list.map((value, k) => ({line: k + 1, cells: value as JsonObject}))
  return {format: 'json', names: namesOf(rows), rows}
}

const namesOf = (rows: readonly Row[]) => [...new Set(rows.flatMap(({cells}) => Object.keys(cells)))]

function table(text: string, place: string): LogRows {
  const delimiter: Delimiter = sniffDelimiter(text.slice(0, text.indexOf('\n') < 0 ? undefined : text.indexOf('\n')))
  if (delimiter === ' ')
    throw new InputError(`${place}: its first line has no comma, tab or semicolon, so it is not a table`, [
      'give CSV or TSV with a header such as question,first,second,repetition,verdict',
    ])
  const [header, ...rest] = records(text, delimiter, place)
  const names = header!.record.map((name) => name.trim())
  const twice = names.find((name, k) => names.indexOf(name) < k)
  if (twice !== undefined)
    throw new InputError(`${place}: two columns are called ${JSON.stringify(twice)}`, ['rename one of them'])
  const rows = rest.map(({record, line}): Row => {
    if (record.length !== names.length)
      throw new InputError(`${place}, line ${line}: has ${record.length} cells, the header has ${names.length}`, [
        'quote cells that hold the delimiter or a line break',
      ])
    return {line, cells: Object.fromEntries(names.map((name, k) => [name, record[k]!]))}
  })
  return {format: 'table', names, rows}
}

/** No comments: a question may begin with #. */
function records(text: string, delimiter: Delimiter, place: string): {record: string[]; line: number}[] {
  try {
    const found = parse(text, {delimiter, info: true, relax_column_count: true, skip_empty_lines: true}) as unknown as {
      record: string[]
      info: {lines: number}
    }[]
    return found.map(({record, info}) => ({record, line: info.lines}))
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw new InputError(
      `${place}, line ${Number(error['lines'] ?? 0)}: cannot be read as a table: ${error.message.split('\n')[0]!.toLowerCase()}`,
      ['fix the quotes in this line'],
      {cause: error},
    )
  }
}
