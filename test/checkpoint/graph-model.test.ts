import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it, vi} from 'vitest'
import {openCheckpoint} from '../../src/checkpoint/index.js'
import {InputError, UsageError} from '../../src/errors.js'
import {dataSet, inputs, temporaryFiles, times} from './files.js'

const {folder} = temporaryFiles()
const W1 = [
  [1, -1, 2],
  [0.5, 1, -2],
]
const B1 = [0.5, 0, -1]
const W2 = [
  [1, 0],
  [0, 1],
  [1, -1],
]
const X = [
  [1, 2],
  [-3, 0.5],
  [0, -1],
  [2, 2],
  [4, -4],
]
const HIDDEN = times(X, W1).map((row) => row.map((value, j) => Math.max(0, value + B1[j]!)))
const SCORES = times(HIDDEN, W2)
const DATA = dataSet([0, 1, 0, 1, 1], inputs(X))

type Node = {name: string; op: string; input?: string[]; attr?: Record<string, unknown>}
const float = {dtype: {type: 'DT_FLOAT'}}
const shape = (...sizes: number[]) => ({shape: {dim: sizes.map((size) => ({size: String(size)}))}})
const weight = (name: string): Node => ({name, op: 'Const', attr: float})
const NODES: Node[] = [
  weight('w1'),
  weight('b1'),
  weight('w2'),
  // Not in order: readers may stand before what they read.
  {name: 'scores', op: 'MatMul', input: ['hidden', 'w2'], attr: {T: {type: 'DT_FLOAT'}}},
  {name: 'x', op: 'Placeholder', attr: {...float, shape: shape(-1, 2)}},
  {name: 'sum', op: 'MatMul', input: ['x', 'w1'], attr: {T: {type: 'DT_FLOAT'}}},
  {name: 'biased', op: 'BiasAdd', input: ['sum', 'b1'], attr: {T: {type: 'DT_FLOAT'}}},
  {name: 'hidden', op: 'Relu', input: ['biased'], attr: {T: {type: 'DT_FLOAT'}}},
]

/** A converted SavedModel as tensorflowjs_converter lays it out: model.json with nodes and signature, one shard. */
function save(name: string, nodes: unknown = NODES, changes: Record<string, unknown> = {}): string {
  const path = join(folder, name)
  mkdirSync(path, {recursive: true})
  writeFileSync(
    join(path, 'group1-shard1of1.bin'),
    new Uint8Array(Float32Array.from([...W1.flat(), ...B1, ...W2.flat()]).buffer),
  )
  const weights = [
    {name: 'w1', shape: [2, 3], dtype: 'float32'},
    {name: 'b1', shape: [3], dtype: 'float32'},
    {name: 'w2', shape: [3, 2], dtype: 'float32'},
  ]
  writeFileSync(
    join(path, 'model.json'),
    JSON.stringify({
      format: 'graph-model',
      generatedBy: '2.13.0',
      convertedBy: 'TensorFlow.js Converter v4.22.0',
      signature: {
        inputs: {pixels: {name: 'x:0', dtype: 'DT_FLOAT', tensorShape: shape(-1, 2).shape}},
        outputs: {logits: {name: 'scores:0', dtype: 'DT_FLOAT', tensorShape: shape(-1, 2).shape}},
      },
      modelTopology: {node: nodes, library: {}, versions: {producer: 1482}},
      weightsManifest: [{paths: ['group1-shard1of1.bin'], weights}],
      ...changes,
    }),
  )
  return path
}

describe('a TensorFlow.js graph model', () => {
  it('has its nodes as layers, in order of depth, and gives the states of the closed form', async () => {
    const spies = (['log', 'info', 'warn', 'error'] as const).map((method) =>
      vi.spyOn(console, method).mockReturnValue(),
    )
    const checkpoint = await openCheckpoint(save('mlp'))
    expect(checkpoint.kind).toBe('tfjs-graph')
    expect(checkpoint.listLayers().map(({name, type, default: chosen}) => [name, type, chosen])).toEqual([
      ['sum', 'MatMul', false],
      ['biased', 'BiasAdd', false],
      ['hidden', 'Relu', true],
      ['scores', 'MatMul', true],
    ])
    const {layers, output} = await checkpoint.embeddings(DATA, {batchSize: 2})
    expect(layers.map(({name, dim}) => [name, dim])).toEqual([
      ['hidden', 3],
      ['scores', 2],
    ])
    expect([...layers[0]!.data]).toEqual(HIDDEN.flat())
    expect([...output!.data]).toEqual(SCORES.flat())
    const sums = await checkpoint.embeddings(DATA, {layers: ['sum']})
    expect([...sums.layers[0]!.data]).toEqual(times(X, W1).flat())
    await expect(checkpoint.embeddings(DATA, {layers: ['gone']})).rejects.toBeInstanceOf(UsageError)
    await checkpoint.close()
    expect(spies.flatMap((spy) => spy.mock.calls)).toEqual([])
    vi.restoreAllMocks()
  })

  it('sees the activation that the converter fused into an operator', async () => {
    const base64 = (text: string) => Buffer.from(text).toString('base64')
    const fused: Node = {
      name: 'hidden',
      op: '_FusedMatMul',
      input: ['x', 'w1', 'b1'],
      attr: {T: {type: 'DT_FLOAT'}, num_args: {i: '1'}, fused_ops: {list: {s: [base64('BiasAdd'), base64('Relu')]}}},
    }
    const checkpoint = await openCheckpoint(
      save('fused', [...NODES.filter(({name}) => !['sum', 'biased', 'hidden'].includes(name)), fused]),
    )
    const {layers} = await checkpoint.embeddings(DATA)
    expect(layers.map(({name}) => name)).toEqual(['hidden', 'scores'])
    expect([...layers[0]!.data]).toEqual(HIDDEN.flat())
  })

  it('takes the array that its signature names', async () => {
    const checkpoint = await openCheckpoint(save('named'))
    const data = dataSet(
      [0, 1],
      inputs(
        [
          [1, 2],
          [3, 4],
        ],
        'pixels',
      ),
      inputs([[0], [0]], 'other'),
    )
    expect((await checkpoint.embeddings(data)).layers[0]!.data).toHaveLength(6)
  })

  it.each<[string, unknown, RegExp]>([
    [
      'random numbers',
      [...NODES, {name: 'mask', op: 'RandomUniform', input: ['w1']}],
      /node mask \(RandomUniform\) draws random numbers/,
    ],
    [
      'a normalization by the batch',
      [...NODES, {name: 'bn', op: 'FusedBatchNormV3', input: ['x'], attr: {is_training: {b: true}}}],
      /node bn \(FusedBatchNormV3\) normalizes by the batch/,
    ],
    ['a loop', NODES.map((node) => (node.name === 'sum' ? {...node, input: ['hidden', 'w1']} : node)), /holds a loop/],
    [
      'an input from nowhere',
      [...NODES, {name: 'y', op: 'Relu', input: ['gone']}],
      /node y reads gone, which is not a node/,
    ],
    ['a name twice', [...NODES, NODES[0]], /two nodes called w1/],
    ['a node without operator', [...NODES, {name: 'y'}], /no name or no operator/],
    ['no input', NODES.filter(({name}) => name === 'w1'), /no input/],
    ['no nodes', {}, /no input/],
    [
      'an unknown operator',
      [...NODES.filter(({name}) => name !== 'hidden'), {name: 'hidden', op: 'MyOwnOp', input: ['biased']}],
      /MyOwnOp/,
    ],
  ])('with %s is refused', async (name, nodes, message) => {
    const path = save(name.replaceAll(' ', '-'), nodes)
    const attempt = async () => (await openCheckpoint(path)).embeddings(DATA)
    await expect(attempt()).rejects.toThrow(message)
    await expect(attempt()).rejects.toBeInstanceOf(InputError)
  })

  it('whose signature is nonsense is refused or read without it', async () => {
    for (const signature of [3, {inputs: 4, outputs: []}, {inputs: {a: null}, outputs: {b: {name: 5}}}]) {
      const result = openCheckpoint(save('signature', NODES, {signature})).then((checkpoint) =>
        checkpoint.embeddings(DATA),
      )
      await result.then(
        ({layers}) => expect(layers.map(({name}) => name)).toEqual(['hidden', 'scores']),
        (error: unknown) => expect(error).toBeInstanceOf(InputError),
      )
    }
  })
})
