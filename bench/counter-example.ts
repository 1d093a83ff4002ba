/**
 * The printed Theorem 4.1 of Sun et al. 2024 against two distributions with a known truth:  npx tsx
 * bench/counter-example.ts Prints the figures of docs/math.md. Reports show the printed bound as `legacyBound` only,
 * for comparison.
 */
import {fileURLToPath} from 'node:url'
import {plainProducts} from '../src/linalg/products.js'
import {BlockRunner} from '../src/pairwise/cpu/runner.js'
import {cpuVolatility} from '../src/pairwise/cpu/volatility.js'
import {legacyBound} from '../src/certify/statements/legacy.js'
import {bootstrapPairMean} from '../src/stats/bootstrap.js'
import {random} from '../src/stats/random.js'
import {createCpuEngine} from '../src/pairwise/cpu/index.js'
import {type Coverage, settings, simulate} from './simulation.js'

/**
 * Two atoms of probability ½ at distance 1 with losses 0 and 1; A = everything, so every point has a point of A with ΔL
 * ≥ η.
 */
export function twoAtoms(delta: number, eta: number): {truth: number; printed: number; withoutExponential: number} {
  const epsilon = 0.5
  return {truth: 1, printed: legacyBound(epsilon, delta, eta, 1), withoutExponential: (epsilon * delta) / eta}
}

/**
 * N(0, I₂), a 0–1 loss of 1 with probability 0.1 whatever the point: P[ΔL ≥ 1 | d ≤ δ] = 0.18 at every δ.
 * Share of runs in which the printed bound, fed with the 97.5 % bootstrap percentile of ε, lies below that.
 */
export async function gaussian(
  delta: number,
  n: number,
  runs: number,
): Promise<{truth: number; meanBound: number; below: number}> {
  const truth = 2 * 0.1 * 0.9
  let below = 0
  let sum = 0
  for (let run = 0; run < runs; run++) {
    const r = random(run)
    const x = {rows: n, cols: 2, data: Float64Array.from({length: 2 * n}, () => r.normal())}
    const loss = Float64Array.from({length: n}, () => (r.uniform() < 0.1 ? 1 : 0))
    const {total, diameter} = await cpuVolatility(
      {
        anchors: x,
        references: x,
        anchorLoss: loss,
        referenceLoss: loss,
        anchorLabels: null,
        referenceLabels: null,
        metric: 'l2',
        scale: 1,
        floor: 0,
        deltas: new Float64Array(0),
        etas: new Float64Array(0),
        lossMax: Infinity,
      },
      new BlockRunner(plainProducts),
    )
    const rowMeans = total.map((value) => value / (n - 1))
    const epsilon = rowMeans.reduce((a, b) => a + b, 0) / n
    const interval = bootstrapPairMean(epsilon, [{rowMeans, weight: 2}], {
      rounds: 200,
      level: 0.95,
      random: r,
    })!.percentile
    const bound = Math.min(1, legacyBound(interval[1], delta, 1, diameter))
    sum += bound / runs
    if (bound < truth) below += 1 / runs
  }
  return {truth, meanBound: sum, below}
}

/**
 * What certify states about n points of the same distribution, against the truth for the anchors of each run: see
 * simulate().
 */
export async function certified(delta: number, n: number, runs: number): Promise<Coverage> {
  const engine = await createCpuEngine({threads: 1})
  const setting = settings(10_000).find(({name}) => name === 'Gaussian 2-d, 10 % label noise')!
  return simulate({...setting, rows: n, options: {deltas: [delta], etas: [1], scale: 'none'}}, runs, engine).finally(
    () => engine.close(),
  )
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const atoms = twoAtoms(0.1, 0.4)
  console.log(
    `two atoms, δ = 0.1, η = 0.4: truth ${atoms.truth}, printed bound ${atoms.printed.toFixed(3)}, ε δ / η ${atoms.withoutExponential}`,
  )
  console.log(
    'N(0, I₂), 10 % label noise, n = 500, 200 runs; "below": share of runs in which the bound lies below the truth',
  )
  console.log(
    '| δ | truth | printed bound | below | truth for the anchors | direct | below | windowed | below | global | below | certified |',
  )
  console.log('|---|---|---|---|---|---|---|---|---|---|---|---|')
  const percent = (share: number) => `${Math.round(100 * share)} %`
  for (const delta of [0.05, 0.1, 0.2, 0.5]) {
    const {truth, meanBound, below} = await gaussian(delta, 500, 200)
    const {mean, ...held} = await certified(delta, 500, 200)
    const valid = (['direct', 'windowed', 'global'] as const).map(
      (family) => `${mean[family].toFixed(3)} | ${percent(Math.abs(1 - held[family]))}`,
    )
    console.log(
      `| ${delta} | ${truth.toFixed(2)} | ${meanBound.toFixed(3)} | ${percent(below)} | ${mean.truth.toFixed(3)} | ${valid.join(' | ')} | ${percent(mean.certified)} |`,
    )
  }
}
