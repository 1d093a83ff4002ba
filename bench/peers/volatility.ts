/** What volatility.py computes, by the cpu engine: npx tsx bench/peers/volatility.ts ROWS COLUMNS */
import {createCpuEngine} from '../../src/pairwise/cpu/index.js'
import {certifyTask} from '../certify-task.js'

const [rows, cols] = process.argv.slice(2).map(Number) as [number, number]
const task = await certifyTask(rows, rows, cols)
const engine = await createCpuEngine({threads: 1, precision: 'fp64'})
const before = process.cpuUsage()
const {total, exceed} = await engine.volatility(task)
const {user, system} = process.cpuUsage(before)
const sum = (x: Float64Array) => x.reduce((a, b) => a + b, 0)
console.log(JSON.stringify({seconds: (user + system) / 1e6, total: sum(total), exceeding: sum(exceed)}))
await engine.close()
