import {type Delimiter, numberOf, parseTable, requireText} from '../data/csv.js'
import {gunzip} from '../data/gzip.js'
import type {NamedArray} from '../data/named-array.js'
import {parseNpy} from '../data/npy.js'
import {type NpzArchive, openNpz} from '../data/npz.js'
import {readInput} from '../data/read-file.js'
import {sniffContent} from '../data/sniff.js'
import {InputError, option} from '../errors.js'
import type {Matrix} from '../linalg/types.js'
import type {InputFile, Note} from '../frame/report.js'
import type {AttributeColumn} from './document.js'
import {type Labels, labelsOfArray, labelsOfValues} from './labels.js'
import type {GraphLimits} from './limits.js'
import {denseMatrix} from './matrices.js'
import type {NodeSet} from './node-set.js'
import {csrNames, LABEL_ARRAYS, namesOf, readCsr, readFeatures} from './npz-arrays.js'
import {asTable} from './tables/parquet-csv.js'
import {labelColumn, type NodeTable, type SideOptions, splitTable} from './tables/node-table.js'

/** A file of features or labels. Which column holds ids is decided once the nodes are known. */
export interface SideTable<Value> {
  readonly file: InputFile
  /** rows and ids, given these nodes; null: nodes are not known yet */
  readonly match: (nodes: NodeSet | null) => SideRows<Value>
}

/** Features or labels from a separate file; `ids` names the node of each row, if the file does. */
export interface SideRows<Value> {
  readonly value: Value
  readonly rows: number
  readonly ids: readonly string[] | null
  readonly notes: readonly Note[]
  /** kind of each row's node; absent: unknown */
  readonly kinds?: readonly AttributeColumn[]
}

const ID_ARRAYS = ['ids', 'id', 'node_ids', 'node_id', 'node_names', 'names', 'nodes', 'index'] as const

/**
 * Node features from npy [nodes, d], npz (feat_*, attr_*, a scipy matrix, features, or the only array), or a table of
 * numbers with or without a column of ids.
 */
export async function readFeaturesFile(
  path: string,
  limits: GraphLimits,
  options: SideOptions = {},
): Promise<SideTable<Matrix>> {
  const {bytes: stored, file} = await readInput(path, limits.maxBytes)
  const bytes = await asTable(stored, path)
  const content = sniffContent(bytes)
  if (content === 'npy') return arrays(file, denseMatrix(parseNpy(bytes, 'features', path), path), null)
  if (content === 'zip') {
    const archive = openNpz(bytes, path)
    const ids = idsOf(archive, options)
    const value = archive.has('format')
      ? readCsr(archive, '')
      : (readFeatures(archive) ?? denseMatrix(only(archive, ids?.name, path), path))
    return arrays(file, value, ids?.values ?? null)
  }
  const table = tableOf(gunzip(bytes, path, limits.maxBytes), path)
  return once(file, (nodes) => {
    const split = splitTable(table, nodes, 'features', path, options)
    return {...split, rows: split.cells.length, value: featuresOf(split, table.delimiter, path)}
  })
}

const arrays = <Value extends {rows: number} | Labels>(
  file: InputFile,
  value: Value,
  ids: readonly string[] | null,
): SideTable<Value> => {
  const rows = 'labels' in value ? value.labels.length : value.rows
  if (ids !== null && ids.length !== rows)
    throw new InputError(`${file.path}: has ${ids.length} ids for ${rows} rows`, ['give each row an id'])
  return {file, match: () => ({value, rows, ids, notes: []})}
}

/** Caches the match for the last nodes, because an edge list asks twice. */
function once<Value>(file: InputFile, match: SideTable<Value>['match']): SideTable<Value> {
  let last: {nodes: NodeSet | null; rows: SideRows<Value>} | null = null
  return {
    file,
    match(nodes) {
      if (last?.nodes !== nodes) last = {nodes, rows: match(nodes)}
      return last.rows
    },
  }
}

/** The array of node ids: the one that was asked for, or one with a usual name. */
function idsOf(archive: NpzArchive, {idColumn}: SideOptions): {name: string; values: readonly string[]} | null {
  const name = idColumn !== undefined && archive.has(idColumn) ? idColumn : ID_ARRAYS.find(archive.has)
  return name === undefined ? null : {name, values: namesOf(archive, name)}
}

function only(archive: NpzArchive, ids: string | undefined, path: string): NamedArray {
  const [name, ...others] = archive.names.filter((one) => one !== ids)
  if (name === undefined || others.length > 0) {
    throw new InputError(
      `${path}: has no array that is known to hold features, its arrays are ${archive.names.join(', ') || 'none'}`,
      [`rename it to features, or save a sparse matrix as ${Object.values(csrNames('feat_')).join(', ')}`],
    )
  }
  return archive.read(name)
}

function featuresOf({cells, names, lines, columns}: NodeTable, delimiter: Delimiter, path: string): Matrix {
  const data = new Float64Array(cells.length * columns.length)
  cells.forEach((row, r) => {
    columns.forEach((column, c) => {
      const value = numberOf(row[column], delimiter)
      if (!Number.isFinite(value)) {
        throw new InputError(
          `${path}, line ${lines[r]}: row ${r}, column ${names?.[column] ?? column} is ${JSON.stringify(row[column] ?? '')}, features are finite numbers`,
          ['fix the value', `name the columns that are features with ${option('featureAttributes')}`],
        )
      }
      data[r * columns.length + c] = value
    })
  })
  return {rows: cells.length, cols: columns.length, data}
}

/** Labels from npy [nodes], npz (labels, or the only array), or a table: label, or id and label. */
export async function readLabelsFile(
  path: string,
  limits: GraphLimits,
  options: SideOptions = {},
): Promise<SideTable<Labels>> {
  const {bytes: stored, file} = await readInput(path, limits.maxBytes)
  const bytes = await asTable(stored, path)
  const content = sniffContent(bytes)
  if (content === 'npy')
    return arrays(file, labelsOfArray(parseNpy(bytes, 'labels', path), path, limits.maxClasses), null)
  if (content === 'zip') {
    const archive = openNpz(bytes, path)
    const ids = idsOf(archive, options)
    return arrays(
      file,
      labelsOfArray(labelsArray(archive, ids?.name, path), path, limits.maxClasses),
      ids?.values ?? null,
    )
  }
  const table = tableOf(gunzip(bytes, path, limits.maxBytes), path)
  return once(file, (nodes) => {
    const split = splitTable(table, nodes, 'labels', path, options)
    const column = labelColumn(split, path, options)
    const values = split.cells.map((row) => row[column] ?? '')
    const value = labelsOfValues(values, (row) => `${path}, line ${split.lines[row]}: the label`, limits.maxClasses)
    const named = split.names === null || split.columns.length === 1 ? [] : [fromColumn(path, split.names[column]!)]
    return {...split, rows: values.length, value, notes: [...split.notes, ...named]}
  })
}

const fromColumn = (path: string, name: string): Note => ({
  level: 'info',
  code: 'labels-from-column',
  message: `${path}: labels are the column ${name}`,
})

function labelsArray(archive: NpzArchive, ids: string | undefined, path: string): NamedArray {
  const known = LABEL_ARRAYS.find(archive.has)
  if (known !== undefined) return archive.read(known)
  const names = archive.names.filter((name) => name !== ids)
  if (names.length === 1) return archive.read(names[0]!)
  throw new InputError(`${path}: has no array labels, its arrays are ${archive.names.join(', ') || 'none'}`, [
    'rename the array to labels',
  ])
}

function tableOf(bytes: Uint8Array, path: string) {
  requireText(bytes, path)
  // Ids may begin with #; a first column of ids tells them from comments.
  return parseTable(
    bytes,
    path,
    (cells, text, certain) => !/^#\s/.test(text) && cells.length === (certain[0]?.length ?? 2) && cells.length > 1,
  )
}

const NONE = 0xffffffff

/**
 * The row of each node if rows have ids (NONE: no row); null: row = node.
 *
 * Throws  InputError  a node with two rows; a node without a row, if every node needs one.
 */
export function rowsByNode(
  {ids}: Pick<SideRows<unknown>, 'ids'>,
  nodes: number,
  set: NodeSet,
  nameOf: (node: number) => string,
  place: string,
  needAll: boolean,
): {rows: Uint32Array | null; notes: Note[]} {
  if (ids === null) return {rows: null, notes: []}
  const rows = new Uint32Array(nodes).fill(NONE)
  let outside = 0
  ids.forEach((id, r) => {
    const node = set.find(id)
    if (node === undefined) outside++
    else if (rows[node] !== NONE) throw new InputError(`${place}: names node ${id} twice`, ['one row a node'])
    else rows[node] = r
  })
  const bare = rows.indexOf(NONE)
  if (bare >= 0 && (needAll || outside === ids.length))
    throw new InputError(`${place}: has no row for node ${nameOf(bare)}`, [
      'give one row per node; check that the files belong together',
      `ids that are numbers in one file and text such as 007 in the other need the same spelling with ${option('idsAsText')}`,
    ])
  return {rows, notes: outside === 0 ? [] : [leftOut(place, outside, ids.find((id) => set.find(id) === undefined)!)]}
}

const leftOut = (place: string, rows: number, first: string): Note => ({
  level: 'warning',
  code: 'rows-left-out',
  message: `${place}: ${rows} rows are for nodes that the graph file does not have, the first for ${JSON.stringify(first)}; they are left out`,
})

/** Labels in the order of the nodes. */
export const alignLabels = ({labels}: Labels, rows: Uint32Array | null): Int32Array =>
  rows === null ? labels : Int32Array.from(rows, (row) => (row === NONE ? -1 : labels[row]!))
