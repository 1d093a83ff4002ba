import type {Attribute, Dataset, File as H5File, Group} from 'h5wasm'
import {InputError} from '../errors.js'
import {loadPart} from '../packages.js'
import {quietly} from '../frame/silence-console.js'
import {fromFloat16} from './half-precision.js'
import type {Hdf5Content, Hdf5Group, Hdf5Limits} from './hdf5.js'
import {fromInteger64} from './integers64.js'
import {raising} from './limits.js'
import {plainText, TEXT, textsOf} from './hdf5-texts.js'
import {buffersOf, elementCount, type ElementType, type NamedArray, type NumericArray} from './named-array.js'
import {byName} from './natural-order.js'

/** Deflate reaches 1032 (see zip); what claims more is nothing but fill values. */
const MAX_RATIO = 1032
/** How much of a data set passes through WebAssembly's memory at once. */
const SLICE_BYTES = 64 * 2 ** 20
const AGAIN = ['write the file again, or copy it again from its source']

type H5 = typeof import('h5wasm')
let files = 0

/**
 * Everything in an HDF5 file, in the thread that calls it: a damaged one can keep the library busy without end.
 * `expect` hears how many bytes it unpacks to. The library is WebAssembly that sees no file system, so links to other
 * files lead nowhere.
 *
 * Throws  InputError  see openHdf5.
 */
export async function hdf5Content(
  bytes: Uint8Array,
  place: string,
  limits: Hdf5Limits,
  expect: (unpacked: number) => void = () => undefined,
): Promise<Hdf5Content> {
  const h5 = await load()
  const name = `/surety-${files++}.h5`
  h5.FS!.writeFile(name, bytes)
  try {
    const file = attempt(
      () => new h5.File(name, 'r'),
      `${place}: is not a readable HDF5 file: it is truncated or corrupt`,
    )
    try {
      return contentOf(h5, file, bytes.length, place, limits, expect)
    } finally {
      file.close()
    }
  } finally {
    h5.FS!.unlink(name)
  }
}

/** The content and what of it can change threads without a copy. */
export async function hdf5InThread(
  ...order: Parameters<typeof hdf5Content>
): Promise<{content: Hdf5Content; buffers: ArrayBuffer[]}> {
  const content = await hdf5Content(...order)
  return {content, buffers: buffersOf(content.arrays.flatMap(({array}) => (typeof array === 'string' ? [] : [array])))}
}

/** What the library cannot do is the file's fault. */
function attempt<T>(run: () => T, message: string): T {
  try {
    return run()
  } catch (cause) {
    if (cause instanceof InputError) throw cause
    throw new InputError(message, AGAIN, {cause})
  }
}

function contentOf(
  h5: H5,
  file: H5File,
  fileBytes: number,
  place: string,
  limits: Hdf5Limits,
  expect: (unpacked: number) => void,
): Hdf5Content {
  const {groups, datasets, unread, total} = attempt(
    () => walk(h5, file, fileBytes, place, limits),
    `${place}, its groups: is corrupt and cannot be read`,
  )
  expect(total)
  const read = (path: string, dataset: Dataset): NamedArray | string => {
    try {
      return readDataset(h5, dataset, path, `${place}, data set ${path}`, limits.maxBytes)
    } catch (error) {
      // Whoever does not ask for this one need not care.
      return error instanceof InputError ? error.message : `${place}, data set ${path}: is corrupt and cannot be read`
    }
  }
  return {
    groups,
    unread,
    arrays: [...datasets].map(([path, dataset]) => ({
      name: path,
      shape: dataset.shape ?? [],
      array: read(path, dataset),
    })),
  }
}

async function load(): Promise<H5> {
  // The library keeps the console that it finds here, for what it says when a damaged file makes it stop.
  const [h5, module] = await quietly(async () => {
    const h5 = await loadPart('hdf5', () => import('h5wasm'))
    return [h5, await h5.ready] as const
  })
  // Errors of the library are thrown instead of printed.
  module.activate_throwing_error_handler()
  return h5
}

interface Walk {
  groups: Hdf5Group[]
  datasets: Map<string, Dataset>
  unread: Hdf5Content['unread']
  total: number
}

function walk(h5: H5, file: H5File, fileBytes: number, place: string, limits: Hdf5Limits): Walk {
  const datasets = new Map<string, Dataset>()
  const groups: Hdf5Group[] = []
  const unread: Hdf5Content['unread'] = []
  let objects = 0
  let total = 0
  const visit = (group: Group, path: string, depth: number): void => {
    if (depth > limits.maxDepth)
      throw new InputError(`${place}: has groups more than ${limits.maxDepth} deep`, [
        'store the arrays in fewer groups',
      ])
    const members = group.keys().sort(byName)
    groups.push({
      path,
      members,
      attributes: attributesOf(group, limits.maxObjects, `${place}, attributes of ${path || 'the file'}`),
    })
    for (const key of members) {
      if (++objects > limits.maxObjects)
        throw new InputError(`${place}: holds more than ${limits.maxObjects} objects, which is the limit`, [
          'store fewer arrays',
          raising('objects'),
        ])
      const inner = path === '' ? key : `${path}/${key}`
      const entity = group.get(key)
      if (entity instanceof h5.Group) visit(entity, inner, depth + 1)
      if (!(entity instanceof h5.Dataset) || entity.shape === null) continue
      if (elementType(entity) === null) {
        unread.push({name: inner, shape: entity.shape, reason: `holds ${contentWords(entity)}, which is not read`})
        continue
      }
      total += elementCount(entity.shape) * entity.metadata.size
      if (!(total <= limits.maxBytes))
        throw new InputError(`${place}: needs more than ${limits.maxBytes} bytes when unpacked, which is the limit`, [
          'split the file',
          raising('unpacked'),
        ])
      if (total > MAX_RATIO * fileBytes)
        throw new InputError(
          `${place}, data set ${inner}: claims ${total} bytes in a file of ${fileBytes}: it is corrupt or empty space`,
          AGAIN,
        )
      datasets.set(inner, entity)
    }
  }
  visit(file, '', 0)
  return {groups, datasets, unread, total}
}

/** The attributes of a group that are text or lists of texts. */
function attributesOf(group: Group, most: number, where: string): Hdf5Group['attributes'] {
  const {attrs} = group
  const names = Object.keys(attrs)
  if (names.length > most) throw new InputError(`${where}: are ${names.length}, the limit is ${most}`, AGAIN)
  return names.flatMap((name): Hdf5Group['attributes'] => {
    const value = attempt(() => textOf(attrs[name]!), `${where}: ${name} is corrupt and cannot be read`)
    return value === null ? [] : [{name, value}]
  })
}

function textOf({metadata, value}: Attribute): string | string[] | null {
  if (metadata.type !== TEXT || value === null) return null
  return Array.isArray(value) ? value.map(plainText) : plainText(value)
}

/** H5T classes by number. */
const CLASSES: Record<number, string> = {
  0: 'integers',
  1: 'numbers',
  4: 'bit fields',
  6: 'compound values (a table, or complex numbers)',
  8: 'an enumeration in big-endian order',
  9: 'lists of any length',
  10: 'arrays in each element',
}

const contentWords = ({metadata: {type, size}}: Dataset): string =>
  `${CLASSES[type] ?? `values of the HDF5 class ${type}`}${type <= 1 ? ` of ${size} bytes` : ''}`

/**
 * H5T classes 0 (integer), 1 (float), 3 (text) and 8 (enumeration: its numbers, h5py's bool as truth values); null: not
 * read.
 */
function elementType({metadata: {type, size, signed, littleEndian, enum_type: names}}: Dataset): ElementType | null {
  if (type === 1) return size === 2 ? 'f2' : size === 4 ? 'f4' : size === 8 ? 'f8' : null
  if (type === TEXT) return 'U'
  if (
    type === 8 &&
    size === 1 &&
    Object.keys(names?.members ?? {})
      .sort()
      .join() === 'FALSE,TRUE'
  )
    return 'b1'
  // The library has no conversion for it.
  if (type === 8 && !littleEndian && size > 1) return null
  if ((type !== 0 && type !== 8) || ![1, 2, 4, 8].includes(size)) return null
  return `${signed ? 'i' : 'u'}${size}` as ElementType
}

function readDataset(h5: H5, dataset: Dataset, name: string, place: string, maxText: number): NamedArray {
  const shape = dataset.shape ?? []
  const type = elementType(dataset)!
  if (type === 'U') return {name, shape, type, data: textsOf(dataset, shape, maxText, place)}
  const {size} = dataset.metadata
  const raw = new Uint8Array(elementCount(shape) * size)
  const rowBytes = raw.length / (shape[0] ?? 1) || 1
  const step = Math.max(1, Math.floor(SLICE_BYTES / rowBytes))
  for (let row = 0; row < (shape[0] ?? 1) && raw.length > 0; row += step) {
    const count = Math.min(step, (shape[0] ?? 1) - row)
    raw.set(rawRows(h5, dataset, shape, row, count, count * rowBytes), row * rowBytes)
  }
  return {name, shape, type, data: decode(raw, type, place)}
}

/** The stored bytes of some rows: the library's own values would be BigInt, and it knows no half precision. */
function rawRows(
  {Module}: H5,
  {file_id: file, path}: Dataset,
  shape: readonly number[],
  first: number,
  count: number,
  bytes: number,
): Uint8Array {
  const pointer = Module._malloc(bytes)
  if (Number(pointer) === 0) throw new RangeError(`${bytes} bytes do not fit`)
  try {
    const counts = shape.map((length, axis) => BigInt(axis === 0 ? count : length))
    const offsets = shape.map((_, axis) => BigInt(axis === 0 ? first : 0))
    const [all, from, strides] = shape.length === 0 ? [null, null, null] : [counts, offsets, shape.map(() => 1n)]
    const status = Module.get_dataset_data(file, path, all, from, strides, BigInt(pointer))
    if (status < 0) throw new RangeError('the library cannot read the data')
    return Module.HEAPU8.slice(Number(pointer), Number(pointer) + bytes)
  } finally {
    Module._free(pointer)
  }
}

function decode(raw: Uint8Array, type: ElementType, place: string): NumericArray {
  const {buffer} = raw
  switch (type) {
    case 'f8':
      return new Float64Array(buffer)
    case 'f4':
      return new Float32Array(buffer)
    case 'f2':
      return fromFloat16(new Uint16Array(buffer))
    case 'i4':
      return new Int32Array(buffer)
    case 'i2':
      return new Int16Array(buffer)
    case 'i1':
      return new Int8Array(buffer)
    case 'u4':
      return new Uint32Array(buffer)
    case 'u2':
      return new Uint16Array(buffer)
    case 'i8':
    case 'u8':
      return fromInteger64(raw, type === 'i8', place)
    default:
      return raw
  }
}
