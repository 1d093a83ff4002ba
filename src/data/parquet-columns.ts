import {type FileMetaData, type Compressors, parquetMetadata, parquetRead} from 'hyparquet'
import {InputError} from '../errors.js'
import {loadPart} from '../packages.js'
import {buffersOf, type NamedArray, type NumericArray} from './named-array.js'
import type {ParquetLimits} from './parquet.js'
import {checkPages} from './parquet-pages.js'

const AGAIN = ['write the file again, or copy it again from its source']

/**
 * What readParquet says, in the thread that calls it: a damaged page can keep the library busy without end. `expect`
 * hears how many bytes it unpacks to.
 */
export async function parquetColumns(
  bytes: Uint8Array,
  place: string,
  limits: ParquetLimits,
  expect: (unpacked: number) => void = () => undefined,
): Promise<NamedArray[]> {
  const buffer = new Uint8Array(bytes).buffer
  const metadata = readMetadata(buffer, place)
  const index = pandasIndex(metadata)
  const isIndex = (name: string) => index.has(name) || /^__index_level_\d+__$/.test(name)
  const columns = topLevelColumns(metadata).filter((name) => limits.keepsIndex === true || !isIndex(name))
  if (columns.length > limits.maxColumns)
    throw new InputError(`${place}: has ${columns.length} columns, the limit is ${limits.maxColumns}`, [
      'store lists instead of one column for each value',
    ])
  expect(checkPages(new Uint8Array(buffer), metadata, place, limits))
  const compressors = await boundedCompressors(limits)
  const arrays: NamedArray[] = []
  for (const name of columns) arrays.push(await readColumn(buffer, metadata, name, place, compressors))
  return joinNumbered(arrays)
}

/** The columns and what of them can change threads without a copy. */
export async function parquetInThread(
  ...order: Parameters<typeof parquetColumns>
): Promise<{content: NamedArray[]; buffers: ArrayBuffer[]}> {
  const content = await parquetColumns(...order)
  return {content, buffers: buffersOf(content)}
}

function readMetadata(buffer: ArrayBuffer, place: string): FileMetaData {
  try {
    return parquetMetadata(buffer)
  } catch (cause) {
    throw new InputError(`${place}: is not a readable Parquet file: its footer is missing or corrupt`, AGAIN, {cause})
  }
}

/** Columns in which pandas stored its index: row numbers or names, no data. Empty: the file has none, or says nothing. */
function pandasIndex({key_value_metadata: pairs}: FileMetaData): Set<string> {
  const text = pairs?.find(({key}) => key === 'pandas')?.value
  const stored = new Set(text === undefined ? [] : indexColumns(text))
  return new Set([...stored].filter((name): name is string => typeof name === 'string'))
}

function indexColumns(text: string): unknown[] {
  try {
    const {index_columns: columns} = JSON.parse(text) as {index_columns?: unknown}
    return Array.isArray(columns) ? columns : []
  } catch {
    return []
  }
}

const topLevelColumns = ({row_groups: groups, schema}: FileMetaData): string[] => {
  const names = new Set(groups.flatMap((group) => group.columns.map((column) => column.meta_data?.path_in_schema[0])))
  return [...new Set(schema.map(({name}) => name))].filter((name) => names.has(name))
}

/** The usual compressions, each kept to the size the page states. */
async function boundedCompressors({maxBytes}: ParquetLimits): Promise<Compressors> {
  const {compressors} = await loadPart('parquet', () => import('hyparquet-compressors'))
  return Object.fromEntries(
    Object.entries(compressors).map(([name, unpack]) => [
      name,
      (input: Uint8Array, length: number) => {
        if (length > maxBytes) throw new RangeError(`a page claims ${length} bytes`)
        const output = unpack(input, length)
        if (output.length !== length) throw new RangeError(`a page holds ${output.length} bytes instead of ${length}`)
        return output
      },
    ]),
  )
}

async function readColumn(
  file: ArrayBuffer,
  metadata: FileMetaData,
  name: string,
  place: string,
  compressors: Compressors,
): Promise<NamedArray> {
  const where = `${place}, column ${name}`
  const rows = Number(metadata.num_rows)
  const column: Column = {rows, shape: null, numbers: null, texts: []}
  let first = 0
  for (const group of metadata.row_groups) {
    const count = Number(group.num_rows)
    let values: unknown[] = []
    try {
      await parquetRead({
        file,
        metadata,
        columns: [name],
        rowStart: first,
        rowEnd: first + count,
        compressors,
        geoparquet: false,
        onComplete: (found) => {
          values = found.map((row: unknown[]) => row[0])
        },
      })
    } catch (cause) {
      throw new InputError(
        `${where}: is corrupt or stored in a way surety does not read: ${String(cause instanceof Error ? cause.message : cause).slice(0, 120)}`,
        AGAIN,
        {cause},
      )
    }
    if (values.length !== count)
      throw new InputError(`${where}: is corrupt: ${values.length} rows instead of ${count}`, AGAIN)
    values.forEach((value, i) => addRow(column, value, first + i, where))
    first += count
  }
  if (first !== rows)
    throw new InputError(`${place}: is corrupt: its row groups have ${first} rows, the footer says ${rows}`, AGAIN)
  const wide = metadata.row_groups.some((group) =>
    group.columns.some(({meta_data: meta}) => meta?.path_in_schema[0] === name && WIDE.has(meta.type)),
  )
  if (column.texts.length > 0) return {name, shape: [rows], type: 'U', data: column.texts}
  const data: NumericArray = column.numbers ?? new Float64Array(0)
  return {
    name,
    shape: [rows, ...(column.shape ?? [])],
    ...(wide ? {type: 'f8', data} : {type: 'f4', data: Float32Array.from(data)}),
  }
}

/** Types whose values need more than the 24 bits of fp32. */
const WIDE = new Set(['DOUBLE', 'INT64', 'INT32'])

interface Column {
  rows: number
  /** of one row; null before the first */
  shape: number[] | null
  numbers: Float64Array | null
  texts: string[]
}

function addRow(column: Column, value: unknown, row: number, where: string): void {
  if (typeof value === 'string') {
    if (column.numbers !== null)
      throw new InputError(`${where}: is text at row ${row}, after numbers`, ['store one kind of value in a column'])
    column.texts.push(value)
    return
  }
  const shape = shapeOf(value)
  column.shape ??= shape
  if (column.texts.length > 0 || shape.join() !== column.shape.join()) {
    throw new InputError(
      `${where}: has the shape [${shape.join(', ')}] at row ${row}, [${column.shape.join(', ')}] before`,
      ['give every row the same number of values'],
    )
  }
  const width = shape.reduce((product, length) => product * length, 1)
  column.numbers ??= new Float64Array(column.rows * width)
  fill(column.numbers, value, row * width, `${where}, row ${row}`)
}

function shapeOf(value: unknown): number[] {
  return Array.isArray(value) || ArrayBuffer.isView(value)
    ? [(value as ArrayLike<unknown>).length, ...shapeOf((value as ArrayLike<unknown>)[0])]
    : []
}

function fill(out: Float64Array, value: unknown, at: number, where: string): number {
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    const start = at
    for (const item of value as Iterable<unknown>) at = fill(out, item, at, where)
    const expected = shapeOf(value).reduce((product, length) => product * length, 1)
    if (at - start !== expected)
      throw new InputError(`${where}: has lists of different lengths`, ['give every row the same number of values'])
    return at
  }
  const number =
    typeof value === 'number'
      ? value
      : typeof value === 'bigint'
        ? Number(value)
        : typeof value === 'boolean'
          ? Number(value)
          : null
  if (number === null)
    throw new InputError(
      `${where}: ${value === null || value === undefined ? 'has no value' : 'is neither a number nor text'}`,
      ['fill missing values and store numbers, lists of numbers or text'],
    )
  if (typeof value === 'bigint' && !Number.isSafeInteger(number))
    throw new InputError(`${where}: is ${value}, beyond ±(2^53 − 1)`, [
      'store the column as double or with smaller integers',
    ])
  out[at] = number
  return at + 1
}

const NUMBERED = /^(.+?)[._[]?(\d+)\]?$/

/** Columns h_0 … h_(n−1) of numbers as one array h [rows, n], where the first of them stands. */
function joinNumbered(arrays: NamedArray[]): NamedArray[] {
  const parts = new Map<string, Map<number, NamedArray>>()
  for (const array of arrays) {
    const [, stem, digits] = NUMBERED.exec(array.name) ?? []
    if (stem === undefined || array.shape.length !== 1 || !ArrayBuffer.isView(array.data)) continue
    parts.set(stem, (parts.get(stem) ?? new Map<number, NamedArray>()).set(Number(digits), array))
  }
  const taken = new Map<NamedArray, NamedArray | null>()
  for (const [name, members] of parts) {
    const width = members.size
    const ordered = Array.from({length: width}, (_, i) => members.get(i))
    if (width < 2 || ordered.includes(undefined) || arrays.some((array) => array.name === name)) continue
    const columns = ordered as NamedArray[]
    const rows = columns[0]!.shape[0]!
    const double = columns.some(({type}) => type === 'f8')
    const data = double ? new Float64Array(rows * width) : new Float32Array(rows * width)
    columns.forEach((column, c) => (column.data as NumericArray).forEach((value, r) => (data[r * width + c] = value)))
    const first = arrays.find((array) => columns.includes(array))!
    for (const column of columns) taken.set(column, null)
    taken.set(first, {name, shape: [rows, width], type: double ? 'f8' : 'f4', data})
  }
  return arrays.flatMap((array) => (taken.has(array) ? (taken.get(array) ?? []) : [array]))
}
