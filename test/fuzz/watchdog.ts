import {Worker} from 'node:worker_threads'

const WATCH = `
const {writeSync} = require('node:fs')
const {workerData: {heart, what, seconds}} = require('node:worker_threads')
let [seen, since] = [0, Date.now()]
setInterval(() => {
  const beats = Atomics.load(heart, 0)
  if (beats !== seen) [seen, since] = [beats, Date.now()]
  else if (beats > 0 && Date.now() - since > 1000 * seconds) {
    writeSync(2, what + ': input ' + beats + ' takes longer than ' + seconds + ' s\\n')
    process.kill(process.pid, 'SIGKILL')
  }
}, 500)
`

/**
 * Ends the test's process where one input keeps it busy without end: a time limit of the test would never fire there,
 * and the run would wait for ever. `beat` before each input, `stop` behind the last.
 */
export function watchdog(what: string, seconds = 60): {beat: () => void; stop: () => Promise<unknown>} {
  const heart = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(WATCH, {eval: true, workerData: {heart, what, seconds}})
  return {beat: () => void Atomics.add(heart, 0, 1), stop: () => worker.terminate()}
}
