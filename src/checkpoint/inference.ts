import {InputError} from '../errors.js'
import {isJsonObject, type JsonObject} from '../data/json.js'
import {checkCall} from './keras-config.js'
import {checkCallOrder} from './layers-graph.js'

/**
 * Checks the configuration of a TensorFlow.js LayersModel for layers that stay in training mode, and for calls that can
 * never be resolved.
 *
 * Throws  InputError  a layer that is called with training=true, one that changes its input at random, or one that
 *         waits for a call that never happens (names it).
 */
export function checkLayersConfig(topology: unknown, path: string): void {
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit)
    if (!isJsonObject(value)) return
    checkSpelling(value, path)
    const [name = '(without a name)'] = [isJsonObject(value.config) ? value.config.name : undefined, value.name].filter(
      (candidate) => typeof candidate === 'string',
    )
    if (typeof value.class_name === 'string' && /^Random(?!Normal|Uniform)/.test(value.class_name)) {
      throw new InputError(`${path}: the layer ${name} (${value.class_name}) changes its input at random`, [
        'take augmentation out of the model before saving it',
      ])
    }
    if (value.class_name !== 'Sequential' && isJsonObject(value.config) && Array.isArray(value.config.layers))
      checkCallOrder(value.config.layers, path)
    const calls: unknown[] = Array.isArray(value.inbound_nodes) ? value.inbound_nodes.flat() : []
    for (const call of calls)
      if (Array.isArray(call) && isJsonObject(call[3])) checkCall(call[3], `${path}: the layer ${name}`)
    for (const member of Object.values(value)) visit(member)
  }
  visit(topology)
}

/** Keys for a model's structure, as TensorFlow.js spells them after rewriting all keys of the file. */
const STRUCTURE = new Map([
  ['className', 'class_name'],
  ['config', 'config'],
  ['inboundNodes', 'inbound_nodes'],
  ['layers', 'layers'],
  ['name', 'name'],
])

/** Throws InputError: a key that TensorFlow.js reads as a structure key although no program spells it that way. */
function checkSpelling(layer: JsonObject, path: string): void {
  for (const key of Object.keys(layer)) {
    const written = STRUCTURE.get(key.replace(/_+(\w|$)/g, (_, letter: string) => letter.toUpperCase()))
    if (written !== undefined && written !== key)
      throw new InputError(
        `${path}: holds the key ${JSON.stringify(key)}, which no program writes, in place of ${written}`,
        ['save the model again'],
      )
  }
}
