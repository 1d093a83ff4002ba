/**
 * PR(γ) of `surety certify --perturb noise` beside randomized smoothing (Cohen et al. 2019) on the bundled MNIST network, under
 * the same noise, clipped to 0 … 255, as a table:
 *
 *   npx tsx bench/smoothing-table.ts [--inputs 200] [--first 100] [--further 1000] [--draws 60] [--sigmas 0.1,0.25,0.5]
 */
import {spawnSync} from 'node:child_process'
import {parseArgs} from 'node:util'
import type {Tensor} from '@tensorflow/tfjs-core'
import type {CertifyMetrics} from '../src/certify/types.js'
import {openCheckpoint, readDataSet} from '../src/checkpoint/index.js'
import {clopperPearsonLower} from '../src/stats/clopper-pearson.js'
import {random} from '../src/stats/random.js'
import {smoothedLabel} from './smoothing.js'

const {values} = parseArgs({
  options: {
    inputs: {type: 'string', default: '200'},
    first: {type: 'string', default: '100'},
    further: {type: 'string', default: '1000'},
    draws: {type: 'string', default: '60'},
    sigmas: {type: 'string', default: '0.1,0.25,0.5'},
  },
})
const [inputs, first, further] = [Number(values.inputs), Number(values.first), Number(values.further)]
const [MODEL, DATA, RANGE, ALPHA, CLASSES] = ['fixtures/mnist-mlp', 'fixtures/mnist-mlp/test.npz', 255, 0.001, 10]

const checkpoint = await openCheckpoint(MODEL)
const data = await readDataSet(DATA, {}, checkpoint, [])
const {tensorFlow, model} = checkpoint.differentiable!
const {tf} = tensorFlow
const images = data.inputs[0]!
const width = images.data.length / data.rows

/** How often each class is said of noisy, clipped copies. */
function counts(row: number, sigma: number, copies: number, r: ReturnType<typeof random>): Int32Array {
  const said = new Int32Array(CLASSES)
  const noisy = new Float32Array(copies * width)
  for (let at = 0; at < noisy.length; at++)
    noisy[at] = Math.min(
      RANGE,
      Math.max(0, Number(images.data[row * width + (at % width)]!) + sigma * RANGE * r.normal()),
    )
  const labels = tf.tidy(() => tf.argMax(model.predict(tf.tensor2d(noisy, [copies, width])) as Tensor, -1).dataSync())
  for (const label of labels) said[label]!++
  return said
}

function survival(sigma: number): NonNullable<CertifyMetrics['perturbations']>[number] {
  const args = `certify ${MODEL} --data ${DATA} --perturb noise:${sigma} --draws ${values.draws} --image-shape 28,28,1 --bootstrap 0 --examples 0 --layers h2 --json`
  const {stdout, stderr} = spawnSync(process.execPath, ['bin/run.js', ...args.split(' ')], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  if (stdout === '') throw new Error(stderr)
  return (JSON.parse(stdout) as {metrics: CertifyMetrics}).metrics.perturbations![0]!
}

console.log(
  '| σ (share of the range) | PR(0.1) ≥ | PR(0.01) ≥ | right, noisy copies | smoothing: right at radius 0 | radius σ/2 | radius σ | radius 2σ | abstains | of fresh inputs right within σ ≥ |\n|---|---|---|---|---|---|---|---|---|---|',
)
for (const sigma of values.sigmas.split(',').map(Number)) {
  const {survival: copies, accuracy} = survival(sigma)
  const pr = (gamma: number) => copies!.rows.find((row) => row.gamma === gamma)!.lower
  const found = Array.from({length: inputs}, (_, row) => {
    const r = random(70_000 + row)
    const own = smoothedLabel(counts(row, sigma, first, r), counts(row, sigma, further, r), {sigma, alpha: ALPHA})
    return {...own, right: own.label === data.labels![row]}
  })
  const within = (radius: number) => found.filter((each) => each.right && each.radius >= radius).length
  const share = (x: number) => `${(100 * x).toFixed(1)} %`
  console.log(
    `| ${[
      sigma,
      ...[pr(0.1), pr(0.01), accuracy ?? 0].map(share),
      ...[0, sigma / 2, sigma, 2 * sigma].map((radius) => share(within(radius) / inputs)),
      share(found.filter(({label}) => label === null).length / inputs),
      share(clopperPearsonLower(within(sigma), inputs, 0.05)),
    ].join(' | ')} |`,
  )
}
await checkpoint.close()
