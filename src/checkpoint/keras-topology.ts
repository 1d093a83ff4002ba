import type {io} from '@tensorflow/tfjs-core'
import {isJsonObject, type JsonObject} from '../data/json.js'
import {kerasModel} from './keras-config.js'

export interface KerasTopology {
  topology: JsonObject
  /** weights with their TensorFlow.js names: `layer/kernel` */
  renamed: (specs: io.WeightsManifestEntry[]) => io.WeightsManifestEntry[]
}

/**
 * Translates the topology of a model.json that Keras 3 wrote, or with nested Sequential models that lack a shape, for
 * TensorFlow.js; null: no translation needed.
 *
 * Throws  what kerasModel throws for Keras 3.
 */
export function kerasTopology(topology: JsonObject, path: string): KerasTopology | null {
  const wrapped = topology.model_config
  const model = isJsonObject(wrapped) ? wrapped : topology
  const isNew =
    (typeof topology.keras_version === 'string' && /^[3-9]/.test(topology.keras_version)) || spelledNew(model)
  const nested = hasShapeless(model)
  if (!isNew && !nested) return null
  const translated = isNew ? kerasModel({...model, module: 'keras'}, path, 'Zeros') : null
  const config = translated === null ? model : asObject(translated.topology.model_config)
  const leaves = translated === null ? null : new Set(translated.leaves.map(({path: names}) => names.at(-1)!))
  const flat = flattened(config)
  return {
    topology: {...topology, model_config: flat},
    renamed: (specs) =>
      leaves === null
        ? specs
        : specs.map((spec) => {
            const parts = spec.name.split('/')
            const layer = [...parts].reverse().find((part) => leaves.has(part))
            return layer === undefined ? spec : {...spec, name: `${layer}/${parts.at(-1)!}`}
          }),
  }
}

const asObject = (value: unknown): JsonObject => (isJsonObject(value) ? value : {})
const layersIn = (model: JsonObject): JsonObject[] => {
  const config = model.config
  const layers: unknown = Array.isArray(config) ? config : asObject(config).layers
  return Array.isArray(layers) ? layers.filter(isJsonObject) : []
}

/** Keras 3 spelling: an input has `batch_shape`. */
const spelledNew = (model: JsonObject): boolean =>
  layersIn(model).some(
    (layer) =>
      ('batch_shape' in asObject(layer.config) && !('batch_input_shape' in asObject(layer.config))) ||
      spelledNew(layer),
  )

const hasShape = (layer: JsonObject | undefined): boolean => {
  if (layer === undefined) return false
  const {batch_input_shape: shape, input_shape: other} = asObject(layer.config)
  return Array.isArray(shape) || Array.isArray(other) || (layersIn(layer).length > 0 && hasShape(layersIn(layer)[0]))
}

/** Whether a Sequential contains one without an input shape, which follows from the layer before it. */
const hasShapeless = (model: JsonObject): boolean =>
  model.class_name === 'Sequential' &&
  layersIn(model).some(
    (layer, k) => layer.class_name === 'Sequential' && ((k > 0 && !hasShape(layer)) || hasShapeless(layer)),
  )

/** Flattens nested Sequential models into one list of layers: only the first layer needs a shape. */
function flattened(model: JsonObject): JsonObject {
  if (model.class_name !== 'Sequential' || !hasShapeless(model)) return model
  const unfold = (layer: JsonObject): JsonObject[] =>
    layer.class_name === 'Sequential' ? layersIn(layer).flatMap(unfold) : [layer]
  const layers = layersIn(model)
    .flatMap(unfold)
    .filter((layer, k) => k === 0 || layer.class_name !== 'InputLayer')
  const config = Array.isArray(model.config) ? {name: 'sequential'} : asObject(model.config)
  return {...model, config: {...config, layers}}
}
