import {InputError, UsageError, option} from '../errors.js'
import type {Note} from '../frame/report.js'
import type {ModelRunner} from './model-runner.js'
import {size, type State} from './pool.js'
import {layoutOfOne, possibleLayouts, type RowLayout, rowsFirst} from './row-layout.js'

/** Two coprime batch sizes: an axis of fixed length cannot match both. */
const SIZES = [6, 5] as const
/** Fixed batches up to this size are run again with other neighbours at the same positions. */
const SMALL_BATCH = 16
/**
 * Tolerances relative to the largest value. Same positions, other neighbours: same summation order, so almost no
 * difference.
 */
const SAME_PLACES = 1e-5
/** Other positions: the tail of a product may be summed in another order. */
const OTHER_PLACES = 1e-4
/** Other batch size: everything may be summed in another order. */
const OTHER_SIZE = 5e-3

/** Outputs of single examples closer than this are equal up to rounding. */
const NOTHING_LEFT = 1e-3

/** How to run the examples of this model, and their layout in each tensor. */
export interface RowPlan {
  /** examples in one forward pass */
  batchSize: number
  /** the model takes no other size: the last batch is padded */
  fixed: boolean
  /** in the order of the pass's layers; null: the tensor has no row per example */
  layouts: (RowLayout | null)[]
}

/** Rows of a tensor do not correspond to examples. */
export class MixedRows extends InputError {
  /** `node`: where it begins, if known. */
  constructor(
    readonly fault: {layer: string; tensor: TensorRows; sizes: BatchSizes},
    node = '',
  ) {
    const {layer, tensor, sizes} = fault
    super(
      tensor.mixes
        ? `layer ${layer} mixes the examples of a batch: the state of an example changes with its neighbours or its place among ${sizes.batch} examples${node === '' ? '' : `; it begins at the node ${node}`}`
        : `the output ${layer} has the shape [${tensor.shape.join(', ')}] for a batch of ${sizes.batch} examples: no axis follows the batch`,
      [
        'export the model for inference: model.eval() in PyTorch, training=False in Keras',
        `where the export fixed the batch, run each example by itself: ${option('batchSize')} 1`,
      ],
    )
  }
}

/** Sizes of the compared batches; `other`: the second size, if the model takes any number. */
export interface BatchSizes {
  batch: number
  other: number | null
}

/** What two or three batches show about one tensor. */
export interface TensorRows {
  shape: readonly number[]
  /** layout of the examples; null: none fits */
  layout: RowLayout | null
  /** an axis has the batch's length, but an example's values change with its neighbours or its position */
  mixes: boolean
  /** values change with the neighbours */
  changes: boolean
}

/**
 * Finds the batch axis of every tensor of a model, and checks that no example depends on its neighbours. Names are not
 * used: shapes at two batch sizes show which axes can be the batch, and values show which one is. An example must have
 * the same state at another position of another batch, and with other neighbours.
 *
 * Cost    17 examples in three passes (6, 5, 6); a model with a fixed batch runs two or three batches, one that takes
 *         single examples three of them.
 * Throws  MixedRows   an example depends on its neighbours or its position (names the layer), or the model's output has
 *         no row per example.
 *         InputError  states differ when the model runs again: dropout or noise is active; what `run` throws.
 *         UsageError  the model does not accept the requested batch size.
 */
export async function probeRows(pass: ModelRunner, rows: number, notes: Note[]): Promise<RowPlan> {
  const {fixed, size: batchSize, asked} = pass.batch
  if (fixed !== null && asked && fixed !== batchSize)
    throw new UsageError(
      `${option('batchSize')} is ${batchSize}, but the model takes ${fixed} examples at once and no other number`,
      [`leave ${option('batchSize')} out`],
    )
  if (fixed === 1) return alone(pass, rows)
  if (fixed !== null) return together(pass, rows, fixed, null)
  const [large, small] = rows > SIZES[0] ? SIZES : [Math.max(2, rows), 1]
  if (!asked) return {...(await together(pass, rows, large, small)), batchSize}
  try {
    return {...(await together(pass, rows, large, small)), batchSize}
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    // The model was exported for one batch size, whatever it declares.
    if (batchSize > 1) return together(pass, rows, batchSize, null)
    const plan = await alone(pass, rows, error)
    notes.push({
      level: 'warning',
      code: 'rows-alone',
      message: `each example runs alone, because the batch size is 1; in a larger batch, examples influence each other: ${error.message}`,
    })
    return plan
  }
}

/** Probes with several examples per batch, at two sizes if `other` is given. */
async function together(pass: ModelRunner, rows: number, batch: number, other: number | null): Promise<RowPlan> {
  const sizes = {batch, other}
  const {tensors, first, base} = await compareBatches((which) => pass.run(which), rows, sizes)
  const last = tensors.length - 1
  const at = tensors.findIndex(({layout, mixes}, k) => layout === null && (mixes || k === last))
  if (at >= 0) {
    await requireRepeatable(pass, first, base)
    throw new MixedRows({layer: pass.layers[at]!, tensor: tensors[at]!, sizes})
  }
  return {batchSize: batch, fixed: other === null, layouts: tensors.map(({layout}) => layout)}
}

/**
 * Runs a batch, then its examples at other positions of another batch, then half of them at the same positions with
 * other neighbours.
 *
 * Returns  for each tensor, the layout of the examples and whether they are independent; the first batch and its
 *          states.
 */
export async function compareBatches(
  run: (rows: Uint32Array) => Promise<State[]>,
  rows: number,
  {batch, other}: BatchSizes,
): Promise<{tensors: TensorRows[]; first: Uint32Array; base: State[]}> {
  const pick = spread(rows, 2 * batch)
  const first = pick.subarray(0, batch)
  // Every second example stays in place, the others are replaced by new examples.
  const neighbours = first.map((row, k) =>
    k % 2 === 0 ? row : pick[batch + k] === row ? first[k - 1]! : pick[batch + k]!,
  )
  const moved = Uint32Array.from({length: other ?? batch}, (_, k) =>
    k % 2 === 0 ? first[(batch - 1 - k) % batch]! : pick[batch + (k % batch)]!,
  )
  const base = await run(first)
  const elsewhere = await run(moved)
  const beside = other !== null || batch <= SMALL_BATCH ? await run(neighbours) : null
  const tolerance = other === null ? OTHER_PLACES : OTHER_SIZE
  const tensors = base.map((state, index): TensorRows => {
    const possible = possibleLayouts(
      state.shape,
      batch,
      other === null ? undefined : {shape: elsewhere[index]!.shape, batch: other},
    )
    const holds = possible.find(
      (layout) =>
        rowDifference(state, first, elsewhere[index]!, moved, layout) <= tolerance &&
        (beside === null || rowDifference(state, first, beside[index]!, neighbours, layout, true) <= SAME_PLACES),
    )
    return {
      shape: state.shape,
      layout: holds ?? null,
      mixes: holds === undefined && possible.length > 0 && valueDifference(state, elsewhere[index]!) > SAME_PLACES,
      changes: valueDifference(state, (beside ?? elsewhere)[index]!) > SAME_PLACES,
    }
  })
  return {tensors, first, base}
}

/** Probes with one example at a time; `reason`: why not together. */
async function alone(pass: ModelRunner, rows: number, reason?: InputError): Promise<RowPlan> {
  const picks = spread(rows, 6)
  const states: State[][] = []
  for (const row of picks.slice(0, reason === undefined ? 2 : 6)) states.push(await pass.run(Uint32Array.of(row)))
  const again = await pass.run(picks.subarray(0, 1))
  const [first] = states as [State[]]
  const changed = first.findIndex((state, k) => valueDifference(state, again[k]!) > SAME_PLACES)
  if (changed >= 0) throw unrepeatable(pass.layers[changed]!)
  // A normalization over the batch reduces a single example to a constant.
  const outputs = states.map((each) => each.at(-1)!)
  if (
    reason instanceof MixedRows &&
    new Set(picks).size > 1 &&
    outputs.every((output) => valueDifference(outputs[0]!, output) <= NOTHING_LEFT)
  )
    throw reason
  return {batchSize: 1, fixed: true, layouts: first.map(({shape}) => layoutOfOne(shape))}
}

/** Evenly spaced rows of the file, without repetition if there are enough. */
function spread(rows: number, count: number): Uint32Array {
  return Uint32Array.from({length: count}, (_, k) => (rows >= count ? Math.floor((k * rows) / count) : k % rows))
}

async function requireRepeatable(pass: ModelRunner, rows: Uint32Array, once: readonly State[]): Promise<void> {
  const again = await pass.run(rows)
  const at = once.findIndex((state, k) => valueDifference(state, again[k]!) > SAME_PLACES)
  if (at >= 0) throw unrepeatable(pass.layers[at]!)
}

const unrepeatable = (layer: string) =>
  new InputError(
    `layer ${layer} gives different states for the same examples when the model runs again: dropout, noise or augmentation is active`,
    ['export the model for inference: model.eval() in PyTorch, training=False in Keras'],
  )

/**
 * The largest difference between the states of an example in two batches, over the examples in both, relative to the
 * largest value of the tensor. `inPlace`: only examples at the same position.
 */
function rowDifference(
  a: State,
  aRows: Uint32Array,
  b: State,
  bRows: Uint32Array,
  layout: RowLayout,
  inPlace = false,
): number {
  if (b.shape.length !== a.shape.length || size(b.shape) * aRows.length !== size(a.shape) * bRows.length)
    return Infinity
  const [left, right] = [rowsFirst(a, layout, aRows.length), rowsFirst(b, layout, bRows.length)]
  const width = size(left.shape.slice(1))
  let worst = 0
  bRows.forEach((row, place) => {
    const at = inPlace ? (aRows[place] === row ? place : -1) : aRows.indexOf(row)
    if (at < 0) return
    for (let k = 0; k < width; k++)
      worst = Math.max(worst, apart(left.data[at * width + k]!, right.data[place * width + k]!))
  })
  return relative(worst, a, b)
}

function valueDifference(a: State, b: State): number {
  if (a.data.length !== b.data.length) return Infinity
  let worst = 0
  for (let k = 0; k < a.data.length; k++) worst = Math.max(worst, apart(a.data[k]!, b.data[k]!))
  return relative(worst, a, b)
}

/** NaN in both counts as equal here: NaN is reported where states are read. */
function apart(x: number, y: number): number {
  if (Object.is(x, y) || x === y) return 0
  const difference = Math.abs(x - y)
  return Number.isNaN(difference) ? Infinity : difference
}

function relative(difference: number, ...states: State[]): number {
  if (difference === 0) return 0
  let largest = 0
  for (const {data} of states)
    for (const value of data) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value))
  return difference / largest
}
