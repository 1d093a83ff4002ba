import {WorkerPool} from '../../frame/worker-pool.js'
import type {BlockPart, Job} from './jobs.js'

// Worker threads know no TypeScript: from source they start through tsx.
const ENTRY = new URL(import.meta.url.endsWith('.ts') ? './worker-from-source.mjs' : './worker.js', import.meta.url)

/** Workers for sums over pairs; their products are of one thread each, so that a block has the same bits anywhere. */
export class PairWorkers extends WorkerPool<Job, BlockPart> {
  constructor(threads: number, entry: URL = ENTRY) {
    super(threads, entry)
  }
}
