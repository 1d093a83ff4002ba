import type {Worker} from 'node:worker_threads'
import {InputError} from '../errors.js'
import {openWorker, workerEntry} from '../frame/open-worker.js'
import {LIMITS, raising} from './limits.js'

export interface ThreadLimits {
  /** of reading, and one more for each MiB that the file unpacks to */
  readonly maxSeconds: number
  /** JavaScript values of the thread, however large the file */
  readonly maxHeapMiB: number
}

export const THREAD_LIMITS: ThreadLimits = {
  maxHeapMiB: 8192,
  get maxSeconds() {
    return LIMITS.seconds
  },
}

/** What a small file may take, and a larger one for each of its MiB. */
const HEAP_MIB = {least: 1024, each: 64}

/**
 * What the thread is asked, and its answers: how many bytes the file unpacks to where it knows that first, then the
 * content or an error.
 */
export interface ReadingOrder {
  format: 'parquet' | 'hdf5'
  bytes: Uint8Array
  place: string
  limits: ThreadLimits
}
export type ReadingAnswer = {unpacked: number} | {content: unknown} | {message: string; nextSteps: readonly string[]}

const ENTRY = workerEntry('reading-worker', import.meta.url)
const AGAIN = ['write the file again, or copy it again from its source']

/**
 * Reads files in a thread of its own, one after another: a damaged file can keep the library that reads it busy without
 * end, or make it take memory without end. Then the thread ends, and the next file gets a new one.
 */
export class ReadingThread {
  #worker: Worker | null = null
  #heapMiB = 0

  /**
   * The content of a file.
   *
   * Throws  InputError  what the reader throws; more time or memory than the limits, or a library that gave up.
   */
  async read<Content>(order: ReadingOrder): Promise<Content> {
    const worker = await this.#ready(order)
    const {place, limits} = order
    let timer: NodeJS.Timeout | undefined
    let lost = false
    const listeners: [event: string, listener: (value: unknown) => void][] = []
    try {
      const answer = await new Promise<Exclude<ReadingAnswer, {unpacked: number}>>((resolve, reject) => {
        const fail = (why: string, cause?: unknown) => {
          lost = true
          reject(
            new InputError(
              `${place}: ${why}: it is corrupt, or too large for one file`,
              why.startsWith('takes longer') ? [...AGAIN, raising('seconds')] : AGAIN,
              {cause},
            ),
          )
        }
        const within = (seconds: number) => {
          clearTimeout(timer)
          timer = setTimeout(
            () => fail(`takes longer than ${Math.ceil(seconds)} s to read, which is the limit`),
            1000 * seconds,
          )
        }
        const isMemory = (error: unknown) => (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY'
        listeners.push(
          [
            'message',
            (answer) => {
              const message = answer as ReadingAnswer
              if ('unpacked' in message) within(limits.maxSeconds + message.unpacked / 2 ** 20)
              else resolve(message)
            },
          ],
          [
            'error',
            (error) =>
              fail(
                isMemory(error) ? `takes more than ${this.#heapMiB} MiB to read, which is the limit` : 'cannot be read',
                error,
              ),
          ],
          ['exit', () => fail('cannot be read')],
        )
        for (const [event, listener] of listeners) worker.on(event, listener)
        within(limits.maxSeconds)
        worker.postMessage(order)
      })
      if ('content' in answer) return answer.content as Content
      throw new InputError(answer.message, answer.nextSteps)
    } finally {
      clearTimeout(timer)
      for (const [event, listener] of listeners) worker.off(event, listener)
      // It may still be at it.
      if (lost) await this.close()
    }
  }

  async close(): Promise<void> {
    const worker = this.#worker
    this.#worker = null
    await worker?.terminate()
  }

  async #ready({bytes, limits}: ReadingOrder): Promise<Worker> {
    const heapMiB = Math.min(limits.maxHeapMiB, HEAP_MIB.least + HEAP_MIB.each * Math.ceil(bytes.length / 2 ** 20))
    if (this.#worker !== null && heapMiB <= this.#heapMiB) return this.#worker
    await this.close()
    this.#heapMiB = heapMiB
    this.#worker = openWorker(ENTRY, {resourceLimits: {maxOldGenerationSizeMb: heapMiB}})
    return this.#worker
  }
}

/** The same for one file. */
export async function readInThread<Content>(order: ReadingOrder): Promise<Content> {
  const thread = new ReadingThread()
  try {
    return await thread.read<Content>(order)
  } finally {
    await thread.close()
  }
}
