import type {Worker} from 'node:worker_threads'
import {DeviceError} from '../errors.js'
import {openWorker} from './open-worker.js'

/** What a worker receives: a job, then blocks of it; or the order to end after its current block. */
export type Order<Job> = {run: number; job: Job} | {run: number; block: number} | 'end'

/** What it answers: the part of a block, or why there is none. */
export interface Answer<Part> {
  run: number
  block: number
  part: Part | null
  failure: string
}

/** A worker thread ended or threw. Parts delivered before stay valid; the rest can be computed without workers. */
export class WorkerError extends DeviceError {}

/** A worker needs the next block in its queue when it finishes one, or it waits for this thread. */
const QUEUED = 2

/** Far longer than a worker needs to finish its block and end. */
const PATIENCE_MS = 60_000

/**
 * Worker threads that compute blocks of a job, each with the loop of worker-loop.ts. A block is computed wholly by one
 * worker and parts are delivered in the order of blocks: the result does not depend on the number of workers.
 *
 * Cost     a start of ≈ 0.1 s when first used; an idle pool does not keep the process alive.
 */
export class WorkerPool<Job, Part> {
  private readonly workers = new Set<Worker>()
  private current: {answer: (worker: Worker, answer: Answer<Part>) => void; lost: (error: WorkerError) => void} | null =
    null
  private runs = 0
  private last: Promise<void> = Promise.resolve()

  constructor(
    private readonly threads: number,
    /** the file that a worker runs */
    private readonly entry: URL,
  ) {}

  /**
   * Calls `deliver` for blocks 0 … blocks − 1, in order. One run at a time: a second one waits.
   *
   * Throws   WorkerError  a worker died or threw; every worker is stopped then.   What `deliver` throws.
   */
  run(job: Job, blocks: number, deliver: (block: number, part: Part) => void): Promise<void> {
    const next = this.last.then(() => this.execute(job, blocks, deliver))
    this.last = next.catch(() => undefined)
    return next
  }

  async close(): Promise<void> {
    const workers = [...this.workers]
    this.workers.clear()
    this.current?.lost(new WorkerError('the worker threads were closed during a run'))
    await Promise.all(workers.map(ended))
  }

  private async execute(job: Job, blocks: number, deliver: (block: number, part: Part) => void): Promise<void> {
    if (blocks === 0) return
    const run = ++this.runs
    while (this.workers.size < this.threads) this.start()
    const waiting = new Map<number, Part>()
    let given = 0
    let delivered = 0
    const give = (worker: Worker) => {
      if (given < blocks) worker.postMessage({run, block: given++} satisfies Order<Job>)
    }
    try {
      await new Promise<void>((resolve, reject) => {
        const answer = (worker: Worker, {run: of, block, part, failure}: Answer<Part>) => {
          if (of !== run) return
          if (part === null) return reject(new WorkerError(`a worker thread failed at block ${block}: ${failure}`))
          give(worker)
          waiting.set(block, part)
          try {
            for (let ready = waiting.get(delivered); ready !== undefined; ready = waiting.get(delivered)) {
              waiting.delete(delivered)
              deliver(delivered++, ready)
            }
          } catch (error) {
            return reject(error instanceof Error ? error : new Error(String(error)))
          }
          if (delivered === blocks) resolve()
        }
        this.current = {answer, lost: reject}
        for (const worker of this.workers) {
          worker.ref()
          worker.postMessage({run, job} satisfies Order<Job>)
        }
        for (let k = 0; k < QUEUED; k++) for (const worker of this.workers) give(worker)
      })
    } catch (error) {
      this.current = null
      if (error instanceof WorkerError) await this.close()
      throw error
    } finally {
      this.current = null
      for (const worker of this.workers) worker.unref()
    }
  }

  private start(): void {
    const worker = openWorker(this.entry)
    const lost = (reason: string) => {
      if (this.workers.delete(worker)) this.current?.lost(new WorkerError(`a worker thread ${reason}`))
    }
    worker.on('message', (answer: Answer<Part>) => this.current?.answer(worker, answer))
    worker.on('error', (error) => lost(`died: ${error instanceof Error ? error.message : String(error)}`))
    worker.on('exit', (code) => lost(`exited with code ${code}`))
    this.workers.add(worker)
  }
}

/**
 * Resolves when a worker that was asked to end is gone. Stopped inside a product of onnxruntime it would take the
 * process with it on Node 22, so that is only done to one that does not end.
 */
function ended(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    const patience = setTimeout(() => void worker.terminate(), PATIENCE_MS)
    worker.ref()
    worker.once('exit', () => {
      clearTimeout(patience)
      resolve()
    })
    worker.postMessage('end' satisfies Order<never>)
  })
}
