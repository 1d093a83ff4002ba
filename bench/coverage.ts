/**
 * Coverage and tightness of the certificate in simulation, truth known:  npx tsx bench/coverage.ts [runs] [setting number]
 * Nominal 95 % for the whole report at once; "coverage" columns are shares of runs in which every bound of the kind held.
 */
import {createCpuEngine} from '../src/pairwise/cpu/index.js'
import {settings, simulate} from './simulation.js'

const runs = Number(process.argv[2] ?? 400)
const only = process.argv[3]
const engine = await createCpuEngine({threads: 1})
console.log(`| setting | rows | mean truth | direct | windowed | global | ε bound / truth | cells certified | coverage direct | windowed | global | ε | report | asymptotic interval of ε |`)
console.log('|---|---|---|---|---|---|---|---|---|---|---|---|---|---|')
for (const [k, setting] of settings(10_000).entries()) {
  if (only !== undefined && Number(only) !== k) continue
  const {mean, ...held} = await simulate(setting, runs, engine)
  const figures = [mean.truth, mean.direct, mean.windowed, mean.global, mean.epsilonRatio, mean.certified, held.direct, held.windowed, held.global, held.epsilon, held.report, held.asymptotic]
  console.log(`| ${setting.name} | ${setting.rows} | ${figures.map((x) => x.toFixed(3)).join(' | ')} |`)
}
await engine.close()
