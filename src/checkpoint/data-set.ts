import {gunzip} from '../data/gzip.js'
import {integersOf, type NamedArray, numbersOf} from '../data/named-array.js'
import {parseNpy} from '../data/npy.js'
import {openNpz} from '../data/npz.js'
import {type InputBytes, readInput} from '../data/read-file.js'
import {describeContent, sniffContent} from '../data/sniff.js'
import {InputError} from '../errors.js'
import {checkFinite} from './collect.js'
import {csvExamples} from './csv-examples.js'
import {size} from './pool.js'
import type {DataSet, InputArray} from './types.js'

export interface DataSetOptions {
  /** array or column that holds the class numbers; default: labels, or label */
  labels?: string
  /** the one array to use as input; default: every array but the labels */
  inputs?: string
  /** a second file with the class numbers, npy or npz */
  labelsFile?: string
}

const LABEL_NAMES = ['labels', 'label']

/**
 * Examples and their class numbers: npz (`inputs`, or one array for each input of the model, and `labels`), npy with a second
 * file of labels, or csv with a header and a label column.
 *
 * Precision  inputs keep the file's type.
 * Throws     InputError  no labels or inputs, no rows, rows that differ, a value that is not finite (names row and column), a
 *            label that is no whole number ≥ 0. Whether they fit the model is known only to the model.
 */
export async function readDataSet(path: string, options: DataSetOptions = {}): Promise<DataSet> {
  const file = await readInput(path)
  const labelsFile = options.labelsFile === undefined ? null : await readInput(options.labelsFile)
  const labelNames = options.labels === undefined ? LABEL_NAMES : [options.labels]
  const arrays = readArrays(file, labelNames)
  const labels = labelsFile === null ? labelArray(arrays, labelNames, path) : labelsOf(labelsFile, options.labels)
  const rest = arrays.filter((array) => array !== labels && (options.inputs === undefined || array.name === options.inputs))
  if (rest.length === 0) {
    const wanted = options.inputs === undefined ? 'array of inputs' : `array '${options.inputs}'`
    throw new InputError(`${path}: has no ${wanted}; its arrays: ${arrays.map(({name}) => name).join(', ')}`, ['store the examples as an array called inputs'])
  }
  const rows = labels.shape[0] ?? 0
  if (size(labels.shape) !== rows) {
    throw new InputError(`${path}: the labels '${labels.name}' have the shape [${labels.shape.join(', ')}], expected one class number for each row`, ['store the number of the class, not one column for each class'])
  }
  if (rows === 0) throw new InputError(`${path}: has no rows`, ['give at least two examples'])
  return {
    rows,
    inputs: rest.map((array) => inputArray(array, rows, path)),
    labels: Int32Array.from(integersOf(labels, labelsFile?.file.path ?? path, 0, 2 ** 31 - 1)),
    inputFiles: labelsFile === null ? [file.file] : [file.file, labelsFile.file],
  }
}

function readArrays(input: InputBytes, labelNames: readonly string[]): NamedArray[] {
  const {path} = input.file
  const bytes = gunzip(input.bytes, path)
  switch (sniffContent(bytes)) {
    case 'zip': {
      const npz = openNpz(bytes, path)
      return npz.names.map((name) => npz.read(name))
    }
    case 'npy':
      return [parseNpy(bytes, 'inputs', path)]
    case 'text':
      return csvExamples(bytes, labelNames, path)
    default:
      throw new InputError(`${path}: is ${describeContent(bytes)}, not a data set surety reads`, ['give examples as npz, npy or csv'])
  }
}

/** The labels of a file of their own: its only array, or the one of that name. */
function labelsOf(file: InputBytes, name: string | undefined): NamedArray {
  const names = name === undefined ? LABEL_NAMES : [name]
  const arrays = readArrays(file, names)
  return arrays.length === 1 && name === undefined ? arrays[0]! : labelArray(arrays, names, file.file.path)
}

function labelArray(arrays: readonly NamedArray[], names: readonly string[], path: string): NamedArray {
  const found = arrays.find((array) => names.includes(array.name))
  if (found === undefined) {
    throw new InputError(`${path}: has no array '${names[0]!}' of class numbers; its arrays: ${arrays.map((array) => array.name).join(', ') || 'none'}`, [
      'name the array or column of labels, or give a second file with them',
    ])
  }
  return found
}

function inputArray(array: NamedArray, rows: number, path: string): InputArray {
  const data = numbersOf(array, path)
  if (array.shape[0] !== rows) {
    throw new InputError(`${path}, array ${array.name}: has the shape [${array.shape.join(', ')}], but there are ${rows} labels`, ['every example needs one row and one label'])
  }
  checkFinite(data, Math.max(1, size(array.shape.slice(1))), 0, `${path}, array ${array.name}:`)
  return {name: array.name, shape: array.shape, data}
}
