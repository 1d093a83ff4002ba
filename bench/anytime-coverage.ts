/**
 * Pair bounds under optional stopping: whether a bound ever falls below the truth while references come in one by one, so
 * the worst moment to stop is taken, in six populations and at three α:
 *
 *   npx tsx bench/anytime-coverage.ts [--runs 400] [--population number] [--rows 400]
 */
import {parseArgs} from 'node:util'
import {createCpuEngine} from '../src/pairwise/cpu/index.js'
import {cellStatistics, chooseBets} from '../src/certify/statements/bounds.js'
import type {Bet} from '../src/stats/betting.js'
import {clopperPearsonUpper} from '../src/stats/clopper-pearson.js'
import {drawSample, truthOf} from './cell-simulation.js'
import {POPULATIONS} from './nearest-simulation.js'

const {values} = parseArgs({
  options: {
    runs: {type: 'string', default: '400'},
    population: {type: 'string'},
    rows: {type: 'string', default: '400'},
  },
})
const [runs, rows, alphas] = [Number(values.runs), Number(values.rows), [0.5, 0.2, 0.05]]
const engine = await createCpuEngine({threads: 1})

/** The largest e_s(v) over all s. */
function largestWealth(a: Float64Array, b: Float64Array | null, bets: readonly Bet[], v: number): number {
  const active = bets.filter(({from}) => v >= from)
  const wealth = active.map(({weight}) => weight)
  let most = 0
  for (let j = 0; j < a.length; j++) {
    active.forEach(({stake}, k) => (wealth[k]! *= Math.max(0, 1 + stake * (v * (b === null ? 1 : b[j]!) - a[j]!))))
    most = Math.max(
      most,
      wealth.reduce((sum, x) => sum + x, 0),
    )
  }
  return most
}

console.log(
  '| population | α | direct held at every moment | lower | ε | an exact binomial bound, looked at as often |\n|---|---|---|---|---|---|',
)
for (const population of POPULATIONS(4000).filter((_, k) => (values.population ?? String(k)) === String(k))) {
  const held = alphas.map(() => ({direct: 0, lower: 0, epsilon: 0, binomial: 0}))
  for (let run = 1; run <= runs; run++) {
    const {pilot, sample, whole, radii, lossMax, referenceRows} = await drawSample(
      population,
      {rows, quantiles: [0.2], seed: 40_000 + run},
      engine,
    )
    const truth = truthOf(whole)
    const {a, b} = cellStatistics(sample, 'direct', 0, 0, sample.anchors)
    const total = sample.total.map((x) => x / sample.anchors)
    const wrong =
      population.losses.reduce((sum, x) => sum + (x >= population.eta ? 1 : 0), 0) / population.losses.length
    for (const [k, alpha] of alphas.entries()) {
      const bets = chooseBets(pilot, sample.references, radii, lossMax, {epsilon: alpha, cell: alpha})
      const cell = bets.cells[0]!
      const never = (wealth: number) => (wealth < 1 / alpha ? 1 : 0) / runs
      held[k]!.direct += never(largestWealth(a, b, cell.direct, truth.cell))
      held[k]!.lower += never(
        largestWealth(
          b.map((x, j) => x - a[j]!),
          b,
          cell.lower!,
          1 - truth.cell,
        ),
      )
      held[k]!.epsilon += never(largestWealth(total, null, bets.epsilon, truth.epsilon))
      let [count, ok] = [0, true]
      referenceRows.forEach((row, j) => {
        if (population.losses[row]! >= population.eta) count++
        if (ok && (j + 1) % 10 === 0) ok = clopperPearsonUpper(count, j + 1, alpha) >= wrong
      })
      held[k]!.binomial += (ok ? 1 : 0) / runs
    }
  }
  for (const [k, alpha] of alphas.entries()) {
    const {direct, lower, epsilon, binomial} = held[k]!
    console.log(
      `| ${[population.name, alpha, ...[direct, lower, epsilon, binomial].map((x) => x.toFixed(3))].join(' | ')} |`,
    )
  }
}
await engine.close()
