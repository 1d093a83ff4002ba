import {openProducts} from '../../linalg/open-products.js'
import {cpuDistances} from '../cpu/distances.js'
import type {PairwiseEngine} from '../engine.js'
import {onDevice, type Tf} from './device.js'
import {kernelApply, kernelBlock, kernelGradient} from './kernel.js'
import {openCuda} from './open-cuda.js'
import {tfjsVolatility} from './volatility.js'

/** Two tiles of rows make a block of 16 MiB, and about ten such blocks are alive at a time. */
const TILE_ROWS = 2048

export interface TfjsEngine extends PairwiseEngine {
  readonly name: 'tfjs'
  readonly backend: string
}

/**
 * The pairwise engine on CUDA, through @tensorflow/tfjs-node-gpu.
 *
 * Throws   DeviceError  see openCuda.
 */
export async function createTfjsEngine(): Promise<TfjsEngine> {
  return tfjsEngine(await openCuda(), 'tensorflow')
}

/**
 * The pairwise engine as tensor operations on any TensorFlow.js backend.
 *
 * Precision  fp32 with u = 2⁻²³, and fp64 on the host for every pair on which a count or a singularity turns, so counts
 *            are those of the cpu engine. `distances` is fp64 on the processor.
 * Memory     a few [tileRows, tileRows] tensors besides the rows; nothing is kept between calls.
 * Throws     DeviceError  what TensorFlow.js throws.
 */
export function tfjsEngine(tf: Tf, backend: string, tileRows = TILE_ROWS): TfjsEngine {
  const device = {tf, backend, tileRows}
  return {
    name: 'tfjs',
    precision: 'fp32',
    backend,
    volatility: (task) => onDevice(device, () => tfjsVolatility(device, task)),
    async distances(x, y, metric) {
      const products = await openProducts(0)
      return cpuDistances(x, y, metric, products).finally(() => products.close())
    },
    kernelBlock: (z, w) => onDevice(device, () => kernelBlock(device, z, w)),
    kernelApply: (z, w, v) => onDevice(device, () => kernelApply(device, z, w, v)),
    kernelGradient: (z, w, left, right, onRows) =>
      onDevice(device, () => kernelGradient(device, z, w, left, right, onRows)),
    close: () => Promise.resolve(),
  }
}
