import {statSync} from 'node:fs'
import {gunzip} from '../data/gzip.js'
import type {TaskName} from '../certify/types.js'
import {type NamedArray, numbersOf} from '../data/named-array.js'
import {type InputBytes, readInput} from '../data/read-file.js'
import {describeContent, sniffContent} from '../data/sniff.js'
import {InputError, UsageError, option} from '../errors.js'
import type {Note} from '../frame/report.js'
import {type Arrays, labelArray, labelsOf, namesOf, readArrays} from './answer-arrays.js'
import {readNpyFolder} from './array-files.js'
import type {ModelInput} from './bind-inputs.js'
import {checkFinite} from './finite.js'
import {type ImageFlags, readImageFolder} from './image-folder.js'
import {groupArray, groupNumbers} from './groups.js'
import {labelledRows} from './labels.js'
import {size} from './pool.js'
import {takeExamples} from './sample.js'
import {sliceArray, sliceValues} from './slices.js'
import {lossArray} from './tasks/loss-array.js'
import {answeredRows, answersOf, type GivenAnswers} from './tasks/targets.js'
import {textDataSet} from './text-data.js'
import {readTokenizer} from './tokenizer.js'
import type {Checkpoint} from './types.js'
import type {ClassData, DataSet, InputArray} from './data-types.js'

export interface DataSetOptions {
  /** what the answers are; auto: kept as stored, together with class numbers if they can be some; absent: classes */
  task?: TaskName | 'auto'
  /** label of tokens that do not count, besides −100 */
  ignoreLabel?: number
  /** array or column that holds the class numbers; default: labels, or label */
  labels?: string
  /** the one array to use as input; default: every array but the labels */
  inputs?: string
  /** the array or column with each row's source */
  group?: string
  /** the array or column with each row's slice; class: the labels */
  slice?: string
  /** a second file with the class numbers, npy or npz */
  labelsFile?: string
  /** class names in the model's order, for image folders and text labels */
  classes?: readonly string[]
  images?: Omit<ImageFlags, 'classes'>
  /** a tokenizer.json; csv and JSON lines files are then read as texts */
  tokenizer?: string
  /** column or member with the text */
  text?: string
  maxTokens?: number
}

/** What a data set needs to know about its model; absent: nothing. */
export type DataConsumer = Pick<Checkpoint, 'kind' | 'modelInputs'>

/**
 * Examples and their class numbers: npz, safetensors, parquet or HDF5 (`inputs`, or one array for each input of the
 * model, and `labels`), npy with a second file of labels, a folder of npy files, csv with a header and a label column,
 * a folder of images with a subfolder for each class, or csv and JSON lines of texts with a tokenizer.
 *
 * Precision  inputs keep the file's type.
 * Throws     InputError  no labels or inputs, no rows, rows that differ, a value that is not finite (names row and
 *            column), a label that is not a whole number ≥ 0. Whether they fit the model is checked later.
 */
export async function readDataSet(
  path: string,
  options?: DataSetOptions & {task?: 'classes'},
  model?: DataConsumer,
  notes?: Note[],
): Promise<ClassData>
export async function readDataSet(
  path: string,
  options?: DataSetOptions,
  model?: DataConsumer,
  notes?: Note[],
): Promise<DataSet>
export async function readDataSet(
  path: string,
  options: DataSetOptions = {},
  model?: DataConsumer,
  notes: Note[] = [],
): Promise<DataSet> {
  const labelNames = namesOf(options.labels, options.task)
  const input = model?.modelInputs[0] ?? null
  if (statSync(path, {throwIfNoEntry: false})?.isDirectory() === true) {
    const arrays = await readNpyFolder(path)
    if (arrays === null && options.group !== undefined)
      throw new UsageError(`${option('group')} names an array or column, but ${path} is a folder of images`, [
        'certify hidden states, or inputs in an array, with the sources beside them',
      ])
    if (arrays === null && options.slice !== undefined && options.slice !== 'class')
      throw new UsageError(`${option('slice')} names an array or column, but ${path} is a folder of images`, [
        `use ${option('slice')} class`,
      ])
    if (arrays === null && !['classes', 'auto', undefined].includes(options.task))
      throw new UsageError(`${path} is a folder of images by class, which the task ${options.task!} does not have`, [
        `leave ${option('task')} out, or store inputs and targets as arrays`,
      ])
    if (arrays === null)
      return readImageFolder(
        path,
        {...options.images, ...(options.classes === undefined ? {} : {classes: options.classes})},
        input,
        model?.kind === 'onnx',
        notes,
      )
    return arrayDataSet(path, arrays, options, labelNames, notes, model)
  }
  const file = await readInput(path)
  if (options.tokenizer !== undefined)
    return readTexts(file, {...options, tokenizer: options.tokenizer}, labelNames, input, notes)
  const answers = options.task === 'scores' ? [options.labels ?? 'loss'] : labelNames
  const columns = {
    ...(options.group === undefined ? {} : {group: options.group}),
    ...(options.slice === undefined ? {} : {slice: options.slice}),
    ...(input?.shape === undefined || input.shape === null ? {} : {width: size(input.shape.slice(1))}),
  }
  return arrayDataSet(path, await readArrays(file, answers, columns), options, labelNames, notes, model)
}

async function readTexts(
  file: InputBytes,
  options: DataSetOptions & {tokenizer: string},
  labels: readonly string[],
  input: ModelInput | null,
  notes: Note[],
): Promise<DataSet> {
  if (!['text', 'json', 'gzip'].includes(sniffContent(file.bytes)))
    throw new UsageError(
      `${option('tokenizer')} is given, but ${file.file.path} is ${describeContent(file.bytes)}, not csv or JSON lines`,
      ['give texts, or leave the tokenizer out'],
    )
  const {classes, text, maxTokens, group, slice, task} = options
  const tokenizer = await readTokenizer(options.tokenizer)
  const bytes = gunzip(file.bytes, file.file.path)
  return textDataSet(
    {...file, bytes},
    {
      tokenizer,
      labels,
      ...(maxTokens === undefined ? {} : {maxTokens}),
      ...(classes === undefined ? {} : {classes}),
      ...(text === undefined ? {} : {text}),
      ...(group === undefined ? {} : {group}),
      ...(slice === undefined ? {} : {slice}),
      ...(task === undefined ? {} : {task}),
    },
    input,
    notes,
  )
}

const NO_ANSWERS: GivenAnswers = {labels: null, classNames: null}

async function arrayDataSet(
  path: string,
  {format, arrays, unread = [], inputFiles}: Arrays,
  options: DataSetOptions,
  labelNames: readonly string[],
  notes: Note[],
  model?: DataConsumer,
): Promise<DataSet> {
  const lost = unread.find(
    ({name}) =>
      (options.labelsFile === undefined && labelNames.includes(name)) ||
      options.inputs === undefined ||
      options.group === name ||
      options.slice === name ||
      options.inputs === name,
  )
  if (lost !== undefined)
    throw new InputError(`${path}, array ${lost.name}: ${lost.reason}`, [
      'store it again as numbers, or leave it out of the file',
      `or name the one array to use as input: ${option('inputsName')}`,
    ])
  const labelsFile = options.labelsFile === undefined ? null : await readInput(options.labelsFile)
  const scores = options.task === 'scores'
  if (scores && labelsFile !== null)
    throw new UsageError(`the task scores has losses but no answers, so ${option('labels')} would change nothing`, [
      `leave ${option('labels')} out`,
    ])
  const losses = scores ? (arrays.find(({name}) => name === (options.labels ?? 'loss')) ?? null) : null
  const labels = scores
    ? losses
    : labelsFile === null
      ? labelArray(arrays, labelNames, path)
      : await labelsOf(labelsFile, options.labels, options.task)
  const ofGroups = options.group === undefined ? null : groupArray(arrays, options.group, path)
  const ofSlices = sliceArray(arrays, options.slice, path)
  const isInput = model?.modelInputs.some(({name}) => name === ofSlices?.name) === true
  const others = arrays.filter((array) => array !== labels && array !== ofGroups && (array !== ofSlices || isInput))
  const beside = options.inputs === undefined ? others.filter(isNoInput) : []
  const rest = others.filter(
    (array) => !beside.includes(array) && (options.inputs === undefined || array.name === options.inputs),
  )
  if (beside.length > 0)
    notes.push({
      level: 'info',
      code: 'arrays-left-out',
      message: `left out, since they are not inputs: ${beside.map(({name, data}) => `${name} (${ArrayBuffer.isView(data) ? 'a single value' : 'text'})`).join(', ')}`,
    })
  if (rest.length === 0) {
    const wanted = options.inputs === undefined ? 'array of inputs' : `array '${options.inputs}'`
    throw new InputError(`${path}: has no ${wanted}; its arrays: ${arrays.map(({name}) => name).join(', ')}`, [
      'store the examples as an array called inputs',
    ])
  }
  const labelsPath = labelsFile?.file.path ?? path
  const given = scores || labels === null ? NO_ANSWERS : answersOf(labels, labelsPath, options, notes)
  const rows = given.labels?.length ?? given.targets?.shape[0] ?? losses?.shape[0] ?? rest[0]!.shape[0] ?? 0
  if (rows === 0) throw new InputError(`${path}: has no rows`, ['give at least two examples'])
  const data: DataSet = {
    rows,
    inputs: rest.map((array) => inputArray(array, rows, path)),
    labels: given.labels,
    ...(given.targets === undefined ? {} : {targets: given.targets}),
    ...(losses === null ? {} : {loss: lossArray(losses, path)}),
    ...(options.ignoreLabel === undefined ? {} : {ignoredStated: true}),
    ...(ofGroups === null ? {} : {groups: groupNumbers(ofGroups, rows, path)}),
    ...(ofSlices === null ? {} : {slices: sliceValues(ofSlices, rows, path)}),
    classNames: given.classNames,
    inputFiles: labelsFile === null ? inputFiles : [...inputFiles, labelsFile.file],
    format,
  }
  const labelled =
    given.labels !== null
      ? labelledRows(given.labels, labelsPath, notes)
      : given.targets === undefined
        ? null
        : answeredRows(given.targets, notes)
  return labelled === null ? data : {...takeExamples(data, labelled), unlabelled: true}
}

/** A single value or text, which cannot be a model's input. */
const isNoInput = ({shape, data}: NamedArray) => shape.length === 0 || !ArrayBuffer.isView(data)

function inputArray(array: NamedArray, rows: number, path: string): InputArray {
  const data = numbersOf(array, path)
  if (array.shape[0] !== rows) {
    const axis = array.shape.indexOf(rows)
    throw new InputError(
      `${path}, array ${array.name}: has the shape [${array.shape.join(', ')}], but there are ${rows} labels`,
      [
        axis > 0
          ? `if axis ${axis} holds the examples, store it with them first: numpy.moveaxis(array, ${axis}, 0)`
          : 'every example needs one row and one label',
      ],
    )
  }
  checkFinite(data, Math.max(1, size(array.shape.slice(1))), 0, `${path}, array ${array.name}:`)
  return {name: array.name, shape: array.shape, data}
}
