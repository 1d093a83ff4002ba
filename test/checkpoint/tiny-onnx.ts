import {toInteger64} from '../../src/data/integers64.js'
import {encodeMessage, type Field} from '../../src/data/protobuf.js'

/** Small ONNX models written field by field: names follow onnx.proto3. */

/** Attributes are whole numbers or lists of them, or made with `attributes`: what the operators written here need. */
export type Node = [
  op: string,
  inputs: string[],
  outputs: string[],
  attributes?: Record<string, number | number[] | Field[]>,
  more?: {name?: string; domain?: string},
]

/** A function of the model: operators of its own, in the domain `local` unless another is named. */
export interface LocalFunction {
  name: string
  inputs: string[]
  outputs: string[]
  nodes: Node[]
  opset?: number
  domain?: string
  /** names of attributes that a call gives */
  attributes?: string[]
  /** with what they are where a call gives none */
  defaults?: Record<string, number | number[]>
}
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
  functions = [],
  opset = 17,
}: {
  nodes: Node[]
  weights?: (Weight | Field[])[]
  inputs: Value[]
  outputs: Value[]
  functions?: LocalFunction[]
  opset?: number
}): Uint8Array {
  const graph: Field[] = [
    ...nodes.map((node): Field => [1, nodeFields(node)]),
    [2, 'tiny'],
    ...weights.map((weight): Field => [5, Array.isArray(weight) ? weight : tensor(weight)]),
    ...inputs.map((value): Field => [11, valueInfo(value)]),
    ...outputs.map((value): Field => [12, valueInfo(value)]),
  ]
  return encodeMessage([
    [1, 8],
    [7, graph],
    [8, [[2, opset]]],
    ...[...new Set(functions.map(({domain = 'local'}) => domain))].map(
      (domain): Field => [
        8,
        [
          [1, domain],
          [2, 1],
        ],
      ],
    ),
    ...functions.map((own): Field => [25, functionFields(own, opset)]),
  ])
}

const nodeFields = ([op, from, to, attributes = {}, {name = '', domain = ''} = {}]: Node): Field[] => [
  ...from.map((value): Field => [1, value]),
  ...to.map((value): Field => [2, value]),
  [3, name],
  [4, op],
  ...Object.entries(attributes).map(attribute),
  [7, domain],
]

const functionFields = (own: LocalFunction, opset: number): Field[] => [
  [1, own.name],
  ...own.inputs.map((value): Field => [4, value]),
  ...own.outputs.map((value): Field => [5, value]),
  ...(own.attributes ?? []).map((name): Field => [6, name]),
  ...own.nodes.map((node): Field => [7, nodeFields(node)]),
  [9, [[2, own.opset ?? opset]]],
  [
    9,
    [
      [1, own.domain ?? 'local'],
      [2, 1],
    ],
  ],
  [10, own.domain ?? 'local'],
  ...Object.entries(own.defaults ?? {}).map(([name, value]): Field => [11, attribute([name, value])[1] as Field[]]),
]

/** AttributeProto in a function: the value of the call's attribute `from`. */
export const refersTo = (from: string): Field[] => [
  [20, 2],
  [21, from],
]

/** AttributeProto with a graph, as a branch or a body. */
export const graphAttribute = (nodes: Node[], outputs: Value[]): Field[] => [
  [
    6,
    [
      ...nodes.map((node): Field => [1, nodeFields(node)]),
      [2, 'body'],
      ...outputs.map((value): Field => [12, valueInfo(value)]),
    ],
  ],
  [20, 5],
]

export function tensor({name, dims, values, type = FLOAT}: Weight): Field[] {
  const bytes = type === FLOAT ? new Uint8Array(Float32Array.from(values).buffer) : toInteger64(values)
  return [...dims.map((dim): Field => [1, dim]), [2, type], [8, name], [9, bytes]]
}

/** AttributeProto: `i` and the type INT, or `ints` and the type INTS. */
function attribute([name, value]: [string, number | number[] | Field[]]): Field {
  const isFields = (list: number[] | Field[]): list is Field[] => Array.isArray(list[0])
  return [
    5,
    [
      [1, name],
      ...(Array.isArray(value)
        ? isFields(value)
          ? value
          : [...value.map((one): Field => [8, one]), [20, 7] as Field]
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
