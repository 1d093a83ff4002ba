/** What landmarks.py computes, by surety's own stages: GRAPH.npz */
import {normalise} from '../../src/graph/normalise.js'
import {readGraph} from '../../src/graph/read-graph.js'
import {openProducts} from '../../src/linalg/open-products.js'
import {createCpuEngine} from '../../src/pairwise/cpu/index.js'
import {aggregation} from '../../src/sanitize/aggregate.js'
import {kernelFeatures} from '../../src/sanitize/features.js'
import {labelMatrix} from '../../src/sanitize/labels.js'
import {landmarkSolver} from '../../src/sanitize/solvers/landmark.js'
import {random} from '../../src/stats/random.js'

const {graph} = normalise(await readGraph(process.argv[2]!))
const engine = await createCpuEngine({threads: 1})
const products = await openProducts(1)
const nodeSet = Uint32Array.from({length: graph.nodes}, (_, i) => i)
const mixing = aggregation(graph.nodes, graph.edges, 'sym', 1)
const problem = {
  features: kernelFeatures(graph),
  graph: mixing,
  nodeSet,
  classes: graph.classes,
  ridge: 10,
  labelFreeRidge: null,
  hasFeatures: true,
  y: labelMatrix(graph.labels!, nodeSet, graph.classes, 'centred'),
}
const cpu = () => {
  const {user, system} = process.cpuUsage()
  return (user + system) / 1e6
}
const started = cpu()
const solver = await landmarkSolver(problem, graph.edges, 1024, {
  random: random(0),
  exact: engine,
  fast: engine,
  products,
})
const drawnAndSolved = cpu()
let gradient = 0
for (let block = 0; block < solver.blocks; block++)
  for (const x of (await solver.measure(block)).gradients[0]!) gradient += Math.abs(x)
const {gkc} = solver.facts
console.log(JSON.stringify({seconds: cpu() - started, solved: drawnAndSolved - started, gkc, gradient}))
await Promise.all([engine.close(), products.close()])
