import type {NumericArray} from '../data/named-array.js'
import {InputError, option} from '../errors.js'
import type {Note} from '../frame/report.js'
import {size} from './pool.js'
import type {DataSet, InputArray} from './data-types.js'

/** An input as the model declares it; −1 is a size the caller chooses, the first axis is the batch. null: any shape. */
export interface ModelInput {
  name: string
  shape: readonly number[] | null
  /**
   * Axes that could be the batch, likeliest first, in groups: a group is used if no axis of an earlier group fits the
   * data. Absent: the first axis.
   */
  batchAxes?: readonly (readonly number[])[]
}

/** The array that feeds one input, with the shape of one example that the model expects. */
export interface BoundInput {
  name: string
  array: InputArray
  rowShape: number[]
  /** axis of the examples in the model's input */
  batchAxis: number
  /** smallest and largest value fed so far */
  observed: [number, number]
}

/** One way to feed the data to a model, and the notes if it is used. */
export interface Binding {
  inputs: BoundInput[]
  notes: Note[]
}

/**
 * Assigns an array of the data set to each input of a model: by name, or by the meaning of an encoder's input name
 * (missing token types are 0); a model with one input gets the array `inputs`, or else the only array. Examples are
 * reshaped only if that cannot mix up axes: from or to a flat vector, or by axes of length 1.
 *
 * Returns  the bindings whose shapes fit, likeliest first: one per axis that could be the batch. Shapes cannot tell
 *          which one is right; the probe can.
 * Throws   InputError  no array for an input, or shapes that do not fit (names both).
 */
export function possibleBindings(inputs: readonly ModelInput[], data: DataSet): [Binding, ...Binding[]] {
  const path = data.inputFiles[0]!.path
  const ways = inputs.map((input) => {
    const array = arrayFor(input, inputs.length === 1, data)
    return {input, array, axes: fittingAxes(input, array, path)}
  })
  const count = Math.max(1, ...ways.map(({axes}) => axes.length))
  return Array.from({length: count}, (_, k) => {
    const notes: Note[] = []
    const bound = ways.map(({input, array, axes}): BoundInput => {
      const {axis: batchAxis, rowShape} = axes[Math.min(k, axes.length - 1)]!
      if (rowShape.join() !== array.shape.slice(1).join())
        notes.push({
          level: 'info',
          code: 'input-reshaped',
          message: `examples of '${array.name}' are reshaped from [${array.shape.slice(1).join(', ')}] to [${rowShape.join(', ')}] for the input '${input.name}'`,
        })
      if (batchAxis !== (input.batchAxes?.[0]?.[0] ?? 0))
        notes.push({
          level: 'info',
          code: 'batch-axis',
          message: `the examples are on axis ${batchAxis} of the model's input '${input.name}'`,
        })
      return {name: input.name, array, rowShape, batchAxis, observed: [Infinity, -Infinity]}
    })
    return {inputs: bound, notes}
  }) as [Binding, ...Binding[]]
}

/** The likeliest binding. Throws what possibleBindings throws. */
export function bindInputs(inputs: readonly ModelInput[], data: DataSet, notes: Note[]): BoundInput[] {
  const [likeliest] = possibleBindings(inputs, data)
  notes.push(...likeliest.notes)
  return likeliest.inputs
}

/** The tokenizer's name of an encoder input, by the names other exporters use. */
const ROLES: [input: RegExp, array: string][] = [
  [/mask/i, 'attention_mask'],
  [/type|segment/i, 'token_type_ids'],
  [/id|token/i, 'input_ids'],
]

function arrayFor(input: ModelInput, single: boolean, data: DataSet): InputArray {
  const role = ROLES.find(([pattern]) => pattern.test(input.name))?.[1]
  const named =
    data.inputs.find((array) => array.name === input.name) ?? data.inputs.find((array) => array.name === role)
  if (named !== undefined) return named
  const ids = data.inputs.find((array) => array.name === 'input_ids')
  // For a single text, all token types are 0.
  if (role === 'token_type_ids' && ids !== undefined)
    return {name: role, shape: ids.shape, data: new Uint8Array(size(ids.shape)), possible: [0, 0]}
  const only = single
    ? (data.inputs.find((array) => array.name === 'inputs') ?? (data.inputs.length === 1 ? data.inputs[0] : undefined))
    : undefined
  if (only !== undefined) return only
  const names = data.inputs.map((array) => array.name).join(', ')
  throw new InputError(
    `${data.inputFiles[0]!.path} has no array for the model's input '${input.name}'; its arrays: ${names}`,
    [
      single
        ? `name the array '${input.name}' or 'inputs', or choose one: ${option('inputsName')} NAME`
        : 'give one array for each input of the model, under its name',
    ],
  )
}

/** Axes of an input that could be the batch, with the shape of one example; never empty. */
function fittingAxes(input: ModelInput, array: InputArray, path: string): {axis: number; rowShape: number[]}[] {
  const have = array.shape.slice(1)
  const {shape, batchAxes = [[0]]} = input
  if (shape === null) return [{axis: 0, rowShape: have}]
  const groups = batchAxes.map((axes) =>
    axes.flatMap((axis) => {
      const rowShape = fit(have, without(shape, axis))
      return rowShape === null ? [] : [{axis, rowShape}]
    }),
  )
  const fitting = groups.find((group) => group.length > 0) ?? []
  // An axis of length 1 is taken as the batch, so later axes are not tried.
  const single = fitting.findIndex(({axis}) => shape[axis] === 1)
  if (fitting.length > 0) return single < 0 ? fitting : fitting.slice(0, single + 1)
  const first = batchAxes[0]?.[0] ?? 0
  const show = (of: readonly number[]) =>
    `[${['rows', ...of.map((length) => (length === -1 ? 'any' : length))].join(', ')}]`
  throw new InputError(
    `${path}: the array '${array.name}' has the shape ${show(have)}, but the model's input '${input.name}' takes ${show(without(shape, first))}`,
    ['check that this data belongs to this model'],
  )
}

const without = (shape: readonly number[], axis: number) => [...shape.slice(0, axis), ...shape.slice(axis + 1)]

/** The shape of an example that the model expects; null: the example does not fit. */
function fit(have: readonly number[], want: readonly number[]): number[] | null {
  const agrees = have.length === want.length && have.every((length, axis) => want[axis] === -1 || want[axis] === length)
  if (agrees) return [...have]
  const known = want.every((length) => length >= 0)
  const wide = (shape: readonly number[]) => shape.filter((length) => length !== 1)
  const unmixed = have.length === 1 || want.length === 1 || wide(have).join() === wide(want).join()
  return known && unmixed && size(have) === size(want) ? [...want] : null
}

/**
 * The values of some rows, as fed to the model.
 *
 * Throws  what producing the values throws.
 */
export function inputRows({array, observed}: BoundInput, rows: Uint32Array): NumericArray {
  const width = size(array.shape.slice(1))
  const read = (first: number, count: number) =>
    array.read === undefined ? array.data.subarray(first * width, (first + count) * width) : array.read(first, count)
  let values: NumericArray | null = null
  for (let from = 0; from < rows.length; ) {
    let to = from + 1
    while (to < rows.length && rows[to] === rows[to - 1]! + 1) to++
    const given = read(rows[from]!, to - from)
    if (given.length === rows.length * width) values = given
    else {
      values ??= new (given.constructor as Float64ArrayConstructor)(rows.length * width)
      values.set(given, from * width)
    }
    from = to
  }
  values ??= new Float32Array(0)
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (value < observed[0]) observed[0] = value
    if (value > observed[1]) observed[1] = value
  }
  return values
}

/** Moves the rows of [rows, …] to the model's batch axis; the same array if that is the first axis. */
export function toBatchAxis<A extends NumericArray>(values: A, rows: number, {rowShape, batchAxis}: BoundInput): A {
  if (batchAxis === 0) return values
  const before = size(rowShape.slice(0, batchAxis))
  const after = size(rowShape.slice(batchAxis))
  const moved = new (values.constructor as Float64ArrayConstructor)(values.length) as unknown as A
  for (let row = 0; row < rows; row++)
    for (let outer = 0; outer < before; outer++)
      moved.set(
        values.subarray((row * before + outer) * after, (row * before + outer + 1) * after),
        (outer * rows + row) * after,
      )
  return moved
}

/** The shape of a batch of an input. */
export const batchShape = (rows: number, {rowShape, batchAxis}: BoundInput): number[] => [
  ...rowShape.slice(0, batchAxis),
  rows,
  ...rowShape.slice(batchAxis),
]
