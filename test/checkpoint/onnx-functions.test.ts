import {readFileSync} from 'node:fs'
import * as ort from 'onnxruntime-node'
import {describe, expect, it} from 'vitest'
import {openCheckpoint} from '../../src/checkpoint/index.js'
import {inlineFunctions} from '../../src/checkpoint/onnx-functions.js'
import {fields, utf8Text} from '../../src/data/protobuf.js'
import {InputError} from '../../src/errors.js'
import {dataSet, inputs, temporaryFiles} from './files.js'
import {FLOAT, graphAttribute, type LocalFunction, type Node, refersTo, tinyOnnx} from './tiny-onnx.js'

const {write} = temporaryFiles()
const ROWS = Array.from({length: 24}, (_, i) => [Math.sin(1 + 7 * i), Math.cos(2 + 3 * i)])
const W = [1, -2, 0.5, 3]
const LOCAL = {domain: 'local'}

/** y = x + relu(x w): a residual block. */
const BLOCK: LocalFunction = {
  name: 'Block',
  inputs: ['a', 'weight'],
  outputs: ['b'],
  nodes: [
    ['MatMul', ['a', 'weight'], ['m'], {}, {name: 'product'}],
    ['Relu', ['m'], ['r'], {}, {name: '/act/Relu'}],
    ['Add', ['a', 'r'], ['b'], {}, {name: 'sum'}],
  ],
}
/** Two blocks, one after the other. */
const STAGE: LocalFunction = {
  name: 'Stage',
  inputs: ['a', 'weight'],
  outputs: ['b'],
  nodes: [
    ['Block', ['a', 'weight'], ['between'], {}, {name: 'first', ...LOCAL}],
    ['Block', ['between', 'weight'], ['b'], {}, {name: 'second', ...LOCAL}],
  ],
}
const model = (nodes: Node[], functions: LocalFunction[]) =>
  tinyOnnx({
    nodes,
    weights: [{name: 'w', dims: [2, 2], values: W}],
    inputs: [{name: 'x', shape: ['n', 2]}],
    outputs: [{name: 'scores', shape: ['n', 2]}],
    functions,
    opset: 13,
  })

async function scores(bytes: Uint8Array): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(Buffer.from(bytes), {logSeverityLevel: 4})
  const x = new ort.Tensor('float32', Float32Array.from(ROWS.flat()), [ROWS.length, 2])
  const {scores} = await session.run({x})
  return scores!.data as Float32Array
}

const CALL = (op: string, from: string, to: string, name: string): Node => [op, [from, 'w'], [to], {}, {name, ...LOCAL}]

/** Each with a part of the language: what onnxruntime makes of the calls is the oracle. */
const MODELS: Record<string, Uint8Array> = {
  'one function, called twice': model(
    [CALL('Block', 'x', 'h', '/1/Block'), CALL('Block', 'h', 'scores', '/2/Block')],
    [BLOCK],
  ),
  'calls without a name': model(
    [CALL('Block', 'x', 'h', ''), CALL('Block', 'h', 'h2', ''), CALL('Block', 'h2', 'scores', 'named')],
    [BLOCK],
  ),
  'a tensor of the model with the name that a call would give': model(
    [['Relu', ['x'], ['f/act/Relu']], CALL('Block', 'f/act/Relu', 'scores', 'f')],
    [BLOCK],
  ),
  'a function that calls another': model([CALL('Stage', 'x', 'scores', 'stage')], [BLOCK, STAGE]),
  'an attribute of the call, and one that it leaves out': model(
    [
      ['Leaky', ['x'], ['h'], {}, LOCAL],
      ['LeakyOf', ['h'], ['scores'], {keep: 0}, LOCAL],
    ],
    [
      {
        name: 'Leaky',
        inputs: ['a'],
        outputs: ['b'],
        attributes: ['nothing'],
        nodes: [
          [
            'LeakyRelu',
            ['a'],
            ['b'],
            {
              alpha: [
                [20, 1],
                [21, 'nothing'],
              ],
            },
          ],
        ],
      },
      {
        name: 'LeakyOf',
        inputs: ['a'],
        outputs: ['b'],
        attributes: ['keep'],
        nodes: [
          ['ReduceMax', ['a'], ['m'], {axes: [1], keepdims: 1}],
          ['ArgMax', ['a'], ['i'], {axis: 1, keepdims: 1, select_last_index: refersTo('keep')}],
          ['Cast', ['i'], ['f'], {to: FLOAT}],
          ['Sub', ['a', 'm'], ['s']],
          ['Add', ['s', 'f'], ['b']],
        ],
      },
    ],
  ),
  'a branch inside of a function reads its values': model(
    [['Branch', ['x'], ['scores'], {}, {name: 'b', ...LOCAL}]],
    [
      {
        name: 'Branch',
        inputs: ['a'],
        outputs: ['b'],
        nodes: [
          ['ReduceSum', ['a'], ['total'], {keepdims: 0}],
          ['Sub', ['total', 'total'], ['zero']],
          ['Equal', ['zero', 'zero'], ['condition']],
          ['Neg', ['a'], ['m']],
          [
            'If',
            ['condition'],
            ['b'],
            {
              then_branch: graphAttribute([['Relu', ['m'], ['t']]], [{name: 't', shape: ['n', 2]}]),
              else_branch: graphAttribute([['Abs', ['m'], ['e']]], [{name: 'e', shape: ['n', 2]}]),
            },
          ],
        ],
      },
    ],
  ),
}

describe('functions of a model, written out', () => {
  it.each(Object.entries(MODELS))('%s: the same scores as onnxruntime gives', async (_, bytes) => {
    const whole = inlineFunctions(bytes, 'm.onnx')
    expect([...fields(whole, 'm')].some(({number}) => number === 25)).toBe(false)
    expect(await scores(whole)).toEqual(await scores(bytes))
  })

  it('have layers that go by their path', async () => {
    const checkpoint = await openCheckpoint(write('stage.onnx', MODELS['a function that calls another']!))
    expect(checkpoint.listLayers().map(({name}) => name)).toEqual([
      'stage/first/product',
      'stage/first/act/Relu',
      'stage/first',
      'stage/second/product',
      'stage/second/act/Relu',
      'scores',
    ])
    // Both blocks end in a sum that all of the computation passes through.
    expect(
      checkpoint
        .listLayers()
        .filter((layer) => layer.default)
        .map(({name}) => name),
    ).toContain('stage/first')
    const {layers} = await checkpoint.embeddings(
      dataSet(
        ROWS.map((_, i) => i % 2),
        inputs(ROWS, 'x'),
      ),
      {
        layers: ['stage/first/act/Relu'],
      },
    )
    const expected = ROWS.flatMap(([a, b]) => {
      const [x, y] = [Math.fround(a!), Math.fround(b!)]
      return [Math.max(0, x * W[0]! + y * W[2]!), Math.max(0, x * W[1]! + y * W[3]!)]
    })
    layers[0]!.data.forEach((value, k) => expect(value).toBeCloseTo(expected[k]!, 5))
  })

  it('leaves a model without functions as it is', () => {
    const bytes = model([['MatMul', ['x', 'w'], ['scores']]], [])
    expect(inlineFunctions(bytes, 'm.onnx')).toBe(bytes)
    const digits = readFileSync('fixtures/digits/digits-mlp.onnx')
    expect(inlineFunctions(digits, 'm.onnx')).toBe(digits)
  })

  it('leaves a function alone that is written in another version of the operators', () => {
    const bytes = model([CALL('Block', 'x', 'scores', 'b')], [{...BLOCK, opset: 14}])
    const whole = inlineFunctions(bytes, 'm.onnx')
    const graph = [...fields(whole, 'm')].find(({number}) => number === 7)!
    const ops = [...fields(graph.bytes, 'g')].flatMap(({number, bytes}) =>
      number === 1 ? [...fields(bytes, 'n')].flatMap((part) => (part.number === 4 ? [utf8Text(part.bytes)] : [])) : [],
    )
    expect(ops).toEqual(['Block'])
  })

  it('that never end are refused, as are those that unfold without measure', () => {
    const endless = model([CALL('Block', 'x', 'scores', 'b')], [{...BLOCK, nodes: [CALL('Block', 'a', 'b', 'again')]}])
    expect(() => inlineFunctions(endless, 'm.onnx')).toThrow(InputError)
    const twice = (name: string, of: string): LocalFunction => ({
      ...BLOCK,
      name,
      nodes: Array.from(
        {length: 40},
        (_, k): Node => [of, [k === 0 ? 'a' : `t${k - 1}`, 'weight'], [k === 39 ? 'b' : `t${k}`], {}, LOCAL],
      ),
    })
    const bomb = model(
      [CALL('F3', 'x', 'scores', 'b')],
      [BLOCK, twice('F0', 'Block'), twice('F1', 'F0'), twice('F2', 'F1'), twice('F3', 'F2')],
    )
    expect(() => inlineFunctions(bomb, 'm.onnx')).toThrow(
      /has more than 50000 nodes once its functions are written out/,
    )
  })
})
