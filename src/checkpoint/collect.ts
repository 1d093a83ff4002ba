import {type BatchChoice, type ModelRunner} from './model-runner.js'
import type {LayerStates} from '../certify/types.js'
import {InputError, UsageError, option} from '../errors.js'
import {defaultMemoryLimit, memoryText, raiseMemory, residentBytes} from '../frame/memory.js'
import type {Note} from '../frame/report.js'
import type {BoundInput, ModelInput} from './bind-inputs.js'
import {checkFinite} from './finite.js'
import {withMixingNode} from './mixing-node.js'
import {pool, requirePooled, size, type State} from './pool.js'
import {featuresFirst, firstRows, rowsFirst} from './row-layout.js'
import {MixedRows, probeRows, type RowPlan} from './row-probe.js'
import {sampleRows, takeExamples} from './sample.js'
import {type RunningTask, startTask} from './tasks/running.js'
import type {EmbeddingOptions, ModelStates} from './types.js'
import type {DataSet} from './data-types.js'

const MAX_BATCH = 256
/** Input values per batch: large images get smaller batches, because hidden states are many times larger. */
const BATCH_VALUES = 2 ** 22

/**
 * Runs the model over the data set, with the first binding that keeps examples independent, and collects one vector per
 * example and layer.
 *
 * All states stay in memory, because every pair of them is compared. If they do not fit, use a smaller sample: its
 * certificate is also valid, only wider. The memory need is known after the first batch, and nothing is written to
 * disk.
 *
 * Shapes     layers [rows, dim] fp32 (fp64 where the model computes in it); output [rows, classes].
 * Cost       the probe (see probeRows) and ⌈rows / batchSize⌉ forward passes; Σ rows · dim · 4 bytes, plus the largest
 *            layer once more.
 * Throws     InputError  what probeRows throws; a state is not finite, a requested layer does not have one row per
 *            example, the output is not [rows, classes], a label is not a class of the output.
 *            UsageError  the states exceed the memory limit (says how many rows fit).
 */
export async function collect(
  passes: readonly ModelRunner[],
  data: DataSet,
  options: EmbeddingOptions,
  notes: Note[],
): Promise<ModelStates> {
  const {rows} = data
  const {pass, plan} = await firstThatHolds(passes, rows, notes)
  const kept = keptLayers(pass, plan, options, notes)
  const names = kept.map((index) => pass.layers[index]!)
  const wholeMask = attentionMask(data)
  const gathered: LayerStates[] = []
  let task!: RunningTask
  const ranks: number[] = []
  for (let first = 0; first < rows; first += plan.batchSize) {
    const count = Math.min(plan.batchSize, rows - first)
    // A batch of fixed size is padded with its last example.
    const batch = Uint32Array.from({length: plan.fixed ? plan.batchSize : count}, (_, k) =>
      Math.min(first + k, first + count - 1),
    )
    const states = await pass.run(batch)
    const mask =
      wholeMask?.subarray((first * wholeMask.length) / rows, ((first + count) * wholeMask.length) / rows) ?? null
    const pooled = kept.map((index, k) => {
      const state = firstRows(rowsFirst(states[index]!, plan.layouts[index]!, batch.length), count)
      const isOutput = k === kept.length - 1
      if (first === 0 && !isOutput) ranks.push(state.shape.length)
      if (isOutput && first === 0)
        task = startTask(
          data,
          options,
          {name: pass.outputName ?? names[k]!, shape: state.shape.slice(1), made: pass.outputKind},
          wholeMask,
          notes,
        )
      if (isOutput && task.name === 'classes') checkOutputShape(names[k]!, states[index]!.shape, state)
      if (isOutput) task.add?.(state, first)
      return pool(state, {
        how: isOutput && task.add === undefined ? 'flatten' : options.pool,
        features: featuresFirst(pass.features?.[index] ?? null, states[index]!.shape.length, plan.layouts[index]!),
        channelAxis: pass.channelAxis,
        mask,
      })
    })
    if (first === 0) requirePooled(options.pool, ranks)
    if (first === 0) gathered.push(...allocate(names, pooled, rows, options.memoryLimitBytes ?? defaultMemoryLimit()))
    pooled.forEach((state, k) => append(gathered[k]!, state, first))
    pooled.forEach(({over}, k) => (gathered[k]!.pooledOver = over))
    options.onProgress?.(first + count, rows)
  }
  gathered.forEach((layer, k) => {
    layer.batchAxis = plan.layouts[kept[k]!]!.axis
  })
  const scores = gathered[gathered.length - 1]!
  const answers = task.finish(scores)
  return {
    rows,
    layers: pass.reportOutput && !task.outputIsLoss ? gathered : gathered.slice(0, -1),
    ...answers,
    outputName: pass.outputName ?? scores.name,
    rowsInFile: data.rowsInFile ?? rows,
    ...(data.unlabelled === true ? {unlabelled: true} : {}),
    inputs: pass.inputs.map(({name, rowShape, observed, array}) => ({
      name,
      shape: [...rowShape],
      observed: [...observed],
      possible: array.possible ?? null,
    })),
    ...(data.rowNumbers === undefined ? {} : {rowNumbers: data.rowNumbers}),
    ...(data.groups === undefined ? {} : {groups: data.groups}),
    ...(data.slices === undefined ? {} : {slices: data.slices}),
  }
}

/** If no binding keeps examples independent, throws the probe's error for the first one. */
async function firstThatHolds(
  passes: readonly ModelRunner[],
  rows: number,
  notes: Note[],
): Promise<{pass: ModelRunner; plan: RowPlan}> {
  let fault: MixedRows | null = null
  for (const pass of passes) {
    try {
      const plan = await probeRows(pass, rows, notes)
      notes.push(...(pass.notes ?? []))
      return {pass, plan}
    } catch (error) {
      // The model may still have its batch on another axis.
      if (!(error instanceof MixedRows) && (fault === null || !(error instanceof InputError))) throw error
      if (error instanceof MixedRows) fault ??= error
    }
  }
  const {openNodes} = passes[0]!
  throw openNodes === undefined ? fault! : await withMixingNode(fault!, openNodes, rows)
}

/** Indices of the layers with one row per example; requested layers must be among them. */
function keptLayers(pass: ModelRunner, {layouts}: RowPlan, options: EmbeddingOptions, notes: Note[]): number[] {
  const lost = layouts.flatMap((layout, index) => (layout === null ? [pass.layers[index]!] : []))
  const named = options.layers !== undefined && options.layers.some((pattern) => pattern !== 'auto')
  if (lost.length > 0 && named)
    throw new InputError(`layer ${lost[0]!} has no row for each example: none of its axes follows the batch`, [
      'leave this layer out',
    ])
  if (lost.length > 0)
    notes.push({
      level: 'warning',
      code: 'layers-without-rows',
      message: `${lost.join(', ')}: no axis follows the batch, so ${lost.length === 1 ? 'this layer is' : 'these layers are'} left out`,
    })
  return [...layouts.keys()].filter((index) => layouts[index] !== null)
}

/** The data set to run on, or a sample of it if there is a limit. */
export function requireData(data: DataSet | null, path: string, options: EmbeddingOptions, notes: Note[]): DataSet {
  if (data === null)
    throw new UsageError(`${path} is a model, so it needs a data set to run on`, [
      `name the data with ${option('data')}`,
    ])
  const rows = sampleRows(data.rows, data.labels, options, notes)
  return rows === null ? data : takeExamples(data, rows)
}

/** The batch size to run with, before the model has been probed. */
export function batchChoice(input: ModelInput, bound: readonly BoundInput[], options: EmbeddingOptions): BatchChoice {
  const stated = input.shape?.[bound[0]?.batchAxis ?? 0] ?? -1
  const fixed = stated > 0 ? stated : null
  const asked = options.batchSize !== undefined
  const values = bound.reduce((sum, {rowShape}) => sum + size(rowShape), 0)
  const chosen = Math.max(1, Math.min(MAX_BATCH, Math.floor(BATCH_VALUES / Math.max(1, values))))
  return {size: options.batchSize ?? fixed ?? chosen, asked, fixed}
}

/** Which tokens count, if the data set has a mask. */
function attentionMask(data: DataSet): Uint8Array | null {
  const mask = data.inputs.find((input) => input.name === 'attention_mask')
  return mask === undefined ? null : Uint8Array.from(mask.data, (value) => (value === 0 ? 0 : 1))
}

/** Throws InputError unless there is one score per class, and says how to get there. */
function checkOutputShape(name: string, whole: readonly number[], {shape}: State): void {
  const [, ...example] = shape
  if (size(example) === (example[0] ?? 1)) return
  const steps = example[0]!
  throw new InputError(
    `the output ${name} has the shape [${whole.join(', ')}] for a batch of ${shape[0]!}: ${steps} rows of scores for each example ([${example.join(', ')}]), but certify needs one score for each class`,
    [
      'export the model with one row of scores for each example, such as the mean over the steps or the last one',
      `or make every step an example: one row of ${option('data')} and one label each`,
    ],
  )
}

/** Allocates all rows of all layers, with the widths of the first batch. */
function allocate(names: readonly string[], states: readonly State[], rows: number, limit: number): LayerStates[] {
  const rowBytes = states.map(({shape, data}) => shape[1]! * data.BYTES_PER_ELEMENT)
  // While a layer is measured, its anchors and references are copied.
  const bytes = rowBytes.reduce((sum, one) => sum + one, Math.max(0, ...rowBytes))
  // By now the model, its inputs and the activations of a batch are in memory.
  const held = residentBytes()
  const needed = held + rows * bytes
  if (needed > limit) {
    const largest = rowBytes.indexOf(Math.max(...rowBytes))
    throw new UsageError(
      `${memoryText(held)} are in use and the hidden states of ${rows} rows need ${memoryText(rows * bytes)} more, the limit is ${memoryText(limit)}; the widest layer is ${names[largest]!} with ${states[largest]!.shape[1]!} values a row`,
      [
        ...(limit - held >= 20 * bytes
          ? [
              `use ${option('limit')} ${Math.floor((limit - held) / bytes)}: a smaller sample gives a valid certificate, only a wider one`,
            ]
          : []),
        `name fewer layers with ${option('layers')}, or pool them with ${option('pool')} channel or ${option('pool')} mean`,
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
