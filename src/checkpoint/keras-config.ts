import {isJsonObject, type JsonObject} from '../data/json.js'
import {InputError} from '../errors.js'
import {checkKerasLayer, snakeCase} from './keras-layers.js'

/** One layer that may have weights: its position in the model, and where Keras stores its weights. */
export interface KerasLeaf {
  /** names from the model down: a layer of a nested model has two */
  path: string[]
  className: string
  /** group of a Keras 3 weight file */
  group: string
}

export interface KerasModel {
  /** what TensorFlow.js builds the model from */
  topology: JsonObject
  leaves: KerasLeaf[]
}

const MODELS = new Set(['Sequential', 'Functional', 'Model'])
/**
 * Keys of a layer's configuration for weight initializers; the file holds the weights, so all are replaced by
 * `initializer`.
 */
const WEIGHTS = [
  'kernel',
  'bias',
  'recurrent',
  'embeddings',
  'gamma',
  'beta',
  'moving_mean',
  'moving_variance',
  'alpha',
  'depthwise',
  'pointwise',
]
/** Nobody nests models and wrappers deeper than this. */
const MAX_DEPTH = 16

/**
 * Translates a Keras configuration for TensorFlow.js: the Keras 2 form, without initializers, regularizers and
 * constraints, and with Keras 3 shapes, data types and references in the older spelling.
 *
 * Throws   InputError  a model with custom code, a layer that TensorFlow.js does not have or computes differently (see
 *          checkKerasLayer), a layer called in training mode. Each names the layer.
 * Source   the files that Keras 2.x and 3.x write: `model_config`, and `config.json` of a .keras archive.   Deviation:
 *          none.
 */
export function kerasModel(json: unknown, place: string, initializer: string): KerasModel {
  const leaves: KerasLeaf[] = []
  const version = isJsonObject(json) && 'module' in json ? 3 : 2

  function model(value: unknown, path: string[], group: string): JsonObject {
    if (path.length > MAX_DEPTH)
      throw new InputError(`${place}: models are nested more than ${MAX_DEPTH} deep`, ['flatten the model'])
    const {class_name: className, config} = layerObject(value, path)
    if (!MODELS.has(className))
      throw new InputError(`${place}: is a model of the class ${className}, which has code of its own`, [
        'build it with the functional interface, or convert it to ONNX',
      ])
    // Before Keras 2.2.3 a Sequential was the bare list of its layers.
    const listed: unknown = Array.isArray(config) ? config : asObject(config).layers
    if (!Array.isArray(listed) || listed.length === 0)
      throw new InputError(`${place}: the model ${path.join('/') || 'in it'} has no layers`, ['save the model again'])
    const used = new Map<string, number>()
    const layers = listed.map((entry) => {
      const layer = layerObject(entry, path)
      const stem = snakeCase(layer.class_name)
      const count = used.get(stem) ?? 0
      used.set(stem, count + 1)
      return translate(layer, path, `${group}layers/${stem}${count === 0 ? '' : `_${count}`}`)
    })
    if (className === 'Sequential')
      return {
        class_name: 'Sequential',
        config: {name: nameOf(config, 'sequential'), layers: withInputShape(layers, config, value)},
      }
    const ends = (key: 'input_layers' | 'output_layers') => references((config as JsonObject)[key])
    return {
      class_name: 'Model',
      config: {
        name: nameOf(config, 'model'),
        layers,
        input_layers: ends('input_layers'),
        output_layers: ends('output_layers'),
      },
    }
  }

  function translate(layer: KerasLayer, path: string[], group: string): JsonObject {
    const [name = ''] = [asObject(layer.config).name, layer.name].filter((candidate) => typeof candidate === 'string')
    const here = [...path, name]
    const inbound = isList(layer.inbound_nodes)
      ? {inbound_nodes: layer.inbound_nodes.map((node) => inboundNode(node, `${place}: the layer ${here.join('/')}`))}
      : {}
    if (MODELS.has(layer.class_name)) {
      const inner = model(layer, here, `${group}/`)
      return {...inner, config: {...asObject(inner.config), name}, name, ...inbound}
    }
    const config = asObject(layer.config)
    checkKerasLayer(layer.class_name, config, version, `${place}: the layer ${here.join('/')}`)
    leaves.push({path: here, className: layer.class_name, group})
    return {class_name: layer.class_name, name, config: translated(layer.class_name, config, initializer), ...inbound}
  }

  const topology = model(json, [], '')
  return {topology: {keras_version: `${version}`, backend: 'tensorflow', model_config: topology}, leaves}

  function layerObject(value: unknown, path: string[]): KerasLayer {
    if (isJsonObject(value) && typeof value.class_name === 'string') return value as unknown as KerasLayer
    throw new InputError(`${place}: a layer of ${path.join('/') || 'the model'} has no class`, ['save the model again'])
  }
}

interface KerasLayer {
  class_name: string
  name?: unknown
  config: unknown
  inbound_nodes?: unknown
}

const isList = (value: unknown): value is unknown[] => Array.isArray(value)
const asObject = (value: unknown): JsonObject => (isJsonObject(value) ? value : {})
const nameOf = (config: unknown, otherwise: string): string =>
  isJsonObject(config) && typeof config.name === 'string' ? config.name : otherwise

/** The configuration of one layer, and of the layer that a wrapper holds. */
function translated(className: string, config: JsonObject, initializer: string): JsonObject {
  const out: JsonObject = {}
  for (const [key, value] of Object.entries(config)) {
    if (/_(initializer|regularizer|constraint)$/.test(key) || key === 'seed' || key === 'backward_layer') continue
    out[key] = value
  }
  for (const weight of WEIGHTS) out[`${weight}_initializer`] = {class_name: initializer, config: {}}
  out.trainable = true
  out.dtype = className === 'InputLayer' || className === 'Embedding' ? inputType(config.dtype) : 'float32'
  if (isList(config.batch_shape)) out.batch_input_shape = config.batch_shape
  if (isList(config.axis) && config.axis.length === 1) out.axis = config.axis[0]
  if (config.activation !== undefined) out.activation = activation(config.activation)
  if (config.recurrent_activation !== undefined) out.recurrent_activation = activation(config.recurrent_activation)
  if (typeof config.negative_slope === 'number' && className === 'LeakyReLU') out.alpha = config.negative_slope
  const inner = asObject(config.layer)
  if (typeof inner.class_name === 'string')
    out.layer = {
      class_name: inner.class_name,
      config: translated(inner.class_name, asObject(inner.config), initializer),
    }
  return out
}

/** Integers stay integers; everything else is computed in fp32. */
const inputType = (dtype: unknown): string =>
  typeof dtype === 'string' && /^u?int|^bool/.test(dtype) ? 'int32' : 'float32'

/** A name, or an object with one; Keras has several names for some functions. */
function activation(value: unknown): unknown {
  const name: unknown = isJsonObject(value)
    ? value.class_name === 'function'
      ? value.config
      : (value.class_name ?? value.config)
    : value
  return name === 'silu' ? 'swish' : name
}

/** A Sequential of Keras 3, or one built on first use, stores its input shape next to its layers. */
function withInputShape(layers: JsonObject[], config: unknown, model: unknown): JsonObject[] {
  const first = asObject(layers[0]!.config)
  const built = asObject(config).build_input_shape ?? asObject(asObject(model).build_config).input_shape
  if (layers[0]!.class_name === 'InputLayer' || isList(first.batch_input_shape) || !isList(built)) return layers
  return [{...layers[0]!, config: {...first, batch_input_shape: built}}, ...layers.slice(1)]
}

/** [["dense", 0, 0], …]; Keras 3 writes a single one without the outer list. */
function references(value: unknown): unknown {
  const list = isList(value) ? value : []
  return list.length > 0 && typeof list[0] === 'string' ? [list] : list
}

/**
 * A call of a layer as Keras 2 writes it, [[layer, node, tensor, options], …]; Keras 3 has the tensors as arguments.
 */
function inboundNode(node: unknown, where: string): unknown {
  if (isList(node)) {
    for (const call of node) if (isList(call)) checkCall(asObject(call[3]), where)
    return node
  }
  const {args, kwargs} = asObject(node)
  checkCall(asObject(kwargs), where)
  const tensors: unknown[] = []
  const collect = (value: unknown, depth: number): void => {
    const history = asObject(asObject(value).config).keras_history
    if (isList(history)) tensors.push([...history.slice(0, 3), {}])
    else if (isList(value) && depth < 3) for (const item of value) collect(item, depth + 1)
  }
  collect(args, 0)
  return tensors
}

/** Throws InputError if a layer is called in training mode or with its own mask. */
export function checkCall(options: JsonObject, where: string): void {
  if (options.training === true || options.training === 1)
    throw new InputError(`${where} is called with training=True, so it stays in training when the model is used`, [
      'build the model without it and save it again',
    ])
  if (options.mask !== undefined && options.mask !== null)
    throw new InputError(`${where} is called with a mask, which is not supported`, ['convert the model to ONNX'])
}
