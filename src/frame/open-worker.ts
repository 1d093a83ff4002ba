import {Worker, type WorkerOptions} from 'node:worker_threads'

/** The code of a worker beside the caller (its import.meta.url), in the caller's language. */
export const workerEntry = (name: string, beside: string): URL =>
  new URL(`./${name}${beside.endsWith('.ts') ? '.ts' : '.js'}`, beside)

/** A worker thread; TypeScript, which threads do not know, through worker-from-source.mjs. */
export const openWorker = (entry: URL, options: WorkerOptions = {}): Worker =>
  entry.pathname.endsWith('.ts')
    ? new Worker(new URL('./worker-from-source.mjs', import.meta.url), {...options, workerData: entry.href})
    : new Worker(entry, options)
