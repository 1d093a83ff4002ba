import {openProducts} from '../../linalg/open-products.js'
import type {PairwiseEngine} from '../engine.js'
import {cpuDistances} from './distances.js'
import {kernelApply, kernelBlock, kernelGradient} from './kernel.js'
import {PairWorkers} from './pool.js'
import {BlockRunner} from './runner.js'
import {SharedMatrices} from '../../linalg/shared.js'
import {cpuVolatility} from './volatility.js'

export interface CpuEngineOptions {
  /** worker threads, started when there is enough work; 1: everything on the calling thread */
  threads: number
  /** of the products of tiles; sums are fp64 in both */
  precision?: 'fp64' | 'fp32'
  /** told why, when a worker dies and the rest is computed on the calling thread, with the same bits */
  onLost?: (reason: string) => void
}

export interface CpuEngine extends PairwiseEngine {
  readonly name: 'cpu'
  readonly products: string
}

/**
 * The engine that runs everywhere and, in fp64, is the oracle of the others: tiles on worker threads, their matrix
 * products on the BLAS inside onnxruntime-node where it is installed, else in WebAssembly. The same bits for any number
 * of threads.
 *
 * Memory   a matrix that went to the workers stays in shared memory as long as the matrix itself, so its values must
 *          not be changed while it is in use.
 */
export async function createCpuEngine({threads, precision = 'fp64', onLost}: CpuEngineOptions): Promise<CpuEngine> {
  const products = await openProducts(threads)
  const runner = new BlockRunner(await openProducts(1), threads > 1 ? new PairWorkers(threads) : null, onLost)
  const context = {runner, matrices: new SharedMatrices(), precision}
  return {
    name: 'cpu',
    precision,
    products: products.name,
    volatility: (task) => cpuVolatility(task, runner, precision),
    distances: (x, y, metric) => cpuDistances(x, y, metric, products),
    kernelBlock: (z, w) => kernelBlock(context, z, w),
    kernelApply: (z, w, v) => kernelApply(context, z, w, v),
    kernelGradient: (z, w, left, right, onRows) => kernelGradient(context, z, w, left, right, onRows),
    async close() {
      await Promise.all([runner.close(), products.close()])
    },
  }
}
