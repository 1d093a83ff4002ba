import {GAMMAS} from '../src/certify/perturbed/survival.js'
import {simulateSurvival, SURVIVAL_LAWS} from './survival-simulation.js'

/** Coverage of PR(γ), all γ at once, and the mean bounds: npx tsx bench/survival-coverage.ts [runs] */
const runs = Number(process.argv[2] ?? 400)
for (const law of SURVIVAL_LAWS)
  for (const draws of [1, 20, 60])
    for (const alpha of [0.05, 0.2, 0.5]) {
      const {held, lower, truth} = simulateSurvival(law, 800, draws, runs, alpha)
      const each = GAMMAS.map((gamma, k) => `γ ${gamma}: ${lower[k]!.toFixed(3)} of ${truth[k]!.toFixed(3)}`).join(', ')
      console.log(`${law.name}; ${draws} copies; α ${alpha}: held ${held.toFixed(3)}; ${each}`)
    }
