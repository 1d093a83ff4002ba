// Share of runs in which all intervals of a report of surety judge hold, with clustered questions: npx tsx bench/judge-coverage.ts [runs]
import {judge} from '../src/judge/judge.js'
import {random} from '../src/stats/random.js'
import type {Judgement} from '../src/verdicts/judgement.js'

const runs = Number(process.argv[2] ?? 1000)
const LEAN = 0.3
const WINS = 0.6

/** `shared`: whether one mood decides all pairs of a question, or each pair has its own. */
function log(seed: number, questions: number, shared: boolean): Judgement[] {
  const draw = random(seed)
  return Array.from({length: questions}, (_, q) => String(q)).flatMap((question) => {
    const mood = draw.uniform() < LEAN
    return ['b', 'c', 'd', 'e'].flatMap((other) => {
      const lean = shared ? mood : draw.uniform() < LEAN
      const wins = draw.uniform() < WINS
      const said = (shown: string[], choice: number): Judgement => ({
        line: 1,
        question,
        part: '',
        judge: 'judge',
        round: null,
        repetition: '1',
        shown,
        choice,
        lengths: null,
        nudges: {},
      })
      return [said(['a', other], lean || wins ? 0 : 1), said([other, 'a'], lean ? 0 : wins ? 1 : 0)]
    })
  })
}

console.log('| questions | pairs of a question | α | all hold | consistency holds | width of consistency |')
console.log('|---|---|---|---|---|---|')
for (const questions of [15, 30])
  for (const shared of [true, false])
    for (const alpha of [0.05, 0.2, 0.5]) {
      let [all, one, width] = [0, 0, 0]
      for (let run = 0; run < runs; run++) {
        const options = {alpha, repetitions: 'first'} as const
        const judgements = log(run, questions, shared)
        const {groups, winRates} = judge(
          {judgements, format: 'table', columns: {}, unused: [], nudges: []},
          options,
        ).metrics
        const [{consistency, primacy, recency, fairness}] = groups as [(typeof groups)[number]]
        const known: [[number, number], number][] = [
          [consistency.interval!, 1 - LEAN],
          [primacy.interval!, LEAN],
          [recency.interval!, 0],
          [fairness.interval!, -LEAN],
          ...winRates.map(({interval}): [[number, number], number] => [interval!, LEAN / 2 + (1 - LEAN) * WINS]),
        ]
        const holds = ([[low, high], truth]: (typeof known)[number]) => low <= truth && truth <= high
        if (known.every(holds)) all++
        if (holds(known[0]!)) one++
        width += (consistency.interval![1] - consistency.interval![0]) / runs
      }
      console.log(
        `| ${questions} | ${shared ? 'one mood' : 'independent'} | ${alpha} | ${(all / runs).toFixed(3)} | ${(one / runs).toFixed(3)} | ${width.toFixed(3)} |`,
      )
    }
