import {DeviceError, option} from '../../errors.js'
import {loadPart} from '../../packages.js'
import type {Tf} from './device.js'

// A name in a variable: the package is optional, so its types may be absent when this is compiled.
const PACKAGE: string = '@tensorflow/tfjs-node-gpu'

/** Differs from 1 in fp32, and is 1 where products are rounded to TF32 (10 bits). */
const FINE = 1 + 2 ** -12
const SIZE = 64

/**
 * TensorFlow.js on CUDA.
 *
 * Throws   DeviceError  the package is missing or does not load (no CUDA libraries), it runs on the processor (its
 *          backend is called 'tensorflow' with and without a GPU), or its matrix products are rounded to TF32.
 */
export async function openCuda(): Promise<Tf> {
  // cuBLAS reads it when it starts: products in full fp32, not in the TF32 that Ampere and later would take.
  process.env['NVIDIA_TF32_OVERRIDE'] ??= '0'
  // TensorFlow's own log is not a result of surety's.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2'
  const tf = await loadPart('cuda', () => import(PACKAGE) as Promise<{default?: Tf} & Tf>, [
    'it needs CUDA 11 and cuDNN 8',
    `or use ${option('device')} cpu`,
  ]).then((module) => module.default ?? module)
  await tf.setBackend('tensorflow')
  if ((tf.backend() as {isUsingGpuDevice?: boolean}).isUsingGpuDevice !== true) {
    throw new DeviceError('@tensorflow/tfjs-node-gpu sees no CUDA device and would run on the processor', [
      'check nvidia-smi and the CUDA 11 libraries',
      `use ${option('device')} cpu`,
    ])
  }
  const product = tf.tidy(() => tf.matMul(tf.mul(tf.eye(SIZE), FINE), tf.eye(SIZE)).dataSync()[0])
  if (product !== FINE)
    throw new DeviceError(`products of this CUDA device are rounded to TF32: ${FINE} · 1 gives ${product}`, [
      'set NVIDIA_TF32_OVERRIDE=0',
      `use ${option('device')} cpu`,
    ])
  return tf
}
