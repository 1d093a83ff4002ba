import type {EventEmitter} from 'node:events'
import type * as core from '@tensorflow/tfjs-core'
import type * as layers from '@tensorflow/tfjs-layers'
import {DeviceError} from '../errors.js'

export interface TensorFlow {
  tf: typeof core
  tfl: typeof layers
  /** the backend checkpoints run on; another part of the program may have made a different one current since */
  backend: Backend
}

/** tensorflow: CUDA, registered by whoever opened the device */
export type Backend = 'tensorflow' | 'wasm' | 'cpu'

const LISTENED = ['uncaughtException', 'unhandledRejection']

/**
 * TensorFlow.js on the backend asked for; without one wasm (about 30 times faster than cpu), or cpu where wasm does not start.
 * Loaded on first use, because it takes 0.3 s; its advice on the console is switched off.
 */
export async function loadTensorFlow(backend: Backend = 'wasm'): Promise<TensorFlow> {
  const [tf, tfl] = await Promise.all([import('@tensorflow/tfjs-core'), import('@tensorflow/tfjs-layers'), import('@tensorflow/tfjs-backend-cpu'), import('@tensorflow/tfjs-backend-wasm')])
  tf.env().set('PROD', true)
  const started = await withoutNewListeners(() => tf.setBackend(backend).catch(() => false))
  if (!started && backend === 'tensorflow') throw new DeviceError('TensorFlow.js on CUDA does not start', ['use --device cpu'])
  if (!started) await tf.setBackend('cpu')
  return {tf, tfl, backend: started ? backend : 'cpu'}
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
