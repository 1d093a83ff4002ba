import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {LayersModel} from '@tensorflow/tfjs-layers'
import {beforeAll, describe, expect, it} from 'vitest'
import {openCheckpoint} from '../../src/checkpoint/index.js'
import {loadTensorFlow, type TensorFlow} from '../../src/checkpoint/tensorflow.js'
import {dataSet, inputs, temporaryFiles, times} from './files.js'

const {folder} = temporaryFiles()
const W1 = [
  [1, -1, 2],
  [0.5, 1, -2],
]
const W2 = [
  [1, 0, 2],
  [0, 1, -1],
  [1, -1, 0.5],
]
const W3 = [
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
const relu = (rows: number[][]) => rows.map((row) => row.map((value) => Math.max(0, value)))
const H1 = relu(times(X, W1))
const H2 = relu(times(H1, W2))
const SCORES = times(H2, W3)
const DATA = dataSet([0, 1, 0, 1, 1], inputs(X))
let tensorFlow: TensorFlow
beforeAll(async () => {
  tensorFlow = await loadTensorFlow()
})

async function save(name: string, model: LayersModel): Promise<string> {
  const path = join(folder, name)
  mkdirSync(path, {recursive: true})
  await model.save({
    save: ({modelTopology, weightSpecs, weightData}) => {
      writeFileSync(join(path, 'weights.bin'), new Uint8Array(weightData as ArrayBuffer))
      const weightsManifest = [{paths: ['weights.bin'], weights: weightSpecs}]
      writeFileSync(join(path, 'model.json'), JSON.stringify({format: 'layers-model', modelTopology, weightsManifest}))
      return Promise.resolve({modelArtifactsInfo: {dateSaved: new Date(0), modelTopologyType: 'JSON' as const}})
    },
  })
  return path
}

/** A functional model of two layers inside of a Sequential with a head: what transfer learning saves. */
function transferred(): LayersModel {
  const {tf, tfl} = tensorFlow
  const dense = (name: string, units: number, activation: 'relu' | 'linear') =>
    tfl.layers.dense({name, units, activation, useBias: false})
  const x = tfl.input({shape: [2], name: 'x'})
  const h1 = dense('h1', 3, 'relu').apply(x)
  const base = tfl.model({inputs: x, outputs: dense('h2', 3, 'relu').apply(h1) as typeof x, name: 'base'})
  const outer = tfl.sequential({name: 'outer'})
  outer.add(base)
  outer.add(dense('scores', 2, 'linear'))
  outer.setWeights([tf.tensor2d(W1), tf.tensor2d(W2), tf.tensor2d(W3)])
  return outer
}

function expectClose(data: ArrayLike<number>, expected: number[][]): void {
  expect(data).toHaveLength(expected.flat().length)
  expected.flat().forEach((value, k) => expect(data[k]).toBeCloseTo(value, 5))
}

describe('a model inside of a model', () => {
  it('has its layers by path and by default, with the states of the closed form', async () => {
    const checkpoint = await openCheckpoint(await save('transferred', transferred()))
    expect(checkpoint.listLayers().map(({name, default: taken}) => [name, taken])).toEqual([
      ['base/h1', true],
      ['base/h2', true],
      ['scores', true],
    ])
    const {layers} = await checkpoint.embeddings(DATA)
    expectClose(layers[0]!.data, H1)
    expectClose(layers[1]!.data, H2)
    expectClose(layers[2]!.data, SCORES)
    const named = await checkpoint.embeddings(DATA, {layers: ['base/h2']})
    expectClose(named.layers[0]!.data, H2)
  })
})

describe('a model.json of Keras 3', () => {
  /** The same three layers as Keras 3 spells them, in one model or in two without a shape of their own. */
  async function keras3(name: string, nested: boolean): Promise<string> {
    const path = await save(name, transferred())
    const file = join(path, 'model.json')
    const json = JSON.parse(readFileSync(file, 'utf8')) as {
      modelTopology: unknown
      weightsManifest: {weights: {name: string}[]}[]
    }
    const policy = {module: 'keras', class_name: 'DTypePolicy', config: {name: 'float32'}, registered_name: null}
    const layer = (name: string, units: number, activation: string) => ({
      module: 'keras.layers',
      class_name: 'Dense',
      config: {name, trainable: true, dtype: policy, units, activation, use_bias: false},
    })
    const input = {
      module: 'keras.layers',
      class_name: 'InputLayer',
      config: {batch_shape: [null, 2], dtype: 'float32', name: 'x'},
    }
    const sequential = (name: string, layers: object[]) => ({class_name: 'Sequential', config: {name, layers}})
    const model = nested
      ? sequential('outer', [
          sequential('body', [input, layer('h1', 3, 'relu'), layer('h2', 3, 'relu')]),
          sequential('head', [layer('scores', 2, 'linear')]),
        ])
      : sequential('outer', [input, layer('h1', 3, 'relu'), layer('h2', 3, 'relu'), layer('scores', 2, 'linear')])
    json.modelTopology = {keras_version: '3.7.0', backend: 'tensorflow', model_config: model}
    const [{weights}] = json.weightsManifest as [{weights: {name: string}[]}]
    ;['h1', 'h2', 'scores'].forEach((layerName, k) => (weights[k]!.name = `outer/${layerName}/kernel`))
    writeFileSync(file, JSON.stringify(json))
    return path
  }

  it.each([false, true])('gives the states of the closed form; nested without a shape: %s', async (nested) => {
    const {layers} = await (await openCheckpoint(await keras3(`keras3-${nested}`, nested))).embeddings(DATA)
    expect(layers.map(({name}) => name)).toEqual(['h1', 'h2', 'scores'])
    expectClose(layers[0]!.data, H1)
    expectClose(layers[1]!.data, H2)
    expectClose(layers[2]!.data, SCORES)
  })
})
