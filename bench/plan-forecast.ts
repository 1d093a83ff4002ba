/**
 * What a report says it would certify with four times the rows, against reports with four times the rows:
 *
 *   npx tsx bench/plan-forecast.ts [--runs 60] [--rows 300]
 */
import {parseArgs} from 'node:util'
import {createCpuEngine} from '../src/pairwise/cpu/index.js'
import {cellBounds, cellStatistics, chooseBets} from '../src/certify/statements/bounds.js'
import {forecastBounds} from '../src/certify/statements/forecast.js'
import {drawSample} from './cell-simulation.js'
import {POPULATIONS} from './nearest-simulation.js'

const {values} = parseArgs({options: {runs: {type: 'string', default: '60'}, rows: {type: 'string', default: '300'}}})
const [runs, rows] = [Number(values.runs), Number(values.rows)]
/** About the α of a cell of a report. */
const ALPHA = 0.001
const engine = await createCpuEngine({threads: 1})
console.log(
  '| population | δ | bound | forecast for 4 × | bound with 4 × | forecast / bound | error of one forecast |\n|---|---|---|---|---|---|---|',
)
for (const population of POPULATIONS(4000)) {
  const figures = [0.05, 0.2].map(() => ({now: 0, forecast: 0, then: 0, each: [] as number[]}))
  const bounds = async (count: number, seed: number) => {
    const {pilot, sample, radii, lossMax} = await drawSample(
      population,
      {rows: count, quantiles: [0.05, 0.2], seed},
      engine,
    )
    const bets = chooseBets(pilot, sample.references, radii, lossMax, {epsilon: ALPHA, cell: ALPHA})
    return [0, 1].map((g) => {
      const {direct} = cellBounds(sample, bets, g, 0, ALPHA)
      const input = {...cellStatistics(sample, 'direct', g, 0, sample.anchors), most: bets.most![g]!, alpha: ALPHA}
      return {direct, forecast: forecastBounds(input, direct, [4])[0]!}
    })
  }
  for (let run = 1; run <= runs; run++) {
    const [now, then] = [await bounds(rows, 50_000 + run), await bounds(4 * rows, 60_000 + run)]
    figures.forEach((figure, g) => {
      figure.now += now[g]!.direct / runs
      figure.forecast += now[g]!.forecast / runs
      figure.then += then[g]!.direct / runs
      figure.each.push(now[g]!.forecast)
    })
  }
  figures.forEach(({now, forecast, then, each}, g) => {
    const error = each.reduce((sum, x) => sum + Math.abs(x - then) / then, 0) / runs
    const shown = [now, forecast, then, forecast / then, error].map((x) => x.toFixed(3))
    console.log(`| ${[population.name, g === 0 ? 'closest 5 %' : 'closest 20 %', ...shown].join(' | ')} |`)
  })
}
await engine.close()
