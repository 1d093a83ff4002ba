import {readFileSync} from 'node:fs'
import {describe, expect, it} from 'vitest'
import {openCheckpoint} from '../../src/checkpoint/index.js'
import {writeZip} from '../../src/data/zip.js'
import {InputError} from '../../src/errors.js'
import {type Group, hdf5Bytes} from '../data/hdf5-files.js'
import {dataSet, inputs, temporaryFiles} from './files.js'

const folder = 'fixtures/keras'
const expected = JSON.parse(readFileSync(`${folder}/keras.expected.json`, 'utf8')) as Record<
  string,
  {inputs: number[][]; layers: Record<string, number[][]>}
>

describe('Keras files', () => {
  it.each(['mlp-keras2.h5', 'cnn-keras3.keras'])('%s gives the states that NumPy gives', async (name) => {
    const {inputs, layers} = expected[name]!
    const checkpoint = await openCheckpoint(`${folder}/${name}`)
    expect(checkpoint.kind).toBe('keras')
    const data = dataSet(
      inputs.map(() => 0),
      {name: 'inputs', shape: [inputs.length, inputs[0]!.length], data: Float32Array.from(inputs.flat())},
    )
    const result = await checkpoint.embeddings(data, {layers: Object.keys(layers), batchSize: 5})
    expect(result.layers.map((layer) => layer.name)).toEqual(Object.keys(layers))
    for (const {name: layer, data: states} of result.layers) {
      const truth = layers[layer]!.flat()
      expect(states).toHaveLength(truth.length)
      expect(Math.max(...truth.map((value, i) => Math.abs(value - states[i]!))), layer).toBeLessThan(2e-5)
    }
    await checkpoint.close()
  })

  it('take by default what all of the computation passes through', async () => {
    const names = async (name: string) =>
      (await openCheckpoint(`${folder}/${name}`))
        .listLayers()
        .filter((layer) => layer.default)
        .map((layer) => layer.name)
    expect(await names('cnn-keras3.keras')).toEqual(['stem', 'act', 'scores'])
    expect(await names('mlp-keras2.h5')).toEqual(['bn', 'probs'])
  })
})

const {write} = temporaryFiles()
type Layer = {class_name: string; config: Record<string, unknown>; inbound_nodes?: unknown}
const floats = (shape: number[], value = 1) => ({
  shape,
  data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value),
})
const dense = (name: string, units: number, more: Record<string, unknown> = {}): Layer => ({
  class_name: 'Dense',
  config: {name, units, activation: 'linear', ...more},
})
const input = (width: number): Layer => ({
  class_name: 'InputLayer',
  config: {name: 'in', batch_input_shape: [null, width]},
})

/** A whole-model file of Keras 2: a Sequential and the weights of its layers. */
async function keras2(
  layers: Layer[],
  weights: Record<string, Record<string, ReturnType<typeof floats>>>,
): Promise<string> {
  const groups = Object.fromEntries(
    Object.entries(weights).map(([layer, own]): [string, Group] => [
      layer,
      {
        attributes: {weight_names: Object.keys(own).map((name) => `${layer}/${name}:0`)},
        groups: {
          [layer]: {datasets: Object.fromEntries(Object.entries(own).map(([name, array]) => [`${name}:0`, array]))},
        },
      },
    ]),
  )
  return write(
    'model.h5',
    await hdf5Bytes({
      attributes: {
        keras_version: '2.9.0',
        model_config: JSON.stringify({class_name: 'Sequential', config: {name: 's', layers}}),
      },
      groups: {model_weights: {attributes: {layer_names: Object.keys(weights)}, groups}},
    }),
  )
}
const WEIGHTS = {a: {kernel: floats([2, 2]), bias: floats([2], 0)}}

describe('Keras files that cannot be used are refused', () => {
  it.each<[string, Layer[], RegExp]>([
    [
      'a layer TensorFlow.js lacks',
      [input(2), {class_name: 'MultiHeadAttention', config: {name: 'mha'}}],
      /the layer mha \(MultiHeadAttention\) is not a layer that surety reads/,
    ],
    [
      'code of its own',
      [input(2), {class_name: 'Lambda', config: {name: 'f'}}],
      /the layer f \(Lambda\) is not a layer/,
    ],
    [
      'augmentation',
      [input(2), {class_name: 'RandomFlip', config: {name: 'flip'}}],
      /the layer flip \(RandomFlip\) changes its input at random/,
    ],
    [
      'a call in training',
      [input(2), {...dense('a', 2), inbound_nodes: [[['in', 0, 0, {training: true}]]]}],
      /the layer a is called with training=True/,
    ],
    [
      'a GRU of the newer kind',
      [input(2), {class_name: 'GRU', config: {name: 'g', units: 2, reset_after: true}}],
      /the layer g \(GRU\) resets its gate after/,
    ],
    ['masks', [input(2), {class_name: 'Embedding', config: {name: 'e', mask_zero: true}}], /masks zeros/],
    [
      'channels first',
      [input(2), {class_name: 'Conv2D', config: {name: 'c', data_format: 'channels_first'}}],
      /has its channels first/,
    ],
    ['an unknown activation', [input(2), dense('a', 2, {activation: 'mine'})], /has the activation "mine"/],
    [
      'a layer without weights in the file',
      [input(2), dense('a', 2), dense('b', 1)],
      /has more weights than the \d+ numbers|the layer b \(Dense\) has 2 weights, the file holds 0/,
    ],
    [
      'a width the weights do not have',
      [input(2), dense('a', 1)],
      /takes a weight of the shape \[2, 1\], but model_weights\/a\/a\/kernel:0 has \[2, 2\]/,
    ],
    [
      'a width that would fill the memory',
      [input(2), dense('a', 1e9)],
      /more weights than the 6 numbers that the file holds/,
    ],
    ['nested nonsense', [{class_name: 'Sequential', config: {}}], /has no layers/],
  ])('%s', async (_, layers, message) => {
    const path = await keras2(layers, WEIGHTS)
    await expect(openCheckpoint(path)).rejects.toThrow(message)
    await expect(openCheckpoint(path)).rejects.toBeInstanceOf(InputError)
  })

  it('an archive without weights or with a broken configuration', async () => {
    const archive = (files: Record<string, string | Uint8Array>) =>
      write('m.keras', writeZip(Object.entries(files).map(([name, content]) => [name, Buffer.from(content)] as const)))
    for (const files of [
      {'model.weights.h5': 'no'},
      {'config.json': '{', 'model.weights.h5': 'no'},
      {'config.json': '{}', 'model.weights.h5': 'no'},
    ]) {
      await expect(openCheckpoint(archive(files))).rejects.toBeInstanceOf(InputError)
    }
    const weights = await hdf5Bytes({datasets: {x: floats([2])}})
    await expect(
      openCheckpoint(archive({'config.json': '{"class_name": "Mine", "config": {}}', 'model.weights.h5': weights})),
    ).rejects.toThrow(/class Mine, which has code of its own/)
  })
})

it('HDF5 without a configuration holds hidden states, in natural order or as layer_names says', async () => {
  const datasets = {
    h10: floats([2, 3]),
    h2: floats([2, 1], 2),
    labels: {shape: [2], data: Int32Array.of(0, 1)},
    logits: floats([2, 2]),
  }
  const layers = async (attributes: Record<string, string[]>) =>
    (await openCheckpoint(write('states.h5', await hdf5Bytes({attributes, datasets}))))
      .listLayers()
      .map(({name}) => name)
  expect(await layers({})).toEqual(['h2', 'h10', 'logits'])
  expect(await layers({layer_names: ['h10', 'h2']})).toEqual(['h10', 'h2', 'logits'])
  await expect(
    openCheckpoint(
      write('weights.h5', await hdf5Bytes({attributes: {layer_names: ['a'], keras_version: '2'}, datasets})),
    ),
  ).rejects.toThrow(/holds the weights of a Keras model but not the model/)
})

it('a nested model finds its weights by the names of its layers', async () => {
  const inner = {
    class_name: 'Sequential',
    config: {
      name: 'inner',
      layers: [{...input(2), config: {name: 'inner_in', batch_input_shape: [null, 2]}}, dense('d1', 2), dense('d2', 2)],
    },
  }
  const names = ['d1/kernel:0', 'd1/bias:0', 'd2/kernel:0', 'd2/bias:0']
  const group: Group = {
    attributes: {weight_names: names},
    groups: {
      d1: {datasets: {'kernel:0': floats([2, 2], 2), 'bias:0': floats([2], 1)}},
      d2: {datasets: {'kernel:0': floats([2, 2], 3), 'bias:0': floats([2], -1)}},
    },
  }
  const config = JSON.stringify({
    class_name: 'Sequential',
    config: {name: 's', layers: [inner, dense('out', 2, {use_bias: false})]},
  })
  const out: Group = {
    attributes: {weight_names: ['out/kernel:0']},
    groups: {out: {datasets: {'kernel:0': floats([2, 2])}}},
  }
  const path = write(
    'nested.h5',
    await hdf5Bytes({attributes: {model_config: config}, groups: {model_weights: {groups: {inner: group, out}}}}),
  )
  const {output} = await (await openCheckpoint(path)).embeddings(
    dataSet(
      [0, 1],
      inputs([
        [1, 2],
        [0, 1],
      ]),
    ),
  )
  // d1: 2·(x₀ + x₁) + 1 twice, d2: 6·d1 − 1 twice, out: their sum.
  expect([...output!.data]).toEqual([82, 82, 34, 34])
})
