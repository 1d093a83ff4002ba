/**
 * Coverage of the nearest-anchor statements with a known truth, in six populations and at three α:
 *
 *   npx tsx bench/nearest-coverage.ts [--table curve|rule] [--runs 400] [--rows 400]
 *
 * rule   the rule for deployment; its target is the share of losses ≥ t over the whole law, so that a rule is hard to make.
 */
import {parseArgs} from 'node:util'
import {createCpuEngine} from '../src/pairwise/cpu/index.js'
import {POPULATIONS, simulateNearest, simulateRule} from './nearest-simulation.js'

const {values} = parseArgs({
  options: {
    table: {type: 'string', default: 'curve'},
    runs: {type: 'string', default: '400'},
    rows: {type: 'string', default: '400'},
  },
})
const engine = await createCpuEngine({threads: 1})
if (values.table === 'curve')
  console.log(
    '| population | α | whole curve held | one bound held | one share covered held | truth | bound | covered | at least |\n|---|---|---|---|---|---|---|---|---|',
  )
for (const population of values.table === 'curve' ? POPULATIONS(4000) : []) {
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
if (values.table === 'rule')
  console.log(
    '| population | target | α | held | rules made | true risk | accepted | at least | share accepted held |\n|---|---|---|---|---|---|---|---|---|',
  )
for (const population of values.table === 'rule' ? POPULATIONS(4000) : []) {
  const {losses, eta} = population
  const risk = losses.filter((loss) => loss >= eta).length / losses.length
  for (const alpha of [0.5, 0.2, 0.05]) {
    const setting = {rows: Number(values.rows), alpha, risk, runs: Number(values.runs)}
    const held = await simulateRule(population, setting, engine)
    const figures = [risk, held.held, held.made, held.risk, held.accepted, held.coverage, held.covered]
    const [target, ...rest] = figures.map((x) => x.toFixed(3))
    console.log(`| ${[population.name, target, alpha, ...rest].join(' | ')} |`)
  }
}
await engine.close()
