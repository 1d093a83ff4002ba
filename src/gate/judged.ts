import {UsageError} from '../errors.js'

/** A value that a metric path names, and the object that it stands in. */
export interface Reading {
  /** as layers[h1].epsilon.scaleFree.estimate */
  at: string
  /** absent, null and NaN are failures, never passes */
  value: unknown
  parent: object | null
  field: string
  /** what a finding above it says: there is not enough evidence, so that none of its numbers is judged */
  unjudged?: string
}

/** Which end of what is known is the unfavourable one: `max` asks how large it may be, `min` how small. */
export type Direction = 'min' | 'max'

export interface Judged {
  /** null: there is no number, and `text` says what is there */
  value: number | null
  text: string
  /** what was judged in place of the value itself; null: the value */
  on: string | null
}

type Values = Record<string, unknown>

interface Bound {
  /** the point estimate that the bound is of */
  field: string
  /** members that identify an object of this kind */
  needs: string[]
  on: string
  read: (object: Values, direction: Direction) => unknown
}

const end = (interval: unknown, direction: Direction): unknown =>
  Array.isArray(interval) ? (interval as unknown[])[direction === 'max' ? 1 : 0] : null
const above = (key: string) => (object: Values) => object[key]

/**
 * Objects of a report that hold a point estimate beside a bound or an interval: these are judged on its unfavourable
 * end.
 */
const BOUNDS: readonly Bound[] = [
  {field: 'estimate', needs: ['upper'], on: 'upper bound', read: above('upper')},
  {
    field: 'estimate',
    needs: ['interval'],
    on: 'interval',
    read: ({interval}, direction) => end(interval, direction),
  },
  {
    field: 'estimate',
    needs: ['low', 'high'],
    on: '95 % interval',
    read: ({low, high}, direction) => (direction === 'max' ? high : low),
  },
  {
    field: 'observed',
    needs: ['global', 'windowed', 'direct'],
    on: 'smallest certified bound',
    read: ({global, windowed, direct}) => Math.min(global as number, windowed as number, direct as number),
  },
  {field: 'observed', needs: ['conditional'], on: 'certified bound', read: above('conditional')},
  {field: 'observed', needs: ['bound'], on: 'certified bound', read: above('bound')},
  {field: 'observed', needs: ['upper'], on: 'upper bound', read: above('upper')},
  {
    field: 'difference',
    needs: ['exact'],
    on: 'exact interval of the paired difference',
    read: ({exact}, direction) => end(exact, direction),
  },
  {field: 'value', needs: ['upper', 'baseline'], on: 'upper bound', read: above('upper')},
  {field: 'value', needs: ['lower', 'baseline'], on: 'lower bound', read: above('lower')},
  {
    field: 'accuracy',
    needs: ['performance'],
    on: 'lower bound',
    // For another task the accuracy is null, even if its performance is known.
    read: ({accuracy, performance}) =>
      accuracy === null ? null : (performance as {lower: number | null} | null)?.lower,
  },
]

/** Where there is an asymptotic interval and no bound, there is nothing to judge. */
const ASYMPTOTIC: readonly Pick<Bound, 'field' | 'needs'>[] = [{field: 'scaleFree', needs: ['interval']}]

/** The member that is judged when a path names the whole object. */
export const BOUNDED_FIELDS = ['estimate', 'observed', 'difference', 'value'] as const

/** Bounds that hold only if the statement they belong to is certified. */
const CERTIFIED_ONLY = ['observed', 'global', 'windowed', 'direct', 'bound', 'conditional', 'clopperPearson']

/**
 * The number that a demand is held against: the bound instead of the estimate, the unfavourable end of an interval, and
 * no number at all where a statement is vacuous, abstains or is invalid, or a finding says that it judges nothing.
 *
 * `direction` null: whether there is a number at all.
 *
 * Throws  UsageError  a `min` for what is bounded from above only, a `max` for what is bounded from below only, anything
 *         for what has an asymptotic interval only.
 */
export function judgedValue({at, value, parent, field, unjudged}: Reading, direction: Direction | null): Judged {
  if (unjudged !== undefined) return {value: null, text: unjudged, on: null}
  const whole = typeof value === 'object' && value !== null && !Array.isArray(value)
  const object = (whole ? value : parent) as Values | null
  const name = whole ? BOUNDED_FIELDS.find((key) => Object.hasOwn(object!, key)) : field
  if (name === undefined || object === null) return {value: null, text: whole ? 'no number' : textOf(value), on: null}
  const {status} = object
  if (typeof status === 'string' && status !== 'certified' && CERTIFIED_ONLY.includes(name))
    return {value: null, text: status, on: null}
  const bound = BOUNDS.find(({field: of, needs}) => of === name && needs.every((key) => Object.hasOwn(object, key)))
  if (ASYMPTOTIC.some(({field: of, needs}) => of === name && needs.every((key) => Object.hasOwn(object, key))))
    throw new UsageError(`${at}: has an asymptotic interval only, which bounds nothing`, [
      'gate layers[*].epsilon.scaleFree, which has an upper bound',
    ])
  if (bound === undefined) return {...asNumber(whole ? object[name] : value), on: null}
  if (direction === 'max' && bound.on === 'lower bound')
    throw new UsageError(`${at}: a certificate bounds it from below only, so it has no maximum`, [
      'use min, or gate another metric',
    ])
  if (direction === 'min' && !/interval|lower bound/.test(bound.on))
    throw new UsageError(`${at}: a certificate bounds it from above only, so it has no minimum`, [
      'use max, or gate another metric',
    ])
  const found = asNumber(bound.read(object, direction ?? 'max'))
  return {...found, text: found.value === null ? `no ${bound.on}` : found.text, on: bound.on}
}

function asNumber(value: unknown): Pick<Judged, 'value' | 'text'> {
  return typeof value === 'number' && Number.isFinite(value)
    ? {value, text: String(value)}
    : {value: null, text: textOf(value)}
}

function textOf(value: unknown): string {
  if (value === undefined) return 'missing'
  if (value === null) return 'null'
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' ? JSON.stringify(value) : 'no number'
}
