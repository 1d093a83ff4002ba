import type {TaskName} from '../certify/types.js'
import type {NamedArray} from '../data/named-array.js'
import type {InputBytes} from '../data/read-file.js'
import {gunzip} from '../data/gzip.js'
import {describeContent, sniffContent} from '../data/sniff.js'
import {InputError, option} from '../errors.js'
import type {InputFile} from '../frame/report.js'
import {arrayFormat, readArrayFile, type UnreadArray} from './array-files.js'
import {csvExamples, csvLabels} from './csv-examples.js'
import type {DataFormat} from './data-types.js'
import {TARGET_NAMES} from './tasks/targets.js'

/** Possible names of the array of answers. */
export const namesOf = (asked: string | undefined, task: TaskName | 'auto' | undefined): readonly string[] =>
  asked !== undefined
    ? [asked]
    : task === undefined || task === 'classes'
      ? LABEL_NAMES
      : [...LABEL_NAMES, ...TARGET_NAMES]

/** Default names of the array or column of labels. */
export const LABEL_NAMES = ['labels', 'label']

/** The arrays of a data set, whatever its file format. */
export interface Arrays {
  format: DataFormat
  arrays: NamedArray[]
  unread?: UnreadArray[]
  inputFiles: InputFile[]
}

/** The arrays of a file of examples, or the columns of a table. Throws InputError: another kind of file. */
export async function readArrays(
  input: InputBytes,
  labelNames: readonly string[],
  columns: Parameters<typeof csvExamples>[3] = {},
): Promise<Arrays> {
  const {path} = input.file
  const bytes = gunzip(input.bytes, path)
  if (arrayFormat(bytes) !== null) return readArrayFile(input)
  if (sniffContent(bytes) === 'text')
    return {format: 'csv', arrays: csvExamples(bytes, labelNames, path, columns), inputFiles: [input.file]}
  throw new InputError(`${path}: is ${describeContent(bytes)}, not a data set surety reads`, [
    `give examples as npz, npy, csv, parquet, HDF5, safetensors, a folder of images, or texts with ${option('tokenizer')}`,
  ])
}

/** Labels from a separate file: its only array, or the one of that name. */
export async function labelsOf(
  file: InputBytes,
  name: string | undefined,
  task?: TaskName | 'auto',
): Promise<NamedArray> {
  const names = namesOf(name, task)
  const bytes = gunzip(file.bytes, file.file.path)
  const column = arrayFormat(bytes) === null && sniffContent(bytes) === 'text' ? csvLabels(bytes, file.file.path) : null
  if (column !== null && (name === undefined || column.name === name)) return column
  const {arrays, format} = await readArrays(file, names)
  // An npy file has no name for its array.
  if (format === 'npy' && name === undefined) return {...arrays[0]!, name: ''}
  return arrays.length === 1 && name === undefined ? arrays[0]! : labelArray(arrays, names, file.file.path)
}

/** The array of answers with one of these names. Throws InputError if there is none. */
export function labelArray(arrays: readonly NamedArray[], names: readonly string[], path: string): NamedArray {
  const found = arrays.find((array) => names.includes(array.name))
  if (found === undefined) {
    throw new InputError(
      `${path}: has no array '${names[0]!}' of class numbers; its arrays: ${arrays.map((array) => array.name).join(', ') || 'none'}`,
      [
        `name the array or column of labels, or give a second file with them: ${option('labelsName')} NAME, ${option('labels')} FILE`,
      ],
    )
  }
  return found
}
