import {parentPort} from 'node:worker_threads'
import {SuretyError} from '../errors.js'
import {loadPart} from '../packages.js'
import type {ReadingAnswer, ReadingOrder} from './reading-thread.js'

type Reader = (
  bytes: Uint8Array,
  place: string,
  limits: never,
  expect: (unpacked: number) => void,
) => Promise<{content: unknown; buffers: ArrayBuffer[]}>

/** Formats whose libraries a damaged file can keep busy without end. */
const READERS: Record<ReadingOrder['format'], () => Promise<Reader>> = {
  parquet: async () => (await loadPart('parquet', () => import('./parquet-columns.js'))).parquetInThread,
  hdf5: async () => (await import('./hdf5-content.js')).hdf5InThread,
}

const answer = (message: ReadingAnswer, buffers: ArrayBuffer[] = []) => parentPort!.postMessage(message, buffers)

async function read({format, bytes, place, limits}: ReadingOrder): Promise<void> {
  try {
    const reader = await READERS[format]()
    const {content, buffers} = await reader(bytes, place, limits as never, (unpacked) => answer({unpacked}))
    answer({content}, buffers)
  } catch (error) {
    if (!(error instanceof SuretyError)) throw error
    answer({message: error.message, nextSteps: error.nextSteps})
  }
}

parentPort!.on('message', (order: ReadingOrder) => void read(order))
