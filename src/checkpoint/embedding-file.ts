import type {LayerStates} from '../certify/types.js'
import {type NamedArray, numbersOf} from '../data/named-array.js'
import {readInput} from '../data/read-file.js'
import {InputError, UsageError, option} from '../errors.js'
import type {InputFile, Note} from '../frame/report.js'
import type {ArrayFiles, UnreadArray} from './array-files.js'
import {checkFinite} from './finite.js'
import {LABEL_NAMES, labelsOf, namesOf} from './data-set.js'
import {
  checkRows,
  commonRows,
  isCount,
  OUTPUTS,
  possibleLabels,
  possibleScores,
  refuseTwoOutputs,
  refuseUnread,
} from './embedding-checks.js'
import {refuseWeights} from './foreign-files.js'
import {groupArray, groupNumbers} from './groups.js'
import {sliceArray, slicesAt, sliceValues} from './slices.js'
import {labelledRows} from './labels.js'
import {areProbabilities, checkLabelOffset, checkLabels, classScores} from './output.js'
import {pool, requirePooled, size} from './pool.js'
import {sampleRows} from './sample.js'
import {selectLayers} from './select-layers.js'
import {lossArray} from './tasks/loss-array.js'
import {PREDICTIONS, storedTask} from './tasks/stored.js'
import {answeredRows, answersOf, takeTargets} from './tasks/targets.js'
import type {Checkpoint, EmbeddingOptions, LabelSource, ModelStates, OutputKind} from './types.js'
import type {DataSet} from './data-types.js'

/** Which tokens count. */
const MASK = 'attention_mask'

/** Arrays with a meaning of their own; every other array of numbers is a layer. */
const NO_LAYER = new Set([...LABEL_NAMES, 'loss', 'probabilities', MASK])

/**
 * Stored hidden states: one array [rows, …] for each layer, in the order of the file (see ArrayFiles), with `labels`
 * [rows] and a `loss` [rows] ≥ 0 or the model's output as `logits` or `probabilities` [rows, classes]. `logits` are a
 * layer too: the last hidden state there is. Single values, texts, and whole numbers that are one for each row (ids, places
 * in a file) are left out, with a note; the latter can be asked for by name.
 *
 * Precision  as stored: fp64 arrays stay fp64, all others become fp32, integers of more than 24 bits fp64.
 * Throws     InputError  no layer. embeddings() throws InputError: neither loss nor output, rows that differ, an array
 *            that would be a layer but cannot be read, a value that is not finite, a negative loss, a label out of range
 *            (names the array, row and value).
 */
export function openEmbeddings(path: string, {arrays: all, unread = [], inputFiles}: ArrayFiles): Checkpoint {
  const notes: Note[] = []
  const arrays = all.filter((array) => !isBeside(array))
  const beside = all.filter(isBeside)
  const states = arrays.filter(({name, data}) => !NO_LAYER.has(name) && ArrayBuffer.isView(data))
  if (states.length === 0)
    throw new InputError(noLayer(path, all, unread), ['store one array [rows, …] for each layer'])
  refuseWeights(
    path,
    all.map(({name}) => name),
  )
  const counts = states.filter(isCount)
  // Texts and counts beside the states may be of classes, or of anything else.
  const voters = [
    ...states.filter((array) => counts.length === states.length || !counts.includes(array)),
    ...arrays.filter(({name}) => NO_LAYER.has(name)),
  ]
  const rows = commonRows(voters)
  const layers = states.map((array) => ({
    name: array.name,
    type: 'array',
    shape: array.shape.slice(1),
    default: counts.length === states.length || !counts.includes(array),
  }))
  const files = [...inputFiles]

  async function read(options: EmbeddingOptions): Promise<ModelStates> {
    const source = options.labels ?? {}
    const {task = 'classes'} = options
    const labelArray = task === 'scores' ? null : await findLabels(arrays, source, path, files, task)
    const outputArray = findOutput(arrays, options.outputName, rows, path, task)
    const loss = arrays.find(({name}) => name === 'loss')
    if (options.output !== undefined && outputArray === null)
      throw new UsageError(
        `${path}: has no class scores, so ${option('output')} ${options.output} would change nothing`,
        [`leave ${option('output')} out, or name the array with the class scores: ${option('outputName')} NAME`],
      )
    const {group} = options
    const ofGroups =
      group === undefined || unread.some(({name}) => name === group) ? null : groupArray(arrays, group, path)
    const {slice} = options
    const ofSlices = unread.some(({name}) => name === slice) ? null : sliceArray(arrays, slice, path)
    const used = states.filter((array) => array !== labelArray?.array && array !== ofGroups && array !== ofSlices)
    const chosen = selectLayers(
      layers.filter(({name}) => used.some((array) => array.name === name)),
      options.layers,
    )
    const needed = [
      ...chosen.map(({name}) => name),
      ...OUTPUTS,
      'loss',
      ...(group === undefined ? [] : [group]),
      ...(slice === undefined ? [] : [slice]),
      ...(labelArray === null ? ['labels', source.name ?? ''] : []),
    ]
    refuseUnread(unread, rows, needed, options.layers === undefined, path)
    if (labelArray === null && loss === undefined)
      throw new InputError(
        `${path}: has neither 'labels' nor 'loss', so no loss is known${possibleLabels(arrays, rows)}`,
        [
          `add 'loss', or 'labels' with 'logits' or 'probabilities'`,
          `or say where the labels are: ${option('labels')} FILE, ${option('labelsName')} NAME`,
        ],
      )
    if (loss === undefined && outputArray === null)
      throw new InputError(`${path}: has no 'loss', 'logits' or 'probabilities', so no loss is known`, [
        `add one of these arrays, or name the one with the class scores: ${option('outputName')} NAME${possibleScores(arrays, rows)}`,
      ])
    const rest = new Set([
      ...chosen.map(({name}) => used.find((array) => array.name === name)!),
      ...used.filter((array) => !counts.includes(array)),
      ...(labelArray?.path === path ? [labelArray.array] : []),
      ...(outputArray === null ? [] : [outputArray.array]),
      ...(loss === undefined ? [] : [loss]),
    ])
    requirePooled(
      options.pool,
      chosen.map(({shape}) => shape.length + 1),
    )
    for (const array of rest) checkRows(array, rows, [...rest].find(({shape}) => shape[0] === rows)?.name ?? '', path)
    if (options.outputName === undefined) refuseTwoOutputs(arrays, rows, path)
    const given = labelArray === null ? null : answersOf(labelArray.array, labelArray.path, {...source, task}, notes)
    const answered = given === null ? rows : (given.labels?.length ?? given.targets!.shape[0]!)
    if (labelArray !== null && answered !== rows)
      throw new InputError(
        `${labelArray.path}${labelArray.array.name === '' ? '' : `, array ${labelArray.array.name}`}: holds ${answered} labels, but ${path} has ${rows} rows`,
        ['every row needs one label'],
      )
    const texts = arrays.filter(
      (array) =>
        !ArrayBuffer.isView(array.data) && array !== labelArray?.array && array !== ofGroups && array !== ofSlices,
    )
    const idle = counts.filter((array) => used.includes(array) && !chosen.some(({name}) => name === array.name))
    noteBeside([...beside, ...texts, ...idle], unread, notes)

    const groups = ofGroups === null ? null : groupNumbers(ofGroups, rows, path)
    const slices = ofSlices === null ? null : sliceValues(ofSlices, rows, path)
    const labelled =
      given === null
        ? null
        : given.labels === null
          ? answeredRows(given.targets!, notes)
          : labelledRows(given.labels, labelArray!.path, notes)
    const atRows = (values: Int32Array, which: Uint32Array | null) =>
      which === null ? values : Int32Array.from(which, (row) => values[row]!)
    const sampled = sampleRows(
      labelled?.length ?? rows,
      given === null || given.labels === null ? null : atRows(given.labels, labelled),
      options,
      notes,
    )
    const kept = sampled === null ? labelled : labelled === null ? sampled : sampled.map((k) => labelled[k]!)
    const count = kept?.length ?? rows
    const take = (array: NamedArray): NamedArray => (kept === null ? array : takeRows(array, kept, path))
    const classes = given === null || given.labels === null ? null : atRows(given.labels, kept)
    const losses = loss === undefined ? null : lossArray(take(loss), path)
    const targets = given?.targets === undefined || kept === null ? given?.targets : takeTargets(given.targets, kept)
    const maskArray = arrays.find(({name}) => name === MASK)
    const mask =
      maskArray === undefined ? null : Uint8Array.from(numbersOf(take(maskArray), path), (x) => (x === 0 ? 0 : 1))
    const other = storedTask(
      {
        asked: task,
        labels: classes,
        ...(targets === undefined ? {} : {targets}),
        output:
          outputArray === null ? null : {array: take(outputArray.array), kind: options.output ?? outputArray.kind},
        loss: losses,
        mask,
        rows: count,
        path,
      },
      notes,
    )
    const labels = other === null ? classes : null
    const output =
      outputArray === null || other !== null
        ? null
        : classScores(
            layerStates(take(outputArray.array), path, {pool: 'flatten'}),
            count,
            {asked: options.output, named: outputArray.kind},
            notes,
          )
    const result: ModelStates = {
      rows: count,
      layers: chosen.map(({name}) =>
        layerStates(take(arrays.find((array) => array.name === name)!), path, options, mask),
      ),
      labels,
      classNames: given?.classNames ?? null,
      output,
      outputName: outputArray?.array.name ?? null,
      loss: losses,
      ...(other === null || other === undefined ? {} : {task: other}),
      inputs: [],
      rowsInFile: rows,
      ...(labelled === null ? {} : {unlabelled: true}),
      ...(kept === null ? {} : {rowNumbers: kept}),
      ...(groups === null ? {} : {groups: atRows(groups, kept)}),
      ...(slices === null ? {} : {slices: kept === null ? slices : slicesAt(slices, kept)}),
    }
    for (const layer of result.layers)
      if (areProbabilities(layer, count) || (output?.kind === 'one-vs-rest' && layer.name === result.outputName))
        layer.squashed = true
    if (labels !== null && output !== null) {
      checkLabels(labels, output.classes, labelArray!.path)
      checkLabelOffset(labels, output, labelArray!.path)
    }
    options.onProgress?.(count, count)
    return result
  }
  const embeddings = async (data: DataSet | null, options: EmbeddingOptions = {}): Promise<ModelStates> => {
    if (data !== null)
      throw new UsageError(`${path} holds hidden states of its own rows, so no data set goes with it`, [
        `leave out ${option('data')}, or give the model instead of its hidden states`,
      ])
    return read(options)
  }
  return {
    kind: 'embeddings',
    listLayers: () => layers,
    modelInputs: [],
    embeddings,
    notes,
    inputFiles: files,
    close: () => Promise.resolve(),
  }
}

const isBeside = ({shape, data}: NamedArray) => shape.length === 0 || (!ArrayBuffer.isView(data) && shape[0] === 1)

function noLayer(path: string, arrays: readonly NamedArray[], unread: readonly UnreadArray[]): string {
  const names = arrays.map(({name}) => name).join(', ') || 'none'
  const [first] = unread
  return `${path}: has no layer; its arrays: ${names}${first === undefined ? '' : `; array ${first.name} ${first.reason}`}`
}

/** The labels and the file they are in; null: there are none. */
async function findLabels(
  arrays: readonly NamedArray[],
  {file, name}: LabelSource,
  path: string,
  files: InputFile[],
  task: NonNullable<EmbeddingOptions['task']>,
): Promise<{array: NamedArray; path: string} | null> {
  if (file !== undefined) {
    const input = await readInput(file)
    if (!files.some((each) => each.path === input.file.path)) files.push(input.file)
    return {array: await labelsOf(input, name, task), path: input.file.path}
  }
  const found = namesOf(name, task).flatMap((each) => arrays.find((array) => array.name === each) ?? [])
  const [array] = found
  if (array !== undefined) return {array, path}
  if (name === undefined) return null
  throw new InputError(
    `${path}: has no array '${name}' of labels; its arrays: ${arrays.map((each) => each.name).join(', ')}`,
    [`name one of these with ${option('labelsName')}`],
  )
}

function findOutput(
  arrays: readonly NamedArray[],
  name: string | undefined,
  rows: number,
  path: string,
  task: NonNullable<EmbeddingOptions['task']>,
): {array: NamedArray; kind: OutputKind | undefined} | null {
  const wanted = name !== undefined ? [name] : task === 'classes' ? OUTPUTS : [...OUTPUTS, ...PREDICTIONS]
  for (const each of wanted) {
    const array = arrays.find((candidate) => candidate.name === each)
    if (array === undefined) continue
    return {array, kind: each === 'logits' || each === 'probabilities' ? each : undefined}
  }
  if (name === undefined) return null
  throw new InputError(
    `${path}: has no array '${name}' of class scores${possibleScores(arrays, rows) || '; it has no array [rows, classes]'}`,
    [`name one of these with ${option('outputName')}`],
  )
}

function noteBeside(arrays: readonly NamedArray[], unread: readonly UnreadArray[], notes: Note[]): void {
  const left = [
    ...arrays.map(
      ({name, shape, data}) =>
        `${name} (${ArrayBuffer.isView(data) ? (shape.length === 0 ? 'a single value' : 'one whole number a row') : 'text'})`,
    ),
    ...unread.map(({name, reason}) => `${name} (${reason})`),
  ]
  if (left.length > 0)
    notes.push({
      level: 'info',
      code: 'arrays-left-out',
      message: `left out, since they are not layers: ${left.join(', ')}`,
    })
}

function takeRows(array: NamedArray, rows: Uint32Array, path: string): NamedArray {
  const values = numbersOf(array, path)
  const width = size(array.shape.slice(1))
  const data = new (values.constructor as Float64ArrayConstructor)(rows.length * width)
  rows.forEach((row, k) => data.set(values.subarray(row * width, (row + 1) * width), k * width))
  return {...array, shape: [rows.length, ...array.shape.slice(1)], data}
}

function layerStates(
  array: NamedArray,
  path: string,
  {pool: how}: EmbeddingOptions,
  mask: Uint8Array | null = null,
): LayerStates {
  const {shape} = array
  const values = numbersOf(array, path)
  checkFinite(values, Math.max(1, size(shape.slice(1))), 0, `${path}, array ${array.name}:`)
  const exact = values instanceof Float64Array || values instanceof Int32Array || values instanceof Uint32Array
  const state = {shape, data: exact ? Float64Array.from(values) : Float32Array.from(values)}
  const pooled = pool(state, {how: how ?? 'flatten', channelAxis: 1, mask})
  return {name: array.name, dim: pooled.shape[1]!, data: pooled.data, pooledOver: pooled.over}
}
