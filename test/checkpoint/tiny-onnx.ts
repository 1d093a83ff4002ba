import {toInteger64} from '../../src/data/integers64.js'
import {encodeMessage, type Field} from '../../src/data/protobuf.js'

/** Small ONNX models written field by field: names follow onnx.proto3. */

/** Attributes are whole numbers or lists of them: what the operators written here need. */
export type Node = [op: string, inputs: string[], outputs: string[], attributes?: Record<string, number | number[]>]
export const FLOAT = 1
export const INT64 = 7
export const STRING = 8
export const FLOAT16 = 10

export interface Weight {
  name: string
  dims: number[]
  values: ArrayLike<number>
  type?: typeof FLOAT | typeof INT64
}

export interface Value {
  name: string
  /** a text is a symbolic size */
  shape: (number | string)[] | null
  type?: number
}

export function tinyOnnx({
  nodes,
  weights = [],
  inputs,
  outputs,
  opset = 17,
}: {
  nodes: Node[]
  weights?: (Weight | Field[])[]
  inputs: Value[]
  outputs: Value[]
  opset?: number
}): Uint8Array {
  const graph: Field[] = [
    ...nodes.map(
      ([op, from, to, attributes = {}]): Field => [
        1,
        [
          ...from.map((name): Field => [1, name]),
          ...to.map((name): Field => [2, name]),
          [4, op],
          ...Object.entries(attributes).map(attribute),
        ],
      ],
    ),
    [2, 'tiny'],
    ...weights.map((weight): Field => [5, Array.isArray(weight) ? weight : tensor(weight)]),
    ...inputs.map((value): Field => [11, valueInfo(value)]),
    ...outputs.map((value): Field => [12, valueInfo(value)]),
  ]
  return encodeMessage([
    [1, 8],
    [7, graph],
    [8, [[2, opset]]],
  ])
}

export function tensor({name, dims, values, type = FLOAT}: Weight): Field[] {
  const bytes = type === FLOAT ? new Uint8Array(Float32Array.from(values).buffer) : toInteger64(values)
  return [...dims.map((dim): Field => [1, dim]), [2, type], [8, name], [9, bytes]]
}

/** AttributeProto: `i` and the type INT, or `ints` and the type INTS. */
function attribute([name, value]: [string, number | number[]]): Field {
  return [
    5,
    [
      [1, name],
      ...(Array.isArray(value)
        ? [...value.map((one): Field => [8, one]), [20, 7] as Field]
        : [[3, value] as Field, [20, 2] as Field]),
    ],
  ]
}

function valueInfo({name, shape, type = FLOAT}: Value): Field[] {
  const sizes = shape?.map((dim): Field => [1, typeof dim === 'string' ? [[2, dim]] : [[1, dim]]])
  return [
    [1, name],
    [2, [[1, [[1, type], ...(sizes === undefined ? [] : [[2, sizes] as Field])]]]],
  ]
}

/** x [n, 2] → W₁ → ReLU → W₂ → scores [n, 2]; W₁ and W₂ small whole numbers, so that fp32 is exact. */
export const W1 = [
  [1, -1, 2],
  [0.5, 1, -2],
]
export const W2 = [
  [1, 0],
  [0, 1],
  [1, -1],
]
export const mlp = (changes: Partial<Parameters<typeof tinyOnnx>[0]> = {}): Uint8Array =>
  tinyOnnx({
    nodes: [
      ['MatMul', ['x', 'w1'], ['/a/MatMul_output_0']],
      ['Relu', ['/a/MatMul_output_0'], ['/a/Relu_output_0']],
      ['MatMul', ['/a/Relu_output_0', 'w2'], ['scores']],
    ],
    weights: [
      {name: 'w1', dims: [2, 3], values: W1.flat()},
      {name: 'w2', dims: [3, 2], values: W2.flat()},
    ],
    inputs: [{name: 'x', shape: ['n', 2]}],
    outputs: [{name: 'scores', shape: ['n', 2]}],
    ...changes,
  })
