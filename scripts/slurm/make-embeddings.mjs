// make-embeddings.mjs FILE ROWS DIM: hidden states of one layer and losses, the same file every time. Needs a build
// (npm run build).
import {writeFileSync} from 'node:fs'
import {writeNpz} from '../../dist/src/data/npz.js'
import {random} from '../../dist/src/stats/random.js'

const [path, rows, dim] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])]
const CLASSES = 10
const r = random(1)
const states = new Float32Array(rows * dim)
const loss = new Float64Array(rows)
for (let i = 0; i < rows; i++) {
  const label = r.integer(CLASSES)
  for (let t = 0; t < dim; t++) states[i * dim + t] = r.normal() + (t % CLASSES === label ? 3 : 0)
  loss[i] = r.uniform() < 0.1 ? 1 + r.uniform() : 0.1 * r.uniform()
}
writeFileSync(
  path,
  writeNpz([
    {name: 'h1', type: 'f4', shape: [rows, dim], data: states},
    {name: 'loss', type: 'f8', shape: [rows], data: loss},
  ]),
)
