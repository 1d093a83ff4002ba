/**
 * Coverage of the statements about slices with a known truth, in six populations and at three α:
 *
 *   npx tsx bench/slice-coverage.ts [--runs 400] [--population number]
 *
 * Runs have 400 rows, 6,000 where classes are 99 : 1, so that something can be stated of the rare one.
 */
import {parseArgs} from 'node:util'
import {createCpuEngine} from '../src/pairwise/cpu/index.js'
import {POPULATIONS} from './nearest-simulation.js'
import {simulateSlices} from './slice-simulation.js'

const {values} = parseArgs({options: {runs: {type: 'string', default: '400'}, population: {type: 'string'}}})
const engine = await createCpuEngine({threads: 1})
console.log(
  '| population | α | all slices at once held | accuracy held | cell held | nearest anchor held | slices stated | references of the smallest | truth of its cell | bound |\n|---|---|---|---|---|---|---|---|---|---|',
)
for (const population of POPULATIONS(4000).filter((_, k) => (values.population ?? String(k)) === String(k))) {
  const rows = population.name.startsWith('classes') ? 6000 : 400
  for (const held of await simulateSlices(
    population,
    {rows, runs: Number(values.runs), alphas: [0.5, 0.2, 0.05]},
    engine,
  )) {
    const {stated, references, truth, bound} = held
    const shares = [held.simultaneous, held.accuracy, held.cell, held.nearest].map((x) => x.toFixed(3))
    const figures = [stated.toFixed(1), references.toFixed(0), truth.toFixed(3), bound.toFixed(3)]
    console.log(`| ${[population.name, held.alpha, ...shares, ...figures].join(' | ')} |`)
  }
}
await engine.close()
