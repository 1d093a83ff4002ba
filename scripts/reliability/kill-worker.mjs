// node --import ./scripts/reliability/kill-worker.mjs …: ends the first worker thread of the process $SURETY_KILL_WORKER_MS milliseconds after its start.
import {syncBuiltinESMExports} from 'node:module'
import {setTimeout} from 'node:timers'
import threads from 'node:worker_threads'

let isArmed = threads.isMainThread

threads.Worker = class extends threads.Worker {
  constructor(...args) {
    super(...args)
    if (!isArmed) return
    isArmed = false
    setTimeout(
      () => {
        process._rawDebug('a worker thread was killed')
        void this.terminate()
      },
      Number(process.env.SURETY_KILL_WORKER_MS ?? 0),
    ).unref()
  }
}
syncBuiltinESMExports()
