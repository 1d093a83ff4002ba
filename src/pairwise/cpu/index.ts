import {onnxProducts} from '../../linalg/onnx-products.js'
import {plainProducts} from '../../linalg/products.js'
import type {PairwiseEngine} from '../engine.js'
import {cpuDistances} from './distances.js'
import {kernelApply, kernelBlock, kernelGradient} from './kernel.js'
import {cpuVolatility} from './volatility.js'

/**
 * The fp64 engine that runs everywhere and is the oracle of the others: matrix products on the BLAS inside
 * onnxruntime-node where it is installed, in JavaScript otherwise.
 */
export async function createCpuEngine(options: {threads: number}): Promise<PairwiseEngine & {readonly products: string}> {
  const products = (await onnxProducts(options.threads)) ?? plainProducts
  return {
    name: 'cpu',
    precision: 'fp64',
    products: products.name,
    volatility: (task) => cpuVolatility(task, products),
    distances: (x, y, metric) => cpuDistances(x, y, metric, products),
    kernelBlock: (z, w) => kernelBlock(z, w, products),
    kernelApply: (z, w, v) => kernelApply(z, w, v, products),
    kernelGradient: (z, w, left, right, onRows) => kernelGradient(z, w, left, right, products, onRows),
    close: () => products.close(),
  }
}
