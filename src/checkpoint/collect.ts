import type {Embeddings, LayerStates} from '../certify/types.js'
import {InputError, UsageError} from '../errors.js'
import type {Note} from '../report/types.js'
import type {ModelInput} from './bind-inputs.js'
import {checkLabels, classScores} from './output.js'
import {pool, type PoolOptions, size, type State} from './pool.js'
import type {DataSet, EmbeddingOptions, OutputKind} from './types.js'

/** Hidden states beyond this would not fit an ordinary machine beside the statistics made of them. */
export const MAX_STATE_BYTES = 4 * 2 ** 30
const DEFAULT_BATCH = 256

/** What a kind of model brings to the common loop. */
export interface ForwardPass {
  /** names as reports show them; the last one is the model's output */
  layers: readonly string[]
  /** whether the output was asked for as a layer too */
  reportOutput: boolean
  outputKind: OutputKind | undefined
  channelAxis: PoolOptions['channelAxis']
  batchSize: number
  /** states of rows first … first + count − 1, in the order of `layers`; more rows than that are padding */
  run(first: number, count: number): Promise<State[]>
}

/**
 * Runs the model over the data set and gathers one vector for each example and layer.
 *
 * Shapes     layers [rows, dim] fp32 (fp64 where the model computes in it); output [rows, classes].
 * Cost       ⌈rows / batchSize⌉ forward passes; Σ rows · dim · 4 bytes, at most MAX_STATE_BYTES.
 * Throws     InputError  a state is not finite, its first axis is not the batch, the output is not [rows, classes],
 *            a label is no class of the output, or the states exceed MAX_STATE_BYTES.
 */
export async function collect(pass: ForwardPass, data: DataSet, options: EmbeddingOptions, notes: Note[]): Promise<Embeddings> {
  const rows = rowsToUse(data.rows, options.limit, notes)
  const wholeMask = attentionMask(data)
  const gathered: LayerStates[] = []
  for (let first = 0; first < rows; first += pass.batchSize) {
    const count = Math.min(pass.batchSize, rows - first)
    const states = await pass.run(first, count)
    const mask = wholeMask?.subarray((first * wholeMask.length) / data.rows, ((first + count) * wholeMask.length) / data.rows) ?? null
    pass.layers.forEach((name, index) => {
      const state = withoutPadding(name, states[index]!, count)
      const isOutput = index === pass.layers.length - 1
      if (isOutput) checkOutputShape(name, state)
      append(gathered, index, name, pool(state, {how: isOutput ? 'flatten' : options.pool, channelAxis: pass.channelAxis, mask}), first, rows)
    })
    options.onProgress?.(first + count, rows)
  }
  const labels = data.labels.subarray(0, rows)
  const output = classScores(gathered[gathered.length - 1]!, rows, options.output ?? pass.outputKind, notes)
  checkLabels(labels, output.classes, data.inputFiles[0]!.path)
  return {rows, layers: pass.reportOutput ? gathered : gathered.slice(0, -1), labels, output, loss: null}
}

export function requireData(data: DataSet | null, path: string): DataSet {
  if (data === null) throw new UsageError(`${path} is a model, so it needs a data set to run on`, ['name the data with --data'])
  return data
}

/** The batch size to run with; `fixed`: the model takes no other, so the last batch is padded. */
export function batchSizeOf(input: ModelInput, {batchSize = DEFAULT_BATCH}: EmbeddingOptions): {fixed: boolean; batchSize: number} {
  const size = input.shape?.[0] ?? -1
  return size > 0 ? {fixed: true, batchSize: size} : {fixed: false, batchSize}
}

/** Which tokens count, where the data set has a mask of its own. */
function attentionMask(data: DataSet): Uint8Array | null {
  const mask = data.inputs.find((input) => input.name === 'attention_mask')
  return mask === undefined ? null : Uint8Array.from(mask.data, (value) => (value === 0 ? 0 : 1))
}

/** The rows to use; a note says when they are not all. */
export function rowsToUse(rows: number, limit: number | undefined, notes: Note[]): number {
  if (limit === undefined || limit >= rows) return rows
  notes.push({level: 'warning', code: 'rows-limited', message: `only the first ${limit} of ${rows} rows are used: if the file is sorted, they are no random sample of it`})
  return limit
}

function withoutPadding(name: string, {shape, data}: State, count: number): State {
  if (shape[0] === undefined || shape[0] < count) {
    throw new InputError(`layer ${name} has the shape [${shape.join(', ')}] for a batch of ${count} examples: its first axis is not the batch`, ['leave this layer out'])
  }
  const trimmed = [count, ...shape.slice(1)]
  return {shape: trimmed, data: data.subarray(0, size(trimmed))}
}

function checkOutputShape(name: string, {shape}: State): void {
  if (size(shape.slice(1)) === (shape[1] ?? 1)) return
  throw new InputError(`the output ${name} has the shape [${shape.join(', ')}], but certify needs one score for each class, [rows, classes]`, ['use a model that classifies whole examples'])
}

function append(gathered: LayerStates[], index: number, name: string, {shape, data}: State, first: number, rows: number): void {
  const dim = shape[1]!
  if (gathered[index] === undefined) {
    const bytes = gathered.reduce((sum, layer) => sum + layer.data.byteLength, rows * dim * data.BYTES_PER_ELEMENT)
    if (bytes > MAX_STATE_BYTES) {
      throw new InputError(`the states up to layer ${name} (${rows} rows × ${dim}) need ${bytes} bytes, the limit is ${MAX_STATE_BYTES}`, ['use fewer layers, pool them, or limit the rows'])
    }
    gathered[index] = {name, dim, data: data instanceof Float64Array ? new Float64Array(rows * dim) : new Float32Array(rows * dim)}
  }
  const layer = gathered[index]
  if (layer.dim !== dim) throw new InputError(`layer ${name} is ${layer.dim} wide for the first rows and ${dim} wide at row ${first}`, ['pool the layer, for example by mean'])
  checkFinite(data, dim, first, `layer ${name}`)
  layer.data.set(data, first * dim)
}

/** NaN is never a pass: names the first row and column. */
export function checkFinite(data: ArrayLike<number>, columns: number, firstRow: number, place: string): void {
  for (let i = 0; i < data.length; i++) {
    if (Number.isFinite(data[i])) continue
    throw new InputError(`${place} is ${data[i]!} at row ${firstRow + Math.floor(i / columns)}, column ${i % columns}`, ['every value must be a finite number'])
  }
}
