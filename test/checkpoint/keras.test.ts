import {readFileSync} from 'node:fs'
import {describe, expect, it} from 'vitest'
import {openCheckpoint} from '../../src/checkpoint/index.js'
import {dataSet} from './files.js'

const folder = 'fixtures/keras'
const expected = JSON.parse(readFileSync(`${folder}/keras.expected.json`, 'utf8')) as Record<string, {inputs: number[][]; layers: Record<string, number[][]>}>

describe('Keras files', () => {
  it.each(['mlp-keras2.h5', 'cnn-keras3.keras'])('%s gives the states that NumPy gives', async (name) => {
    const {inputs, layers} = expected[name]!
    const checkpoint = await openCheckpoint(`${folder}/${name}`)
    expect(checkpoint.kind).toBe('keras')
    const data = dataSet(inputs.map(() => 0), {name: 'inputs', shape: [inputs.length, inputs[0]!.length], data: Float32Array.from(inputs.flat())})
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
    const names = async (name: string) => (await openCheckpoint(`${folder}/${name}`)).listLayers().filter((layer) => layer.default).map((layer) => layer.name)
    expect(await names('cnn-keras3.keras')).toEqual(['stem', 'act', 'scores'])
    expect(await names('mlp-keras2.h5')).toEqual(['bn', 'probs'])
  })
})
