import type {Delimiter} from '../../data/csv.js'
import {InputError, option} from '../../errors.js'
import type {Note} from '../../frame/report.js'

type Rows = readonly (readonly string[])[]

const isNumber = (cell: string | undefined) =>
  cell !== undefined && cell.trim() !== '' && Number.isFinite(Number(cell.replace(',', '.')))

/** Number of cells of a row, without empty ones at its end. */
const filledWidth = (row: readonly string[]): number => row.length - [...row].reverse().findIndex((cell) => cell !== '')

/**
 * Refuses rows with more cells than the header, and rows of different lengths without one: an adjacency list, or a name
 * that contains the separator, would be cut after its second cell.
 *
 * Throws  InputError  names the first such line.
 */
export function requireWidth(
  rows: Rows,
  lines: readonly number[],
  header: readonly string[] | null,
  delimiter: Delimiter,
  isAsked: boolean,
  place: string,
): void {
  if (header !== null) {
    const bad = rows.findIndex((row) => filledWidth(row) > header.length)
    if (bad >= 0)
      throw new InputError(
        `${place}, line ${lines[bad]}: has ${rows[bad]!.length} cells, the header has ${header.length} columns`,
        [
          `put a name that holds ${JSON.stringify(delimiter)} into double quotes, or add the missing column to the header`,
        ],
      )
    return
  }
  const widths = rows.map(filledWidth)
  const [least, most] = [Math.min(...widths.slice(0, 1000)), widths.reduce((a, b) => Math.max(a, b), 0)]
  const optional =
    isAsked ||
    (most <= 3 && rows.every((row) => row[2] === undefined || /^[+-]?\d*[.,]\d+$/.test(row[2]) || row[2] === ''))
  const bad = optional ? -1 : widths.findIndex((width) => width !== widths[0])
  if (bad < 0) return
  throw new InputError(
    `${place}, line ${lines[bad]}: has ${widths[bad]} cells, line ${lines[0]} has ${widths[0]}, like an adjacency list, so it is unclear whether further cells are neighbours or attributes`,
    [
      'write one edge per line: networkx.write_edgelist(graph, "edges.txt", data=False)',
      `for a table with ${Math.min(least, widths[0]!)} to ${most} columns, name the ends with ${option('sourceColumn')} and ${option('targetColumn')}`,
    ],
  )
}

/** Throws InputError: a row that repeats the header, as in concatenated files. */
export function refuseRepeatedHeader(
  rows: Rows,
  lines: readonly number[],
  header: readonly string[],
  place: string,
): void {
  const bad = rows.findIndex((row) => row.length === header.length && row.every((cell, c) => cell === header[c]))
  if (bad >= 0)
    throw new InputError(`${place}, line ${lines[bad]}: repeats the header, as concatenated files do`, [
      'leave that line out',
    ])
}

/**
 * Refuses a table that is a matrix: as many rows as columns, all numbers, or a header that names the rows.
 *
 * Throws  InputError  with the recipe.
 */
export function refuseMatrix(all: Rows, place: string): void {
  const [first = [], ...body] = all
  const labels = first.slice(1)
  const named =
    new Set(labels).size === labels.length &&
    body.length >= 3 &&
    labels.length >= 3 &&
    body.slice(0, 50).every((row, r) => row[0] === labels[r])
  const bare = all.length >= 4 && all.every((row) => row.length === all.length && row.every(isNumber))
  if (!named && !bare) return
  const size = named ? labels.length : all.length
  throw new InputError(`${place}: is a ${size} × ${size} matrix${named ? ' with names' : ''}, not a list of edges`, [
    named
      ? 'write its edges: networkx.write_edgelist(networkx.from_pandas_adjacency(pandas.read_csv(FILE, index_col=0)), "edges.csv", delimiter=",", data=["weight"])'
      : 'write it sparse: scipy.sparse.save_npz("graph.npz", scipy.sparse.csr_matrix(numpy.loadtxt(FILE, delimiter=",")))',
    `if it is a table of edges, name its columns with ${option('sourceColumn')} and ${option('targetColumn')}`,
  ])
}

/** How programs write a missing value. */
const MISSING = new Set(['nan', 'NaN', '<NA>', 'NaT', 'None', 'null', 'NULL'])

/**
 * Refuses ids that mean "missing", and ids that contain a comment.
 *
 * Throws  InputError  names the first one.
 */
export function requireIds(ids: readonly string[], place: string): void {
  const missing = ids.findIndex((id) => MISSING.has(id))
  if (missing >= 0)
    throw new InputError(
      `${place}: edge ${missing >> 1} (${ids[missing & ~1]} – ${ids[missing | 1]}) has an end called ${ids[missing]}, which is how programs write a missing value`,
      ['leave out edges without an end', `with ${option('idsAsText')} it is a node of this name`],
    )
  const known = new Set(ids)
  const comment = ids.findIndex((id) => /\s#/.test(id) && known.has(id.replace(/\s+#.*$/, '')))
  if (comment >= 0)
    throw new InputError(
      `${place}: edge ${comment >> 1} has a comment in the name of an end, ${JSON.stringify(ids[comment])}`,
      ['put comments on lines of their own', `with ${option('idsAsText')} it is part of the name`],
    )
}

/** A note about nodes whose names a person may take for the same. */
export function alikeNotes(names: readonly string[], place: string): Note[] {
  const seen = new Map<string, string>()
  const pairs: [string, string][] = []
  for (const name of names) {
    const plain = name.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ')
    const other = seen.get(plain)
    if (other === undefined) seen.set(plain, name)
    else pairs.push([other, name])
  }
  if (pairs.length === 0) return []
  const [one, two] = pairs[0]!
  return [
    {
      level: 'warning',
      code: 'ids-alike',
      message: `${place}: ${JSON.stringify(one)} and ${JSON.stringify(two)} are two nodes whose names differ only in case or in how characters are encoded${pairs.length > 1 ? `, as ${pairs.length - 1} more pairs are` : ''}`,
    },
  ]
}
