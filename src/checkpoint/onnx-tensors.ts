import type {Tensor} from 'onnxruntime-node'
import {fromFloat16} from '../data/half-precision.js'
import {InputError} from '../errors.js'
import {batchShape, type BoundInput, inputRows, toBatchAxis} from './bind-inputs.js'
import {toFloat16} from '../data/half-precision.js'
import {size, type State} from './pool.js'

type Ort = typeof import('onnxruntime-node')

/** Array types for onnxruntime's integer types. */
const INTEGERS = {
  bool: Uint8Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
} as const

/**
 * Some rows of an input as a tensor of the model's input type.
 *
 * Precision  rounded to a floating type; integers must be exact.
 * Throws     InputError  a value the integer type cannot hold (names row and value), or a type no array can feed
 *            (string).
 */
export function onnxInput(ort: Ort, type: string, input: BoundInput, rows: Uint32Array): Tensor {
  const width = size(input.rowShape)
  const shape = batchShape(rows.length, input)
  const given = Float64Array.from(inputRows(input, rows))
  const values = toBatchAxis(given, rows.length, input)
  if (type === 'float64') return new ort.Tensor(type, values, shape)
  if (type === 'float32') return new ort.Tensor(type, Float32Array.from(values), shape)
  if (type === 'float16') return new ort.Tensor(type, Uint16Array.from(values, toFloat16), shape)
  if (!(type in INTEGERS))
    throw new InputError(`the model's input '${input.name}' takes ${type}, which no array can feed`, [
      'export the model with numeric inputs',
    ])
  const integers = new INTEGERS[type as keyof typeof INTEGERS](values.length)
  values.forEach((value, i) => {
    integers[i] =
      integers instanceof BigInt64Array || integers instanceof BigUint64Array ? BigInt(Math.trunc(value)) : value
    if (Number(integers[i]) === value) return
    throw new InputError(
      `the array '${input.array.name}' holds ${value} at row ${rows[Math.floor(given.indexOf(value) / width)]!}, but the model's input '${input.name}' takes ${type}`,
      ['check that this data belongs to this model'],
    )
  })
  return new ort.Tensor(type as 'int32', integers as Int32Array, shape)
}

/**
 * An output of the model as real numbers: fp32 for fp32, fp16 and bool, else fp64.
 *
 * Precision  exact, except 64-bit integers above 2⁵³.
 * Throws     InputError  the layer holds text.
 */
export function stateOf(name: string, tensor: Tensor): State {
  const shape = tensor.dims
  const data: unknown = tensor.data
  if (data instanceof Float32Array || data instanceof Float64Array) return {shape, data}
  if (tensor.type === 'float16') {
    // A later Node.js has a Float16Array, which holds numbers instead of bits.
    return {shape, data: data instanceof Uint16Array ? fromFloat16(data) : Float32Array.from(data as ArrayLike<number>)}
  }
  if (tensor.type === 'bool') return {shape, data: Float32Array.from(data as Uint8Array)}
  if (tensor.type === 'string') throw new InputError(`layer ${name} holds text, not numbers`, ['leave this layer out'])
  return {shape, data: Float64Array.from(data as ArrayLike<number | bigint>, Number)}
}
