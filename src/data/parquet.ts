import {Worker} from 'node:worker_threads'
import {InputError} from '../errors.js'
import type {NamedArray} from './named-array.js'

export interface ParquetLimits {
  /** unpacked, of all columns together */
  readonly maxBytes: number
  /** values of one column in one row group: they are unpacked at once */
  readonly maxValues: number
  readonly maxColumns: number
  /** of reading, and one more for each MiB of the file */
  readonly maxSeconds: number
  /** JavaScript values of the reading thread */
  readonly maxHeapMiB: number
}

export const PARQUET_LIMITS: ParquetLimits = {maxBytes: 8 * 2 ** 30, maxValues: 2 ** 27, maxColumns: 100_000, maxSeconds: 120, maxHeapMiB: 8192}

/** What the thread is asked, and its answer. */
export interface ParquetOrder {
  bytes: Uint8Array
  place: string
  limits: ParquetLimits
}
export type ParquetAnswer = {arrays: NamedArray[]} | {message: string; nextSteps: readonly string[]}

const ENTRY = new URL(import.meta.url.endsWith('.ts') ? './parquet-worker-from-source.mjs' : './parquet-worker.js', import.meta.url)
const AGAIN = ['write the file again, or copy it again from its source']

/**
 * The columns of a Parquet file as arrays, in the order of the file: a column of numbers [rows], a column of lists of one length
 * [rows, length] (lists of lists [rows, a, b]), and text. Columns `h_0, h_1, …` that count from 0 without a gap are one array h [rows, n].
 *
 * Precision  DOUBLE and integers fp64, FLOAT fp32; 64-bit integers beyond ±(2⁵³ − 1) are an error.
 * Cost       one pass in a thread of its own, with limits of memory and time: a damaged page can claim runs without end. Memory of
 *            one column of one row group as JavaScript values.
 * Throws     InputError  no Parquet, truncated or corrupt, beyond the limits, missing values, lists of different lengths, or values that are neither
 *                        numbers nor text (names column and row).
 */
export async function readParquet(bytes: Uint8Array, place: string, limits = PARQUET_LIMITS): Promise<NamedArray[]> {
  const seconds = limits.maxSeconds + bytes.length / 2 ** 20
  const worker = new Worker(ENTRY, {workerData: {bytes, place, limits} satisfies ParquetOrder, resourceLimits: {maxOldGenerationSizeMb: limits.maxHeapMiB}})
  let timer: NodeJS.Timeout | undefined
  try {
    const answer = await new Promise<ParquetAnswer>((resolve, reject) => {
      const fail = (why: string, cause?: unknown) => reject(new InputError(`${place}: ${why}: it is corrupt, or has too large row groups`, AGAIN, {cause}))
      worker.on('message', resolve)
      worker.on('error', (error) => fail('cannot be read as Parquet', error))
      worker.on('exit', () => fail('cannot be read as Parquet'))
      timer = setTimeout(() => fail(`takes longer than ${Math.ceil(seconds)} s to read`), 1000 * seconds)
    })
    if ('arrays' in answer) return answer.arrays
    throw new InputError(answer.message, answer.nextSteps)
  } finally {
    clearTimeout(timer)
    await worker.terminate()
  }
}
