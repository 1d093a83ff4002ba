import type {JudgeMetrics, Statement} from '../judge/types.js'
import type {TextTable} from './evaluate-view.js'
import {count, percent, percentDown, percentUp, signedNumber, withSign} from './format.js'

/** 88 % (66–97 %): the interval is rounded outwards. */
export function shareWithInterval({estimate, interval}: Statement): string {
  if (estimate === null) return '–'
  const range = interval === null ? '' : ` (${bare(percentDown(interval[0]))}–${percentUp(interval[1])})`
  return `${percent(estimate)}${range}`
}

const bare = (text: string) => text.replace(/\u00a0%$/, '')

/** Hundredths, rounded outwards where it bounds. */
const hundredths = (x: number, round: (x: number) => number) => withSign(round(100 * x) / 100)

export function differenceWithInterval({estimate, interval}: Statement): string {
  if (estimate === null) return '–'
  const range =
    interval === null ? '' : ` (${hundredths(interval[0], Math.floor)} to ${hundredths(interval[1], Math.ceil)})`
  return `${withSign(Number(estimate.toFixed(3)))}${range}`
}

export function positionTable({groups}: JudgeMetrics): TextTable {
  return {
    head: ['judge', 'pairs', 'consistent', 'primacy', 'recency', 'fairness'],
    rows: groups.map(({name, pairs, consistency, fairness}) => [
      name,
      count(pairs.parsed),
      shareWithInterval(consistency),
      count(pairs.primacy),
      count(pairs.recency),
      differenceWithInterval(fairness),
    ]),
  }
}

export function answersTable({groups}: JudgeMetrics): TextTable {
  return {
    head: ['judge', 'answers', 'ties', 'unparsed', 'decided', 'undecided', 'stability'],
    rows: groups.map(({name, judgements, ties, unparsed, outcomes, stability}) => [
      name,
      count(judgements),
      count(ties),
      count(unparsed),
      count(outcomes.decided),
      count(outcomes.undecided),
      stability === null ? '–' : shareWithInterval(stability),
    ]),
  }
}

export function winTable({winRates}: JudgeMetrics): TextTable {
  return {
    head: ['judge', 'option', 'against', 'comparisons', 'wins'],
    rows: winRates.map((rate) => [
      rate.round === null ? rate.judge : `${rate.judge}, round ${rate.round}`,
      rate.option,
      rate.against.join(', '),
      count(rate.comparisons),
      shareWithInterval(rate),
    ]),
  }
}

export function agreementTable({agreement}: JudgeMetrics): TextTable {
  return {
    head: ['judges', 'answers', 'same verdict', 'κ'],
    rows: agreement.map((each) => [
      each.name,
      count(each.comparisons),
      shareWithInterval(each),
      each.kappa === null ? '–' : signedNumber(each.kappa),
    ]),
  }
}

/** What a nudge or a length does, and what a later round changes. */
export function preferenceTable({groups, roundDifferences}: JudgeMetrics): TextTable {
  return {
    head: ['effect', 'comparisons', 'difference'],
    rows: [
      ...groups.flatMap(({name, preferences}) =>
        preferences.map((each) => [`${name}: ${each.name}`, count(each.comparisons), differenceWithInterval(each)]),
      ),
      ...roundDifferences.map((each) => [each.name, count(each.comparisons), differenceWithInterval(each)]),
    ],
  }
}
