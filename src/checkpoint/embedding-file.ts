import type {Embeddings, LayerStates} from '../certify/types.js'
import {integersOf, type NamedArray, numbersOf} from '../data/named-array.js'
import {InputError, UsageError} from '../errors.js'
import type {Note} from '../report/types.js'
import type {ArrayFiles} from './array-files.js'
import {checkFinite, rowsToUse} from './collect.js'
import {checkLabels, classScores} from './output.js'
import {pool, size} from './pool.js'
import {selectLayers} from './select-layers.js'
import type {Checkpoint, DataSet, EmbeddingOptions, LayerInfo} from './types.js'

/** Arrays with a meaning of their own; every other array is a layer. */
const OUTPUTS = ['logits', 'probabilities'] as const
const NO_LAYER = new Set<string>(['labels', 'loss', 'probabilities'])

/**
 * Stored hidden states: one array [rows, …] for each layer, in the order of the file (see ArrayFiles), with `labels` [rows] and a `loss` [rows] ≥ 0 or the
 * model's output as `logits` or `probabilities` [rows, classes]. `logits` are a layer too: the last hidden state there is.
 *
 * Precision  as stored: fp64 arrays stay fp64, all others become fp32, integers of more than 24 bits fp64.
 * Throws     InputError  no layer, neither loss nor output, rows that differ, a value that is not finite, a negative
 *            loss, a label out of range (names the array, row and value).
 */
export function openEmbeddings(path: string, {arrays, inputFiles}: ArrayFiles): Checkpoint {
  const find = (name: string) => arrays.find((array) => array.name === name)
  const states = arrays.filter((array) => !NO_LAYER.has(array.name))
  if (states.length === 0) throw new InputError(`${path}: has no layer; its arrays: ${arrays.map(({name}) => name).join(', ') || 'none'}`, ['store one array [rows, …] for each layer'])
  const rows = states[0]!.shape[0] ?? 0
  for (const array of arrays) {
    if ((array.shape[0] ?? 0) === rows && rows > 0) continue
    throw new InputError(`${path}, array ${array.name}: has the shape [${array.shape.join(', ')}], but the layer ${states[0]!.name} has ${rows} rows`, ['every array needs one row for each example'])
  }
  if (find('labels') === undefined && find('loss') === undefined) {
    throw new InputError(`${path}: has neither 'labels' nor 'loss', so no loss is known`, [`add 'loss', or 'labels' with 'logits' or 'probabilities'`])
  }
  const outputs = OUTPUTS.map(find).filter((array) => array !== undefined)
  if (find('loss') === undefined && outputs.length === 0) {
    throw new InputError(`${path}: has no 'loss', 'logits' or 'probabilities', so no loss is known`, ['add one of these arrays'])
  }
  const layers: LayerInfo[] = states.map((array) => ({name: array.name, type: 'array', shape: array.shape.slice(1), default: true}))
  const notes: Note[] = []

  function read(options: EmbeddingOptions): Embeddings {
    const used = rowsToUse(rows, options.limit, notes)
    const labels = find('labels')
    const loss = find('loss')
    const [output] = outputs
    // The array's name states its kind.
    const kind = options.output ?? (output?.name === 'probabilities' ? 'probabilities' : 'logits')
    const result: Embeddings = {
      rows: used,
      layers: selectLayers(layers, options.layers).map(({name}) => layerStates(find(name)!, used, path, options)),
      labels: labels === undefined ? null : readLabels(labels, used, path),
      output: output === undefined ? null : classScores(layerStates(output, used, path, {pool: 'flatten'}), used, kind, notes),
      loss: loss === undefined ? null : readLoss(loss, used, path),
    }
    if (result.labels !== null && result.output !== null) checkLabels(result.labels, result.output.classes, path)
    options.onProgress?.(used, used)
    return result
  }
  const embeddings = async (data: DataSet | null, options: EmbeddingOptions = {}): Promise<Embeddings> => {
    if (data !== null) throw new UsageError(`${path} holds hidden states of its own rows, so no data set goes with it`, ['leave out --data, or give the model instead of its hidden states'])
    return Promise.resolve(read(options))
  }
  return {kind: 'embeddings', listLayers: () => layers, embeddings, notes, inputFiles, close: () => Promise.resolve()}
}

function layerStates(array: NamedArray, rows: number, path: string, {pool: how}: EmbeddingOptions): LayerStates {
  const shape = [rows, ...array.shape.slice(1)]
  const values = numbersOf(array, path).subarray(0, size(shape))
  checkFinite(values, Math.max(1, size(shape.slice(1))), 0, `${path}, array ${array.name}:`)
  const exact = values instanceof Float64Array || values instanceof Int32Array || values instanceof Uint32Array
  const state = {shape, data: exact ? Float64Array.from(values) : Float32Array.from(values)}
  const pooled = pool(state, {how: how ?? 'flatten', channelAxis: 1, mask: null})
  return {name: array.name, dim: pooled.shape[1]!, data: pooled.data}
}

function readLabels(array: NamedArray, rows: number, path: string): Int32Array {
  checkVector(array, path)
  return Int32Array.from(integersOf(array, path, 0, 2 ** 31 - 1).subarray(0, rows))
}

function readLoss(array: NamedArray, rows: number, path: string): Float64Array {
  checkVector(array, path)
  const loss = Float64Array.from(numbersOf(array, path).subarray(0, rows))
  checkFinite(loss, 1, 0, `${path}, array ${array.name}:`)
  const row = loss.findIndex((value) => value < 0)
  if (row >= 0) throw new InputError(`${path}, array ${array.name}: the loss is ${loss[row]!} at row ${row}, but losses are ≥ 0`, ['store losses, not log-likelihoods'])
  return loss
}

function checkVector(array: NamedArray, path: string): void {
  if (size(array.shape.slice(1)) === 1) return
  throw new InputError(`${path}, array ${array.name}: has the shape [${array.shape.join(', ')}], expected one number for each row`, ['store it as a vector [rows]'])
}
