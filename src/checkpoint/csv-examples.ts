import {parseTable} from '../data/csv.js'
import type {NamedArray} from '../data/named-array.js'
import {InputError} from '../errors.js'

/**
 * A table with a header as two arrays: the column of labels [rows], and all others in their order as `inputs` [rows,
 * columns − 1].
 *
 * Precision  fp64.
 * Empty      a header alone → no rows.
 * Throws     InputError  no such column of labels, a row of another length, a cell that is no finite number (names line
 *            and column).
 */
export function csvExamples(bytes: Uint8Array, labelNames: readonly string[], path: string): NamedArray[] {
  const {rows, lines} = parseTable(bytes, path)
  const [header = [], ...body] = rows
  const labelColumn = header.findIndex((name) => labelNames.includes(name))
  if (labelColumn < 0) {
    throw new InputError(
      `${path}: has no column '${labelNames[0]!}' of class numbers; its header: ${header.slice(0, 8).join(', ')}${header.length > 8 ? ', …' : ''}`,
      ['give the table a header, and name the column of labels'],
    )
  }
  const width = header.length - 1
  const labels = new Float64Array(body.length)
  const inputs = new Float64Array(body.length * width)
  body.forEach((row, r) => {
    const line = lines[r + 1]!
    if (row.length !== header.length)
      throw new InputError(`${path}, line ${line}: has ${row.length} cells, the header has ${header.length}`, [
        'every row needs one cell for each column',
      ])
    row.forEach((cell, column) => {
      const value = cell === '' ? Number.NaN : Number(cell)
      if (!Number.isFinite(value))
        throw new InputError(`${path}, line ${line}, column '${header[column]!}': '${cell}' is no finite number`, [
          'encode text as numbers and fill missing cells',
        ])
      if (column === labelColumn) labels[r] = value
      else inputs[r * width + column - (column > labelColumn ? 1 : 0)] = value
    })
  })
  return [
    {name: 'inputs', shape: [body.length, width], type: 'f8', data: inputs},
    {name: header[labelColumn]!, shape: [body.length], type: 'f8', data: labels},
  ]
}
