import {isJsonObject, type JsonObject} from '../data/json.js'
import {InputError} from '../errors.js'

/** A call's prerequisite: a layer that must have been called this many times before. */
interface Need {
  layer: string
  calls: number
}

/** Classes that count as called once when created: inputs, and models used as layers. */
const MADE = new Set(['InputLayer', 'Model', 'Functional', 'Sequential'])

/**
 * Checks that the layer calls of a model (a Sequential has none) can be made in some order. TensorFlow.js retries calls
 * that wait for another, and loops forever if a call waits for itself or for one that never happens.
 *
 * `layers`  the layers of one model, as listed in its configuration.
 * Cost      calls × the longest chain of calls in the wrong order.
 * Throws    InputError  a call that can never be made (names its layer and what it waits for); layers without a name or
 *           with the same name.
 */
export function checkCallOrder(layers: readonly unknown[], place: string): void {
  const called = new Map<string, number>()
  const made = new Set<string>()
  let waiting: {layer: string; needs: Need[]}[] = []
  for (const layer of layers) {
    if (!isJsonObject(layer)) continue
    const name = uniqueName(layer.name, called, place)
    // The name at creation, under which its calls are queued.
    made.add(uniqueName(isJsonObject(layer.config) ? layer.config.name : undefined, made, place))
    called.set(name, isMade(layer) ? 1 : 0)
    for (const node of listOf(layer.inbound_nodes))
      waiting.push({layer: name, needs: listOf(node).map((call) => needOf(call, `${place}: the layer ${name}`))})
  }
  const isReady = ({layer, calls}: Need) => (called.get(layer) ?? -1) >= calls
  while (waiting.length > 0) {
    const late: typeof waiting = []
    for (const call of waiting) {
      if (call.needs.every(isReady)) called.set(call.layer, called.get(call.layer)! + Math.min(1, call.needs.length))
      else late.push(call)
    }
    if (late.length === waiting.length) {
      const [{layer, needs}] = late as [(typeof waiting)[number]]
      const {layer: from, calls} = needs.find((need) => !isReady(need))!
      const why = called.has(from)
        ? `call ${calls} of the layer ${from}, which never happens before it`
        : `the layer ${from}, which is not in the model`
      throw new InputError(`${place}: the layer ${layer} waits for ${why}`, ['save the model again'])
    }
    waiting = late
  }
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

/** [layer, number of its call, number of the call's output, …]. */
function needOf(call: unknown, where: string): Need {
  const [layer, index] = listOf(call)
  if (typeof layer === 'string' && Number.isInteger(index) && (index as number) >= 0)
    return {layer, calls: (index as number) + 1}
  throw new InputError(`${where} is called on ${JSON.stringify(call)?.slice(0, 80)}, which names no layer and call`, [
    'save the model again',
  ])
}

function uniqueName(name: unknown, taken: {has: (name: string) => boolean}, place: string): string {
  if (typeof name === 'string' && name !== '' && !taken.has(name)) return name
  throw new InputError(
    `${place}: ${typeof name === 'string' ? `two layers are called '${name}'` : 'a layer has no name'}`,
    ['save the model again'],
  )
}

/** A model without layers has not been called. */
const isMade = (layer: JsonObject): boolean =>
  MADE.has(String(layer.class_name)) &&
  !(isJsonObject(layer.config) && listOf(layer.config.layers ?? [null]).length === 0)
