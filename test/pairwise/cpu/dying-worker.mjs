// A worker of the cpu engine that exits when it is given block 2.
import {parentPort} from 'node:worker_threads'
import {register} from 'tsx/esm/api'

parentPort.on('message', ({block}) => {
  if (block === 2) process.exit(3)
})
register()
await import('../../../src/pairwise/cpu/worker.ts')
