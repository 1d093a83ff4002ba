/** Coverage of what the verdict rests on: `npx tsx bench/verdict-coverage.ts [runs]`; the table of docs/math.md. */
import {plainProducts} from '../src/linalg/products.js'
import {cpuDistances} from '../src/pairwise/cpu/distances.js'
import {BlockRunner} from '../src/pairwise/cpu/runner.js'
import {cpuVolatility} from '../src/pairwise/cpu/volatility.js'
import type {PairwiseEngine} from '../src/pairwise/engine.js'
import {accuracyCoverage, differenceCoverage, duplicateCoverage, type Held} from './verdict-simulation.js'

const runs = Number(process.argv[2] ?? 400)
const unused = () => Promise.reject(new Error('certify uses no kernel'))
const engine: PairwiseEngine = {
  name: 'cpu',
  precision: 'fp64',
  volatility: (task) => cpuVolatility(task, new BlockRunner(plainProducts)),
  distances: (x, y, metric) => cpuDistances(x, y, metric, plainProducts),
  kernelBlock: unused,
  kernelApply: unused,
  kernelGradient: unused,
  close: () => Promise.resolve(),
}
const ALPHAS = [0.05, 0.2, 0.5]

console.log(`| statement, ${runs} runs each | ${ALPHAS.map((alpha) => `α = ${alpha}: held; width`).join(' | ')} |`)
console.log(`|---|${ALPHAS.map(() => '---|').join('')}`)
async function row(name: string, at: (alpha: number) => Held | Promise<Held>): Promise<void> {
  const cells: string[] = []
  for (const alpha of ALPHAS) {
    const {held, width} = await at(alpha)
    cells.push(`${held.toFixed(3)}; ${width.toFixed(3)}`)
  }
  console.log(`| ${name} | ${cells.join(' | ')} |`)
}
for (const p of [0.6, 0.9, 0.98])
  await row(`accuracy, truth ${p}, 300 rows`, (alpha) => accuracyCoverage(p, alpha, runs, 1))
for (const rate of [0.001, 0.003, 0.01])
  await row(`difference of a cell, ${100 * rate} % changed`, (alpha) => differenceCoverage(rate, alpha, runs, 2))
for (const atom of [0.05, 1 / 3])
  for (const duplicates of ['keep', 'drop'] as const)
    await row(
      `one input with probability ${atom.toFixed(2)}, equal rows ${duplicates === 'keep' ? 'kept' : 'left out'}`,
      (alpha) => duplicateCoverage({atom, alpha, runs, seed: 3, duplicates}, engine),
    )
