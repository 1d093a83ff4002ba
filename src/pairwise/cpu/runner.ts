import type {Products} from '../../linalg/products.js'
import {type Job, type BlockPart, prepareJob} from './jobs.js'
import {WorkerError} from '../../frame/worker-pool.js'
import type {PairWorkers} from './pool.js'

/**
 * Multiply–adds in all from which starting workers (≈ 0.1 s) pays, and those of one job that they are then asked for.
 */
const START_WORK = 4e9
const JOB_WORK = 1e8

/** Runs the blocks of a job here or on workers; the parts and their order are the same. */
export class BlockRunner {
  private seen = 0

  /**
   * `products` of one thread; `pool` null: everything on this thread; `onLost` is told once why the workers are no
   * longer used.
   */
  constructor(
    private readonly products: Products,
    private pool: PairWorkers | null = null,
    private readonly onLost: (reason: string) => void = () => undefined,
  ) {}

  /** Whether a job of this many multiply–adds will go to workers: its arrays must be shared then. */
  isParallel(work: number): boolean {
    this.seen += work
    return this.pool !== null && this.seen >= START_WORK && work >= JOB_WORK
  }

  /**
   * Calls `deliver` for each block of `job`, in order. When a worker dies the rest is computed here, and so is every
   * later job: the usual cause is a lack of memory.
   */
  async run<P extends BlockPart>(
    job: Job,
    blocks: number,
    isParallel: boolean,
    deliver: (block: number, part: P) => void,
  ): Promise<void> {
    let next = 0
    if (isParallel && this.pool !== null) {
      try {
        return await this.pool.run(job, blocks, (block, part) => {
          next = block + 1
          deliver(block, part as P)
        })
      } catch (error) {
        if (!(error instanceof WorkerError)) throw error
        this.pool = null
        this.onLost(error.message)
      }
    }
    const compute = prepareJob(job, this.products)
    for (; next < blocks; next++) deliver(next, (await compute(next)) as P)
  }

  async close(): Promise<void> {
    await this.pool?.close()
    await this.products.close()
  }
}
