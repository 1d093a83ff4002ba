import {parseTable, requireText} from '../data/csv.js'
import {isJsonObject, parseJson} from '../data/json.js'
import type {NamedArray} from '../data/named-array.js'
import {parseNpy} from '../data/npy.js'
import {gunzip} from '../data/gzip.js'
import {openNpz} from '../data/npz.js'
import {readInput} from '../data/read-file.js'
import {describeContent, sniffContent} from '../data/sniff.js'
import {InputError} from '../errors.js'
import type {Matrix} from '../linalg/types.js'
import type {InputFile} from '../frame/report.js'
import {labelsOfArray, labelsOfText} from './labels.js'
import type {GraphLimits} from './limits.js'
import {denseMatrix} from './matrices.js'
import {csrNames, readCsr, readFeatures, readSplitArrays} from './npz-arrays.js'
import {selectRows} from './select-nodes.js'
import type {Split} from './types.js'

/** Features or labels of a file of their own; `ids` names the node of each row where the file does. */
export interface SideRows<Value> {
  readonly value: Value
  readonly rows: number
  readonly ids: readonly string[] | null
  readonly file: InputFile
}

/** Column names that tell a header where all values are text. */
const LABEL_COLUMN = ['label', 'labels', 'class', 'y']
const ID_COLUMN = ['id', 'node', 'node_id', 'name', 'key']

/**
 * Node features from npy [nodes, d], npz (feat_*, attr_*, a scipy matrix, features, or the only array), or a CSV of
 * numbers.
 */
export async function readFeaturesFile(path: string, limits: GraphLimits): Promise<SideRows<Matrix>> {
  const {bytes, file} = await readInput(path, limits.maxBytes)
  const content = sniffContent(bytes)
  if (content === 'npy') return plain(denseMatrix(parseNpy(bytes, 'features', path), path), file)
  if (content === 'zip') {
    const archive = openNpz(bytes, path)
    const matrix = archive.has('format')
      ? readCsr(archive, '')
      : (readFeatures(archive) ?? denseMatrix(only(archive, path), path))
    return plain(matrix, file)
  }
  const {ids, columns, cells, lines} = tableOf(gunzip(bytes, path, limits.maxBytes), path)
  const data = new Float64Array(cells.length * columns)
  cells.forEach((row, r) => {
    if (row.length !== columns)
      throw new InputError(`${path}, line ${lines[r]}: has ${row.length} values, the first row has ${columns}`, [
        'one row a node, the same columns in each',
      ])
    row.forEach((cell, c) => {
      const value = cell === '' ? NaN : Number(cell)
      if (!Number.isFinite(value)) {
        throw new InputError(
          `${path}, line ${lines[r]}: row ${r}, column ${c} is ${JSON.stringify(cell)}, features are finite numbers`,
          ['mend the value'],
        )
      }
      data[r * columns + c] = value
    })
  })
  return {value: {rows: cells.length, cols: columns, data}, rows: cells.length, ids, file}
}

const plain = (value: Matrix, file: InputFile): SideRows<Matrix> => ({value, rows: value.rows, ids: null, file})

function only(archive: ReturnType<typeof openNpz>, path: string): NamedArray {
  const [name, ...others] = archive.names
  if (name === undefined || others.length > 0) {
    throw new InputError(
      `${path}: has no known array of features, its arrays are ${archive.names.join(', ') || 'none'}`,
      [`name it features, or save a sparse matrix as ${Object.values(csrNames('feat_')).join(', ')}`],
    )
  }
  return archive.read(name)
}

export interface Labels {
  labels: Int32Array
  classNames: string[] | null
}

/** Labels from npy [nodes], npz (labels, or the only array), or CSV: label, or id and label. */
export async function readLabelsFile(path: string, limits: GraphLimits): Promise<SideRows<Labels>> {
  const {bytes, file} = await readInput(path, limits.maxBytes)
  const content = sniffContent(bytes)
  if (content === 'npy' || content === 'zip') {
    const array = content === 'npy' ? parseNpy(bytes, 'labels', path) : labelsArray(openNpz(bytes, path), path)
    const value = labelsOfArray(array, path, limits.maxClasses)
    return {value, rows: value.labels.length, ids: null, file}
  }
  const {ids, columns, cells} = tableOf(gunzip(bytes, path, limits.maxBytes), path)
  if (columns !== 1)
    throw new InputError(`${path}: has ${columns} columns of labels, expected one`, ['columns: label, or id and label'])
  const texts = cells.map((row) => row[0] ?? '')
  const value = texts.every((text) => text === '' || Number.isFinite(Number(text)))
    ? labelsOfArray(
        {
          name: 'label',
          shape: [texts.length],
          type: 'f8',
          data: Float64Array.from(texts, (text) => (text === '' ? -1 : Number(text))),
        },
        path,
        limits.maxClasses,
      )
    : labelsOfText(texts)
  return {value, rows: texts.length, ids, file}
}

function labelsArray(archive: ReturnType<typeof openNpz>, path: string): NamedArray {
  if (archive.has('labels')) return archive.read('labels')
  if (archive.names.length === 1) return archive.read(archive.names[0]!)
  throw new InputError(`${path}: has no array labels, its arrays are ${archive.names.join(', ') || 'none'}`, [
    'name the array labels',
  ])
}

/** Train, validation and test nodes from JSON (idx_train … or train_idx …) or npz of the same names. */
export async function readSplitFile(path: string, limits: GraphLimits): Promise<{split: Split; file: InputFile}> {
  const {bytes, file} = await readInput(path, limits.maxBytes)
  const content = sniffContent(bytes)
  if (content !== 'zip' && content !== 'json')
    throw new InputError(`${path}: is no split, it looks like ${describeContent(bytes)}`, [
      'give JSON or npz with idx_train, idx_val, idx_test',
    ])
  const archive = content === 'zip' ? openNpz(bytes, path) : jsonArrays(parseJson(bytes, path), path)
  const split = readSplitArrays(archive.has, archive.read, path)
  if (split === null)
    throw new InputError(`${path}: has none of idx_train, idx_val, idx_test (or train_idx, val_idx, test_idx)`, [
      'name the three lists like this',
    ])
  return {split, file}
}

function jsonArrays(value: unknown, path: string) {
  if (!isJsonObject(value))
    throw new InputError(`${path}: is no JSON object`, ['give an object with idx_train, idx_val, idx_test'])
  return {
    has: (name: string) => Object.hasOwn(value, name),
    read: (name: string): NamedArray => {
      const list = value[name]
      if (!Array.isArray(list) || !list.every((item) => typeof item === 'number')) {
        throw new InputError(`${path}: ${name} is no list of numbers`, ['give node numbers, starting at 0'])
      }
      return {name, shape: [list.length], type: 'f8', data: Float64Array.from(list)}
    },
  }
}

function tableOf(bytes: Uint8Array, path: string) {
  requireText(bytes, path)
  const {rows, lines} = parseTable(bytes, path)
  const first = rows[0] ?? []
  const lower = first.map((cell) => cell.toLowerCase())
  const named = ID_COLUMN.includes(lower[0] ?? '')
  const isNumber = (cell: string | undefined) => cell !== undefined && cell !== '' && !Number.isNaN(Number(cell))
  // A header has a known name, or a word above a number; a missing value is no header.
  const isWord = (cell: string) =>
    /\p{L}/u.test(cell) && !isNumber(cell) && !/^[+-]?(nan|na|n\/a|inf|infinity|null|none)$/i.test(cell)
  const header =
    named ||
    LABEL_COLUMN.includes(lower.at(-1) ?? '') ||
    first.some((cell, c) => isWord(cell) && isNumber(rows[1]?.[c]))
  const body = header ? rows.slice(1) : rows
  // Text in the first column of numbers can only be names.
  const idColumn =
    named || (body.length > 0 && body[0]!.length > 1 && body.every((row) => Number.isNaN(Number(row[0]))))
  const cells = idColumn ? body.map((row) => row.slice(1)) : body
  return {
    ids: idColumn ? body.map((row) => row[0]!) : null,
    columns: cells[0]?.length ?? 0,
    cells,
    lines: header ? lines.slice(1) : lines,
  }
}

/** The row of each node where rows carry ids; null: row = node. */
export function rowsByNode(
  {ids, file}: SideRows<unknown>,
  nodes: number,
  names: readonly string[] | null,
): Uint32Array | null {
  if (ids === null) return null
  const row = new Map(ids.map((id, r) => [id, r]))
  if (row.size < ids.length) throw new InputError(`${file.path}: names a node twice`, ['one row a node'])
  return Uint32Array.from({length: nodes}, (_, node) => {
    const name = names?.[node] ?? String(node)
    const found = row.get(name)
    if (found === undefined)
      throw new InputError(`${file.path}: has no row for node ${name}`, [
        'one row a node; check that the files belong together',
      ])
    return found
  })
}

export const alignFeatures = (side: SideRows<Matrix>, order: Uint32Array | null): Matrix =>
  order === null ? side.value : selectRows(side.value, order)

export const alignLabels = ({value}: SideRows<Labels>, order: Uint32Array | null): Int32Array =>
  order === null ? value.labels : Int32Array.from(order, (row) => value.labels[row]!)
