/**
 * Coverage of the budgets of a history: the share of histories of ten checkpoints, certified one after another on the
 * same rows, in which no certificate of any run was wrong; six populations, three α:
 *
 *   npx tsx bench/history-coverage.ts [--runs 400] [--population number]
 */
import {parseArgs} from 'node:util'
import {createCpuEngine} from '../src/pairwise/cpu/index.js'
import {simulateHistories} from './history-simulation.js'
import {POPULATIONS} from './nearest-simulation.js'

const {values} = parseArgs({options: {runs: {type: 'string', default: '400'}, population: {type: 'string'}}})
const engine = await createCpuEngine({threads: 1})
console.log(
  '| population | α | budget | no run wrong | no run wrong, α each | wrong rows: truth | mean bound |\n|---|---|---|---|---|---|---|',
)
for (const population of POPULATIONS(2000).filter((_, k) => (values.population ?? String(k)) === String(k))) {
  for (const {alpha, budget, held, without, truth, bound} of await simulateHistories(
    population,
    {rows: 400, runs: Number(values.runs), alphas: [0.5, 0.2, 0.05], length: 10},
    engine,
  )) {
    const figures = [held, without, truth, bound].map((x) => x.toFixed(3))
    console.log(`| ${[population.name, alpha, budget, ...figures].join(' | ')} |`)
  }
}
await engine.close()
