import {certify} from '../../../src/certify/certify.js'
import {random} from '../../../src/stats/random.js'
import {engine, options} from '../fixtures.js'

/** Two clusters, of which one is nearly always wrong: a rule can tell them apart, and inputs from elsewhere from both. */
export function clusters(seed: number, rows: number) {
  const r = random(seed)
  const wrong = Float64Array.from({length: rows}, (_, i) => (r.uniform() < (i % 3 === 0 ? 0.98 : 0.002) ? 1 : 0))
  const data = Float64Array.from({length: rows * 3}, (_, at) => r.normal() + (Math.floor(at / 3) % 3 === 0 ? 8 : 0))
  return {
    rows,
    layers: [
      {name: 'noise', dim: 1, data: Float64Array.from({length: rows}, () => r.normal())},
      {name: 'h', dim: 3, data},
    ],
    labels: null,
    output: null,
    loss: wrong,
  }
}

/** The rule of 1,200 of them. */
export const rule = async (seed = 1, risk = 0.05) =>
  (
    await certify(clusters(seed, 1200), options({etas: [1], risk, bootstrap: 0, examples: 0}), engine, {
      rule: {minCoverage: 0.3, loss: 1},
    })
  ).rule!
