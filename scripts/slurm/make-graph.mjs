// make-graph.mjs FILE NODES EDGES: a random graph in communities with dense features, the same file every time. Needs a
// build (npm run build).
import {writeFileSync} from 'node:fs'
import {writeNpz} from '../../dist/src/data/npz.js'
import {random} from '../../dist/src/stats/random.js'

const [path, nodes, edges] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])]
const CLASSES = 5
const DIM = 64
const r = random(1)
const labels = Int32Array.from({length: nodes}, (_, i) => i % CLASSES)
const pairs = new Int32Array(2 * edges)
for (let e = 0; e < edges; e++) {
  pairs[2 * e] = r.integer(nodes)
  const v = r.integer(nodes)
  // Four of five edges stay in the community of their first end.
  pairs[2 * e + 1] = r.uniform() < 0.8 ? v - (v % CLASSES) + labels[pairs[2 * e]] : v
  if (pairs[2 * e + 1] >= nodes) pairs[2 * e + 1] = 0
}
const features = Float32Array.from(
  {length: nodes * DIM},
  (_, t) => r.normal() + ((t % DIM) % CLASSES === labels[Math.floor(t / DIM)] ? 1 : 0),
)
writeFileSync(
  path,
  writeNpz([
    {name: 'edges', type: 'i4', shape: [edges, 2], data: pairs},
    {name: 'features', type: 'f4', shape: [nodes, DIM], data: features},
    {name: 'labels', type: 'i4', shape: [nodes], data: labels},
    {name: 'num_nodes', type: 'i4', shape: [1], data: Int32Array.of(nodes)},
  ]),
)
