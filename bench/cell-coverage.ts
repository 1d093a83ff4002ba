/**
 * Coverage of the pair bounds with a known truth, in six populations and at three α, each bound by itself:
 *
 *   npx tsx bench/cell-coverage.ts [--runs 400] [--rows 400]
 */
import {parseArgs} from 'node:util'
import {createCpuEngine} from '../src/pairwise/cpu/index.js'
import {simulateCells} from './cell-simulation.js'
import {POPULATIONS} from './nearest-simulation.js'

const {values} = parseArgs({
  options: {runs: {type: 'string', default: '400'}, rows: {type: 'string', default: '400'}},
})
const engine = await createCpuEngine({threads: 1})
const setting = {rows: Number(values.rows), runs: Number(values.runs), alphas: [0.5, 0.2, 0.05]}
console.log(
  '| population | α | truth | direct: held; mean | windowed: held; mean | global: held; mean | lower: held; mean | ε: held; mean / truth |\n|---|---|---|---|---|---|---|---|',
)
for (const population of POPULATIONS(4000)) {
  for (const held of await simulateCells(population, setting, engine)) {
    const {direct, windowed, global, lower, epsilon} = held
    const figures = [direct, windowed, global, lower, epsilon].map(
      (each) => `${each.held.toFixed(3)}; ${each.bound.toFixed(3)}`,
    )
    console.log(`| ${[population.name, held.alpha, held.truth.toFixed(3), ...figures].join(' | ')} |`)
  }
}
await engine.close()
