import type {EventEmitter} from 'node:events'
import type * as core from '@tensorflow/tfjs-core'
import type * as layers from '@tensorflow/tfjs-layers'
import {DeviceError, InputError, option} from '../errors.js'
import {loadPart} from '../packages.js'
import {batchShape, type BoundInput, inputRows, toBatchAxis} from './bind-inputs.js'
import {size, type State} from './pool.js'

export interface TensorFlow {
  tf: typeof core
  tfl: typeof layers
  /** the backend that checkpoints use; another part of the program may have switched the current one since */
  backend: Backend
}

/** tensorflow: CUDA, registered by the code that opened the device */
export type Backend = 'tensorflow' | 'wasm' | 'cpu'

/**
 * The states of some rows in one batch: `predict` gets one tensor per input. If wasm lacks an operation, this and all
 * later batches run on the cpu backend.
 *
 * Throws  InputError  a value that must be a whole number but is not; whatever `predict` throws.
 */
export async function forward(
  tensorFlow: TensorFlow,
  bound: readonly BoundInput[],
  types: readonly string[],
  rows: Uint32Array,
  predict: (inputs: core.Tensor[]) => core.Tensor[],
): Promise<State[]> {
  const {tf} = tensorFlow
  const attempt = () =>
    tf.tidy(() =>
      predict(bound.map((input, i) => tensorFlowInput(tensorFlow, input, types[i]!, rows))).map((tensor) => ({
        shape: tensor.shape,
        data: Float32Array.from(tensor.dataSync()),
      })),
    )
  await tf.setBackend(tensorFlow.backend)
  try {
    return attempt()
  } catch (error) {
    if (tensorFlow.backend === 'cpu' || !/not registered for the backend|Kernel .* not found/.test(String(error)))
      throw error
    tensorFlow.backend = 'cpu'
    await tf.setBackend('cpu')
    return attempt()
  }
}

/** Some rows of one input. Throws InputError: a value that does not fit the input's type. */
export function tensorFlowInput({tf}: TensorFlow, input: BoundInput, type: string, rows: Uint32Array): core.Tensor {
  const {array, name, rowShape} = input
  const given = inputRows(input, rows)
  const values =
    type === 'int32' ? Int32Array.from(given) : type === 'bool' ? Uint8Array.from(given) : Float32Array.from(given)
  const wrong = values instanceof Float32Array ? -1 : given.findIndex((value, i) => value !== values[i])
  if (wrong >= 0)
    throw new InputError(
      `the array '${array.name}' holds ${given[wrong]!} at row ${rows[Math.floor(wrong / size(rowShape))]!}, but the model's input '${name}' takes ${type}`,
      ['check that this data belongs to this model'],
    )
  return tf.tensor(
    toBatchAxis(values, rows.length, input),
    batchShape(rows.length, input),
    type === 'int32' || type === 'bool' ? type : 'float32',
  )
}

const LISTENED = ['uncaughtException', 'unhandledRejection']

/** The first sentence of an error of TensorFlow.js. */
export const reason = (error: unknown): string =>
  String(error instanceof Error ? error.message : error)
    .split(/\n|\. /)[0]!
    .slice(0, 300)

/**
 * TensorFlow.js on the requested backend; by default wasm (about 30 times faster than cpu), or cpu if wasm does not
 * start. Loaded on first use, because it takes 0.3 s; its console messages are silenced.
 */
export async function loadTensorFlow(backend: Backend = 'wasm'): Promise<TensorFlow> {
  const [tf, tfl] = await loadPart('tfjs', () =>
    Promise.all([
      import('@tensorflow/tfjs-core'),
      import('@tensorflow/tfjs-layers'),
      import('@tensorflow/tfjs-backend-cpu'),
      import('@tensorflow/tfjs-backend-wasm'),
    ]),
  )
  tf.env().set('PROD', true)
  const started = await withoutNewListeners(() => tf.setBackend(backend).catch(() => false))
  if (!started && backend === 'tensorflow')
    throw new DeviceError('TensorFlow.js on CUDA does not start', [`use ${option('device')} cpu`])
  if (!started) await tf.setBackend('cpu')
  return {tf, tfl, backend: started ? backend : 'cpu'}
}

/** The wasm module adds listeners that rethrow uncaught errors with its whole source; they are removed. */
async function withoutNewListeners<T>(start: () => Promise<T>): Promise<T> {
  const emitter: EventEmitter = process
  const before = new Set(LISTENED.flatMap((event) => emitter.rawListeners(event)))
  const result = await start()
  for (const event of LISTENED) {
    for (const listener of emitter.rawListeners(event))
      if (!before.has(listener)) emitter.removeListener(event, listener as () => void)
  }
  return result
}
