/** What gcn.py trains, as `surety evaluate` does: GRAPH.npz TRAININGS THREADS */
import {measureAccuracies} from '../../src/evaluate/measure.js'
import {normalise} from '../../src/graph/normalise.js'
import {readGraph} from '../../src/graph/read-graph.js'

const [path, trainings, threads] = process.argv.slice(2) as [string, string, string]
const {graph} = normalise(await readGraph(path))
const measurement = {
  graph,
  split: graph.split!,
  targets: null,
  model: 'gcn' as const,
  seeds: Array.from({length: Number(trainings)}, (_, s) => s),
}
const before = process.cpuUsage()
const start = performance.now()
const [accuracy] = await measureAccuracies(measurement, [graph.edges], {threads: Number(threads)})
const {user, system} = process.cpuUsage(before)
console.log(
  JSON.stringify({
    seconds: (user + system) / 1e6,
    wall: (performance.now() - start) / 1000,
    mean: accuracy!.test.mean,
  }),
)
