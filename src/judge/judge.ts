import {byName} from '../data/natural-order.js'
import {InputError, UsageError, option} from '../errors.js'
import type {Note, Verdict} from '../frame/report.js'
import type {VerdictLog} from '../verdicts/judgement.js'
import {agreements, cohensKappa} from './agreement.js'
import {StatementFamily} from './family.js'
import {groupBy} from './group-by.js'
import {groupOf, isControl, nameOfRound, type Round, roundDifferences, roundsOf} from './groups.js'
import {meanScore, debiasedOutcome} from './series.js'
import type {JudgeAgreement, JudgeMetrics, JudgeOptions, DebiasedOutcome, WinRate} from './types.js'
import {judgeVerdict} from './verdict.js'

/** Flips that the report lists. */
const LISTED = 50

export interface JudgeResult {
  metrics: JudgeMetrics
  verdict: Verdict
  notes: Note[]
  /** every comparison, for other programs */
  outcomes: DebiasedOutcome[]
}

/**
 * How far the verdicts of a log can be trusted: do they survive a repetition, a change of the order, a nudge, another
 * judge; and who wins when the place is worth nothing.
 *
 * Guarantee  Questions are independent draws; everything within a question may depend on each other. Then all intervals
 *            of the report hold together for fresh questions with probability ≥ 1 − α, at any number of questions.
 * Cost       a few passes over the log, and 1,700 · questions multiplications a statement.
 * Throws     UsageError  α outside (0, 1).  InputError  an empty log, or a comparison that stands twice in one order.
 * Source     docs/judge.md.
 */
export function judge(log: VerdictLog, {alpha, repetitions}: JudgeOptions): JudgeResult {
  if (!(alpha > 0 && alpha < 1))
    throw new UsageError(`α is ${alpha}, it must lie between 0 and 1`, [
      `use ${option('alpha')} 0.05 for 95 % confidence`,
    ])
  const {judgements} = log
  if (judgements.length === 0)
    throw new InputError('the log holds no verdict', ['check that the file was written completely'])
  const rounds = roundsOf(judgements, repetitions)
  const family = new StatementFamily()
  const metrics: Omit<JudgeMetrics, 'alpha'> = {
    judgements: judgements.length,
    questions: new Set(judgements.map(({question}) => question)).size,
    options: [...new Set(judgements.flatMap(({shown}) => shown))].sort(byName),
    repetitions,
    log: {
      format: log.format,
      columns: Object.entries(log.columns).map(([role, column]) => ({role, column})),
      unused: log.unused,
    },
    groups: rounds.map((round) => groupOf(round, log.nudges, family)),
    roundDifferences: roundDifferences(rounds, log.nudges, family),
    agreement: agreementOf(rounds, family),
    winRates: rounds.flatMap((round) => winRates(round, family)),
    undecided: [],
  }
  const outcomes = rounds.flatMap(({all}) => all.map(debiasedOutcome))
  metrics.undecided = rounds
    .flatMap(({series}) => series.map(debiasedOutcome))
    .filter(({kind}) => kind === 'undecided')
    .slice(0, LISTED)
  const complete: JudgeMetrics = {alpha: family.close(alpha), ...metrics}
  return {metrics: complete, verdict: judgeVerdict(complete), notes: notesOf(log, complete), outcomes}
}

function agreementOf(rounds: readonly Round[], family: StatementFamily): JudgeAgreement[] {
  return rounds.flatMap((one, k) =>
    rounds.slice(k + 1).flatMap((other) => {
      if (one.judge === other.judge || one.round !== other.round) return []
      const values = agreements(one.judgements, other.judgements)
      if (values.length === 0) return []
      const name = `${one.judge} and ${other.judge}${one.round === null ? '' : `, round ${one.round}`}`
      const kappa = cohensKappa(values.filter(({value}) => value !== null).map(({said}) => said))
      return [
        Object.assign(family.add(values, [0, 1], true), {
          name,
          judges: [one.judge, other.judge] as [string, string],
          round: one.round,
          kappa,
        }),
      ]
    }),
  )
}

/**
 * Win rates in which a place is worth nothing.
 *
 * Formula    for an option of a set of k: mean over comparisons of the mean over orders of 1 (win), 1/k (tie of k), 0.
 *            A pair that flips gives ½ to each.
 * Empty      comparisons in one order only, or without a verdict, are left out.
 */
function winRates(round: Round, family: StatementFamily): WinRate[] {
  const paired = round.series.filter(({judgements}) => judgements.length > 1)
  const contests = groupBy(paired, ({options}) => options.join('\u0000'))
  return [...contests.values()].flatMap((series) => {
    const {options} = series[0]!
    // For a pair, the win rate of one option gives that of the other.
    return (options.length === 2 ? options.slice(0, 1) : options).map((option) => {
      const against = options.filter((other) => other !== option)
      const values = series.map((each) => ({question: each.question, value: meanScore(each, option)}))
      return Object.assign(family.add(values, [0, 1], false), {
        name: `${nameOfRound(round)}: ${option} against ${against.join(', ')}`,
        judge: round.judge,
        round: round.round,
        option,
        against,
      })
    })
  })
}

function notesOf({judgements, nudges, unused}: VerdictLog, {groups, repetitions}: JudgeMetrics): Note[] {
  const notes: Note[] = []
  const add = (level: Note['level'], code: string, message: string) => notes.push({level, code, message})
  const sum = (of: (group: (typeof groups)[number]) => number) => groups.reduce((total, group) => total + of(group), 0)
  const unparsed = sum((group) => group.unparsed)
  if (unparsed > 0)
    add(
      'warning',
      'unparsed-verdicts',
      `${unparsed} of ${judgements.length} answers hold no verdict; comparisons with one of them count in no share but stability and the fairness over all pairs`,
    )
  const unpaired = sum((group) => group.unpaired)
  if (unpaired > 0)
    add(
      'warning',
      'one-order-only',
      `${unpaired} comparisons stand in the log in one order only: nothing is said of their position bias, and they count in no win rate`,
    )
  const repeated = new Set(judgements.map(({repetition}) => repetition)).size
  if (repeated > 1 && repetitions === 'first')
    add(
      'info',
      'first-repetition',
      'position bias and win rates are those of the first repetition of each judge, not of all repetitions',
    )
  if (repeated === 1) add('info', 'no-repetitions', 'the log has no repetitions, so nothing is said of stability')
  for (const nudge of nudges)
    if (!judgements.some((judgement) => judgement.nudges[nudge] === null))
      add(
        'warning',
        'nudge-without-control',
        `every row has a value in ${nudge}: without rows that leave it empty its effect cannot be measured`,
      )
  if (nudges.length > 0 && judgements.some(isControl))
    add('info', 'nudges-apart', 'position bias and win rates are those of the rows without a nudge')
  if (unused.length > 0) add('info', 'columns-not-read', `not read: ${unused.join(', ')}`)
  return notes
}
