import type {LayerStates} from '../certify/types.js'
import {integersOf, type NamedArray, numbersOf} from '../data/named-array.js'
import {InputError, UsageError, option} from '../errors.js'
import type {Note} from '../frame/report.js'
import type {ArrayFiles} from './array-files.js'
import {checkFinite} from './collect.js'
import {checkLabels, classScores} from './output.js'
import {pool, size} from './pool.js'
import {sampleRows} from './sample.js'
import {selectLayers} from './select-layers.js'
import type {Checkpoint, DataSet, EmbeddingOptions, LayerInfo, ModelStates} from './types.js'

/** Arrays with a meaning of their own; every other array is a layer. */
const OUTPUTS = ['logits', 'probabilities'] as const
const NO_LAYER = new Set<string>(['labels', 'loss', 'probabilities'])

/**
 * Stored hidden states: one array [rows, …] for each layer, in the order of the file (see ArrayFiles), with `labels`
 * [rows] and a `loss` [rows] ≥ 0 or the model's output as `logits` or `probabilities` [rows, classes]. `logits` are a
 * layer too: the last hidden state there is.
 *
 * Precision  as stored: fp64 arrays stay fp64, all others become fp32, integers of more than 24 bits fp64.
 * Throws     InputError  no layer, neither loss nor output, rows that differ, a value that is not finite, a negative
 *            loss, a label out of range (names the array, row and value).
 */
export function openEmbeddings(path: string, {arrays, inputFiles}: ArrayFiles): Checkpoint {
  const find = (name: string) => arrays.find((array) => array.name === name)
  const states = arrays.filter((array) => !NO_LAYER.has(array.name))
  if (states.length === 0)
    throw new InputError(`${path}: has no layer; its arrays: ${arrays.map(({name}) => name).join(', ') || 'none'}`, [
      'store one array [rows, …] for each layer',
    ])
  const rows = states[0]!.shape[0] ?? 0
  for (const array of arrays) {
    if ((array.shape[0] ?? 0) === rows && rows > 0) continue
    throw new InputError(
      `${path}, array ${array.name}: has the shape [${array.shape.join(', ')}], but the layer ${states[0]!.name} has ${rows} rows`,
      ['every array needs one row for each example'],
    )
  }
  if (find('labels') === undefined && find('loss') === undefined) {
    throw new InputError(`${path}: has neither 'labels' nor 'loss', so no loss is known`, [
      `add 'loss', or 'labels' with 'logits' or 'probabilities'`,
    ])
  }
  const outputs = OUTPUTS.map(find).filter((array) => array !== undefined)
  if (find('loss') === undefined && outputs.length === 0) {
    throw new InputError(`${path}: has no 'loss', 'logits' or 'probabilities', so no loss is known`, [
      'add one of these arrays',
    ])
  }
  const layers: LayerInfo[] = states.map((array) => ({
    name: array.name,
    type: 'array',
    shape: array.shape.slice(1),
    default: true,
  }))
  const notes: Note[] = []

  function read(options: EmbeddingOptions): ModelStates {
    const labels = find('labels')
    const allLabels = labels === undefined ? null : readLabels(labels, path)
    const chosen = sampleRows(rows, allLabels, options, notes)
    const used = chosen?.length ?? rows
    const take = (array: NamedArray): NamedArray => (chosen === null ? array : takeRows(array, chosen, path))
    const loss = find('loss')
    const [output] = outputs
    // The array's name states its kind.
    const kind = options.output ?? (output?.name === 'probabilities' ? 'probabilities' : 'logits')
    const result: ModelStates = {
      rows: used,
      layers: selectLayers(layers, options.layers).map(({name}) => layerStates(take(find(name)!), path, options)),
      labels: chosen === null || allLabels === null ? allLabels : Int32Array.from(chosen, (row) => allLabels[row]!),
      output:
        output === undefined
          ? null
          : classScores(layerStates(take(output), path, {pool: 'flatten'}), used, kind, notes),
      loss: loss === undefined ? null : readLoss(take(loss), path),
      inputs: [],
      rowsInFile: rows,
      ...(chosen === null ? {} : {rowNumbers: chosen}),
    }
    if (result.labels !== null && result.output !== null) checkLabels(result.labels, result.output.classes, path)
    options.onProgress?.(used, used)
    return result
  }
  const embeddings = async (data: DataSet | null, options: EmbeddingOptions = {}): Promise<ModelStates> => {
    if (data !== null)
      throw new UsageError(`${path} holds hidden states of its own rows, so no data set goes with it`, [
        `leave out ${option('data')}, or give the model instead of its hidden states`,
      ])
    return Promise.resolve(read(options))
  }
  return {
    kind: 'embeddings',
    listLayers: () => layers,
    modelInputs: [],
    embeddings,
    notes,
    inputFiles,
    close: () => Promise.resolve(),
  }
}

function takeRows(array: NamedArray, rows: Uint32Array, path: string): NamedArray {
  const values = numbersOf(array, path)
  const width = size(array.shape.slice(1))
  const data = new (values.constructor as Float64ArrayConstructor)(rows.length * width)
  rows.forEach((row, k) => data.set(values.subarray(row * width, (row + 1) * width), k * width))
  return {...array, shape: [rows.length, ...array.shape.slice(1)], data}
}

function layerStates(array: NamedArray, path: string, {pool: how}: EmbeddingOptions): LayerStates {
  const {shape} = array
  const values = numbersOf(array, path)
  checkFinite(values, Math.max(1, size(shape.slice(1))), 0, `${path}, array ${array.name}:`)
  const exact = values instanceof Float64Array || values instanceof Int32Array || values instanceof Uint32Array
  const state = {shape, data: exact ? Float64Array.from(values) : Float32Array.from(values)}
  const pooled = pool(state, {how: how ?? 'flatten', features: null, channelAxis: 1, mask: null})
  return {name: array.name, dim: pooled.shape[1]!, data: pooled.data, pooledOver: pooled.over}
}

function readLabels(array: NamedArray, path: string): Int32Array {
  checkVector(array, path)
  return Int32Array.from(integersOf(array, path, 0, 2 ** 31 - 1))
}

function readLoss(array: NamedArray, path: string): Float64Array {
  checkVector(array, path)
  const loss = Float64Array.from(numbersOf(array, path))
  checkFinite(loss, 1, 0, `${path}, array ${array.name}:`)
  const row = loss.findIndex((value) => value < 0)
  if (row >= 0)
    throw new InputError(`${path}, array ${array.name}: the loss is ${loss[row]!} at row ${row}, but losses are ≥ 0`, [
      'store losses, not log-likelihoods',
    ])
  return loss
}

function checkVector(array: NamedArray, path: string): void {
  if (size(array.shape.slice(1)) === 1) return
  throw new InputError(
    `${path}, array ${array.name}: has the shape [${array.shape.join(', ')}], expected one number for each row`,
    ['store it as a vector [rows]'],
  )
}
