import {InputError} from '../errors.js'
import type {Judgement} from '../verdicts/judgement.js'
import type {DebiasedOutcome} from './types.js'

/** The judgements of one comparison in all its orders: same judge, round, repetition, question, options and nudges. */
export interface JudgementSeries {
  key: string
  question: string
  judgements: Judgement[]
  /** sorted by name */
  options: string[]
}

export type Position = 'consistent' | 'primacy' | 'recency' | 'balanced'

const SEPARATOR = '\u0000'
const joined = (...parts: string[]) => parts.join(SEPARATOR)

const nudgesOf = ({shown, nudges}: Judgement) =>
  Object.entries(nudges)
    .map(([name, place]) => `${name}=${place === null ? '' : shown[place]!}`)
    .sort()
    .join(SEPARATOR)

export const contestOf = ({shown}: Judgement): string[] => [...shown].sort()

/** What is compared, independent of judge, order, round and repetition. */
export const comparisonKey = (judgement: Judgement): string =>
  joined(judgement.question, judgement.part, ...contestOf(judgement))

/** The prompt, the same for all its repetitions. */
export const promptKey = (judgement: Judgement): string =>
  joined(judgement.question, judgement.part, ...judgement.shown, nudgesOf(judgement))

/**
 * Judgements grouped into series, in the order of the log.
 *
 * Throws  InputError  the same comparison stands twice in the same order: which one counts is not known.
 */
export function seriesOf(judgements: readonly Judgement[]): JudgementSeries[] {
  const found = new Map<string, JudgementSeries>()
  const seen = new Map<string, number>()
  for (const judgement of judgements) {
    const {judge, round, repetition, question, shown, line} = judgement
    const key = joined(judge, round ?? '', repetition, comparisonKey(judgement), nudgesOf(judgement))
    const order = joined(key, ...shown)
    const before = seen.get(order)
    if (before !== undefined)
      throw new InputError(
        `line ${line}: question ${JSON.stringify(question)} is judged by ${judge} in the order ${shown.join(', ')} a second time; line ${before} is the first`,
        [
          'number the repetitions in a column named repetition',
          'or tell the rows apart by a column task, turn or round',
        ],
      )
    seen.set(order, line)
    const series = found.get(key) ?? {key, question, judgements: [], options: contestOf(judgement)}
    series.judgements.push(judgement)
    found.set(key, series)
  }
  return [...found.values()]
}

/** The name of the winner in one judgement, `tie` (readers allow no option of that name), or null. */
export const winnerOf = ({choice, shown}: Judgement): string | null =>
  typeof choice === 'number' ? shown[choice]! : choice

export const isParsed = ({judgements}: JudgementSeries): boolean => judgements.every(({choice}) => choice !== null)

/**
 * What a comparison in two or more orders says of position bias.
 *
 * Formula    consistent: the same option wins in every order, or every order is a tie. Otherwise let a verdict for the
 *            option in place i of k weigh 2i/(k−1) − 1 and a tie 0: primacy where the sum is negative, recency where it
 *            is positive. For pairs this is AA, AC, CA → primacy, BB, BC, CB → recency.
 * Empty      null: an answer without a verdict, or one order only.
 * Source     Shi et al., "Judging the Judges: A Systematic Study of Position Bias in LLM-as-a-Judge" (pairs).
 *            Deviation: none for pairs. For lists the sign of the mean place is ours: `balanced` where it is zero.
 */
export function positionOf(series: JudgementSeries): Position | null {
  const {judgements} = series
  if (judgements.length < 2 || !isParsed(series)) return null
  const winners = judgements.map(winnerOf)
  if (winners.every((winner) => winner === winners[0])) return 'consistent'
  const lean = judgements.reduce(
    (sum, {choice, shown}) => sum + (typeof choice === 'number' ? (2 * choice) / (shown.length - 1) - 1 : 0),
    0,
  )
  return lean < 0 ? 'primacy' : lean > 0 ? 'recency' : 'balanced'
}

/** The result of a comparison with position bias removed: what other programs should read in place of one verdict. */
export function debiasedOutcome(series: JudgementSeries): DebiasedOutcome {
  const [first] = series.judgements
  const {question, part, judge, round, repetition} = first!
  const winners = series.judgements.map(winnerOf)
  const position = positionOf(series)
  const kind =
    series.judgements.length < 2
      ? 'unpaired'
      : position === null
        ? 'unparsed'
        : position !== 'consistent'
          ? 'undecided'
          : winners[0] === 'tie'
            ? 'tied'
            : 'decided'
  return {
    question,
    part,
    judge,
    round,
    repetition,
    options: series.options,
    kind,
    winner: kind === 'decided' ? winners[0]! : null,
    verdicts: series.judgements.map((judgement) => ({shown: judgement.shown, verdict: winnerOf(judgement)})),
  }
}

/** What an option gets from one judgement: 1 for a win, 1/k for a tie of k, else 0; null: no verdict. */
export function scoreOf(judgement: Judgement, option: string): number | null {
  const winner = winnerOf(judgement)
  if (winner === null) return null
  if (winner === 'tie') return 1 / judgement.shown.length
  return winner === option ? 1 : 0
}

/** Mean over the orders, so that a place is worth nothing; null: an answer without a verdict. */
export function meanScore({judgements}: JudgementSeries, option: string): number | null {
  let sum = 0
  for (const judgement of judgements) {
    const score = scoreOf(judgement, option)
    if (score === null) return null
    sum += score
  }
  return sum / judgements.length
}
