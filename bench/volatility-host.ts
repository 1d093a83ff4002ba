/**
 * What the host does of the volatility sums when a device takes the pairs: processor milliseconds of each step, best of
 * the repeats. No device is needed.
 *
 *   npx tsx bench/volatility-host.ts [--rows 10000] [--dim 768] [--near 60000] [--repeats 3]
 *
 * --near: pairs near a δ; 0.06 % of all in what has been measured.
 */
import {parseArgs} from 'node:util'
import {HostSums} from '../src/pairwise/host-sums.js'
import {boundRows, lossBounds} from '../src/pairwise/volatility-rows.js'
import {eachBit} from '../src/pairwise/webgpu/panels.js'
import {random} from '../src/stats/random.js'
import {certifyTask} from './certify-task.js'

const {values} = parseArgs({
  options: {
    rows: {type: 'string', default: '10000'},
    dim: {type: 'string', default: '768'},
    near: {type: 'string', default: '60000'},
    repeats: {type: 'string', default: '3'},
  },
})
const [rows, dim, near, repeats] = [values.rows, values.dim, values.near, values.repeats].map(Number) as [
  number,
  number,
  number,
  number,
]
const task = await certifyTask(rows, rows, dim)
const best = new Map<string, number>()
function step<T>(name: string, work: () => T): T {
  const before = process.cpuUsage()
  const result = work()
  const {user, system} = process.cpuUsage(before)
  best.set(name, Math.min(best.get(name) ?? Infinity, (user + system) / 1000))
  return result
}
for (let k = 0; k < repeats; k++) {
  const prepared = step('bounds, numbers of equal rows, units', () => boundRows(task))
  const sums = new HostSums(task, prepared)
  step('bounds of losses', () => lossBounds(prepared, task.etas, 0, rows, rows))
  step('reading the bits of pairs left out', () => {
    eachBit(new Uint32Array((rows * rows) / 32), rows, () => undefined)
  })
  const r = random(1)
  const pairs = Array.from({length: near}, () => [r.integer(rows), r.integer(rows)] as const)
  const distances = pairs.map(([i, j]) => sums.pair(i, j).distance)
  step('pairs near a δ, distances from the device', () => {
    for (const [at, [i, j]] of pairs.entries()) sums.addRechecked(i, j, distances[at]!, 1e-6 * distances[at]!)
  })
  step('pairs near a δ, computed here', () => {
    for (const [i, j] of pairs) sums.addPair(i, j)
  })
  step('sums to results', () => sums.finish())
}
for (const [name, ms] of best) console.log(`${ms.toFixed(0).padStart(6)} ms  ${name}`)
