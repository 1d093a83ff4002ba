import {parentPort} from 'node:worker_threads'
import type {Answer, Order} from './worker-pool.js'

/**
 * The worker side of a WorkerPool: prepares each job it is given, computes the blocks it is asked for, and ends when told to.
 *
 * `prepare` makes what computes a block of a job; `close` frees what it holds before the thread ends. The arrays of a
 * part are moved, not copied.
 */
export function obeyPool<Job, Part extends object>(
  prepare: (job: Job) => Promise<(block: number) => Promise<Part> | Part>,
  close: () => Promise<void> = () => Promise.resolve(),
): void {
  // One order at a time: work returns to the event loop, and the next order may be there by then.
  let last: Promise<void> = Promise.resolve()
  let compute: ((block: number) => Promise<Part> | Part) | undefined
  let isEnding = false
  const obey = async (order: Order<Job>): Promise<void> => {
    if (order === 'end') {
      await close()
      process.exit()
    }
    if (isEnding) return
    if ('job' in order) {
      compute = await prepare(order.job)
      return
    }
    const {run, block} = order
    try {
      const part = await compute!(block)
      // Parts share one empty array, which would be gone with the first of them.
      const buffers = Object.values(part).flatMap((value: unknown) =>
        ArrayBuffer.isView(value) && value.byteLength > 0 ? [value.buffer as ArrayBuffer] : [],
      )
      parentPort!.postMessage({run, block, part, failure: ''} satisfies Answer<Part>, [...new Set(buffers)])
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error)
      parentPort!.postMessage({run, block, part: null, failure} satisfies Answer<Part>)
    }
  }
  parentPort?.on('message', (order: Order<Job>) => {
    isEnding ||= order === 'end'
    last = last.then(() => obey(order))
  })
}
