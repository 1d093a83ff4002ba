/** What volatility.py computes, by the cpu engine: TASK.npz */
import {readFileSync} from 'node:fs'
import {openNpz} from '../../src/data/npz.js'
import {createCpuEngine} from '../../src/pairwise/cpu/index.js'

const path = process.argv[2]!
const task = openNpz(readFileSync(path), path)
const numbers = (name: string) => Float64Array.from(task.read(name).data as Float32Array)
const labels = (name: string) => task.read(name).data as Int32Array
const rowsOf = (name: string) => {
  const {shape, data} = task.read(name)
  return {rows: shape[0]!, cols: shape[1]!, data: data as Float32Array}
}
const engine = await createCpuEngine({threads: 1, precision: 'fp64'})
const input = {
  anchors: rowsOf('anchors'),
  references: rowsOf('references'),
  anchorLoss: numbers('anchor_loss'),
  referenceLoss: numbers('reference_loss'),
  anchorLabels: labels('anchor_labels'),
  referenceLabels: labels('reference_labels'),
  metric: 'l2' as const,
  scale: numbers('scale')[0]!,
  floor: numbers('floor')[0]!,
  deltas: numbers('deltas'),
  etas: numbers('etas'),
  lossMax: 1,
}
const before = process.cpuUsage()
const {total, exceed} = await engine.volatility(input)
const {user, system} = process.cpuUsage(before)
const sum = (x: Float64Array) => x.reduce((a, b) => a + b, 0)
console.log(JSON.stringify({seconds: (user + system) / 1e6, total: sum(total), exceeding: sum(exceed)}))
await engine.close()
