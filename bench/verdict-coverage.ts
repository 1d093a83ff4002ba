/** Coverage of what the verdict rests on: `npx tsx bench/verdict-coverage.ts [runs] [--table NAME]`; the tables of docs/math.md. */
import {plainProducts} from '../src/linalg/products.js'
import {cpuDistances} from '../src/pairwise/cpu/distances.js'
import {BlockRunner} from '../src/pairwise/cpu/runner.js'
import {cpuVolatility} from '../src/pairwise/cpu/volatility.js'
import type {PairwiseEngine} from '../src/pairwise/engine.js'
import {
  accuracyCoverage,
  dependenceRate,
  differenceCoverage,
  discreteCoverage,
  duplicateCoverage,
  type Held,
  perturbedDuplicateCoverage,
  sourceCoverage,
} from './verdict-simulation.js'

const runs = Number(process.argv[2] ?? 400)
/** judged, duplicates, sources or dependence; default: all */
const only = process.argv[3] === '--table' ? process.argv[4] : undefined
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
async function judged(): Promise<void> {
  for (const p of [0.6, 0.9, 0.98])
    await row(`accuracy, truth ${p}, 300 rows`, (alpha) => accuracyCoverage(p, alpha, runs, 1))
  for (const rate of [0.001, 0.003, 0.01])
    await row(`difference of a cell, ${100 * rate} % changed`, (alpha) => differenceCoverage(rate, alpha, runs, 2))
}

async function equalRows(): Promise<void> {
  const kept = (duplicates: 'keep' | 'drop') => `equal rows ${duplicates === 'keep' ? 'kept' : 'left out'}`
  for (const atom of [0.05, 1 / 3])
    for (const duplicates of ['keep', 'drop'] as const)
      await row(`one wrong input with probability ${atom.toFixed(2)}, ${kept(duplicates)}`, (alpha) =>
        duplicateCoverage({atom, alpha, runs, seed: 3, duplicates}, engine),
      )
  for (const duplicates of ['keep', 'drop'] as const)
    await row(`50 inputs in all, of unequal weights, ${kept(duplicates)}`, (alpha) =>
      discreteCoverage({alpha, runs, seed: 5, duplicates}, engine),
    )
  for (const duplicates of ['keep', 'drop'] as const)
    await row(`perturbed copies, one input with probability 0.33, ${kept(duplicates)}`, (alpha) =>
      perturbedDuplicateCoverage({alpha, runs, seed: 6, duplicates}, engine),
    )
}

async function fromSources(): Promise<void> {
  for (const law of ['near copies', 'unequal'] as const)
    for (const grouped of [true, false]) {
      const found = new Map<number, {cell: Held; accuracy: Held}>()
      for (const alpha of ALPHAS) found.set(alpha, await sourceCoverage({law, grouped, alpha, runs, seed: 4}, engine))
      for (const kind of ['cell', 'accuracy'] as const)
        await row(
          `${kind} of a fresh source, 40 of ${law === 'unequal' ? '2 or 30 rows' : '10 near copies'}${grouped ? '' : ', rows taken as independent'}`,
          (alpha) => found.get(alpha)![kind],
        )
    }
}

async function dependence(): Promise<void> {
  console.log('\n| rows | said to be ordered | said to be near copies |\n|---|---|---|')
  for (const law of [
    'independent',
    'blocks of ten near copies',
    'near copies in random order',
    'drift by two deviations',
  ] as const) {
    const {ordered, copied} = await dependenceRate(law, law === 'independent' ? 5 * runs : runs, 7, engine)
    console.log(`| ${law} | ${ordered.toFixed(3)} | ${copied.toFixed(3)} |`)
  }
}

for (const [name, table] of Object.entries({judged, duplicates: equalRows, sources: fromSources, dependence}))
  if (only === undefined || only === name) await table()
