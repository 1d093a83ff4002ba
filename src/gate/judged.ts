import {UsageError} from '../errors.js'

/** A value that a metric path names, and the object that it stands in. */
export interface Reading {
  /** as layers[h1].epsilon.scaleFree.estimate */
  at: string
  /** absent, null and NaN are failures, never passes */
  value: unknown
  parent: object | null
  field: string
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
  /** members by which an object of this kind is known */
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
  {
    field: 'difference',
    needs: ['asymptotic'],
    on: 'asymptotic interval of the paired difference',
    read: ({asymptotic}, direction) => end(asymptotic, direction),
  },
  {
    field: 'scaleFree',
    needs: ['interval'],
    on: 'asymptotic interval',
    read: ({interval}, direction) => end(interval, direction),
  },
]

/** Of an object that is named as a whole, the member that it stands for. */
export const BOUNDED_FIELDS = ['estimate', 'observed', 'difference'] as const

/** Bounds that are none unless the statement they belong to is certified. */
const CERTIFIED_ONLY = ['observed', 'global', 'windowed', 'direct', 'bound', 'conditional', 'clopperPearson']

/**
 * The number that a demand is held against: the bound instead of the estimate, the unfavourable end of an interval, and
 * no number at all where a statement is vacuous, abstains or is invalid.
 *
 * Throws  UsageError  a `min` for what is bounded from above only.
 */
export function judged({at, value, parent, field}: Reading, direction: Direction): Judged {
  const whole = typeof value === 'object' && value !== null && !Array.isArray(value)
  const object = (whole ? value : parent) as Values | null
  const name = whole ? BOUNDED_FIELDS.find((key) => Object.hasOwn(object!, key)) : field
  if (name === undefined || object === null) return {value: null, text: whole ? 'no number' : textOf(value), on: null}
  const {status} = object
  if (typeof status === 'string' && status !== 'certified' && CERTIFIED_ONLY.includes(name))
    return {value: null, text: status, on: null}
  const bound = BOUNDS.find(({field: of, needs}) => of === name && needs.every((key) => Object.hasOwn(object, key)))
  if (bound === undefined) return {...asNumber(whole ? object[name] : value), on: null}
  if (direction === 'min' && !/interval/.test(bound.on))
    throw new UsageError(`${at}: a certificate bounds it from above only, so it has no minimum`, [
      'use max, or gate another metric',
    ])
  const found = asNumber(bound.read(object, direction))
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
