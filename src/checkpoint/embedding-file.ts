import {type NamedArray, numbersOf} from '../data/named-array.js'
import {InputError, UsageError, option} from '../errors.js'
import type {Note} from '../frame/report.js'
import type {ArrayFiles, UnreadArray} from './array-files.js'
import {LABEL_NAMES} from './answer-arrays.js'
import {findLabels, findOutput, layerStates, noteBeside, takeRows} from './embedding-arrays.js'
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
import {requirePooled} from './pool.js'
import {sampleRows} from './sample.js'
import {selectLayers} from './select-layers.js'
import {lossArray} from './tasks/loss-array.js'
import {storedTask} from './tasks/stored.js'
import {answeredRows, answersOf, takeTargets} from './tasks/targets.js'
import type {Checkpoint, EmbeddingOptions, ModelStates} from './types.js'
import type {DataSet} from './data-types.js'

/** Which tokens count. */
const MASK = 'attention_mask'

/** Arrays with a special meaning; every other array of numbers is a layer. */
const NO_LAYER = new Set([...LABEL_NAMES, 'loss', 'probabilities', MASK])

/**
 * Stored hidden states: one array [rows, …] per layer, in file order (see ArrayFiles), with `labels` [rows] and a
 * `loss` [rows] ≥ 0 or the model's output as `logits` or `probabilities` [rows, classes]. `logits` are also a layer,
 * the last one. Single values, texts, and arrays with one whole number per row (ids, indices) are left out, with a
 * note; the latter can be requested by name.
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
  // Texts and counts may be classes, or anything else.
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
      throw new UsageError(`${path} holds hidden states of its own rows, so it takes no data set`, [
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
