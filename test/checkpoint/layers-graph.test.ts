import {describe, expect, it} from 'vitest'
import {checkLayersConfig} from '../../src/checkpoint/inference.js'
import {InputError} from '../../src/errors.js'

type Call = [layer: string, index: unknown, output: number, options: object]
interface Layer {
  name?: unknown
  class_name: string
  config: Record<string, unknown>
  inbound_nodes: unknown
  [key: string]: unknown
}

const call = (layer: string, index: unknown = 0): Call => [layer, index, 0, {}]
const layer = (name: string, ...nodes: Call[][]): Layer => ({
  name,
  class_name: nodes.length === 0 ? 'InputLayer' : 'Dense',
  config: {name},
  inbound_nodes: nodes,
})
const model = (...layers: unknown[]) => ({
  class_name: 'Model',
  config: {name: 'model', layers, input_layers: [['x', 0, 0]], output_layers: [['b', 0, 0]]},
})
const check = (topology: unknown) => () => checkLayersConfig(topology, 'model.json')

const [x, a, b] = [layer('x'), layer('a', [call('x')]), layer('b', [call('a')])]

describe('the calls of a model', () => {
  it.each<[string, unknown]>([
    ['in order', model(x, a, b)],
    ['listed the wrong way round', model(b, a, x)],
    ['of a layer that is used twice', model(x, layer('a', [call('x')], [call('a')]), layer('b', [call('a', 1)]))],
    [
      'of a model in a model, which was called once before',
      model(x, {...model(x, a, b), name: 'model', inbound_nodes: [[call('x')]]}, layer('b', [call('model', 1)])),
    ],
    [
      'of a Sequential, which names its layers only inside',
      {class_name: 'Sequential', config: {layers: [{class_name: 'Dense', config: {name: 'a'}}]}},
    ],
  ])('%s can be made', (_, topology) => {
    expect(check(topology)).not.toThrow()
  })

  // TensorFlow.js tries each of these again for ever.
  it.each<[string, unknown, string]>([
    [
      'on a layer that is missing',
      model(x, layer('a', [call('y')]), b),
      'the layer a waits for the layer y, which is not in the model',
    ],
    ['on itself', model(x, layer('a', [call('a')]), b), 'the layer a waits for call 1 of the layer a'],
    ['in a circle', model(x, layer('a', [call('b')]), b), 'the layer a waits for call 1 of the layer b'],
    [
      'on a call that is never made',
      model(x, a, layer('b', [call('a', 1)])),
      'the layer b waits for call 2 of the layer a',
    ],
    [
      'on a call without inputs, which makes none',
      model(x, layer('a', []), b),
      'the layer b waits for call 1 of the layer a',
    ],
    [
      'on a model without layers',
      model(x, {name: 'a', class_name: 'Sequential', config: {name: 'a', layers: []}, inbound_nodes: []}, b),
      'the layer b waits for call 1 of the layer a',
    ],
    ['on a call with a text as its number', model(x, a, layer('b', [call('a', '1e9')])), 'names no layer and call'],
    [
      'in a model in a model',
      model(x, {...model(x, layer('a', [call('y')])), name: 'inner', inbound_nodes: [[call('x')]]}),
      'waits for the layer y',
    ],
    ['of a layer without a name', model(x, a, {...b, name: undefined}), 'a layer has no name'],
    ['of a layer whose name is not a text', model(x, a, {...b, name: 3}), 'a layer has no name'],
    ['of a layer without a name of its own', model(x, a, {...b, config: {}}), 'a layer has no name'],
    ['of two layers of one name', model(x, a, {...b, name: 'a'}), "two layers are called 'a'"],
    ['of two layers whose own names are one', model(x, a, {...b, config: {name: 'a'}}), "two layers are called 'a'"],
    [
      'under a key that TensorFlow.js rewrites',
      model(x, {...a, inbound__nodes: [[call('y')]]}, b),
      'holds the key "inbound__nodes", which no program writes, in place of inbound_nodes',
    ],
    [
      'under a key as TensorFlow.js spells it',
      model(x, {...a, inboundNodes: [[call('y')]]}, b),
      'holds the key "inboundNodes"',
    ],
    [
      'in layers under another key',
      {class_name: 'Model', config: {layers_: [x], layers: []}},
      'holds the key "layers_"',
    ],
  ])('%s are refused', (_, topology, message) => {
    expect(check(topology)).toThrow(InputError)
    expect(check(topology)).toThrow(message)
  })
})
