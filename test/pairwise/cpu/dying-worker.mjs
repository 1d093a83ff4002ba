// A worker of the cpu engine that exits when it is given block 2. What comes before its code is loaded is heard here
// only.
import {parentPort} from 'node:worker_threads'
import {register} from 'tsx/esm/api'

parentPort.on('message', (order) => {
  if (order === 'end') process.exit()
  if (order.block === 2) process.exit(3)
})
register()
await import('../../../src/pairwise/cpu/worker.ts')
