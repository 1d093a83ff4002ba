/**
 * Coverage and tightness of the certificate in simulation, truth known:
 *
 *   npx tsx bench/coverage.ts [--table report|fresh|single] [--runs 400] [--setting number] [--split share of the anchors]
 *
 * report   the whole report, nominal 95 % at once: shares of runs in which every bound of a kind held.
 * fresh    the bounds of two fresh examples, and the two asymptotic intervals, against the whole population.
 * single   one bound at a time, each at the α of its own: how much of it is used.
 */
import {parseArgs} from 'node:util'
import {createCpuEngine} from '../src/pairwise/cpu/index.js'
import {fixedSettings, simulateFresh, simulateSingle} from './single-bounds.js'
import {settings, simulate} from './simulation.js'

const {values} = parseArgs({
  options: {
    table: {type: 'string'},
    runs: {type: 'string', default: '400'},
    setting: {type: 'string'},
    split: {type: 'string'},
  },
})
const runs = Number(values.runs)
const POPULATION = 5000
const engine = await createCpuEngine({threads: 1})
const chosen = <T>(all: readonly T[]) =>
  all.filter((_, k) => values.setting === undefined || Number(values.setting) === k)
const asked = (table: string) => values.table === undefined || values.table === table
const header = (columns: readonly string[]) =>
  console.log(`| ${columns.join(' | ')} |\n|${'---|'.repeat(columns.length)}`)
const line = (first: readonly (string | number)[], figures: readonly number[]) =>
  console.log(`| ${[...first, ...figures.map((x) => x.toFixed(3))].join(' | ')} |`)

if (asked('report')) {
  header([
    'setting',
    'rows',
    'mean truth',
    'direct',
    'windowed',
    'global',
    'ε bound / truth',
    'class',
    'example',
    'cells certified',
    'coverage direct',
    'windowed',
    'global',
    'ε',
    'classes',
    'examples',
    'report',
    'asymptotic interval of ε',
    'lower',
    'coverage lower',
    'nearest truth',
    'nearest',
    'coverage nearest',
  ])
  const split = values.split === undefined ? {} : {split: Number(values.split)}
  for (const setting of chosen(settings(POPULATION))) {
    const {mean, ...held} = await simulate({...setting, options: {...setting.options, ...split}}, runs, engine)
    line(
      [setting.name, setting.rows],
      [
        mean.truth,
        mean.direct,
        mean.windowed,
        mean.global,
        mean.epsilonRatio,
        mean.classes,
        mean.examples,
        mean.certified,
        held.direct,
        held.windowed,
        held.global,
        held.epsilon,
        held.classes,
        held.examples,
        held.report,
        held.asymptotic,
        mean.lower,
        held.lower,
        mean.nearestTruth,
        mean.nearest,
        held.nearest,
      ],
    )
  }
}
if (asked('fresh')) {
  header([
    'setting',
    'rows',
    'kl-u / truth',
    'maurer-pontil / truth',
    'clopper-pearson',
    'truth',
    'coverage kl-u',
    'maurer-pontil',
    'clopper-pearson',
    'all at once',
    'percentile',
    'BCa',
  ])
  for (const setting of chosen(fixedSettings(POPULATION))) {
    const {mean, ...held} = await simulateFresh(setting, runs, engine)
    line(
      [setting.name, setting.rows],
      [
        mean.klU,
        mean.maurerPontil,
        mean.clopperPearson,
        mean.truth,
        held.klU,
        held.maurerPontil,
        held.clopperPearson,
        held.all,
        held.percentile,
        held.bca,
      ],
    )
  }
}
if (asked('single')) {
  header(['setting', 'α', 'direct', 'ε anchored', 'class', 'example', 'kl-u', 'maurer-pontil', 'clopper-pearson'])
  for (const setting of chosen(fixedSettings(POPULATION))) {
    const levels = [0.5, 0.2, 0.05]
    for (const [k, held] of (await simulateSingle(setting, levels, runs, engine)).entries()) {
      line(
        [setting.name, levels[k]!],
        [held.direct, held.epsilon, held.class, held.example, held.klU, held.maurerPontil, held.clopperPearson],
      )
    }
  }
}
await engine.close()
