import {parseTable} from '../data/csv.js'
import type {NamedArray} from '../data/named-array.js'
import {InputError, option} from '../errors.js'

/**
 * A table with a header as two arrays: the column of labels [rows], and all others in order as `inputs` [rows, columns
 * − 1]. The columns `group` and `slice` become separate arrays too; if the model's input width (`width`) includes the
 * column `slice`, that stays an input as well.
 *
 * Precision  fp64.
 * Empty      only a header → no rows.
 * Throws     InputError  no such column of labels, a row of another length, an input that is not a finite number (names line
 *            and column).
 */
export function csvExamples(
  bytes: Uint8Array,
  labelNames: readonly string[],
  path: string,
  {group, slice, width: taken}: {group?: string; slice?: string; width?: number} = {},
): NamedArray[] {
  const {rows, lines} = parseTable(bytes, path)
  const [header = [], ...body] = rows
  const labelColumn = header.findIndex((name) => labelNames.includes(name))
  if (labelColumn < 0) {
    throw new InputError(
      `${path}: has no column '${labelNames[0]!}' of class numbers; its header: ${headerText(header)}`,
      ['give the table a header, and name the column of labels'],
    )
  }
  const groupColumn = group === undefined ? -1 : header.indexOf(group)
  if (group !== undefined && groupColumn < 0)
    throw new InputError(`${path}: has no column '${group}' of sources; its header: ${headerText(header)}`, [
      `name the column that says which source each row is of: ${option('group')} NAME`,
    ])
  const sliceColumn = slice === undefined || slice === 'class' ? -1 : header.indexOf(slice)
  if (slice !== undefined && slice !== 'class' && sliceColumn < 0)
    throw new InputError(`${path}: has no column '${slice}' to slice by; its header: ${headerText(header)}`, [
      `name a column with ${option('slice')}, or class for the labels`,
    ])
  const features = [...header.keys()].filter((column) => column !== labelColumn && column !== groupColumn)
  const columns = features.length === taken ? features : features.filter((column) => column !== sliceColumn)
  const width = columns.length
  const labels = body.map((row) => row[labelColumn] ?? '')
  const inputs = new Float64Array(body.length * width)
  body.forEach((row, r) => {
    const line = lines[r + 1]!
    if (row.length !== header.length)
      throw new InputError(`${path}, line ${line}: has ${row.length} cells, the header has ${header.length}`, [
        'every row needs one cell for each column',
      ])
    columns.forEach((column, at) => {
      const cell = row[column]!
      const value = cell === '' ? Number.NaN : Number(cell)
      if (!Number.isFinite(value))
        throw new InputError(`${path}, line ${line}, column '${header[column]!}': '${cell}' is not a finite number`, [
          'encode text as numbers and fill missing cells',
        ])
      inputs[r * width + at] = value
    })
  })
  return [
    {name: 'inputs', shape: [body.length, width], type: 'f8', data: inputs},
    labelColumnOf(header[labelColumn]!, labels, path, lines),
    ...(groupColumn < 0
      ? []
      : [{name: group!, shape: [body.length], type: 'U' as const, data: body.map((row) => row[groupColumn]!)}]),
    ...(sliceColumn < 0 || sliceColumn === groupColumn || sliceColumn === labelColumn
      ? []
      : [{name: slice!, shape: [body.length], type: 'U' as const, data: body.map((row) => row[sliceColumn]!)}]),
  ]
}

const headerText = (header: readonly string[]) => `${header.slice(0, 8).join(', ')}${header.length > 8 ? ', …' : ''}`

/**
 * The labels of a table with one column, with a header or (as numpy.savetxt writes it) without. null: it has several
 * columns.
 */
export function csvLabels(bytes: Uint8Array, path: string): NamedArray | null {
  const {rows, lines} = parseTable(bytes, path)
  if (rows.length === 0 || rows.some((row) => row.length !== 1)) return null
  const [first] = rows[0] as [string]
  const isHeader = first.trim() === '' || !Number.isFinite(Number(first))
  const cells = rows.slice(isHeader ? 1 : 0).map(([cell]) => cell!)
  return labelColumnOf(isHeader ? first : '', cells, path, isHeader ? lines : [0, ...lines])
}

/** Numbers if every cell is one, else texts: class names. */
function labelColumnOf(name: string, cells: string[], path: string, lines: readonly number[]): NamedArray {
  const empty = cells.findIndex((cell) => cell.trim() === '')
  if (empty >= 0)
    throw new InputError(`${path}, line ${lines[empty + 1]!}, column '${name}': has no label`, [
      'fill it, or write -100 for a row without one',
    ])
  const numbers = Float64Array.from(cells, Number)
  if (numbers.every(Number.isFinite)) return {name, shape: [cells.length], type: 'f8', data: numbers}
  return {name, shape: [cells.length], type: 'U', data: cells}
}
