/**
 * The rule for deployment on data it has never seen: half of a file makes the rule, the other half is decided by it.
 *
 *   npx tsx bench/rule-unseen.ts [--seeds 20]
 */
import {parseArgs} from 'node:util'
import {certify} from '../src/certify/certify.js'
import {checkRows} from '../src/certify/nearest/check.js'
import {DEFAULT_OPTIONS} from '../src/certify/options.js'
import {lossOf} from '../src/certify/sample/losses.js'
import {takeRows} from '../src/certify/sample/sample.js'
import type {Embeddings} from '../src/certify/types.js'
import {openCheckpoint, readDataSet} from '../src/checkpoint/index.js'
import {UsageError} from '../src/errors.js'
import {createCpuEngine} from '../src/pairwise/cpu/index.js'
import {random} from '../src/stats/random.js'

const {values} = parseArgs({options: {seeds: {type: 'string', default: '20'}}})
const SEEDS = Number(values.seeds)
const engine = await createCpuEngine({threads: 1})

async function embeddingsOf(folder: string): Promise<Embeddings> {
  const checkpoint = await openCheckpoint(folder)
  const data = await readDataSet(`${folder}/test.npz`, {}, checkpoint, [])
  return checkpoint.embeddings(data, {})
}

const half = (all: Embeddings, rows: Uint32Array): Embeddings => ({
  rows: rows.length,
  layers: all.layers.map((layer) => ({...layer, data: takeRows(layer, rows).data})),
  labels: Int32Array.from(rows, (row) => all.labels![row]!),
  output:
    all.output === null
      ? null
      : {
          ...all.output,
          data: takeRows({name: 'output', dim: all.output.classes, data: all.output.data}, rows).data,
        },
  loss: null,
})

console.log(
  '| model | rows that make the rule | β | rules made | share accepted, unseen | shown to accept | wrong among accepted, unseen | wrong among all, unseen | rules above β |',
)
console.log('|---|---|---|---|---|---|---|---|---|')
for (const [folder, risk] of [
  ['fixtures/spam-mlp', 0.03],
  ['fixtures/spam-mlp', 0.02],
  ['fixtures/mnist-mlp', 0.05],
  ['fixtures/mnist-mlp', 0.03],
] as const) {
  const all = await embeddingsOf(folder)
  const sums = {made: 0, accepted: 0, coverage: 0, wrong: 0, all: 0, above: 0}
  const n = Math.floor(all.rows / 2)
  for (let seed = 1; seed <= SEEDS; seed++) {
    const order = random(seed).permutation(all.rows)
    const [own, fresh] = [half(all, order.subarray(0, n)), half(all, order.subarray(n))]
    const options = {...DEFAULT_OPTIONS, loss: 'zero-one' as const, risk, seed, bootstrap: 0, examples: 0}
    try {
      const {rule} = await certify(own, options, engine, {rule: {minCoverage: 0, loss: 1}})
      const layer = fresh.layers.find(({name}) => name === rule!.layer)!
      const {accepted} = await checkRows(rule!, {rows: fresh.rows, cols: layer.dim, data: layer.data}, engine)
      const losses = lossOf(fresh, 'zero-one').values
      const taken = accepted.reduce((sum, x) => sum + x, 0)
      const wrong = accepted.reduce((sum, x, i) => sum + x * losses[i]!, 0)
      sums.made++
      sums.accepted += taken / fresh.rows
      sums.coverage += rule!.coverage
      sums.wrong += wrong / taken
      sums.all += losses.reduce((sum, x) => sum + x, 0) / fresh.rows
      sums.above += wrong / taken > risk ? 1 : 0
    } catch (error) {
      if (!(error instanceof UsageError)) throw error
    }
  }
  const mean = (sum: number) => `${((100 * sum) / Math.max(1, sums.made)).toFixed(2)} %`
  console.log(
    `| ${[folder.replace('fixtures/', ''), n, risk, `${sums.made} of ${SEEDS}`, mean(sums.accepted), mean(sums.coverage), mean(sums.wrong), mean(sums.all), sums.above].join(' | ')} |`,
  )
}
await engine.close()
