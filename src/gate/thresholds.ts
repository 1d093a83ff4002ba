import {UsageError} from '../errors.js'
import {type Direction, type Judged, judgedValue, type Reading} from './judged.js'
import type {BaselineRule, Level, Limits, Rule, Threshold} from './types.js'

/** A threshold taken apart. */
export interface Demand {
  level: Level
  limits: Limits | null
}

export function demandOf(threshold: Threshold): Demand {
  return typeof threshold === 'string' ? {level: threshold, limits: null} : {level: threshold[0], limits: threshold[1]}
}

/** The outcome of one rule: the part of a finding that does not depend on its place in the configuration. */
export interface RuleOutcome {
  rule: Rule
  passed: boolean
  expected: string
  found: string
  value: number | null
  limit: number | null
  at: string | null
  matches: number
  judgedOn: string | null
}

/** The rules of a threshold, except the baseline's, on the values that its path names: the worst value decides. */
export function judgeLimits(values: readonly Reading[], {min, max, baseline}: Limits): RuleOutcome[] {
  if (min === undefined && max === undefined) return baseline === undefined ? [judgePresent(values)] : []
  return [
    ...(min === undefined ? [] : [judgeLimit(values, 'min', min)]),
    ...(max === undefined ? [] : [judgeLimit(values, 'max', max)]),
  ]
}

/** A level without limits: any number passes, a missing one fails. */
export function judgePresent(values: readonly Reading[]): RuleOutcome {
  const {at, found} = worst(values, null)
  return {
    rule: 'present',
    passed: found.value !== null,
    expected: 'a number',
    found: textOf(found, null),
    value: found.value,
    limit: null,
    at,
    matches: values.length,
    judgedOn: found.on,
  }
}

function judgeLimit(values: readonly Reading[], rule: Direction, limit: number): RuleOutcome {
  const {at, found} = worst(values, rule)
  const passed = found.value !== null && (rule === 'min' ? found.value >= limit : found.value <= limit)
  return {
    rule,
    passed,
    expected: `${rule === 'min' ? '≥' : '≤'} ${limit}`,
    found: textOf(found, limit),
    value: found.value,
    limit,
    at,
    matches: values.length,
    judgedOn: found.on,
  }
}

const textOf = ({value, text}: Judged, limit: number | null) => (value === null ? text : shown(value, limit))

/** Four digits, or as many as show on which side of the limit a value lies. */
export function shown(value: number, limit: number | null): string {
  for (let digits = 4; digits < 17; digits++) {
    const rounded = Number(value.toPrecision(digits))
    if (limit === null || Math.sign(rounded - limit) === Math.sign(value - limit)) return String(rounded)
  }
  return String(value)
}

interface Worst {
  at: string | null
  found: Judged
}

/** A value that is not a number is worse than any number. */
function worst(values: readonly Reading[], direction: Direction | null): Worst {
  const all = values.map((reading) => ({
    at: reading.at === '' ? null : reading.at,
    found: judgedValue(reading, direction),
  }))
  const none = all.find(({found}) => found.value === null)
  if (none !== undefined) return none
  return all.reduce((a, b) =>
    (direction !== 'min' ? b.found.value! > a.found.value! : b.found.value! < a.found.value!) ? b : a,
  )
}

/**
 * Which way is worse, for a comparison with a baseline.
 *
 * Throws  UsageError  it is not said, and min and max do not say it either.
 */
export function worseDirection(metric: string, {min, max}: Limits, rule: BaselineRule): Direction {
  if (rule.worse !== undefined) return rule.worse === 'higher' ? 'max' : 'min'
  if ((min === undefined) === (max === undefined))
    throw new UsageError(`the baseline rule of ${metric} does not say which way is worse`, [
      'add "worse": "higher" or "worse": "lower" to it',
    ])
  return max !== undefined ? 'max' : 'min'
}
