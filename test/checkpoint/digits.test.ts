import {readFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {describe, expect, it} from 'vitest'
import {openCheckpoint, readDataSet} from '../../src/checkpoint/index.js'
import {crossEntropy, slowEpsilon} from './files.js'

const folder = fileURLToPath(new URL('../../fixtures/digits/', import.meta.url))

interface Reference {
  models: Record<string, {accuracy: number; layers: Record<string, {epsilon: number}>}>
}
const reference = JSON.parse(readFileSync(`${folder}kc_reference.json`, 'utf8')) as Reference

describe.each(['digits-mlp', 'digits-cnn'])('%s', (name) => {
  it('gives through ONNX the states and ε that PyTorch and NumPy gave', async () => {
    const stored = await (await openCheckpoint(`${folder}${name}-embeddings.npz`)).embeddings(null)
    const {layers, output, labels} = await (await openCheckpoint(`${folder}${name}.onnx`)).embeddings(
      await readDataSet(`${folder}${name}-test.npz`),
    )
    const expected = reference.models[name]!
    expect(layers.map(({dim}) => dim)).toEqual(stored.layers.map(({dim}) => dim))
    const loss = crossEntropy(output!.data, 10, labels!)
    const right = Array.from(labels!, (label, row) => {
      const scores = [...output!.data.subarray(row * 10, row * 10 + 10)]
      return scores.indexOf(Math.max(...scores)) === label
    })
    expect(right.filter(Boolean).length / right.length).toBe(expected.accuracy)
    layers.forEach((layer, k) => {
      const {name: storedName, data} = stored.layers[k]!
      const difference = Float64Array.from(layer.data).reduce(
        (most, value, i) => Math.max(most, Math.abs(value - data[i]!)),
        0,
      )
      expect(difference, storedName).toBeLessThan(5e-5)
      const epsilon = expected.layers[storedName]!.epsilon
      expect(Math.abs(slowEpsilon(layer.data, layer.dim, loss) - epsilon) / epsilon, storedName).toBeLessThan(1e-4)
    })
  })

  it('gives from the stored states the ε of NumPy', async () => {
    const {layers, loss} = await (await openCheckpoint(`${folder}${name}-embeddings.npz`)).embeddings(null)
    for (const layer of layers) {
      const {epsilon} = reference.models[name]!.layers[layer.name]!
      expect(Math.abs(slowEpsilon(layer.data, layer.dim, loss!) - epsilon) / epsilon, layer.name).toBeLessThan(1e-9)
    }
  })
})
