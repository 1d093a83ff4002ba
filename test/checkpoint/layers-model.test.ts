import {cpSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {LayersModel} from '@tensorflow/tfjs-layers'
import {beforeAll, describe, expect, it, vi} from 'vitest'
import {openCheckpoint} from '../../src/checkpoint/index.js'
import {loadTensorFlow, type TensorFlow} from '../../src/checkpoint/tensorflow.js'
import {InputError} from '../../src/errors.js'
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
let tensorFlow: TensorFlow

async function save(name: string, model: LayersModel, shards = 1): Promise<string> {
  const path = join(folder, name)
  mkdirSync(path, {recursive: true})
  await model.save({
    save: ({modelTopology, format, weightSpecs, weightData}) => {
      const bytes = new Uint8Array(weightData as ArrayBuffer)
      const part = Math.ceil(bytes.length / shards)
      const paths = Array.from({length: shards}, (_, i) => `shard${i}.bin`)
      paths.forEach((shard, i) => writeFileSync(join(path, shard), bytes.subarray(i * part, (i + 1) * part)))
      writeFileSync(
        join(path, 'model.json'),
        JSON.stringify({format, modelTopology, weightsManifest: [{paths, weights: weightSpecs}]}),
      )
      return Promise.resolve({modelArtifactsInfo: {dateSaved: new Date(0), modelTopologyType: 'JSON' as const}})
    },
  })
  return path
}

/** x → h1 (ReLU) → dropout → scores with the given activation; weights from above. */
function mlp(activation: 'linear' | 'softmax'): LayersModel {
  const {tf, tfl} = tensorFlow
  const model = tfl.sequential({
    layers: [
      tfl.layers.dense({units: 3, inputShape: [2], activation: 'relu', name: 'h1'}),
      tfl.layers.dropout({rate: 0.5, name: 'drop'}),
      tfl.layers.dense({units: 2, useBias: false, activation, name: 'scores'}),
    ],
  })
  model.layers[0]!.setWeights([tf.tensor2d(W1), tf.tensor1d(B1)])
  model.layers[2]!.setWeights([tf.tensor2d(W2)])
  return model
}

/** A copy of a saved model with one change to its model.json. */
function changed(name: string, change: (json: Record<string, unknown>) => unknown): string {
  const path = join(folder, name)
  cpSync(join(folder, 'mlp'), path, {recursive: true})
  const file = join(path, 'model.json')
  writeFileSync(file, JSON.stringify(change(JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>)))
  return path
}

beforeAll(async () => {
  tensorFlow = await loadTensorFlow()
  await save('mlp', mlp('linear'))
})

describe('hidden states of a LayersModel', () => {
  it('are those of the closed form, for the folder and for model.json', async () => {
    for (const path of [join(folder, 'mlp'), join(folder, 'mlp', 'model.json')]) {
      const checkpoint = await openCheckpoint(path)
      expect(
        checkpoint.listLayers().map(({name, type, shape, default: chosen}) => [name, type, shape, chosen]),
      ).toEqual([
        ['h1', 'Dense', [3], true],
        ['scores', 'Dense', [2], true],
      ])
      expect(checkpoint.inputFiles.map((file) => file.path.slice(folder.length + 1))).toEqual([
        'mlp/model.json',
        'mlp/shard0.bin',
      ])
      const result = await checkpoint.embeddings(DATA, {batchSize: 2})
      expect(result.layers.map(({name, dim}) => [name, dim])).toEqual([
        ['h1', 3],
        ['scores', 2],
      ])
      expect([...result.layers[0]!.data]).toEqual(HIDDEN.flat())
      expect([...result.output!.data]).toEqual(SCORES.flat())
      expect(result.output!.kind).toBe('logits')
      await checkpoint.close()
    }
  })

  it('have the same names whenever their model is opened: TensorFlow.js numbers the second in a process', async () => {
    const path = await save('twice', mlp('linear'))
    const names: string[][] = []
    for (let k = 0; k < 2; k++) {
      const checkpoint = await openCheckpoint(path)
      const {inputs: read, layers} = await checkpoint.embeddings(DATA)
      await checkpoint.close()
      names.push([...read.map(({name}) => name), ...layers.map(({name}) => name)])
    }
    expect(names[1]).toEqual(names[0])
  })

  it('come from several shards too', async () => {
    const checkpoint = await openCheckpoint(await save('shards', mlp('linear'), 3))
    expect([...(await checkpoint.embeddings(DATA)).layers[0]!.data]).toEqual(HIDDEN.flat())
    expect(checkpoint.inputFiles).toHaveLength(4)
  })

  it('leave no tensor behind, no listener, and nothing on the console', async () => {
    const before = tensorFlow.tf.memory().numTensors
    const spies = (['log', 'info', 'warn', 'error'] as const).map((method) =>
      vi.spyOn(console, method).mockReturnValue(),
    )
    const checkpoint = await openCheckpoint(join(folder, 'mlp'))
    await checkpoint.embeddings(DATA)
    await checkpoint.embeddings(DATA, {layers: ['h1']})
    await checkpoint.close()
    expect(tensorFlow.tf.memory().numTensors).toBe(before)
    expect(spies.flatMap((spy) => spy.mock.calls)).toEqual([])
    expect(
      process.listeners('uncaughtException').filter((listener) => listener.toString().includes('ExitStatus')),
    ).toEqual([])
    vi.restoreAllMocks()
  })

  it('of convolutions are flattened, or averaged for each channel', async () => {
    const {tfl} = tensorFlow
    const model = tfl.sequential({
      layers: [
        tfl.layers.conv2d({filters: 3, kernelSize: 2, inputShape: [4, 4, 1], name: 'c'}),
        tfl.layers.flatten({name: 'f'}),
        tfl.layers.dense({units: 2, name: 'scores'}),
      ],
    })
    const checkpoint = await openCheckpoint(await save('conv', model))
    const data = dataSet([0, 1], {
      name: 'images',
      shape: [2, 16],
      data: Float32Array.from({length: 32}, (_, i) => Math.sin(i)),
    })
    const [flat] = (await checkpoint.embeddings(data)).layers
    const [channels] = (await checkpoint.embeddings(data, {pool: 'channel'})).layers
    expect([flat!.dim, channels!.dim]).toEqual([27, 3])
    for (let c = 0; c < 3; c++) {
      const values = Array.from({length: 9}, (_, i) => flat!.data[27 + 3 * i + c]!)
      expect(channels!.data[3 + c]).toBeCloseTo(values.reduce((a, b) => a + b) / 9, 6)
    }
    expect(checkpoint.notes.map((note) => note.code)).toContain('input-reshaped')
  })
})

it('a softmax at the end means probabilities', async () => {
  const {output} = await (await openCheckpoint(await save('softmax', mlp('softmax')))).embeddings(DATA)
  expect(output!.kind).toBe('probabilities')
  SCORES.forEach(([a, b], row) => expect(output!.data[2 * row]).toBeCloseTo(1 / (1 + Math.exp(b! - a!)), 6))
})

describe('damaged models are refused', () => {
  const cases: [string, (json: Record<string, unknown>) => unknown, RegExp][] = [
    ['other JSON', () => ({nodes: []}), /not a TensorFlow.js model/],
    ['no manifest', ({modelTopology}) => ({modelTopology}), /weightsManifest is missing or damaged/],
    [
      'a manifest of nonsense',
      (json) => ({...json, weightsManifest: [{paths: [3], weights: 'all'}]}),
      /weightsManifest is missing or damaged/,
    ],
    [
      'a missing shard',
      (json) => ({...json, weightsManifest: [{paths: ['gone.bin'], weights: []}]}),
      /'gone.bin', but there is no such file/,
    ],
    [
      'a shard elsewhere',
      (json) => ({...json, weightsManifest: [{paths: ['../mlp/shard0.bin'], weights: []}]}),
      /outside of its own folder/,
    ],
    [
      'a weight too many',
      (json) => ({
        ...json,
        weightsManifest: [{paths: ['shard0.bin'], weights: [{name: 'w', shape: [99], dtype: 'float32'}]}],
      }),
      /has 60 bytes, but the weights in it need 396/,
    ],
    [
      'a weight of text',
      (json) => ({
        ...json,
        weightsManifest: [{paths: ['shard0.bin'], weights: [{name: 'w', shape: [9], dtype: 'string'}]}],
      }),
      /weight w is of type string/,
    ],
    ['weights left out', (json) => ({...json, weightsManifest: []}), /TensorFlow.js cannot build the model/],
    [
      'code of its own',
      (json) => ({
        ...json,
        modelTopology: {class_name: 'Sequential', config: {layers: [{class_name: 'Lambda', config: {}}]}},
      }),
      /cannot build the model: Unknown layer: Lambda/,
    ],
    [
      'augmentation',
      (json) => ({
        ...json,
        modelTopology: {
          class_name: 'Sequential',
          config: {layers: [{class_name: 'RandomWidth', config: {name: 'wide'}}]},
        },
      }),
      /the layer wide \(RandomWidth\) changes its input at random/,
    ],
    [
      'a call in training',
      (json) => ({
        ...json,
        modelTopology: {
          class_name: 'Model',
          config: {
            layers: [
              {name: 'x', class_name: 'InputLayer', config: {name: 'x'}, inbound_nodes: []},
              {
                name: 'drop',
                class_name: 'Dropout',
                config: {name: 'drop'},
                inbound_nodes: [[['x', 0, 0, {training: true}]]],
              },
            ],
          },
        },
      }),
      /the layer drop is called with training=True/,
    ],
    ['an empty topology', (json) => ({...json, modelTopology: {}}), /cannot build the model/],
    [
      'a topology of nonsense',
      (json) => ({...json, modelTopology: {class_name: 'Sequential', config: {layers: [null]}}}),
      /cannot build the model/,
    ],
  ]
  it.each(cases)('%s', async (name, change, message) => {
    const path = changed(name.replaceAll(' ', '-'), change)
    await expect(openCheckpoint(path)).rejects.toThrow(message)
    await expect(openCheckpoint(path)).rejects.toBeInstanceOf(InputError)
    rmSync(path, {recursive: true})
  })

  it('a folder without model.json', async () => {
    mkdirSync(join(folder, 'empty'))
    await expect(openCheckpoint(join(folder, 'empty'))).rejects.toThrow(
      /empty: is a folder without a model.json of TensorFlow.js/,
    )
  })
})
