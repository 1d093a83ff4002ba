import type {NumericArray} from '../data/named-array.js'
import {InputError} from '../errors.js'
import type {Note} from '../frame/report.js'
import {size} from './pool.js'
import type {DataSet, InputArray} from './types.js'

/**
 * An input as the model declares it; −1 stands for a size the caller chooses, the first axis is the batch. null: any
 * shape.
 */
export interface ModelInput {
  name: string
  shape: readonly number[] | null
  /** which axis is the batch, where that is not the first */
  batchAxis?: number
}

/** The array that feeds one input, with the shape of one example as the model wants it. */
export interface BoundInput {
  name: string
  array: InputArray
  rowShape: number[]
  /** where the model wants the examples */
  batchAxis: number
  /** least and largest value fed so far */
  observed: [number, number]
}

/**
 * Gives each input of a model its array of the data set: by name, or by what an encoder's input of that name means
 * (token types that are not there are 0); for a model with one input, else the array called `inputs`, else the only
 * one. Examples are reshaped only where that cannot mix up axes: from or to a flat vector, or by axes of length 1.
 *
 * Throws  InputError  no array for an input, or shapes that do not fit (names both).
 */
export function bindInputs(inputs: readonly ModelInput[], data: DataSet, notes: Note[]): BoundInput[] {
  return inputs.map((input) => {
    const array = arrayFor(input, inputs.length === 1, data)
    const rowShape = fit(input, array, data.inputFiles[0]!.path)
    if (rowShape.join() !== array.shape.slice(1).join()) {
      notes.push({
        level: 'info',
        code: 'input-reshaped',
        message: `examples of '${array.name}' are reshaped from [${array.shape.slice(1).join(', ')}] to [${rowShape.join(', ')}] for the input '${input.name}'`,
      })
    }
    return {name: input.name, array, rowShape, batchAxis: input.batchAxis ?? 0, observed: [Infinity, -Infinity]}
  })
}

/** What tokenizers call the arrays of an encoder, by what other exporters call its inputs. */
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
  // Encoders that were trained on single texts see type 0 everywhere.
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
        ? `name the array '${input.name}' or 'inputs'`
        : 'give one array for each input of the model, under its name',
    ],
  )
}

function fit(input: ModelInput, array: InputArray, path: string): number[] {
  const have = array.shape.slice(1)
  if (input.shape === null) return have
  const axis = input.batchAxis ?? 0
  const want = [...input.shape.slice(0, axis), ...input.shape.slice(axis + 1)]
  const agrees = (shape: readonly number[]) =>
    shape.length === want.length && shape.every((length, axis) => want[axis] === -1 || want[axis] === length)
  if (agrees(have)) return have
  const known = want.every((length) => length >= 0)
  const wide = (shape: readonly number[]) => shape.filter((length) => length !== 1)
  const unmixed = have.length === 1 || want.length === 1 || wide(have).join() === wide(want).join()
  if (known && unmixed && size(have) === size(want)) return [...want]
  const show = (shape: readonly number[]) =>
    `[${['rows', ...shape.map((length) => (length === -1 ? 'any' : length))].join(', ')}]`
  throw new InputError(
    `${path}: the array '${array.name}' has the shape ${show(have)}, but the model's input '${input.name}' takes ${show(want)}`,
    ['check that this data belongs to this model'],
  )
}

/**
 * The values of some rows, row by row, as they are fed to the model.
 *
 * Throws  what making the values throws.
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

/** [rows, …] with its rows moved to the axis where the model wants them; the same array where that is the first. */
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
