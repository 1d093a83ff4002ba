/**
 * What share of `surety certify` the probe of rows takes (17 examples in three batches), on the ONNX fixtures:
 *
 *     npx tsx bench/row-probe.ts [--repeats 7]
 *
 * Whole runs by the clock: reading, forward passes, bounds with the default options. The probe is what passes between
 * the start of the first forward pass and that of the fourth, its comparisons included. The first run loads the runtimes
 * and is left out; medians of the others.
 */
import {availableParallelism} from 'node:os'
import {parseArgs} from 'node:util'
import {InferenceSession} from 'onnxruntime-node'
import {certify} from '../src/certify/certify.js'
import {DEFAULT_OPTIONS} from '../src/certify/options.js'
import {openCheckpoint, readDataSet} from '../src/checkpoint/index.js'
import {createCpuEngine} from '../src/pairwise/cpu/index.js'
import {fixed, machine, median} from './measure.js'

const {values} = parseArgs({options: {repeats: {type: 'string', default: '7'}}})
const FIXTURES = [
  ['digits-mlp', 'fixtures/digits/digits-mlp.onnx', 'fixtures/digits/digits-mlp-test.npz'],
  ['digits-cnn', 'fixtures/digits/digits-cnn.onnx', 'fixtures/digits/digits-cnn-test.npz'],
  ['spam-encoder', 'fixtures/spam-encoder/model.onnx', 'fixtures/spam-encoder/test.npz'],
] as const

const starts: number[] = []
const create = InferenceSession.create.bind(InferenceSession)
InferenceSession.create = (async (...args: Parameters<typeof create>) => {
  const session = await create(...args)
  const run = session.run.bind(session)
  session.run = ((...fed: Parameters<typeof run>) => {
    starts.push(performance.now())
    return run(...fed)
  }) as typeof session.run
  return session
}) as typeof InferenceSession.create

const threads = availableParallelism()
console.log(`${machine(threads)}\n\n| fixture | rows | whole run | probe | share |\n|---|---|---|---|---|`)
for (const [name, model, data] of FIXTURES) {
  const engine = await createCpuEngine({threads})
  const times: {whole: number; probe: number; rows: number}[] = []
  for (let k = 0; k <= Number(values.repeats); k++) {
    starts.length = 0
    const start = performance.now()
    const checkpoint = await openCheckpoint(model)
    const states = await checkpoint.embeddings(await readDataSet(data, {}, checkpoint))
    await certify(states, DEFAULT_OPTIONS, engine)
    const whole = performance.now() - start
    await checkpoint.close()
    if (k > 0) times.push({whole, probe: starts[3]! - starts[0]!, rows: states.rows})
  }
  await engine.close()
  const [whole, probe] = [median(times.map((time) => time.whole)), median(times.map((time) => time.probe))]
  console.log(
    `| ${name} | ${times[0]!.rows} | ${fixed(whole)} ms | ${fixed(probe, 1)} ms | ${fixed((100 * probe) / whole, 1)} % |`,
  )
}
