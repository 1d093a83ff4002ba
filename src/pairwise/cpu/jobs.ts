import type {Products} from '../../linalg/products.js'
import {type KernelJob, kernelBlocks, type KernelPart} from './kernel-blocks.js'
import {volatilityBlocks, type VolatilityPart} from './volatility-blocks.js'
import type {VolatilityJob} from './volatility-job.js'

/** What a worker needs to compute any block of a reduction. Large arrays lie in shared memory and are not copied. */
export type Job = VolatilityJob | KernelJob

/** What comes back of one block; its arrays are moved, not copied. */
export type BlockPart = VolatilityPart | KernelPart

export type ComputeBlock = (block: number) => Promise<BlockPart>

/**
 * The blocks of a job on this thread. `products` must be of one thread, so that a block has the same bits wherever it
 * is computed.
 */
export function prepareJob(job: Job, products: Products): ComputeBlock {
  return job.kind === 'volatility' ? volatilityBlocks(job, products) : kernelBlocks(job, products)
}
