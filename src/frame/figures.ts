const MINUS = '−'
/** A number stays on the line of its unit. */
export const NBSP = '\u00a0'
/** A product such as 0.07 · 100 = 7.000000000000001 must not become 7.1. */
const FUZZ = 1e-9

export type Rounding = 'up' | 'down' | 'nearest'

const ROUND: Record<Rounding, (x: number) => number> = {
  up: (x) => Math.ceil(x - FUZZ * Math.max(1, Math.abs(x))),
  down: (x) => Math.floor(x + FUZZ * Math.max(1, Math.abs(x))),
  nearest: Math.round,
}

/**
 * `x` with so many significant digits, rounded towards +∞ (`up`), −∞ (`down`) or the nearest.
 *
 * Precision  a value within 1e-9 of a shorter one, relatively, is taken as that one.
 */
export function significant(x: number, digits: number, rounding: Rounding): number {
  if (x === 0 || !Number.isFinite(x)) return x
  const exponent = Math.floor(Math.log10(Math.abs(x))) - digits + 1
  // A negative power of ten is not exact: divide by the positive one.
  const scaled = exponent < 0 ? x * 10 ** -exponent : x / 10 ** exponent
  return Number(`${ROUND[rounding](scaled)}e${exponent}`)
}

/** Three significant digits: 0.0312, 1.24, 18,300, 4.2e−7. */
export function number(x: number, rounding: Rounding = 'nearest'): string {
  if (x === 0) return '0'
  if (!Number.isFinite(x)) return String(x)
  const small = (value: number) => Math.abs(value) >= 1e7 || Math.abs(value) < 1e-4
  const value = significant(x, small(x) ? 2 : 3, rounding)
  const size = Math.abs(value)
  if (small(value)) return value.toExponential(1).replace('e+', 'e').replaceAll('-', MINUS)
  const decimals = Math.max(0, 2 - Math.floor(Math.log10(size)))
  return signed(value, size.toLocaleString('en-US', {minimumFractionDigits: decimals, maximumFractionDigits: decimals}))
}

/** A value someone chose (a radius, a threshold): shown with no more digits than it has, at most four. */
export const setting = (x: number, rounding: Rounding = 'nearest'): string =>
  String(significant(x, 4, rounding)).replaceAll('-', MINUS)

/** δ: a printed radius holds no pair that the true one does not. */
export const radius = (delta: number): string => setting(delta, 'down')

/** η: what is bounded is a change by the printed one or more. */
export const lossChange = (eta: number): string => setting(eta, 'up')

/** A share in percent; whole numbers from 10 % on unless `decimals` says otherwise. */
export function percent(p: number, rounding: Rounding = 'nearest', decimals = percentDecimals(p), gap = NBSP): string {
  const unit = 10 ** decimals
  return `${(ROUND[rounding](p * 100 * unit) / unit).toFixed(decimals)}${gap}%`
}

const percentDecimals = (p: number) => (p === 0 || p >= 0.0995 ? 0 : p >= 0.00995 ? 1 : 2)

/** For upper bounds, and whatever is worse when larger: rounded up, so that the printed figure still holds. */
export const percentUp = (p: number, gap = NBSP): string => percent(p, 'up', percentDecimals(p), gap)

/** For lower bounds, and whatever is better when larger: rounded down. */
export const percentDown = (p: number, gap = NBSP): string => percent(p, 'down', percentDecimals(p), gap)

/** A share that is read beside another, such as an accuracy and its baseline: one decimal. */
export const tenths = (p: number, rounding: 'up' | 'down', gap = NBSP): string =>
  percent(p, rounding, 1, gap).replace('.0', '')

/** A chance: two digits, three near the ends, and never 0 or 1. */
export function chanceText(p: number, gap = NBSP): string {
  if (p > 0.999) return `>${gap}0.999`
  if (p < 0.001) return `<${gap}0.001`
  return p.toFixed(p > 0.99 || p < 0.01 ? 3 : 2)
}

/** 1 − α with as many digits as it takes, never rounded up to certainty. */
export function confidence(alpha: number, gap = NBSP): string {
  const decimals = Math.min(12, Math.max(0, Math.ceil(-Math.log10(alpha))))
  const unit = 10 ** decimals
  // 1 − α is off by half a unit of fp64 at most, which must not take a digit away.
  const shown = Math.floor((1 - alpha + Number.EPSILON) * 100 * unit * (1 + Number.EPSILON)) / unit
  return `${Number(shown.toFixed(decimals))}${gap}%`
}

/** A number with a true minus sign. */
export const signed = (x: number, size: string): string => (x < 0 ? MINUS + size : size)
