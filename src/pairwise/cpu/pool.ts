import {workerEntry} from '../../frame/open-worker.js'
import {WorkerPool} from '../../frame/worker-pool.js'
import type {BlockPart, Job} from './jobs.js'

const ENTRY = workerEntry('worker', import.meta.url)

/** Workers for sums over pairs; their products are of one thread each, so that a block has the same bits anywhere. */
export class PairWorkers extends WorkerPool<Job, BlockPart> {
  constructor(threads: number, entry: URL = ENTRY) {
    super(threads, entry)
  }
}
