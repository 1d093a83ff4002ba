import {type Delimiter, firstLine, lineEnd, numberOf, parseTable, type CsvTable} from '../../data/csv.js'
import {type EdgeColumns, scanEdges} from '../../data/edge-scan.js'
import {InputError, option} from '../../errors.js'
import type {Note} from '../../frame/report.js'
import type {AttributeColumn} from '../document.js'
import {tableLayout} from '../tables/edge-columns.js'
import {commentedHeader, hashJudge, hashNotes} from '../tables/hash-lines.js'
import {refuseMatrix, refuseRepeatedHeader, requireWidth} from '../tables/row-checks.js'
import type {EdgeListOptions, EdgeRecords} from './edge-records.js'
import {refuseForeignText} from './foreign.js'
import {attributeColumns} from './json-records.js'
import {dictionaryRecords, isDictionaryList} from './networkx-edge-list.js'

/** The edge records of a text file and their lines. */
export interface Records extends EdgeRecords {
  /** [records] where the line of each begins, and ends */
  starts: ArrayLike<number>
  ends: ArrayLike<number>
  layout: Layout
  /** all columns except ends and weight */
  columns: () => AttributeColumn[]
  notes: Note[]
}

/** Layout of a line. */
export interface Layout {
  delimiter: Delimiter
  columns: EdgeColumns
  width: number
  header: readonly string[] | null
  /** the third cell of a line is a Python dictionary */
  dictionary: boolean
}

/** The records of a text table. Throws InputError: text of another program, or rows that are not records. */
export function readRecords(bytes: Uint8Array, place: string, options: EdgeListOptions): Records {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, FOREIGN_BYTES)).toString('utf8')
  refuseForeignText(text.replace(/^\uFEFF/, ''), place)
  if (isDictionaryList(text.replace(/^\uFEFF/, ''))) return dictionaryList(bytes, place)
  const layout = options.idsAsText ? null : headLayout(bytes, place, options)
  if (layout !== null && typeColumn(layout.header) < 0) {
    const start = firstLine(bytes)
    const scan = scanEdges(
      bytes,
      layout.header === null ? start : lineEnd(bytes, start),
      layout.delimiter,
      layout.columns,
      layout.width,
    )
    if (scan !== null)
      return {
        ...scan,
        ends: scan.starts.subarray(1),
        layout,
        undirected: null,
        columns: () => otherColumns(bytes, place, options, layout),
        notes: [],
      }
  }
  return tableRecords(bytes, place, options)
}

/** How much is read to recognise formats of other programs. */
const FOREIGN_BYTES = 2 ** 20

/** Gephi's column of the values Directed and Undirected; −1: none. */
export const typeColumn = (header: readonly string[] | null) => header?.findIndex((name) => /^type$/i.test(name)) ?? -1

/** [rows] 1: the type is Undirected; null: some type is neither Directed nor Undirected. */
function undirectedOf(rows: readonly (readonly string[])[], column: number): Uint8Array | null {
  if (column < 0) return null
  const words = rows.map((row) => (row[column] ?? '').toLowerCase())
  if (!words.every((word) => word === 'directed' || word === 'undirected')) return null
  return Uint8Array.from(words, (word) => Number(word === 'undirected'))
}

function dictionaryList(bytes: Uint8Array, place: string): Records {
  const {ids, starts, ends, attributes, lines, delimiter} = dictionaryRecords(bytes, place)
  const weighted = attributes.some((one) => Object.hasOwn(one, 'weight'))
  return {
    ids: ids.every(isPlainNumber) ? Float64Array.from(ids, Number) : ids,
    weights: weighted
      ? Float64Array.from(attributes, (one, r) => {
          const weight = Object.hasOwn(one, 'weight') ? one['weight'] : NaN
          if (typeof weight === 'number') return weight
          throw new InputError(
            `${place}, line ${lines[r]}: the weight is ${JSON.stringify(String(weight))}, not a number`,
            ['fix the weight'],
          )
        })
      : null,
    starts,
    ends,
    layout: {
      delimiter: delimiter as Delimiter,
      columns: {source: 0, target: 1, weight: -1},
      width: 3,
      header: null,
      dictionary: true,
    },
    undirected: null,
    columns: () => attributeColumns(attributes, ['weight']),
    notes: [],
  }
}

/** The layout is taken from this many bytes, if they make it clear. */
const HEAD_BYTES = 64 * 1024

function headLayout(bytes: Uint8Array, place: string, options: EdgeListOptions): Layout | null {
  const start = firstLine(bytes)
  const end = bytes.length - start <= HEAD_BYTES ? bytes.length : bytes.lastIndexOf(0x0a, start + HEAD_BYTES) + 1
  if (end <= start) return null
  try {
    return layoutOf(parseTable(bytes.subarray(0, end), place), place, options)
  } catch (error) {
    if (error instanceof InputError) return null
    throw error
  }
}

function layoutOf({delimiter, rows, comments}: CsvTable, place: string, options: EdgeListOptions): Layout {
  const cells = delimiter === ' ' ? rows.map(withoutGaps) : rows
  if (options.sourceColumn === undefined) refuseMatrix(cells, place)
  const {header, columns} = tableLayout(cells, place, options)
  const width = cells[0]?.length ?? 0
  const above = header || options.sourceColumn !== undefined ? null : commentedHeader(comments, delimiter, width)
  const names = header ? cells[0]! : above
  if (above === null) return {delimiter, columns, width, header: names, dictionary: false}
  return {
    delimiter,
    columns: tableLayout([above, ...cells], place, {header: true}).columns,
    width,
    header: null,
    dictionary: false,
  }
}

/** Consecutive spaces are one separator. */
const withoutGaps = (row: readonly string[]) => row.filter((cell) => cell !== '')

/** A number without leading zeros that a double holds exactly. */
const isPlainNumber = (id: string) => /^(0|[1-9]\d{0,14})$/.test(id)

function tableRecords(bytes: Uint8Array, place: string, options: EdgeListOptions): Records {
  const table = parseTable(bytes, place, hashJudge(place, options))
  const layout = layoutOf(table, place, options)
  const {columns, delimiter} = layout
  const skip = layout.header === null ? 0 : 1
  // Spreadsheets may append rows that hold only separators.
  const filled = table.rows.flatMap((row, r) => (r >= skip && row.some((cell) => cell !== '') ? [r] : []))
  const rows = filled.map((r) => (delimiter === ' ' ? withoutGaps(table.rows[r]!) : table.rows[r]!))
  const lines = filled.map((r) => table.lines[r]!)
  if (layout.header !== null) refuseRepeatedHeader(rows, lines, layout.header, place)
  requireWidth(rows, lines, layout.header, delimiter, options.sourceColumn !== undefined, place)
  const ids = rows.flatMap((row, r) => {
    const ends = [row[columns.source] ?? '', row[columns.target] ?? '']
    if (ends.includes(''))
      throw new InputError(`${place}, line ${lines[r]}: has no ${ends[0] === '' ? 'source' : 'target'}`, [
        'write one edge per line: source, target; remove a title above the header and a total below',
        `name other columns with ${option('sourceColumn')} and ${option('targetColumn')}`,
      ])
    return ends
  })
  const numeric = !options.idsAsText && ids.every(isPlainNumber)
  const weights =
    columns.weight < 0
      ? null
      : Float64Array.from(rows, (row, r) => weightOf(row[columns.weight], delimiter, `${place}, line ${lines[r]}`))
  return {
    ids: numeric ? Float64Array.from(ids, Number) : ids,
    weights,
    starts: filled.map((r) => table.starts[r]!),
    ends: filled.map((r) => table.ends[r]!),
    layout,
    undirected: undirectedOf(rows, typeColumn(layout.header)),
    columns: () => otherColumns(bytes, place, options, layout),
    notes: hashNotes(table, place),
  }
}

/** The other columns as text; empty cells are missing values. */
function otherColumns(
  bytes: Uint8Array,
  place: string,
  options: EdgeListOptions,
  {columns, header, width}: Layout,
): AttributeColumn[] {
  const own: number[] = [columns.source, columns.target, columns.weight]
  const others = Array.from({length: width}, (_, c) => c).filter((c) => !own.includes(c))
  if (others.length === 0) return []
  const {rows, delimiter} = parseTable(bytes, place, hashJudge(place, options))
  const body = rows
    .slice(header === null ? 0 : 1)
    .filter((row) => row.some((cell) => cell !== ''))
    .map((row) => (delimiter === ' ' ? withoutGaps(row) : row))
  return others.map((c) => {
    const name = header?.[c]
    return {
      name: name === undefined || name === '' ? `column_${c + 1}` : name,
      values: typedCells(body.map((row) => row[c] ?? '')),
    }
  })
}

/** Numbers, if every cell is a number that converts back to the same text. */
function typedCells(cells: readonly string[]): unknown[] {
  const isNumeric = cells.every((cell) => cell === '' || (/^-?\d/.test(cell) && String(Number(cell)) === cell))
  return cells.map((cell) => (cell === '' ? undefined : isNumeric ? Number(cell) : cell))
}

/** NaN: the record has no weight. */
function weightOf(cell: string | undefined, delimiter: Delimiter, place: string): number {
  if (cell === undefined || cell === '') return NaN
  const weight = numberOf(cell, delimiter)
  if (Number.isNaN(weight))
    throw new InputError(`${place}: the weight is ${JSON.stringify(cell)}, not a number`, ['fix the weight column'])
  return weight
}
