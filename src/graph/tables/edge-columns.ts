import type {EdgeColumns} from '../../data/edge-scan.js'
import {InputError, UsageError, option} from '../../errors.js'
import {type EndColumns, endsByName, isWeightName} from './column-names.js'

export interface ColumnOptions {
  /** a column name, or its number from 1 */
  sourceColumn?: string | undefined
  targetColumn?: string | undefined
  /** whether the first row is a header; default: decided from the rows */
  header?: boolean | undefined
}

export interface TableLayout {
  header: boolean
  columns: EdgeColumns
}

type Rows = readonly (readonly string[])[]

const isNumber = (cell: string | undefined) => cell !== undefined && /^[+-]?\d+([.,]\d+)?([eE][+-]?\d+)?$/.test(cell)
/** Number of rows examined if a long table's content decides. */
const LOOKED_AT = 100_000

/**
 * Which columns hold the ends of an edge and its weight: those the options name; else those with usual names; without a
 * header the first two; else by content, the only pair of columns that share their nodes.
 *
 * Throws  InputError  several readings are plausible, or none; the message shows the first three rows of each.
 *         UsageError  an unknown column.
 */
export function tableLayout(all: Rows, place: string, options: ColumnOptions): TableLayout {
  const rows = all.length > LOOKED_AT ? all.slice(0, LOOKED_AT) : all
  const first = rows[0] ?? []
  const asked = askedColumns(first, place, options)
  const named = options.header === false ? [] : endsByName(first)
  const header =
    options.header ?? (asked?.byName === true || named.length > 0 || isCounted(rows) || hasHeader(rows, place))
  const body = header ? rows.slice(1) : rows
  const ends = asked ?? chosen(header ? named : [], first, header, body, place)
  return {header, columns: {...ends, weight: weightColumn(first, header, body, ends)}}
}

function askedColumns(
  first: readonly string[],
  place: string,
  {sourceColumn, targetColumn, header}: ColumnOptions,
): (EndColumns & {byName: boolean}) | null {
  if (sourceColumn === undefined && targetColumn === undefined) return null
  if (sourceColumn === undefined || targetColumn === undefined)
    throw new UsageError(`${option('sourceColumn')} and ${option('targetColumn')} must be given together`, [
      'name both columns',
    ])
  const find = (name: string): {at: number; byName: boolean} => {
    const at = header === false ? -1 : first.findIndex((cell) => cell === name)
    const number = /^\d+$/.test(name) ? Number(name) : 0
    const isPlace = number >= 1 && number <= first.length
    // A number may be a position or a column name; a first row of numbers only is an edge.
    if (at >= 0 && isPlace && header === undefined && first.every((cell) => isNumber(cell) || cell === '')) {
      if (at === number - 1 || !counts(first)) return {at: number - 1, byName: false}
      throw new UsageError(
        `${place}: ${JSON.stringify(name)} could be column ${number}, or column ${at + 1}, which has it as its name`,
        [`say ${option('header')} or ${option('noHeader')}`],
      )
    }
    if (at >= 0) return {at, byName: true}
    if (isPlace) return {at: number - 1, byName: false}
    throw new UsageError(
      `${place}: has no column ${JSON.stringify(name)}, its first row is ${first.map((cell) => JSON.stringify(cell)).join(', ')}`,
      ['name a column of the first row, or give its number from 1'],
    )
  }
  const [source, target] = [find(sourceColumn), find(targetColumn)]
  if (source.at === target.at)
    throw new UsageError(
      `${option('sourceColumn')} and ${option('targetColumn')} both name ${JSON.stringify(sourceColumn)}`,
      ['name two columns'],
    )
  return {source: source.at, target: target.at, byName: source.byName || target.byName}
}

const counts = (row: readonly string[]) => row.filter((cell) => cell !== '').every((cell, k) => cell === String(k))

/** Whether the header is the 0, 1, … that pandas gives unnamed columns: above text, or next to an index. */
function isCounted([first = [], ...body]: Rows): boolean {
  if (!counts(first) || body.length === 0) return false
  return (
    (first[0] === '' && first.length > 2) ||
    (first[0] !== '' && body.every((row) => row.every((cell) => cell === '' || !isNumber(cell))))
  )
}

/** Whether there is a header: words above numbers, or above cells that share another pattern. */
function hasHeader(rows: Rows, place: string): boolean {
  const [first = [], ...body] = rows
  if (body.length === 0) return false
  if (
    first.some(
      (cell, c) =>
        /\p{L}/u.test(cell) &&
        !isNumber(cell) &&
        body.every((row) => isNumber(row[c]) || row[c] === '' || row[c] === undefined) &&
        body.some((row) => isNumber(row[c])),
    )
  )
    return true
  const [a, b] = first
  if (isNumber(a) || isNumber(b)) return false
  const elsewhere = new Set(body.flatMap((row) => [row[0], row[1]]))
  if (elsewhere.has(a) || elsewhere.has(b)) return false
  // Node names mostly share a pattern: n12, "id 007". A header word does not.
  const shape = (cell: string | undefined) => (cell ?? '').replace(/\p{L}+/gu, 'a').replace(/\d+/g, '0')
  const shapes = [0, 1].map((c) => new Set(body.map((row) => shape(row[c]))))
  if (body.length > 2 && shapes.every((set, c) => set.size === 1 && !set.has(shape(first[c])))) return true
  if (shapes.every((set, c) => set.size <= 3 && set.has(shape(first[c])) && /\d/.test(first[c] ?? ''))) return false
  throw new InputError(
    `${place}: whether the first row (${first.slice(0, 3).join(', ')}) names the columns or is an edge is unclear: neither of its cells occurs again`,
    [
      `say ${option('header')} or ${option('noHeader')}`,
      `name the columns with ${option('sourceColumn')} and ${option('targetColumn')}`,
    ],
  )
}

function chosen(
  named: readonly EndColumns[],
  first: readonly string[],
  header: boolean,
  body: Rows,
  place: string,
): EndColumns {
  if (named.length === 1) return named[0]!
  if (named.length > 1) throw unclear(named, first, header, body, place)
  const usual = {source: 0, target: 1}
  if (first.length <= 2) return usual
  if (!header && !countsRows(body)) return usual
  const plausible = pairsByContent(first.length, body)
  if (plausible.length === 1) return plausible[0]!
  if (!header && plausible.length === 0) return usual
  throw unclear(
    plausible.length === 0 ? [usual, {source: first.length - 2, target: first.length - 1}] : plausible,
    first,
    header,
    body,
    place,
  )
}

/** Whether the first column only counts the rows: then it is not a node. */
function countsRows(body: Rows): boolean {
  const start = Number(body[0]?.[0])
  return body.length > 2 && (start === 0 || start === 1) && body.every((row, r) => row[0] === String(start + r))
}

/** Pairs of id columns that share their nodes: at least half of the smaller set is in the other. */
function pairsByContent(width: number, body: Rows): EndColumns[] {
  const sets = Array.from({length: width}, (_, c) => {
    const cells = body.map((row) => row[c] ?? '')
    const isId = cells.every((cell) => cell !== '' && !/^[+-]?\d*[.,]\d+$/.test(cell))
    return isId ? new Set(cells) : new Set<string>()
  })
  const out: EndColumns[] = []
  for (let s = 0; s < width; s++)
    for (let t = s + 1; t < width; t++) {
      const [small, large] = sets[s]!.size < sets[t]!.size ? [sets[s]!, sets[t]!] : [sets[t]!, sets[s]!]
      if (small.size < 3) continue
      let common = 0
      for (const cell of small) if (large.has(cell)) common++
      if (2 * common >= small.size) out.push({source: s, target: t})
    }
  return out
}

function unclear(
  readings: readonly EndColumns[],
  first: readonly string[],
  header: boolean,
  body: Rows,
  place: string,
): InputError {
  const name = (column: number) => (header ? JSON.stringify(first[column]) : `column ${column + 1}`)
  const shown = readings.slice(0, 4).map(({source, target}) => {
    const rows = body.slice(0, 3).map((row) => `${row[source] ?? ''} – ${row[target] ?? ''}`)
    return `${name(source)} to ${name(target)} (${rows.join('; ')})`
  })
  return new InputError(`${place}: it is unclear which columns hold the ends of an edge: ${shown.join(', or ')}`, [
    `name them with ${option('sourceColumn')} and ${option('targetColumn')}`,
  ])
}

function weightColumn(first: readonly string[], header: boolean, body: Rows, {source, target}: EndColumns): number {
  if (header) {
    const at = first.findIndex((name, c) => c !== source && c !== target && isWeightName(name))
    return at
  }
  return first.length === 3 && source < 2 && target < 2 && body.every((row) => isNumber(row[2]) || row[2] === '')
    ? 2
    : -1
}
