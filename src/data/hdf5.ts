import type {Dataset, File as H5File, Group} from 'h5wasm'
import {InputError} from '../errors.js'
import {fromFloat16} from './half-precision.js'
import {fromInteger64} from './integers64.js'
import {elementCount, type ElementType, type NamedArray, type NumericArray} from './named-array.js'
import {byName} from './natural-order.js'

/** An HDF5 file. Close it after use: its bytes are held twice until then. */
export interface Hdf5File {
  /** paths of all numeric data sets, without the leading slash, in natural order */
  readonly names: readonly string[]
  /** names of the members of a group, in natural order; empty where there is no such group */
  members: (group: string) => string[]
  /** text, or a list of texts, of an attribute; null where there is none */
  attribute: (path: string, name: string) => string | string[] | null
  shape: (name: string) => readonly number[]
  read: (name: string) => NamedArray
  close: () => void
}

export interface Hdf5Limits {
  readonly maxObjects: number
  readonly maxDepth: number
  /** of all data sets together */
  readonly maxBytes: number
}

export const HDF5_LIMITS: Hdf5Limits = {maxObjects: 20_000, maxDepth: 32, maxBytes: 8 * 2 ** 30}

/** Deflate reaches 1032 (see zip); what claims more is nothing but fill values. */
const MAX_RATIO = 1032
/** How much of a data set passes through WebAssembly's memory at once. */
const SLICE_BYTES = 64 * 2 ** 20
const AGAIN = ['write the file again, or copy it again from its source']

type H5 = typeof import('h5wasm')
let files = 0

/**
 * Opens an HDF5 file that is in memory, with the HDF5 library as WebAssembly: it sees no file system, so links to other files lead nowhere.
 *
 * Throws  InputError  no HDF5, truncated or corrupt, or beyond the limits: objects, depth of groups, bytes of all data sets, or bytes
 *                     out of proportion to the file.
 */
export async function openHdf5(bytes: Uint8Array, place: string, limits = HDF5_LIMITS): Promise<Hdf5File> {
  const h5 = await load()
  const name = `/surety-${files++}.h5`
  h5.FS!.writeFile(name, bytes)
  const remove = () => h5.FS!.unlink(name)
  let file: H5File
  try {
    file = new h5.File(name, 'r')
  } catch (cause) {
    remove()
    throw new InputError(`${place}: is no readable HDF5 file: it is truncated or corrupt`, AGAIN, {cause})
  }
  const close = () => {
    file.close()
    remove()
  }
  const guarded = <T>(what: string, run: () => T): T => {
    try {
      return run()
    } catch (cause) {
      if (cause instanceof InputError) throw cause
      throw new InputError(`${place}, ${what}: is corrupt and cannot be read`, AGAIN, {cause})
    }
  }
  try {
    const datasets = guarded('its groups', () => collectDatasets(h5, file, bytes.length, place, limits))
    const dataset = (path: string) => {
      const found = datasets.get(path)
      if (found === undefined) throw new InputError(`${place}: has no data set ${path}, its data sets are ${[...datasets.keys()].slice(0, 12).join(', ') || 'none'}`, ['choose one of these'])
      return found
    }
    const group = (path: string) => (path === '' ? file : file.get(path))
    return {
      names: [...datasets.keys()],
      members: (path) => guarded(`group ${path}`, () => {
        const found = group(path)
        return found instanceof h5.Group ? found.keys().sort(byName) : []
      }),
      attribute: (path, attribute) => guarded(`attribute ${attribute}`, () => {
        const found = group(path)
        return found instanceof h5.Group ? attributeText(found.attrs[attribute]?.value) : null
      }),
      shape: (path) => dataset(path).shape ?? [],
      read: (path) => guarded(`data set ${path}`, () => readDataset(h5, dataset(path), path, `${place}, data set ${path}`)),
      close,
    }
  } catch (error) {
    close()
    throw error
  }
}

async function load(): Promise<H5> {
  const h5 = await import('h5wasm')
  const module = await h5.ready
  // Errors of the library are thrown instead of printed.
  module.activate_throwing_error_handler()
  return h5
}

function collectDatasets(h5: H5, file: H5File, fileBytes: number, place: string, limits: Hdf5Limits): Map<string, Dataset> {
  const datasets = new Map<string, Dataset>()
  let objects = 0
  let total = 0
  const visit = (group: Group, prefix: string, depth: number): void => {
    if (depth > limits.maxDepth) throw new InputError(`${place}: has groups more than ${limits.maxDepth} deep`, ['store the arrays in fewer groups'])
    for (const key of group.keys().sort(byName)) {
      if (++objects > limits.maxObjects) throw new InputError(`${place}: holds more than ${limits.maxObjects} objects, which is the limit`, ['store fewer arrays'])
      const path = prefix + key
      const entity = group.get(key)
      if (entity instanceof h5.Group) visit(entity, `${path}/`, depth + 1)
      if (!(entity instanceof h5.Dataset) || entity.shape === null || elementType(entity) === null) continue
      total += elementCount(entity.shape) * entity.metadata.size
      if (!(total <= limits.maxBytes)) throw new InputError(`${place}: needs more than ${limits.maxBytes} bytes when unpacked, which is the limit`, ['split the file'])
      if (total > MAX_RATIO * fileBytes) throw new InputError(`${place}, data set ${path}: claims ${total} bytes in a file of ${fileBytes}: it is corrupt or empty space`, AGAIN)
      datasets.set(path, entity)
    }
  }
  visit(file, '', 0)
  return datasets
}

/** H5T classes 0 (integer), 1 (float) and 8 (enumeration: h5py's bool); null: not read. */
function elementType({metadata: {type, size, signed}}: Dataset): ElementType | null {
  if (type === 1) return size === 2 ? 'f2' : size === 4 ? 'f4' : size === 8 ? 'f8' : null
  if (type === 8) return size === 1 ? 'b1' : null
  if (type !== 0 || ![1, 2, 4, 8].includes(size)) return null
  return `${signed ? 'i' : 'u'}${size}` as ElementType
}

function readDataset(h5: H5, dataset: Dataset, name: string, place: string): NamedArray {
  const shape = dataset.shape ?? []
  const type = elementType(dataset)!
  const {size, littleEndian} = dataset.metadata
  const raw = new Uint8Array(elementCount(shape) * size)
  const rowBytes = (raw.length / (shape[0] ?? 1)) || 1
  const step = Math.max(1, Math.floor(SLICE_BYTES / rowBytes))
  for (let row = 0; row < (shape[0] ?? 1) && raw.length > 0; row += step) {
    const count = Math.min(step, (shape[0] ?? 1) - row)
    raw.set(rawRows(h5, dataset, shape, row, count, count * rowBytes), row * rowBytes)
  }
  if (!littleEndian && size > 1) swap(raw, size)
  return {name, shape, type, data: decode(raw, type, place)}
}

/** The stored bytes of some rows: the library's own values would be BigInt, and it knows no half precision. */
function rawRows({Module}: H5, {file_id: file, path}: Dataset, shape: readonly number[], first: number, count: number, bytes: number): Uint8Array {
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

function swap(raw: Uint8Array, size: number): void {
  const view = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)
  if (size === 2) view.swap16()
  else if (size === 4) view.swap32()
  else view.swap64()
}

function decode(raw: Uint8Array, type: ElementType, place: string): NumericArray {
  const {buffer} = raw
  switch (type) {
    case 'f8': return new Float64Array(buffer)
    case 'f4': return new Float32Array(buffer)
    case 'f2': return fromFloat16(new Uint16Array(buffer))
    case 'i4': return new Int32Array(buffer)
    case 'i2': return new Int16Array(buffer)
    case 'i1': return new Int8Array(buffer)
    case 'u4': return new Uint32Array(buffer)
    case 'u2': return new Uint16Array(buffer)
    case 'i8':
    case 'u8': return fromInteger64(raw, type === 'i8', place)
    default: return raw
  }
}

function attributeText(value: unknown): string | string[] | null {
  const text = (item: unknown) => (item instanceof Uint8Array ? new TextDecoder().decode(item) : String(item)).replace(/\0+$/, '')
  if (value === null || value === undefined) return null
  return Array.isArray(value) ? value.map(text) : text(value)
}
