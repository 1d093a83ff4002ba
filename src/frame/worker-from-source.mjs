// Starts a worker (workerData: its address) where surety runs from TypeScript; a build does not contain this file.
// bin/dev.js and benchmarks load the source through tsx, which costs a second of every thread. Tests have compiled the
// sources before they run (test/build-once.ts) and load that.
import {workerData} from 'node:worker_threads'

if (process.env.VITEST === undefined) {
  const {register} = await import('tsx/esm/api')
  register()
  await import(workerData)
} else {
  const [sources, compiled] = ['../', '../../dist/src/'].map((folder) => new URL(folder, import.meta.url).href)
  await import(workerData.replace(sources, compiled).replace(/\.ts$/, '.js'))
}
