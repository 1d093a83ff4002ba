// Share of runs in which all statements of a report of surety drift hold, with clustered positions: npx tsx bench/drift-coverage.ts [runs]
import {measuresFor} from '../src/drift/divergence.js'
import {Drift} from '../src/drift/drift.js'
import type {Measures} from '../src/drift/types.js'
import {random, type Random} from '../src/stats/random.js'

const runs = Number(process.argv[2] ?? 1000)
const JS = 0.2
const [MOODY, INSIDE] = [0.25, 0.8]
const SHARE = MOODY * INSIDE

/** `clustered`: a document moves as a whole or not at all; else each position by itself. */
function document(draw: Random, clustered: boolean): Measures {
  const measures = measuresFor(1 + draw.integer(40))
  const mood = draw.uniform() < MOODY
  for (let t = 0; t < measures.positions; t++) {
    const moved = clustered ? mood && draw.uniform() < INSIDE : draw.uniform() < SHARE
    measures.js[t] = measures.jsUpper[t] = moved ? JS : 0
    measures.kl[t] = measures.klUpper[t] = moved ? 2 * JS : 0
    measures.deltaLogP[t] = moved ? -2 : 0
    measures.sameTop[t] = moved ? 0 : 1
  }
  return measures
}

console.log('| documents | positions | α | all hold | top-changed holds | its bound (truth 0.2) |')
console.log('|---|---|---|---|---|---|')
for (const documents of [30, 200])
  for (const clustered of [true, false])
    for (const alpha of [0.05, 0.2, 0.5]) {
      let [all, one, sum] = [0, 0, 0]
      for (let run = 0; run < runs; run++) {
        const draw = random(run)
        const drift = new Drift({alpha, taus: [0.1], losses: [1], klCap: 10, partial: false}, 10)
        for (let d = 0; d < documents; d++)
          drift.add({name: String(d), measures: document(draw, clustered), pieces: null})
        const {shares, means} = drift.result().metrics
        const inside = ([low, high]: readonly [number, number], truth: number) => low <= truth && truth <= high
        if (
          shares.every(({upper}) => upper >= SHARE) &&
          inside(means[0]!.interval, SHARE * JS) &&
          inside(means[1]!.interval, SHARE * 2 * JS)
        )
          all++
        const {upper} = shares.find(({name}) => name === 'top-changed')!
        if (upper >= SHARE) one++
        sum += upper
      }
      console.log(
        `| ${documents} | ${clustered ? 'clustered' : 'independent'} | ${alpha} | ${(all / runs).toFixed(3)} | ${(one / runs).toFixed(3)} | ${(sum / runs).toFixed(3)} |`,
      )
    }
