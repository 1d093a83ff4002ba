import type {CsvTable} from '../../data/csv.js'
import {InputError, UsageError, option} from '../../errors.js'
import type {Note} from '../../frame/report.js'
import {isMissing} from '../labels.js'
import type {AttributeColumn} from '../document.js'
import type {NodeSet} from '../node-set.js'
import {isIdName, isIndexName, isLabelName, plainName} from './column-names.js'

export interface SideOptions {
  /** column or array of node ids */
  idColumn?: string | undefined
  labelAttribute?: string | undefined
  featureAttributes?: readonly string[] | undefined
  /** columns that give a node's kind: not features, and labels only if named */
  within?: readonly string[] | undefined
}

/** A table with one row per node, with its ids split off. */
export interface NodeTable {
  readonly names: readonly string[] | null
  readonly ids: readonly string[] | null
  readonly cells: readonly (readonly string[])[]
  readonly lines: readonly number[]
  /** columns that hold values */
  readonly columns: readonly number[]
  /** columns that give a node's kind, by name */
  readonly kinds: readonly AttributeColumn[]
  readonly notes: readonly Note[]
}

type Rows = readonly (readonly string[])[]
type Kind = 'features' | 'labels'

/** The cells of a file below its header. */
interface Cells {
  readonly path: string
  readonly kind: Kind
  readonly cells: Rows
  readonly names: readonly string[] | null
  readonly width: number
}

const isNumber = (cell: string | undefined) =>
  cell !== undefined && cell !== '' && !Number.isNaN(Number(cell.replace(',', '.')))
// A header has a known name, or a word above a number; a missing value is not a header.
const isWord = (cell: string) =>
  /\p{L}/u.test(cell) && !isNumber(cell) && !isMissing(cell) && !/^[+-]?inf(inity)?$/i.test(cell)

/**
 * Finds the id column of a table: the one that was asked for, or the one whose values are unique and cover the nodes
 * (for labels: are all nodes, or cover them); if several do, the name decides. The id column and pandas' index are
 * never values.
 *
 * Throws  InputError  several columns could be ids, or a column named like ids does not match the nodes.
 */
export function splitTable(
  table: CsvTable,
  nodes: NodeSet | null,
  kind: Kind,
  path: string,
  options: SideOptions,
): NodeTable {
  const first = table.rows[0] ?? []
  const header = hasHeader(table.rows, nodes, options)
  const cells = header ? table.rows.slice(1) : table.rows
  const lines = header ? table.lines.slice(1) : table.lines
  const names = header ? first : null
  const width = cells[0]?.length ?? first.length
  cells.forEach((row, r) => {
    if (row.length !== width && !(row.length === first.length && header))
      throw new InputError(`${path}, line ${lines[r]}: has ${row.length} values, the first row has ${width}`, [
        'give one row per node, with the same columns in each',
      ])
  })
  const id = idColumn({path, kind, cells, names, width}, nodes, options)
  const index = names !== null && isIndexName(names[0] ?? '') && width > 1 && id !== 0 ? 0 : -1
  const kinds = (options.within ?? []).flatMap((name) => names?.indexOf(name.replace(/^node:/, '')) ?? [])
  const values = Array.from({length: width}, (_, c) => c).filter((c) => c !== id && c !== index && !kinds.includes(c))
  const asked = kind === 'features' ? askedColumns(options.featureAttributes, names, path) : null
  return {
    names,
    ids: id < 0 ? null : cells.map((row) => row[id] ?? ''),
    cells,
    lines,
    columns: asked ?? values,
    kinds: kinds.filter((c) => c >= 0).map((c) => ({name: names![c]!, values: cells.map((row) => row[c] ?? '')})),
    notes:
      index < 0
        ? []
        : [
            {
              level: 'info',
              code: 'index-left-out',
              message: `${path}: the first column has no name and counts the rows: it is pandas' index, not a feature`,
            },
          ],
  }
}

function askedColumns(
  asked: readonly string[] | undefined,
  names: readonly string[] | null,
  path: string,
): number[] | null {
  if (asked === undefined || asked.length === 0) return null
  return asked.map((name) => {
    const at = names?.indexOf(name) ?? -1
    if (at < 0)
      throw new UsageError(`${path}: has no column ${JSON.stringify(name)}`, [
        `its columns are ${names?.join(', ') ?? 'without names'}`,
      ])
    return at
  })
}

function hasHeader(rows: Rows, nodes: NodeSet | null, {idColumn, labelAttribute}: SideOptions): boolean {
  const [first = [], ...body] = rows
  if (first.some((cell) => cell !== '' && (cell === idColumn || cell === labelAttribute))) return true
  if (first.some((cell, c) => isWord(cell) && isNumber(body[0]?.[c]))) return true
  if (nodes !== null && first.length > 1) {
    const isNode = (row: readonly string[], c: number) => nodes.find(row[c] ?? '') !== undefined
    const column = first.findIndex((_, c) => body.length > 0 && body.every((row) => isNode(row, c)))
    if (column >= 0) return !isNode(first, column)
  }
  const known = (cell: string) => isIdName(cell) && !isNumber(cell)
  return (
    (first.length > 1 && known(first[0] ?? '')) ||
    isLabelName(first.at(-1) ?? '') ||
    (first.length > 1 && first.some(known))
  )
}

function idColumn(table: Cells, nodes: NodeSet | null, options: SideOptions): number {
  const {path, kind, cells, names, width} = table
  const asked = options.idColumn === undefined ? -1 : (names?.indexOf(options.idColumn) ?? -1)
  if (asked >= 0) {
    if (!isUnique(cells, asked))
      throw new InputError(`${path}: column ${options.idColumn} names a node twice`, ['give one row per node'])
    return asked
  }
  if (width < 2) return -1
  const all = Array.from({length: width}, (_, c) => c)
  const nameOf = (c: number) => names?.[c] ?? ''
  if (nodes === null) {
    // In a table of numbers, text in the first column can only be names.
    const text = cells.length > 0 && cells.every((row) => Number.isNaN(Number(row[0])))
    return all.find((c) => names !== null && isIdName(nameOf(c))) ?? (text ? 0 : -1)
  }
  const fitting = all.filter((c) => isUnique(cells, c) && fits(cells, c, nodes, kind))
  const labels = fitting.filter((c) => names === null || !isLabelName(nameOf(c)))
  const named = labels.filter((c) => isIdName(nameOf(c)))
  const unnamed = labels.filter((c) => !isIndexName(nameOf(c)) || names === null)
  const best =
    named.length > 0 ? named : unnamed.length > 0 ? unnamed : labels.length > 0 ? labels : fitting.slice(0, 1)
  const [id, ...others] = best
  const same = others.every((c) => cells.every((row) => row[c] === row[id!]))
  if (id !== undefined && !same)
    throw new InputError(
      `${path}: columns ${best.map((c) => nameOf(c) || c + 1).join(' and ')} could both hold the ids of the nodes`,
      [`name the right one with ${option('idColumn')}`],
    )
  if (id !== undefined) return id
  const likely = names === null ? -1 : all.find((c) => isIdName(nameOf(c)) && !isLabelName(nameOf(c)))
  if (likely !== undefined && likely >= 0) return likelyIds(table, likely, nodes)
  return cells.length > 0 && cells.every((row) => Number.isNaN(Number(row[0]))) ? 0 : -1
}

/** A column named like ids that does not match completely. */
function likelyIds({path, kind, cells, names}: Cells, column: number, nodes: NodeSet): number {
  const name = names?.[column] ?? ''
  const seen = new Set<string>()
  for (const row of cells) {
    const id = row[column] ?? ''
    if (seen.has(id))
      throw new InputError(`${path}: column ${name} names node ${id} twice`, [
        'one row a node',
        `name another column with ${option('idColumn')}`,
      ])
    seen.add(id)
  }
  const known = cells.filter((row) => nodes.find(row[column] ?? '') !== undefined).length
  // If rows are missing, a later check names the node that lacks one.
  if (known > 0 && (kind === 'labels' || known < nodes.size)) return column
  throw new InputError(
    `${path}: column ${name} looks like ids, but ${known === 0 ? 'none of them is' : 'not all of them are'} a node of the graph; its first value is ${JSON.stringify(cells[0]?.[column] ?? '')}`,
    [
      'check that the files belong together',
      `name the column of ids with ${option('idColumn')}, or leave this column out`,
    ],
  )
}

const isUnique = (cells: Rows, column: number) => new Set(cells.map((row) => row[column])).size === cells.length

function fits(cells: Rows, column: number, nodes: NodeSet, kind: Kind): boolean {
  const found = new Set<number>()
  for (const row of cells) {
    const node = nodes.find(row[column] ?? '')
    if (node !== undefined) found.add(node)
  }
  return found.size === nodes.size || (kind === 'labels' && found.size === cells.length && cells.length > 0)
}

/** The column of labels: the one that was asked for, the only one, or the one whose name and content fit. */
export function labelColumn({cells, names, columns}: NodeTable, path: string, {labelAttribute}: SideOptions): number {
  if (labelAttribute !== undefined && names !== null) return askedColumns([labelAttribute], names, path)![0]!
  if (columns.length === 1) return columns[0]!
  const candidates = columns.filter((c) => isLabelName(names?.[c] ?? '') && isClassLike(cells, c))
  // Gephi's Label is the node's name.
  const own = candidates.length > 1 ? candidates.filter((c) => plainName(names![c]!) !== 'label') : candidates
  if (own.length === 1) return own[0]!
  throw new InputError(
    `${path}: has ${columns.length} columns of labels, expected one${names === null ? '' : `: ${columns.map((c) => names[c]).join(', ')}`}`,
    [`name the column with ${option('labelAttribute')}`, 'columns: label, or id and label'],
  )
}

/** Whether values are shared by two nodes on average, unlike display names. */
function isClassLike(cells: Rows, column: number): boolean {
  const values = cells.map((row) => row[column] ?? '').filter((value) => !isMissing(value))
  return values.length > 0 && 2 * new Set(values).size <= values.length
}
