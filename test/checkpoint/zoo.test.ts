import {describe, expect, it} from 'vitest'
import {openCheckpoint} from '../../src/checkpoint/index.js'
import {dataSet, slowEpsilon, temporaryFiles} from './files.js'
import {INT64, type Node, tinyOnnx, type Value, type Weight} from './tiny-onnx.js'

/** A zoo of small models: every way of holding rows by every activation, with states computed here in plain loops. */
const {write} = temporaryFiles()
const [ROWS, STEPS, WIDTH] = [14, 3, 2]
const W = [
  [0.5, -1],
  [0.75, 1.5],
]
const x = Array.from({length: ROWS}, (_, i) =>
  Array.from({length: STEPS}, (_, t) =>
    Array.from({length: WIDTH}, (_, k) => Math.fround(Math.sin(1 + 7 * i + 3 * t + 5 * k))),
  ),
)
const LABELS = x.map((_, i) => i % 2)
const LOSS = LABELS.map((_, i) => Math.abs(Math.sin(3 * i)))

const ACTIVATIONS: Record<string, (v: number) => number> = {
  Relu: (v) => Math.max(0, v),
  Tanh: Math.tanh,
  Sin: Math.sin,
  Cos: Math.cos,
  Atan: Math.atan,
  Elu: (v) => (v > 0 ? v : Math.exp(v) - 1),
  Softplus: (v) => Math.log1p(Math.exp(v)),
  Softsign: (v) => v / (1 + Math.abs(v)),
  LeakyRelu: (v) => (v > 0 ? v : 0.01 * v),
  HardSigmoid: (v) => Math.min(1, Math.max(0, 0.2 * v + 0.5)),
}

interface Layout {
  nodes: (op: string) => Node[]
  input?: Value
  output?: Value
  batchAxis: number
  /** how the state of an example is flattened: step by step, or feature by feature */
  channelsFirst?: boolean
}
const HEAD: Node = ['ReduceMean', ['x'], ['scores'], {axes: [1], keepdims: 0}]
const ONE = {input: {name: 'x', shape: [1, STEPS, WIDTH]}, output: {name: 'scores', shape: [1, WIDTH]}}
const BATCH_FIRST = (op: string): Node[] => [['MatMul', ['x', 'w'], ['m']], [op, ['m'], ['h']], HEAD]
const SEQUENCE_FIRST = (op: string): Node[] => [
  ['Transpose', ['x'], ['t'], {perm: [1, 0, 2]}],
  ['MatMul', ['t', 'w'], ['m']],
  [op, ['m'], ['h']],
  HEAD,
]
const folded =
  (perm: number[]) =>
  (op: string): Node[] => [
    ['Transpose', ['x'], ['t'], {perm}],
    ['Reshape', ['t', 'rows'], ['r']],
    ['MatMul', ['r', 'w'], ['m']],
    [op, ['m'], ['h']],
    HEAD,
  ]
const LAYOUTS: Record<string, Layout> = {
  'batch first': {nodes: BATCH_FIRST, batchAxis: 0},
  'one example, batch first': {nodes: BATCH_FIRST, ...ONE, batchAxis: 0},
  'sequence first': {nodes: SEQUENCE_FIRST, batchAxis: 1},
  'one example, sequence first': {nodes: SEQUENCE_FIRST, ...ONE, batchAxis: 1},
  'folded by example': {nodes: folded([0, 1, 2]), batchAxis: 0},
  'folded by step': {nodes: folded([1, 0, 2]), batchAxis: 0},
  convolution: {
    nodes: (op) => [
      ['Transpose', ['x'], ['t'], {perm: [0, 2, 1]}],
      ['Conv', ['t', 'kernel'], ['m']],
      [op, ['m'], ['h']],
      HEAD,
    ],
    batchAxis: 0,
    channelsFirst: true,
  },
}

const WEIGHTS: Weight[] = [
  {name: 'w', dims: [2, 2], values: W.flat()},
  {name: 'kernel', dims: [2, 2, 1], values: [W[0]![0]!, W[1]![0]!, W[0]![1]!, W[1]![1]!]},
  {name: 'rows', dims: [2], values: [-1, WIDTH], type: INT64},
]
const DATA = dataSet(LABELS, {name: 'x', shape: [ROWS, STEPS, WIDTH], data: Float32Array.from(x.flat(2))})

const zoo = Object.entries(LAYOUTS).flatMap(([layout, parts]) =>
  Object.entries(ACTIVATIONS).map(([op, f]) => ({layout, op, f, ...parts})),
)

describe('the zoo', () => {
  it('has about sixty models', () => {
    expect(zoo).toHaveLength(70)
  })

  it.each(zoo)(
    '$layout, $op: ε of the states within 1e-6 of plain loops',
    async ({layout, op, f, nodes, input, output, batchAxis, channelsFirst = false}) => {
      const model = tinyOnnx({
        nodes: nodes(op),
        weights: WEIGHTS,
        inputs: [input ?? {name: 'x', shape: ['n', STEPS, WIDTH]}],
        outputs: [output ?? {name: 'scores', shape: ['n', WIDTH]}],
        opset: 13,
      })
      const checkpoint = await openCheckpoint(write(`${layout} ${op}.onnx`, model))
      const states = x.map((row) =>
        row.map((step) => [0, 1].map((j) => f(step[0]! * W[0]![j]! + step[1]! * W[1]![j]!))),
      )
      const means = states.map((row) => [0, 1].map((j) => row.reduce((sum, step) => sum + step[j]!, 0) / STEPS))
      const flat = states.map((row) =>
        channelsFirst ? [0, 1].flatMap((j) => row.map((step) => step[j]!)) : row.flat(),
      )
      for (const [pool, expected] of [
        [undefined, means],
        ['flatten', flat],
      ] as const) {
        const {layers} = await checkpoint.embeddings(DATA, {layers: ['h'], ...(pool === undefined ? {} : {pool})})
        const [layer] = layers
        expect(layer).toMatchObject({dim: expected[0]!.length, batchAxis})
        const wanted = slowEpsilon(expected.flat(), expected[0]!.length, LOSS)
        const found = slowEpsilon(layer!.data, layer!.dim, LOSS)
        expect(Math.abs(found - wanted) / wanted).toBeLessThan(1e-6)
      }
    },
  )
})
