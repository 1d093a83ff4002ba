import {readdirSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {gunzip} from '../data/gzip.js'
import {type Hdf5File, openHdf5} from '../data/hdf5.js'
import type {NamedArray} from '../data/named-array.js'
import {byName} from '../data/natural-order.js'
import {parseNpy} from '../data/npy.js'
import {openNpz} from '../data/npz.js'
import {type InputBytes, readInput} from '../data/read-file.js'
import {openSafetensors} from '../data/safetensors.js'
import {describeContent, sniffContent} from '../data/sniff.js'
import {InputError} from '../errors.js'
import type {InputFile} from '../frame/report.js'

export type ArrayFormat = 'npz' | 'npy' | 'npy-folder' | 'safetensors' | 'parquet' | 'hdf5'

/** Arrays by name, whatever their file format. */
export interface ArrayFiles {
  format: ArrayFormat
  /** in file order; for HDF5 and folders in name order, h2 before h10 */
  arrays: NamedArray[]
  /** arrays with unsupported element types; absent: none */
  unread?: UnreadArray[]
  inputFiles: InputFile[]
}

export interface UnreadArray {
  name: string
  shape: readonly number[]
  /** as the end of a sentence that begins with its name */
  reason: string
}

/**
 * The format by its first bytes; null: not a container of arrays. An ONNX file has no signature, but has field numbers
 * where safetensors has zeros.
 */
export function arrayFormat(bytes: Uint8Array): Exclude<ArrayFormat, 'npy-folder'> | null {
  const content = sniffContent(bytes)
  if (content === 'zip') return 'npz'
  if (content === 'npy') return 'npy'
  const described = describeContent(bytes)
  if (described === 'an HDF5 file') return 'hdf5'
  if (described === 'a Parquet file') return 'parquet'
  // A length below 4 GiB in eight bytes, then JSON.
  return bytes[8] === 0x7b && bytes.subarray(4, 8).every((byte) => byte === 0) ? 'safetensors' : null
}

/** Parses a file of arrays in memory. Throws InputError if it is damaged or not a container of arrays. */
export async function readArrayFile({bytes: stored, file}: InputBytes): Promise<ArrayFiles> {
  const {path} = file
  const bytes = gunzip(stored, path)
  const format = arrayFormat(bytes)
  if (format === null)
    throw new InputError(`${path}: is ${describeContent(bytes)}, not a file of arrays`, [
      'store the arrays as npz, npy, safetensors, parquet or HDF5',
    ])
  const {arrays, unread = []} = await arraysOf(format, bytes, path)
  return {format, arrays, ...(unread.length === 0 ? {} : {unread}), inputFiles: [file]}
}

async function arraysOf(
  format: Exclude<ArrayFormat, 'npy-folder'>,
  bytes: Uint8Array,
  path: string,
): Promise<Pick<ArrayFiles, 'arrays' | 'unread'>> {
  switch (format) {
    case 'npz': {
      const npz = openNpz(bytes, path)
      return {
        arrays: npz.names.map((name) => npz.read(name)),
        unread: npz.skipped.flatMap(({name, reason, isArray}) =>
          isArray ? [{name, reason, shape: npz.shape(name)}] : [],
        ),
      }
    }
    case 'npy':
      return {arrays: [parseNpy(bytes, 'inputs', path)]}
    case 'safetensors': {
      const tensors = openSafetensors(bytes, path)
      return {arrays: tensors.names.map((name) => tensors.read(name))}
    }
    case 'parquet':
      return {arrays: await (await import('../data/parquet.js')).readParquet(bytes, path)}
    case 'hdf5':
      return hdf5Arrays(await openHdf5(bytes, path))
  }
}

/** All data sets; those listed in the file's attribute `layer_names`, if any, come first and in that order. */
export function hdf5Arrays(file: Hdf5File): Required<Pick<ArrayFiles, 'arrays' | 'unread'>> {
  const stated = [file.attribute('', 'layer_names') ?? []].flat().filter((name) => file.names.includes(name))
  return {
    arrays: [...new Set([...stated, ...file.names])].map((name) => file.read(name)),
    unread: [...file.unread],
  }
}

/** No model has this many layers; more files are a mistake. */
const MAX_FILES = 2000

/** The npy files of a folder; null: none. */
export async function readNpyFolder(folder: string): Promise<ArrayFiles | null> {
  const names = readdirSync(folder)
    .filter((name) => name.toLowerCase().endsWith('.npy') && statSync(join(folder, name)).isFile())
    .sort(byName)
  if (names.length === 0) return null
  if (names.length > MAX_FILES)
    throw new InputError(`${folder}: holds ${names.length} npy files, the limit is ${MAX_FILES}`, [
      'store one array for each layer',
    ])
  const files: InputBytes[] = []
  for (const name of names) files.push(await readInput(join(folder, name)))
  return {
    format: 'npy-folder',
    arrays: files.map(({bytes, file}, i) => parseNpy(bytes, names[i]!.slice(0, -'.npy'.length), file.path)),
    inputFiles: files.map(({file}) => file),
  }
}
