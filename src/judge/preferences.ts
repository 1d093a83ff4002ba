import type {Judgement} from '../verdicts/judgement.js'
import type {Valued} from './family.js'
import {meanScore, scoreOf, type JudgementSeries} from './series.js'

/** A value of a comparison with a key that is the same in every round. */
export interface Keyed extends Valued {
  key: string
}

const withoutNudge = ({question, part, shown, repetition, judge, round}: Judgement, others: string) =>
  [question, part, repetition, judge, round ?? '', others, ...shown].join('\u0000')

const otherNudges = ({nudges, shown}: Judgement, nudge: string) =>
  Object.entries(nudges)
    .filter(([name]) => name !== nudge)
    .map(([name, place]) => `${name}=${place === null ? '' : shown[place]!}`)
    .sort()
    .join()

/**
 * What a nudge does to the score of the option that it favours, on the same prompt.
 *
 * Formula    mean over the orders of s(option | nudge) − s(option | control), s = 1 for a win, 1/k for a tie of k, else
 *            0; in [−1, 1]. Positive: the judge follows the nudge.
 * Empty      a nudged prompt without its control is left out; one without a verdict on either side has no value.
 * Source     Ma et al., "Judging with Many Minds" (verbosity and bandwagon bias as the change that the manipulation
 *            causes).   Deviation: a difference of win shares on paired prompts; the study reports rates.
 */
export function nudgeEffects(series: readonly JudgementSeries[], nudge: string): Keyed[] {
  const controls = new Map<string, Judgement>()
  for (const {judgements} of series)
    for (const judgement of judgements)
      if (judgement.nudges[nudge] === null)
        controls.set(withoutNudge(judgement, otherNudges(judgement, nudge)), judgement)
  return series.flatMap(({question, judgements, options}) => {
    const pairs = judgements.flatMap((judgement) => {
      const place = judgement.nudges[nudge] ?? null
      if (place === null) return []
      const control = controls.get(withoutNudge(judgement, otherNudges(judgement, nudge)))
      return control === undefined ? [] : [{judgement, control, option: judgement.shown[place]!}]
    })
    if (pairs.length === 0) return []
    const differences = pairs.map(({judgement, control, option}) => {
      const [nudged, plain] = [scoreOf(judgement, option), scoreOf(control, option)]
      return nudged === null || plain === null ? null : nudged - plain
    })
    const {part, repetition} = judgements[0]!
    const key = [question, part, repetition, ...options, pairs[0]!.option].join('\u0000')
    return [{question, key, value: meanOf(differences)}]
  })
}

/**
 * How much the longer of two answers is preferred, without a control: an association, since better answers may be
 * longer.
 *
 * Formula    s(longer) − s(shorter), averaged over the orders; in [−1, 1].
 * Empty      answers of equal length, more than two options, or no lengths → left out.
 */
export function lengthPreferences(series: readonly JudgementSeries[]): Keyed[] {
  return series.flatMap((each) => {
    const {question, judgements, options} = each
    const [first] = judgements
    const lengths = first!.lengths
    if (options.length !== 2 || lengths === null || lengths[0] === lengths[1] || judgements.length < 2) return []
    const longer = first!.shown[lengths[0]! > lengths[1]! ? 0 : 1]!
    const score = meanScore(each, longer)
    const {part, repetition} = first!
    const key = [question, part, repetition, ...options].join('\u0000')
    return [{question, key, value: score === null ? null : 2 * score - 1}]
  })
}

function meanOf(values: readonly (number | null)[]): number | null {
  let sum = 0
  for (const value of values) {
    if (value === null) return null
    sum += value
  }
  return sum / values.length
}

/** Later minus first, on the comparisons of both; no value where one of them has none. */
export function pairedDifferences(later: readonly Keyed[], first: readonly Keyed[]): Valued[] {
  const known = new Map(first.map(({key, value}) => [key, value]))
  return later.flatMap(({key, question, value}) => {
    const before = known.get(key)
    if (before === undefined) return []
    return [{question, value: value === null || before === null ? null : value - before}]
  })
}
