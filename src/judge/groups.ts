import {byName} from '../data/natural-order.js'
import type {Judgement} from '../verdicts/judgement.js'
import type {StatementFamily, Valued} from './family.js'
import {groupBy} from './group-by.js'
import {type Keyed, lengthPreferences, nudgeEffects, pairedDifferences} from './preferences.js'
import {isParsed, debiasedOutcome, positionOf, type Position, type JudgementSeries, seriesOf} from './series.js'
import {stabilities} from './stability.js'
import type {JudgeGroup, DebiasedOutcome, Preference, RoundDifference} from './types.js'

/** What a judge said in one round. */
export interface Round {
  judge: string
  round: string | null
  judgements: Judgement[]
  /** of the repetitions that position statistics use; without nudges where the log has controls */
  series: JudgementSeries[]
  /** with nudges too */
  all: JudgementSeries[]
}

/** By judge, then by round, in natural order. */
export function roundsOf(judgements: readonly Judgement[], repetitions: 'first' | 'all'): Round[] {
  const found = groupBy(judgements, ({judge, round}) => `${judge}\u0000${round ?? ''}`)
  const controls = judgements.some(isControl)
  return [...found.values()]
    .map((said): Round => {
      const {judge, round} = said[0]!
      const first = said.map(({repetition}) => repetition).sort(byName)[0]!
      const all = seriesOf(said).filter((series) => repetitions === 'all' || series.judgements[0]!.repetition === first)
      const series = controls ? all.filter((each) => isControl(each.judgements[0]!)) : all
      return {judge, round, judgements: said, series, all}
    })
    .sort((a, b) => byName(a.judge, b.judge) || byName(a.round ?? '', b.round ?? ''))
}

export const isControl = ({nudges}: Judgement): boolean => Object.values(nudges).every((place) => place === null)

export const nameOfRound = ({judge, round}: Pick<Round, 'judge' | 'round'>): string =>
  round === null ? judge : `${judge}, round ${round}`

const paired = (series: readonly JudgementSeries[]) => series.filter(({judgements}) => judgements.length > 1)

/** 1 where a comparison has this kind of position bias; no value where an answer has no verdict. */
const indicator = (series: readonly JudgementSeries[], of: Position): Valued[] =>
  paired(series).map((each) => {
    const position = positionOf(each)
    return {question: each.question, value: position === null ? null : position === of ? 1 : 0}
  })

const LEAN: Record<Position, number> = {consistent: 0, balanced: 0, primacy: -1, recency: 1}

const leans = (series: readonly JudgementSeries[]): Valued[] =>
  paired(series).map((each) => {
    const position = positionOf(each)
    return {question: each.question, value: position === null ? null : LEAN[position]}
  })

/**
 * Position bias of one judge in one round.
 *
 * Formula    of the n comparisons in more than one order whose answers all have a verdict, c are consistent, p
 *            primacy-preferred, r recency-preferred: consistency c/n, fairness (r − p)/n. The study writes fairness as
 *            (r · r/(r+p) − p · p/(r+p)) rescaled to [−1, 1] by the number of pairs, which is (r − p)/n identically, n
 *            counting unparsed pairs; `overAllPairs` is that one.
 * Source     Shi et al., "Judging the Judges", position consistency and preference fairness.
 *            Deviation: n of `estimate` counts parsed pairs only, so that an answer without a verdict is not a fair one.
 */
export function groupOf(round: Round, nudges: readonly string[], family: StatementFamily): JudgeGroup {
  const {judgements, series} = round
  const pairs = paired(series)
  const positions = pairs.map(positionOf)
  const number = (of: Position) => positions.filter((position) => position === of).length
  const parsed = pairs.filter(isParsed).length
  const outcomes = series.map(debiasedOutcome)
  const kinds = (kind: DebiasedOutcome['kind']) => outcomes.filter((outcome) => outcome.kind === kind).length
  const repeated = stabilities(judgements)
  const [primacy, recency] = [number('primacy'), number('recency')]
  return {
    name: nameOfRound(round),
    judge: round.judge,
    round: round.round,
    judgements: judgements.length,
    ties: judgements.filter(({choice}) => choice === 'tie').length,
    unparsed: judgements.filter(({choice}) => choice === null).length,
    pairs: {
      total: pairs.length,
      parsed,
      consistent: number('consistent'),
      primacy,
      recency,
      balanced: number('balanced'),
    },
    unpaired: series.length - pairs.length,
    outcomes: {
      decided: kinds('decided'),
      tied: kinds('tied'),
      undecided: kinds('undecided'),
      unparsed: kinds('unparsed'),
      unpaired: kinds('unpaired'),
    },
    stability: repeated.length === 0 ? null : family.add(repeated, [0, 1], false, 'headline'),
    consistency: family.add(indicator(series, 'consistent'), [0, 1], true, 'headline'),
    primacy: family.add(indicator(series, 'primacy'), [0, 1], true),
    recency: family.add(indicator(series, 'recency'), [0, 1], true),
    // This object is filled in later: a copy would never get its interval.
    fairness: Object.assign(family.add(leans(series), [-1, 1], false, 'headline'), {
      overAllPairs: pairs.length === 0 ? null : (recency - primacy) / pairs.length,
    }),
    preferences: preferencesOf(round, nudges, family),
  }
}

function preferencesOf(round: Round, nudges: readonly string[], family: StatementFamily): Preference[] {
  const found = nudges.map((name) => ({name, values: nudgeEffects(round.all, name)}))
  found.push({name: 'length', values: lengthPreferences(round.series)})
  return found
    .filter(({values}) => values.length > 0)
    .map(({name, values}) => Object.assign(family.add(values, [-1, 1], false), {name}))
}

const keyed = (series: readonly JudgementSeries[], value: (position: Position) => number): Keyed[] =>
  paired(series).map((each) => {
    const position = positionOf(each)
    const {question, part, repetition} = each.judgements[0]!
    const key = [question, part, repetition, ...each.options].join('\u0000')
    return {question, key, value: position === null ? null : value(position)}
  })

/** How every later round differs from the first one of the same judge, comparison by comparison. */
export function roundDifferences(
  rounds: readonly Round[],
  nudges: readonly string[],
  family: StatementFamily,
): RoundDifference[] {
  const metrics: {metric: string; range: readonly [number, number]; of: (round: Round) => Keyed[]}[] = [
    {metric: 'consistency', range: [-1, 1], of: ({series}) => keyed(series, (p) => (p === 'consistent' ? 1 : 0))},
    {metric: 'fairness', range: [-2, 2], of: ({series}) => keyed(series, (p) => LEAN[p])},
    ...nudges.map((metric) => ({
      metric,
      range: [-2, 2] as const,
      of: ({all}: Round) => nudgeEffects(all, metric),
    })),
    {metric: 'length', range: [-2, 2], of: ({series}) => lengthPreferences(series)},
  ]
  return rounds.flatMap((later) => {
    const first = rounds.find(({judge}) => judge === later.judge)!
    if (later === first || later.round === null || first.round === null) return []
    const [round, against] = [later.round, first.round]
    return metrics.flatMap(({metric, range, of}) => {
      const values = pairedDifferences(of(later), of(first))
      if (values.length === 0) return []
      const name = `${later.judge}, round ${round} − ${against}, ${metric}`
      return [Object.assign(family.add(values, range, false), {name, judge: later.judge, round, against, metric})]
    })
  })
}
