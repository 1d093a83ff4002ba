/**
 * Coverage of the nearest-anchor statements with a known truth, in six populations and at three α:
 *
 *   npx tsx bench/nearest-coverage.ts [--runs 400] [--rows 400]
 */
import {parseArgs} from 'node:util'
import {createCpuEngine} from '../src/pairwise/cpu/index.js'
import {POPULATIONS, simulateNearest} from './nearest-simulation.js'

const {values} = parseArgs({options: {runs: {type: 'string', default: '400'}, rows: {type: 'string', default: '400'}}})
const engine = await createCpuEngine({threads: 1})
console.log(
  '| population | α | whole curve held | one bound held | one share covered held | truth | bound | covered | at least |\n|---|---|---|---|---|---|---|---|---|',
)
for (const population of POPULATIONS(4000)) {
  for (const alpha of [0.5, 0.2, 0.05]) {
    const held = await simulateNearest(
      population,
      {rows: Number(values.rows), alpha, runs: Number(values.runs)},
      engine,
    )
    const figures = [
      held.simultaneous,
      held.single,
      held.covered,
      held.truth,
      held.bound,
      held.coveredTruth,
      held.coveredLower,
    ]
    console.log(`| ${[population.name, alpha, ...figures.map((x) => x.toFixed(3))].join(' | ')} |`)
  }
}
await engine.close()
