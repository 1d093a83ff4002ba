import {
  cellsOf,
  csvCell,
  type Delimiter,
  firstLine,
  type JudgeHash,
  lineEnd,
  numberOf,
  parseTable,
  requireText,
  type CsvTable,
} from '../../data/csv.js'
import {type EdgeColumns, scanEdges} from '../../data/edge-scan.js'
import {asUtf8} from '../../data/encoding.js'
import {gunzip, gzip} from '../../data/gzip.js'
import {runsInSpreadsheet} from '../../data/spreadsheet.js'
import {InputError, option} from '../../errors.js'
import type {Note} from '../../frame/report.js'
import {exactJson} from '../../data/json.js'
import type {AttributeColumn, NormalisedGraph, ReadResult, WriteResult} from '../document.js'
import {addedByName, keptRecords} from '../kept-edges.js'
import {checkSize, type GraphLimits} from '../limits.js'
import {type NodeIds, numberNames, type NumberedNodes, type NumberingOptions, numberNumericIds} from '../node-ids.js'
import {columnNames, notHeld, type WrittenGraph} from '../written.js'
import {endsByName} from '../tables/column-names.js'
import {type ColumnOptions, tableLayout, type TableLayout} from '../tables/edge-columns.js'

export interface EdgeListOptions extends ColumnOptions {
  nodeIds: NodeIds
  /** ids stay text: 007 is not 7 */
  idsAsText: boolean
  firstId: number | undefined
  /** rows without ids follow the nodes in the order in which they first occur */
  rowsInOrder: boolean
  /** what files of features and labels say of the nodes, given the ids of the list */
  sideRows: (ids: () => readonly string[]) => Pick<NumberingOptions, 'rows' | 'rowIds'>
}

/** The edge records of a text file and the lines they stand on. */
interface Records {
  ids: Float64Array | string[]
  weights: Float64Array | null
  /** [records] where the line of each begins, and ends */
  starts: ArrayLike<number>
  ends: ArrayLike<number>
  layout: Layout
  notes: Note[]
}

/** How a line of the file is made. */
interface Layout {
  delimiter: Delimiter
  columns: EdgeColumns
  width: number
  header: readonly string[] | null
}

/**
 * CSV, TSV or text in UTF-8 or UTF-16, optionally gzip: one edge a line; which columns are its ends, see tableLayout.
 * All other columns are carried.
 */
export function readEdgeList(
  packed: Uint8Array,
  place: string,
  options: EdgeListOptions,
  limits: GraphLimits,
): ReadResult {
  const unpacked = gunzip(packed, place, limits.maxBytes)
  requireText(unpacked, place)
  const {bytes, encode} = asUtf8(unpacked, place)
  const records = readRecords(bytes, place, options)
  checkSize(1, records.ids.length / 2, place, limits)
  const {nodes, edges, names, notes} = numberRecords(records.ids, place, options)
  return {
    raw: {
      nodes,
      edges,
      weights: records.weights,
      directed: true,
      nodeNames: names,
      features: null,
      labels: null,
      classNames: null,
      split: null,
    },
    notes: [...records.notes, ...notes],
    carried: {
      directionUnknown: true,
      edgeColumns: () => otherColumns(bytes, place, options, records.layout),
      rewrite: (result, pruned) => {
        const kept = keptLines(bytes, records, keptRecords(result, pruned))
        const {lines, notes} = addedLines(result, records.layout, kept)
        const text = encode(Buffer.concat([kept, lines]))
        return {
          bytes: packed === unpacked ? text : gzip(text),
          notes: [...notes, ...formulaNotes(names)],
        }
      },
    },
  }
}

function numberRecords(ids: Float64Array | string[], place: string, options: EdgeListOptions): NumberedNodes {
  const {nodeIds, firstId, rowsInOrder} = options
  const isNumeric = ids instanceof Float64Array
  if (nodeIds === 'numbers' && !isNumeric) {
    throw new InputError(`${place}: node ${JSON.stringify(ids.find((id) => !isNumber(id)))} is no number`, [
      'read the ids as names',
    ])
  }
  const {rows, rowIds} = options.sideRows(() => [...new Set<string | number>(ids)].map(String))
  if (!isNumeric) return numberNames(ids)
  if (rowsInOrder && rows !== null) return numberNames(Array.from(ids, String))
  return numberNumericIds(ids, {nodeIds, place, rows, rowIds, firstId})
}

function readRecords(bytes: Uint8Array, place: string, options: EdgeListOptions): Records {
  const layout = options.idsAsText ? null : headLayout(bytes, place, options)
  if (layout !== null) {
    const start = firstLine(bytes)
    const scan = scanEdges(
      bytes,
      layout.header === null ? start : lineEnd(bytes, start),
      layout.delimiter,
      layout.columns,
    )
    if (scan !== null) return {...scan, ends: scan.starts.subarray(1), layout, notes: []}
  }
  return tableRecords(bytes, place, options)
}

/** What the first lines say of all of them, where that is clear. */
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
  const {header, columns} = tableLayout(cells, place, options)
  const width = cells[0]?.length ?? 0
  const above = header || options.sourceColumn !== undefined ? null : commentedHeader(comments, delimiter, width)
  const names = header ? cells[0]! : above
  if (above === null) return {delimiter, columns, width, header: names}
  return {delimiter, columns: tableLayout([above, ...cells], place, {header: true}).columns, width, header: null}
}

/** A first line such as "# FromNodeId ToNodeId", which names the columns behind a #. */
function commentedHeader(comments: readonly string[], delimiter: Delimiter, width: number): string[] | null {
  for (const line of comments) {
    const cells = cellsOf(line.replace(/^#\s*/, ''), delimiter)
    if (cells?.length === width && endsByName(cells).length === 1) return cells
  }
  return null
}

/** Several spaces separate like one. */
const withoutGaps = (row: readonly string[]) => row.filter((cell) => cell !== '')

const isNumber = (cell: string | undefined) => cell !== undefined && /^\d+$/.test(cell)

/**
 * A line that begins with # is a record where its first field is a node of the file; or where other nodes' names begin
 * with # or its other end is a node, and it is no record that was commented out.
 */
function hashJudge(place: string, options: EdgeListOptions): JudgeHash {
  let layout: TableLayout | null = null
  let known: Set<string> | null = null
  let hashNames: boolean | null = null
  return (cells, text, certain) => {
    if (certain.length === 0) return !/^#\s/.test(text)
    layout ??= tableLayout(certain, place, options)
    const {source, target} = layout.columns
    known ??= new Set(certain.slice(layout.header ? 1 : 0).flatMap((row) => [row[source] ?? '', row[target] ?? '']))
    if (cells.length !== certain[0]!.length) return false
    if (known.has(cells[source]!)) return true
    if (/^#\s/.test(text) || known.has(cells[source]!.replace(/^#/, ''))) return false
    hashNames ??= [...known].some((name) => name.startsWith('#'))
    return hashNames || known.has(cells[target]!)
  }
}

function tableRecords(bytes: Uint8Array, place: string, options: EdgeListOptions): Records {
  const table = parseTable(bytes, place, hashJudge(place, options))
  const layout = layoutOf(table, place, options)
  const {columns, delimiter} = layout
  const skip = layout.header === null ? 0 : 1
  // A spreadsheet leaves rows of nothing but separators at the end.
  const filled = table.rows.flatMap((row, r) => (r >= skip && row.some((cell) => cell !== '') ? [r] : []))
  const rows = filled.map((r) => (delimiter === ' ' ? withoutGaps(table.rows[r]!) : table.rows[r]!))
  const lines = filled.map((r) => table.lines[r]!)
  const ids = rows.flatMap((row, r) => {
    const ends = [row[columns.source] ?? '', row[columns.target] ?? '']
    if (ends.includes(''))
      throw new InputError(`${place}, line ${lines[r]}: has no ${ends[0] === '' ? 'source' : 'target'}`, [
        'one edge a line: source, target',
        `name other columns with ${option('sourceColumn')} and ${option('targetColumn')}`,
      ])
    return ends
  })
  const numeric = !options.idsAsText && ids.every((id) => /^(0|[1-9]\d{0,14})$/.test(id))
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
    notes: hashNotes(table, place),
  }
}

/** The columns beside ends and weight, as text; empty cells are none. */
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

/** Numbers where all cells are numbers that text would not lose anything of. */
function typedCells(cells: readonly string[]): unknown[] {
  const isNumeric = cells.every((cell) => cell === '' || (/^-?\d/.test(cell) && String(Number(cell)) === cell))
  return cells.map((cell) => (cell === '' ? undefined : isNumeric ? Number(cell) : cell))
}

/** Comments that are made like records are named: somebody may miss them. */
function hashNotes({comments, delimiter, rows}: CsvTable, place: string): Note[] {
  const alike = comments.filter((text) => !/^#\s/.test(text) && cellsOf(text, delimiter)?.length === rows[0]?.length)
  if (alike.length === 0) return []
  return [
    {
      level: 'warning',
      code: 'hash-lines',
      message: `${place}: ${alike.length} lines that begin with # were taken for comments, since their first fields are no nodes of the file; the first is ${JSON.stringify(alike[0])}`,
    },
  ]
}

/** NaN: the record has no weight. */
function weightOf(cell: string | undefined, delimiter: Delimiter, place: string): number {
  if (cell === undefined || cell === '') return NaN
  const weight = numberOf(cell, delimiter)
  if (Number.isNaN(weight))
    throw new InputError(`${place}: the weight is ${JSON.stringify(cell)}, not a number`, ['fix the weight column'])
  return weight
}

/** The file without the lines of records that are not kept; everything else byte by byte. */
function keptLines(bytes: Uint8Array, {starts, ends}: Pick<Records, 'starts' | 'ends'>, kept: Uint8Array): Uint8Array {
  const pieces: Uint8Array[] = []
  let from = 0
  for (let r = 0; r < kept.length; r++) {
    if (kept[r] === 1) continue
    pieces.push(bytes.subarray(from, starts[r]))
    from = ends[r]!
  }
  pieces.push(bytes.subarray(from))
  return Buffer.concat(pieces)
}

/** Lines of added edges for the end of the file, which has no column to mark them in. */
function addedLines(
  result: NormalisedGraph,
  {delimiter, columns, width}: Layout,
  before: Uint8Array,
): {lines: Uint8Array; notes: Note[]} {
  const added = addedByName(result)
  if (added.length === 0) return {lines: new Uint8Array(0), notes: []}
  const lines = added.map(({source, target}) => {
    const cells = new Array<string>(width).fill('')
    cells[columns.source] = csvCell(source, delimiter)
    cells[columns.target] = csvCell(target, delimiter)
    if (columns.weight >= 0) cells[columns.weight] = '1'
    return `${cells.join(delimiter)}\n`
  })
  const open = before.length > 0 && before.at(-1) !== 10 ? '\n' : ''
  return {
    lines: Buffer.from(open + lines.join('')),
    notes: [
      {
        level: 'info',
        code: 'added-not-marked',
        message: `the ${added.length} added edges are the last lines of the list, which has no column to mark them in; the scores file marks them`,
      },
    ],
  }
}

/**
 * Any graph as an edge list with a header, every record with its attributes; names where nodes have names. Attributes of
 * nodes, features, labels and split have no place in it.
 */
export function writeEdgeList(graph: WrittenGraph, delimiter: Delimiter, compress: boolean): WriteResult {
  const {edges, weights, isAdded, names} = graph
  const cell = (value: unknown) =>
    value === undefined || value === null
      ? ''
      : csvCell(typeof value === 'string' ? value : exactJson(value), delimiter)
  // A column may be called like one of our own.
  const own = new Set(['source', 'target', 'weight', 'added'])
  const lines = [
    [
      'source',
      'target',
      ...(weights === null ? [] : ['weight']),
      ...graph.edgeColumns.map(({name}) => cell(own.has(name) ? `edge_${name}` : name)),
      ...(isAdded === null ? [] : ['added']),
    ].join(delimiter),
  ]
  for (let r = 0; r < edges.length / 2; r++) {
    lines.push(
      [
        cell(names?.[edges[2 * r]!] ?? edges[2 * r]),
        cell(names?.[edges[2 * r + 1]!] ?? edges[2 * r + 1]),
        ...(weights === null ? [] : [Number.isNaN(weights[r]) ? '' : weights[r]]),
        ...graph.edgeColumns.map(({values}) => cell(values[r])),
        ...(isAdded === null ? [] : [isAdded[r]!]),
      ].join(delimiter),
    )
  }
  const bytes = Buffer.from(`${lines.join('\n')}\n`)
  const alone = isolatedNodes(graph)
  return {
    bytes: compress ? gzip(bytes) : bytes,
    notes: [
      ...graph.notes,
      ...notHeld('an edge list', [
        graph.features !== null && 'features',
        graph.labels !== null && 'labels',
        graph.split !== null && 'split',
        columnNames('node attributes', graph.nodeColumns),
        alone > 0 && `the ${alone} nodes without an edge`,
      ]),
      ...formulaNotes(names),
    ],
  }
}

function isolatedNodes({nodes, edges}: WrittenGraph): number {
  const touched = new Uint8Array(nodes)
  for (const node of edges) touched[node] = 1
  return touched.reduce((count, one) => count + 1 - one, 0)
}

/**
 * Names are written as they are, since the list has to be read again: an apostrophe before a formula would make another
 * node of it.
 */
function formulaNotes(names: readonly string[] | null): Note[] {
  const found = (names ?? []).filter(runsInSpreadsheet)
  if (found.length === 0) return []
  return [
    {
      level: 'warning',
      code: 'formula-names',
      message: `the node name ${JSON.stringify(found[0])}${found.length > 1 ? `, like ${found.length - 1} more,` : ''} is a formula to a spreadsheet: do not open the edge list in one, the scores file is safe`,
    },
  ]
}
