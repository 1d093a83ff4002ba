import {describe, expect, it} from 'vitest'
import {openCheckpoint} from '../../src/checkpoint/index.js'
import {InputError} from '../../src/errors.js'
import {dataSet, slowEpsilon, temporaryFiles} from './files.js'
import {graphAttribute, INT64, type LocalFunction, type Node, tinyOnnx, type Value, type Weight} from './tiny-onnx.js'

/**
 * One model for each way in which a model can hold its examples, its layers and its outputs: ε of the state h = tanh(x W)
 * within 1e-6 of plain loops, or the refusal.
 */
const {write} = temporaryFiles()
const [ROWS, STEPS, WIDTH] = [20, 3, 2]
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
const SEQUENCES = dataSet(LABELS, {name: 'x', shape: [ROWS, STEPS, WIDTH], data: Float32Array.from(x.flat(2))})
const VECTORS = dataSet(LABELS, {
  name: 'x',
  shape: [ROWS, WIDTH],
  data: Float32Array.from(x.flatMap(([first]) => first!)),
})
const state = (step: readonly number[]) => [0, 1].map((j) => Math.tanh(step[0]! * W[0]![j]! + step[1]! * W[1]![j]!))
const OF_STEPS = x.map((row) => [0, 1].map((j) => row.reduce((sum, step) => sum + state(step)[j]!, 0) / STEPS))
const OF_VECTORS = x.map(([first]) => state(first!))

const HIDDEN: Node[] = [
  ['MatMul', ['x', 'w'], ['m']],
  ['Tanh', ['m'], ['h']],
]
const MEAN: Node = ['ReduceMean', ['h'], ['scores'], {axes: [1], keepdims: 0}]
const BLOCK: LocalFunction = {
  name: 'Block',
  inputs: ['a', 'b'],
  outputs: ['c'],
  nodes: [
    ['MatMul', ['a', 'b'], ['d']],
    ['Tanh', ['d'], ['e'], {}, {name: 'act'}],
    ['Neg', ['e'], ['c']],
  ],
}
const weights: Weight[] = [
  {name: 'w', dims: [2, 2], values: W.flat()},
  {name: 'kernel', dims: [2, 2, 1], values: [W[0]![0]!, W[1]![0]!, W[0]![1]!, W[1]![1]!]},
  {name: 'rows', dims: [2], values: [-1, WIDTH], type: INT64},
  {name: 'one', dims: [3], values: [1, STEPS, WIDTH], type: INT64},
  {name: 'zero', dims: [1], values: [0], type: INT64},
  {name: 'places', dims: [4, 1], values: [0, 1, 2, 3]},
  {name: 'bn', dims: [2], values: [1, 1]},
]
const SCORES: Value[] = [{name: 'scores', shape: ['m', WIDTH]}]

interface Trait {
  trait: string
  nodes: Node[]
  /** of the input; default [n, steps, width] of sequences, [n, width] of vectors */
  shape?: (number | string)[]
  vectors?: boolean
  outputs?: Value[]
  functions?: LocalFunction[]
  layer?: string
  opset?: number
  batchAxis?: number
  outputName?: string
  kind?: string
  refusal?: RegExp
}

const TRAITS: Trait[] = [
  {trait: 'batch first', nodes: [...HIDDEN, MEAN], batchAxis: 0},
  {
    trait: 'sequence first inside',
    nodes: [
      ['Transpose', ['x'], ['t'], {perm: [1, 0, 2]}],
      ['MatMul', ['t', 'w'], ['m']],
      ['Tanh', ['m'], ['h']],
      ['ReduceMean', ['h'], ['scores'], {axes: [0], keepdims: 0}],
    ],
    batchAxis: 1,
  },
  {
    trait: 'sequence first, fixed to one example',
    nodes: [...HIDDEN, ['ReduceMean', ['h'], ['scores'], {axes: [0], keepdims: 0}]],
    shape: [STEPS, 1, WIDTH],
    batchAxis: 1,
  },
  {trait: 'a fixed batch of six', nodes: [...HIDDEN, MEAN], shape: [6, STEPS, WIDTH], batchAxis: 0},
  {
    trait: 'folded time',
    nodes: [
      ['Reshape', ['x', 'rows'], ['r']],
      ['MatMul', ['r', 'w'], ['m']],
      ['Tanh', ['m'], ['h']],
      ['ReduceMean', ['x'], ['scores'], {axes: [1], keepdims: 0}],
    ],
    batchAxis: 0,
  },
  {
    trait: 'a 1-D convolution',
    nodes: [
      ['Transpose', ['x'], ['t'], {perm: [0, 2, 1]}],
      ['Conv', ['t', 'kernel'], ['m']],
      ['Tanh', ['m'], ['h']],
      ['ReduceMean', ['h'], ['scores'], {axes: [2], keepdims: 0}],
    ],
    batchAxis: 0,
  },
  {
    trait: 'a nested function',
    nodes: [
      ['Block', ['x', 'w'], ['b'], {}, {name: 'outer', domain: 'local'}],
      ['ReduceMean', ['b'], ['scores'], {axes: [1], keepdims: 0}],
    ],
    functions: [BLOCK],
    layer: 'outer/act',
    batchAxis: 0,
  },
  {
    trait: 'a value that a branch captures',
    nodes: [
      ...HIDDEN,
      ['Equal', ['zero', 'zero'], ['yes']],
      [
        'If',
        ['yes'],
        ['scores'],
        {
          then_branch: graphAttribute(
            [['ReduceMean', ['h'], ['s1'], {axes: [1], keepdims: 0}]],
            [{name: 's1', shape: ['m', WIDTH]}],
          ),
          else_branch: graphAttribute(
            [['ReduceMax', ['h'], ['s2'], {axes: [1], keepdims: 0}]],
            [{name: 's2', shape: ['m', WIDTH]}],
          ),
        },
      ],
    ],
    batchAxis: 0,
  },
  {
    trait: 'several outputs, one called logits',
    nodes: [
      ...HIDDEN,
      ['ReduceMax', ['h'], ['features'], {axes: [1], keepdims: 0}],
      ['ReduceMean', ['h'], ['logits'], {axes: [1], keepdims: 0}],
    ],
    outputs: [
      {name: 'features', shape: ['m', WIDTH]},
      {name: 'logits', shape: ['m', WIDTH]},
    ],
    batchAxis: 0,
    outputName: 'logits',
  },
  {
    trait: 'a final softmax',
    nodes: [...HIDDEN, ['Softmax', ['h'], ['scores'], {axis: 1}]],
    vectors: true,
    batchAxis: 0,
    kind: 'probabilities',
  },
  {
    trait: 'a sigmoid for each class',
    nodes: [...HIDDEN, ['Sigmoid', ['h'], ['scores']]],
    vectors: true,
    batchAxis: 0,
    kind: 'one-vs-rest',
  },
  {
    trait: 'several outputs without a name that tells',
    nodes: [
      ...HIDDEN,
      ['ReduceMean', ['h'], ['a'], {axes: [1], keepdims: 0}],
      ['ReduceMax', ['h'], ['b'], {axes: [1], keepdims: 0}],
    ],
    outputs: [
      {name: 'a', shape: ['m', WIDTH]},
      {name: 'b', shape: ['m', WIDTH]},
    ],
    refusal: /has 2 outputs that could be the class scores: a \[rows, 2\] .*, b \[rows, 2\]/,
  },
  {
    trait: 'rows of scores for every step',
    nodes: [
      ['Reshape', ['x', 'rows'], ['r']],
      ['MatMul', ['r', 'w'], ['scores']],
    ],
    layer: 'scores',
    refusal: /the output scores has the shape \[60, 2\] for a batch of 20: 3 rows of scores for each example/,
  },
  {
    trait: 'a batch size inside of a reshape',
    nodes: [['Reshape', ['x', 'one'], ['r']], ['MatMul', ['r', 'w'], ['m']], ['Tanh', ['m'], ['h']], MEAN],
    refusal: /does not run on 6 rows in one batch/,
  },
  {
    trait: 'the mean of the batch subtracted',
    nodes: [
      ...HIDDEN,
      ['ReduceMean', ['h'], ['mu'], {axes: [0], keepdims: 1}, {name: 'centre'}],
      ['Sub', ['h', 'mu'], ['scores']],
    ],
    vectors: true,
    refusal: /mixes the examples of a batch: .*; it begins at the node centre \(ReduceMean\)/,
  },
  {
    trait: 'sums along the batch',
    nodes: [...HIDDEN, ['CumSum', ['h', 'zero'], ['scores']]],
    vectors: true,
    refusal: /mixes the examples of a batch: .*; it begins at the node scores \(CumSum\)/,
  },
  {
    trait: 'attention along the batch',
    nodes: [
      ...HIDDEN,
      ['Transpose', ['h'], ['k'], {perm: [1, 0]}],
      ['MatMul', ['h', 'k'], ['similar'], {}, {name: 'attend'}],
      ['Softmax', ['similar'], ['a'], {axis: 1}],
      ['MatMul', ['a', 'h'], ['scores']],
    ],
    vectors: true,
    refusal: /mixes the examples of a batch/,
  },
  {
    trait: 'a weight for each place of the batch',
    nodes: [...HIDDEN, ['Add', ['h', 'places'], ['scores']]],
    vectors: true,
    shape: [4, WIDTH],
    refusal: /changes with its neighbours or its place among 4 examples/,
  },
  {
    trait: 'batch normalization in training',
    nodes: [
      ...HIDDEN,
      ['BatchNormalization', ['h', 'bn', 'bn', 'bn', 'bn'], ['scores', 'mean', 'var'], {training_mode: 1}],
    ],
    vectors: true,
    opset: 15,
    refusal: /\(BatchNormalization\) normalizes by the batch: its training_mode is on/,
  },
  {
    trait: 'noise',
    nodes: [...HIDDEN, ['RandomNormalLike', ['h'], ['noise']], ['Add', ['h', 'noise'], ['scores']]],
    vectors: true,
    refusal: /\(RandomNormalLike\) draws random numbers/,
  },
]

describe('each trait of a model', () => {
  it.each(TRAITS)('$trait', async (of) => {
    const {nodes, vectors = false, outputs = SCORES, functions = [], layer = 'h', opset = 13} = of
    const shape = of.shape ?? (vectors ? ['n', WIDTH] : ['n', STEPS, WIDTH])
    const run = async () => {
      const bytes = tinyOnnx({nodes, weights, inputs: [{name: 'x', shape}], outputs, functions, opset})
      const checkpoint = await openCheckpoint(write('trait.onnx', bytes))
      return checkpoint.embeddings(vectors ? VECTORS : SEQUENCES, {layers: [layer]})
    }
    if (of.refusal !== undefined) {
      const error = await run().catch((e: unknown) => e)
      expect(error).toBeInstanceOf(InputError)
      expect((error as InputError).message).toMatch(of.refusal)
      expect((error as InputError).nextSteps.length).toBeGreaterThan(0)
      return
    }
    const {layers, output, outputName} = await run()
    const expected = vectors ? OF_VECTORS : OF_STEPS
    const wanted = slowEpsilon(expected.flat(), WIDTH, LOSS)
    const found = slowEpsilon(layers[0]!.data, layers[0]!.dim, LOSS)
    expect(layers[0]).toMatchObject({dim: WIDTH, batchAxis: of.batchAxis})
    expect(Math.abs(found - wanted) / wanted).toBeLessThan(1e-6)
    if (of.kind !== undefined) expect(output!.kind).toBe(of.kind)
    expect(outputName).toBe(of.outputName ?? 'scores')
  })
})
