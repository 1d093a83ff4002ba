import type {LayerStates} from '../certify/types.js'
import {InputError, UsageError} from '../errors.js'
import {defaultMemoryLimit, memoryText, raiseMemory, residentBytes} from '../frame/memory.js'
import type {Note} from '../frame/report.js'
import type {BoundInput, ModelInput} from './bind-inputs.js'
import {checkRepeatable} from './inference.js'
import {checkLabels, classScores} from './output.js'
import {pool, type PoolOptions, size, type State} from './pool.js'
import {sampleRows, selectRows} from './sample.js'
import type {DataSet, EmbeddingOptions, ModelStates, OutputKind} from './types.js'

const MAX_BATCH = 256
/** Input values of one batch: large images come in smaller batches, since hidden states are many times larger. */
const BATCH_VALUES = 2 ** 22

/** What a kind of model brings to the common loop. */
export interface ForwardPass {
  /** names as reports show them; the last one is the model's output */
  layers: readonly string[]
  /** whether the output was asked for as a layer too */
  reportOutput: boolean
  outputKind: OutputKind | undefined
  channelAxis: PoolOptions['channelAxis']
  batchSize: number
  inputs: readonly BoundInput[]
  /** states of rows first … first + count − 1, in the order of `layers`; more rows than that are padding */
  run(first: number, count: number): Promise<State[]>
}

/**
 * Runs the model over the data set and gathers one vector for each example and layer.
 *
 * All states stay in memory, since every pair of them is compared; where they do not fit, a smaller sample is the sound
 * way out: its certificate holds as well, it is only wider. So the limit is known after the first batch and nothing is
 * written to disk.
 *
 * Shapes     layers [rows, dim] fp32 (fp64 where the model computes in it); output [rows, classes].
 * Cost       ⌈rows / batchSize⌉ + 2 forward passes; Σ rows · dim · 4 bytes, and the largest layer once more.
 * Throws     InputError  a state is not finite, its first axis is not the batch, the output is not [rows, classes],
 *            a label is no class of the output, states that differ when the model runs again.
 *            UsageError  the states do not fit the memory limit (says how many rows would).
 */
export async function collect(
  pass: ForwardPass,
  data: DataSet,
  options: EmbeddingOptions,
  notes: Note[],
): Promise<ModelStates> {
  const {rows, labels} = data
  await checkRepeatable(pass, rows)
  const wholeMask = attentionMask(data)
  const gathered: LayerStates[] = []
  for (let first = 0; first < rows; first += pass.batchSize) {
    const count = Math.min(pass.batchSize, rows - first)
    const states = await pass.run(first, count)
    const mask =
      wholeMask?.subarray((first * wholeMask.length) / rows, ((first + count) * wholeMask.length) / rows) ?? null
    const pooled = pass.layers.map((name, index) => {
      const state = withoutPadding(name, states[index]!, count)
      const isOutput = index === pass.layers.length - 1
      if (isOutput) checkOutputShape(name, state)
      return pool(state, {how: isOutput ? 'flatten' : options.pool, channelAxis: pass.channelAxis, mask})
    })
    if (first === 0)
      gathered.push(...allocate(pass.layers, pooled, rows, options.memoryLimitBytes ?? defaultMemoryLimit()))
    pooled.forEach((state, index) => append(gathered[index]!, state, first))
    options.onProgress?.(first + count, rows)
  }
  const output = classScores(gathered[gathered.length - 1]!, rows, options.output ?? pass.outputKind, notes)
  checkLabels(labels, output.classes, data.inputFiles[0]!.path)
  return {
    rows,
    layers: pass.reportOutput ? gathered : gathered.slice(0, -1),
    labels,
    output,
    loss: null,
    rowsInFile: data.rowsInFile ?? rows,
    inputs: pass.inputs.map(({name, rowShape, observed, array}) => ({
      name,
      shape: [...rowShape],
      observed: [...observed],
      possible: array.possible ?? null,
    })),
    ...(data.rowNumbers === undefined ? {} : {rowNumbers: data.rowNumbers}),
  }
}

/** The data set to run on: with a limit, a sample of it. */
export function requireData(data: DataSet | null, path: string, options: EmbeddingOptions, notes: Note[]): DataSet {
  if (data === null)
    throw new UsageError(`${path} is a model, so it needs a data set to run on`, ['name the data with --data'])
  const rows = sampleRows(data.rows, data.labels, options, notes)
  return rows === null ? data : selectRows(data, rows)
}

/** The batch size to run with; `fixed`: the model takes no other, so the last batch is padded. */
export function batchSizeOf(
  input: ModelInput,
  bound: readonly BoundInput[],
  options: EmbeddingOptions,
): {fixed: boolean; batchSize: number} {
  const stated = input.shape?.[0] ?? -1
  if (stated > 0) return {fixed: true, batchSize: stated}
  const values = bound.reduce((sum, {rowShape}) => sum + size(rowShape), 0)
  return {
    fixed: false,
    batchSize: options.batchSize ?? Math.max(1, Math.min(MAX_BATCH, Math.floor(BATCH_VALUES / Math.max(1, values)))),
  }
}

/** Which tokens count, where the data set has a mask of its own. */
function attentionMask(data: DataSet): Uint8Array | null {
  const mask = data.inputs.find((input) => input.name === 'attention_mask')
  return mask === undefined ? null : Uint8Array.from(mask.data, (value) => (value === 0 ? 0 : 1))
}

function withoutPadding(name: string, {shape, data}: State, count: number): State {
  if (shape[0] === undefined || shape[0] < count) {
    throw new InputError(
      `layer ${name} has the shape [${shape.join(', ')}] for a batch of ${count} examples: its first axis is not the batch`,
      ['leave this layer out'],
    )
  }
  const trimmed = [count, ...shape.slice(1)]
  return {shape: trimmed, data: data.subarray(0, size(trimmed))}
}

function checkOutputShape(name: string, {shape}: State): void {
  if (size(shape.slice(1)) === (shape[1] ?? 1)) return
  throw new InputError(
    `the output ${name} has the shape [${shape.join(', ')}], but certify needs one score for each class, [rows, classes]`,
    ['use a model that classifies whole examples'],
  )
}

/** Room for all rows of all layers, as the first batch shows their widths. */
function allocate(names: readonly string[], states: readonly State[], rows: number, limit: number): LayerStates[] {
  const rowBytes = states.map(({shape, data}) => shape[1]! * data.BYTES_PER_ELEMENT)
  // Anchors and references of one layer are copied apart while it is measured.
  const bytes = rowBytes.reduce((sum, one) => sum + one, Math.max(0, ...rowBytes))
  // By now the model, its inputs and the activations of a batch are there.
  const held = residentBytes()
  const needed = held + rows * bytes
  if (needed > limit) {
    const largest = rowBytes.indexOf(Math.max(...rowBytes))
    throw new UsageError(
      `${memoryText(held)} are in use and the hidden states of ${rows} rows need ${memoryText(rows * bytes)} more, the limit is ${memoryText(limit)}; the widest layer is ${names[largest]!} with ${states[largest]!.shape[1]!} values a row`,
      [
        ...(limit - held >= 20 * bytes
          ? [
              `use --limit ${Math.floor((limit - held) / bytes)}: a smaller sample gives a valid certificate, only a wider one`,
            ]
          : []),
        'name fewer layers with --layers, or pool them with --pool channel or --pool mean',
        raiseMemory(needed),
      ],
    )
  }
  return states.map(({shape, data}, k) => ({
    name: names[k]!,
    dim: shape[1]!,
    data: data instanceof Float64Array ? new Float64Array(rows * shape[1]!) : new Float32Array(rows * shape[1]!),
  }))
}

function append(layer: LayerStates, {shape, data}: State, first: number): void {
  const {name, dim} = layer
  if (dim !== shape[1]!)
    throw new InputError(`layer ${name} is ${dim} wide for the first rows and ${shape[1]!} wide at row ${first}`, [
      'pool the layer, for example by mean',
    ])
  checkFinite(data, dim, first, `layer ${name}`)
  layer.data.set(data, first * dim)
}

/** NaN is never a pass: names the first row and column. */
export function checkFinite(data: ArrayLike<number>, columns: number, firstRow: number, place: string): void {
  for (let i = 0; i < data.length; i++) {
    if (Number.isFinite(data[i])) continue
    throw new InputError(
      `${place} is ${data[i]!} at row ${firstRow + Math.floor(i / columns)}, column ${i % columns}`,
      ['every value must be a finite number'],
    )
  }
}
