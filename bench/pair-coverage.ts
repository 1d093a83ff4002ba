/**
 * Coverage and tightness of the bounds about perturbed copies, truth known:  npx tsx bench/pair-coverage.ts [runs]
 * Nominal 95 % for all bounds of a law at once; 1,000 pairs, 250 of them the pilot.
 */
import {LAWS, simulatePairs} from './pair-simulation.js'

const runs = Number(process.argv[2] ?? 400)
console.log(
  '| pair distribution | conditional: truth | bound | joint: truth | bound | ε_Q δ/η | ε_Q bound / truth | coverage change | joint | conditional | ε_Q δ/η | ε_Q | all |',
)
console.log('|---|---|---|---|---|---|---|---|---|---|---|---|---|')
for (const law of LAWS) {
  const {mean, ...held} = simulatePairs(law, 1000, runs, 0.05)
  const figures = [
    mean.truth,
    mean.conditional,
    mean.jointTruth,
    mean.joint,
    mean.markov,
    mean.epsilonRatio,
    held.change,
    held.joint,
    held.conditional,
    held.markov,
    held.epsilon,
    held.report,
  ]
  console.log(`| ${law.name} | ${figures.map((x) => x.toFixed(3)).join(' | ')} |`)
}
