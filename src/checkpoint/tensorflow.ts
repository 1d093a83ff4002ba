import type {EventEmitter} from 'node:events'
import type * as core from '@tensorflow/tfjs-core'
import type * as layers from '@tensorflow/tfjs-layers'

export interface TensorFlow {
  tf: typeof core
  tfl: typeof layers
  /** the backend checkpoints run on; another part of the program may have made a different one current since */
  backend: 'wasm' | 'cpu'
}

const LISTENED = ['uncaughtException', 'unhandledRejection']

/**
 * TensorFlow.js for forward passes: the wasm backend (about 30 times faster), or cpu where wasm does not start.
 * Loaded on first use, because it takes 0.3 s; its advice on the console is switched off.
 */
export async function loadTensorFlow(): Promise<TensorFlow> {
  const [tf, tfl] = await Promise.all([import('@tensorflow/tfjs-core'), import('@tensorflow/tfjs-layers'), import('@tensorflow/tfjs-backend-cpu'), import('@tensorflow/tfjs-backend-wasm')])
  tf.env().set('PROD', true)
  const wasm = await withoutNewListeners(() => tf.setBackend('wasm').catch(() => false))
  if (!wasm) await tf.setBackend('cpu')
  return {tf, tfl, backend: wasm ? 'wasm' : 'cpu'}
}

/** The wasm module listens for uncaught errors only to throw them again with its whole source: such listeners go. */
async function withoutNewListeners<T>(start: () => Promise<T>): Promise<T> {
  const emitter: EventEmitter = process
  const before = new Set(LISTENED.flatMap((event) => emitter.rawListeners(event)))
  const result = await start()
  for (const event of LISTENED) {
    for (const listener of emitter.rawListeners(event)) if (!before.has(listener)) emitter.removeListener(event, listener as () => void)
  }
  return result
}
