import {openProducts} from '../../linalg/open-products.js'
import type {Dense, Matrix} from '../../linalg/types.js'
import {cpuDistances} from '../cpu/distances.js'
import type {PairwiseEngine} from '../engine.js'
import {openGram} from './gram.js'
import {type AdapterFacts, Gpu, openGpu, type GpuOptions} from './gpu.js'
import {keepLast} from './keep-last.js'
import {APPLY_COLUMNS, kernelApply, kernelBlock, kernelGradient} from './kernel.js'
import {openLandmarks} from './landmarks.js'
import {beside, columns} from './panels.js'
import {reside, type Resident} from './resident.js'
import {openSolve} from './solve.js'
import {webgpuVolatility} from './volatility.js'

/** Matrices that stay on the device: two, so that a product between two sets can be repeated without uploading. */
const RESIDENTS = 2

export interface WebgpuEngine extends PairwiseEngine {
  readonly name: 'webgpu'
  describe(): AdapterFacts
}

/**
 * The pairwise engine on a GPU, through WebGPU.
 *
 * Precision  fp32 with u = 2⁻²³, and fp64 on the host for every pair on which a count or a singularity turns, so counts
 *            are those of the cpu engine. `distances`, from which scale and δ grid of a certificate come, is fp64 on
 *            the processor.
 * Memory     the last two matrices, and `right` of kernelGradient, stay on the device between calls, so their values
 *            must not be changed while they are in use.
 * Throws     DeviceError  see openGpu; later: device lost, out of memory.
 */
export async function createWebgpuEngine(options: GpuOptions): Promise<WebgpuEngine> {
  return webgpuEngine(await openGpu(options))
}

/** The engine on a device that is already open. */
export function webgpuEngine(gpu: Gpu): WebgpuEngine {
  const held = keepLast(RESIDENTS, (matrix: Matrix) => reside(gpu, matrix))
  /** Both are used before either can be dropped. */
  const residents = (z: Matrix, w: Matrix): [Resident, Resident] => [held.of(z), held.of(w)]
  const engine: WebgpuEngine = {
    name: 'webgpu',
    precision: 'fp32',
    describe: () => gpu.facts,
    volatility: (task) => gpu.exclusive((arena) => webgpuVolatility(gpu, arena, task)),
    async distances(x, y, metric) {
      const products = await openProducts(0)
      return cpuDistances(x, y, metric, products).finally(() => products.close())
    },
    kernelBlock: (z, w) => gpu.exclusive((arena) => kernelBlock(gpu, arena, ...residents(z, w))),
    kernelApply: (z, w, v) =>
      gpu.exclusive(async (arena) => {
        const parts: Dense[] = []
        for (let from = 0; from < v.cols; from += APPLY_COLUMNS)
          parts.push(await kernelApply(gpu, arena, ...residents(z, w), columns(v, from, from + APPLY_COLUMNS)))
        return beside(z.rows, v.cols, parts)
      }),
    kernelGradient: (z, w, left, right, onRows) =>
      gpu.exclusive((arena) => kernelGradient(gpu, arena, residents(z, w), {left, right}, onRows)),
    openLandmarks: (task, host) => openLandmarks(gpu, task, host),
    openGram: (task, host) =>
      openGram(gpu, task, host, (z, w, left, right, onRows) => engine.kernelGradient(z, w, left, right, onRows)),
    openSolve: (task, host) => openSolve(gpu, task, host),
    async close() {
      await gpu.close()
    },
  }
  return engine
}
