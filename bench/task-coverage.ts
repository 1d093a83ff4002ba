/**
 * Coverage of what is stated about tasks beyond one class a row, truth known, in six populations and at three α:
 *
 *   npx tsx bench/task-coverage.ts [--runs 400] [--task regression|tokens] [--single] [--population number]
 *
 * single   each statement by itself, without whole reports.
 * regression   absolute error, clipped at the largest error of an anchor; tokens   eight a row, some masked, mean loss of a row.
 */
import {parseArgs} from 'node:util'
import {createCpuEngine} from '../src/pairwise/cpu/index.js'
import {POPULATIONS} from './nearest-simulation.js'
import {regressionOf, simulateTask, tokensOf} from './task-simulation.js'

const {values} = parseArgs({
  options: {
    runs: {type: 'string', default: '400'},
    task: {type: 'string', default: 'regression'},
    population: {type: 'string'},
    single: {type: 'boolean', default: false},
  },
})
const engine = await createCpuEngine({threads: 1})
const made = values.task === 'tokens' ? tokensOf : regressionOf
console.log(
  '| population | α | whole report held | performance | loss tail | cell | nearest anchor | mean error: truth | bound |\n|---|---|---|---|---|---|---|---|---|',
)
for (const population of POPULATIONS(4000).filter((_, k) => (values.population ?? String(k)) === String(k))) {
  for (const {alpha, report, performance, tail, cell, nearest, truth, bound} of await simulateTask(
    made(population),
    {rows: 400, runs: Number(values.runs), alphas: [0.5, 0.2, 0.05], report: !values.single},
    engine,
  )) {
    const figures = [report, performance, tail, cell, nearest, truth, bound].map((x) => x?.toFixed(3) ?? '')
    console.log(`| ${[population.name, alpha, ...figures].join(' | ')} |`)
  }
}
await engine.close()
