import {NBSP, number, type Rounding, signed} from '../frame/figures.js'

export {
  chanceText,
  confidence,
  lossChange,
  number,
  percent,
  percentDown,
  percentUp,
  radius,
  setting,
  tenths,
} from '../frame/figures.js'

/** For upper bounds and what is worse when larger. */
export const numberUp = (x: number): string => number(x, 'up')

export function count(n: number): string {
  return signed(n, Math.abs(n).toLocaleString('en-US'))
}

/** A difference with its sign, in percentage points. */
export function points(difference: number): string {
  return `${withSign(Number((difference * 100).toFixed(1)))}${NBSP}points`
}

/** An interval of a difference of shares in points, rounded outwards. */
export const pointsInterval = ([low, high]: readonly [number, number]): string =>
  [pointsRounded(low, 'down'), pointsRounded(high, 'up')].join(' to ')

const pointsRounded = (x: number, rounding: 'up' | 'down') => {
  const tenth = rounding === 'up' ? Math.ceil(x * 1000 - 1e-9) : Math.floor(x * 1000 + 1e-9)
  return withSign(tenth / 10)
}

/** A relative change with its sign; null where there is nothing to compare with. */
export function change(before: number, after: number): string | null {
  return before === 0 ? null : `${withSign(Number((((after - before) / Math.abs(before)) * 100).toFixed(1)))}${NBSP}%`
}

export function withSign(x: number): string {
  return x > 0 ? `+${x.toLocaleString('en-US')}` : count(x)
}

export function interval(range: readonly [number, number] | null): string {
  return range === null ? '–' : `${number(range[0], 'down')} to ${number(range[1], 'up')}`
}

/** Three significant digits with the sign. */
export const signedNumber = (x: number, rounding: Rounding = 'nearest'): string =>
  x > 0 ? `+${number(x, rounding)}` : number(x, rounding)

/** An interval of a difference, signs shown. */
export function signedInterval([low, high]: readonly [number, number]): string {
  return `${signedNumber(low, 'down')} to ${signedNumber(high, 'up')}`
}

export function orDash(x: number | null, format: (x: number) => string = (value) => number(value)): string {
  return x === null ? '–' : format(x)
}

export function formatBytes(n: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const step = n < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(n) / 3))
  return `${step === 0 ? n : (n / 1000 ** step).toFixed(1)}${NBSP}${units[step]}`
}

export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}${NBSP}ms`
  if (ms < 120_000) return `${(ms / 1000).toFixed(1)}${NBSP}s`
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`
}

export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`
}
