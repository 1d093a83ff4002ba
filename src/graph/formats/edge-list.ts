import {csvCell, type Delimiter, firstLine, lineEnd, parseTable, requireText, sniffDelimiter} from '../../data/csv.js'
import {type EdgeColumns, scanEdges} from '../../data/edge-scan.js'
import {gunzip, gzip} from '../../data/gzip.js'
import {runsInSpreadsheet} from '../../data/spreadsheet.js'
import {InputError} from '../../errors.js'
import type {Note} from '../../frame/report.js'
import type {NormalisedGraph, ReadResult, WriteResult} from '../document.js'
import {addedByName, keptEdges, keptRecords} from '../kept-edges.js'
import {checkSize, type GraphLimits} from '../limits.js'
import {type NodeIds, numberNames, numberNumericIds} from '../node-ids.js'
import {notWritten} from '../not-written.js'

export interface EdgeListOptions {
  nodeIds: NodeIds
  /** nodes known from features or labels: numbered nodes without an edge at the end of the list */
  nodes: number | null
}

const SOURCE = ['source', 'src', 'from', 'u', 'node1', 'id1']
const TARGET = ['target', 'dst', 'to', 'v', 'node2', 'id2']

/** The edge records of a text file and the lines they stand on. */
interface Records {
  ids: Float64Array | string[]
  weights: Float64Array | null
  /** [records + 1] */
  starts: ArrayLike<number>
  layout: Layout
}

/** How a line of the file is made. */
interface Layout {
  delimiter: Delimiter
  columns: EdgeColumns
  width: number
}

/**
 * CSV, TSV or text, optionally gzip: one edge a line, first or named columns source, target[, weight]; other columns
 * are carried.
 */
export function readEdgeList(
  packed: Uint8Array,
  place: string,
  options: EdgeListOptions,
  limits: GraphLimits,
): ReadResult {
  const bytes = gunzip(packed, place, limits.maxBytes)
  requireText(bytes, place)
  const records = readRecords(bytes, place)
  checkSize(1, records.ids.length / 2, place, limits)
  if (options.nodeIds === 'numbers' && !(records.ids instanceof Float64Array)) {
    throw new InputError(`${place}: node ${JSON.stringify(records.ids.find((id) => !isNumber(id)))} is no number`, [
      'read the ids as names',
    ])
  }
  const {nodes, edges, names} =
    records.ids instanceof Float64Array ? numberNumericIds(records.ids, options.nodeIds) : numberNames(records.ids)
  return {
    raw: {
      nodes: names === null ? Math.max(nodes, options.nodes ?? 0) : nodes,
      edges,
      weights: records.weights,
      directed: true,
      nodeNames: names,
      features: null,
      labels: null,
      classNames: null,
      split: null,
    },
    notes: [],
    carried: {
      rewrite: (result, pruned) => {
        const kept = keptLines(bytes, records.starts, keptRecords(result, pruned))
        const {lines, notes} = addedLines(result, records.layout, kept)
        return {
          bytes: packed === bytes ? Buffer.concat([kept, lines]) : gzip(Buffer.concat([kept, lines])),
          notes: [...notes, ...formulaNotes(names)],
        }
      },
    },
  }
}

function readRecords(bytes: Uint8Array, place: string): Records {
  const start = firstLine(bytes)
  const text = (from: number) =>
    Buffer.from(bytes.subarray(from, lineEnd(bytes, from)))
      .toString('utf8')
      .trim()
  const head = text(start)
  const delimiter = sniffDelimiter(head)
  const cells = (line: string) =>
    line.split(delimiter === ' ' ? / +/ : delimiter).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'))
  const first = cells(head)
  const second = lineEnd(bytes, start)
  const header = isHeader(first, cells(text(second)))
  const columns = columnsOf(header ? first : null, first)
  const scan = scanEdges(bytes, header ? second : start, delimiter, columns)
  const read = scan === null ? tableRecords(bytes, place, header, columns) : scan
  return {...read, layout: {delimiter, columns, width: first.length}}
}

const isNumber = (cell: string | undefined) => cell !== undefined && /^\d+$/.test(cell)

/** Known column names, or text above numbers. */
function isHeader(first: string[], second: string[]): boolean {
  const lower = first.map((cell) => cell.toLowerCase())
  if (lower.some((cell) => SOURCE.includes(cell)) && lower.some((cell) => TARGET.includes(cell))) return true
  return !isNumber(first[0]) && !isNumber(first[1]) && isNumber(second[0]) && isNumber(second[1])
}

function columnsOf(header: string[] | null, first: string[]): EdgeColumns {
  const lower = header?.map((cell) => cell.toLowerCase()) ?? []
  const source = lower.findIndex((cell) => SOURCE.includes(cell))
  const target = lower.findIndex((cell) => TARGET.includes(cell))
  const known = source >= 0 && target >= 0
  const unnamedWeight =
    header === null && first.length === 3 && first[2] !== '' && Number.isFinite(Number(first[2])) ? 2 : -1
  return {
    source: known ? source : 0,
    target: known ? target : 1,
    weight: header === null ? unnamedWeight : lower.indexOf('weight'),
  }
}

function tableRecords(
  bytes: Uint8Array,
  place: string,
  header: boolean,
  columns: EdgeColumns,
): Omit<Records, 'layout'> {
  const table = parseTable(bytes, place)
  const skip = header ? 1 : 0
  const rows = table.rows.slice(skip)
  const lines = table.lines.slice(skip)
  const ids = rows.flatMap((row, r) => {
    const ends = [row[columns.source] ?? '', row[columns.target] ?? '']
    if (ends.includes(''))
      throw new InputError(`${place}, line ${lines[r]}: has no ${ends[0] === '' ? 'source' : 'target'}`, [
        'one edge a line: source, target',
      ])
    return ends
  })
  const numeric = ids.every((id) => /^\d{1,15}$/.test(id))
  const weights =
    columns.weight < 0
      ? null
      : Float64Array.from(rows, (row, r) => weightOf(row[columns.weight], `${place}, line ${lines[r]}`))
  const offset = header ? table.ends[0]! : firstLine(bytes)
  return {ids: numeric ? Float64Array.from(ids, Number) : ids, weights, starts: [offset, ...table.ends.slice(skip)]}
}

function weightOf(cell: string | undefined, place: string): number {
  const weight = cell === undefined || cell === '' ? NaN : Number(cell)
  if (Number.isNaN(weight))
    throw new InputError(`${place}: the weight is ${JSON.stringify(cell ?? '')}, not a number`, [
      'mend the weight column',
    ])
  return weight
}

/** The file without the lines of records that are not kept; everything else byte by byte. */
function keptLines(bytes: Uint8Array, starts: ArrayLike<number>, kept: Uint8Array): Uint8Array {
  const pieces: Uint8Array[] = []
  let from = 0
  for (let r = 0; r < kept.length; r++) {
    if (kept[r] === 1) continue
    pieces.push(bytes.subarray(from, starts[r]))
    from = starts[r + 1]!
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
 * Any graph as an edge list with a header; names where nodes have names. Features, labels and split have no place in
 * it.
 */
export function writeEdgeList(
  result: NormalisedGraph,
  pruned: Uint8Array,
  delimiter: Delimiter,
  compress: boolean,
): WriteResult {
  const {nodeNames} = result.graph
  const {kept, weights, isAdded} = keptEdges(result, pruned)
  const name = (node: number) => (nodeNames === null ? String(node) : csvCell(nodeNames[node]!, delimiter))
  const lines = [
    ['source', 'target', ...(weights === null ? [] : ['weight']), ...(isAdded === null ? [] : ['added'])].join(
      delimiter,
    ),
  ]
  for (let e = 0; e < kept.length / 2; e++) {
    const cells = [
      name(kept[2 * e]!),
      name(kept[2 * e + 1]!),
      ...(weights === null ? [] : [weights[e]!]),
      ...(isAdded === null ? [] : [isAdded[e]!]),
    ]
    lines.push(cells.join(delimiter))
  }
  const bytes = Buffer.from(`${lines.join('\n')}\n`)
  return {
    bytes: compress ? gzip(bytes) : bytes,
    notes: [...notWritten(result.graph, ['features', 'labels', 'split'], 'an edge list'), ...formulaNotes(nodeNames)],
  }
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
