import type {JudgeReport} from '../../../src/documents/reports.js'
import {judge} from '../../../src/judge/judge.js'
import {random} from '../../../src/stats/random.js'
import {HASH, run} from './run.js'

/** Two judges in two rounds, with everything a report can hold: flips, ties, unparsed, nudges, lengths. */
export function judgeSample(
  names: readonly [string, string] = ['amber', 'birch'],
  judges = ['even', 'leaning'],
): JudgeReport {
  const draw = random(5)
  const judgements = judges.flatMap((name, k) =>
    ['0', '1'].flatMap((round) =>
      Array.from({length: 12}, (_, q) => q).flatMap((q) =>
        ([null, 0] as const).flatMap((nudged) =>
          [names, [names[1], names[0]] as const].map((shown, order) => {
            const u = draw.uniform() + 0.3 * k * (order === 0 ? 1 : -1)
            return {
              line: 1,
              question: `q${q}`,
              part: '',
              judge: name,
              round,
              repetition: '1',
              shown: [...shown],
              choice: u < 0.06 ? null : u < 0.12 ? ('tie' as const) : u < 0.5 ? 0 : 1,
              lengths: order === 0 ? [100 + q, 110] : [110, 100 + q],
              nudges: {bandwagon: nudged === null ? null : order},
            }
          }),
        ),
      ),
    ),
  )
  const log = {judgements, format: 'table' as const, columns: {question: 'id'}, unused: ['note'], nudges: ['bandwagon']}
  const {metrics, verdict, notes} = judge(log, {alpha: 0.05, repetitions: 'first'})
  return {
    schemaVersion: 1,
    command: 'judge',
    version: '0.1.0',
    algorithm: 1,
    seed: 0,
    engine: {name: 'none', precision: 'fp64', tried: []},
    inputs: [{path: 'verdicts.csv', sha256: HASH, bytes: 4821, role: 'data'}],
    config: {alpha: 0.05, repetitions: 'first'},
    metrics,
    verdict,
    notes,
    run,
  }
}
