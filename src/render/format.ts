const MINUS = '−'
/** A number stays on the line of its unit. */
const NBSP = '\u00a0'

/** Three significant digits: 0.0312, 1.24, 18,300, 4.2e−7. */
export function number(x: number): string {
  const size = Math.abs(x)
  if (x === 0) return '0'
  if (size >= 1e7 || size < 1e-4) return x.toExponential(1).replace('e+', 'e').replaceAll('-', MINUS)
  if (!Number.isFinite(x)) return String(x)
  const decimals = Math.max(0, 2 - Math.floor(Math.log10(size)))
  return signed(x, size.toLocaleString('en-US', {minimumFractionDigits: decimals, maximumFractionDigits: decimals}))
}

/** A value someone chose (a radius, a threshold): shown with no more digits than it has, at most four. */
export function setting(x: number): string {
  return String(Number(x.toPrecision(4))).replaceAll('-', MINUS)
}

export function count(n: number): string {
  return signed(n, Math.abs(n).toLocaleString('en-US'))
}

export function percent(p: number): string {
  return percentDigits(p, Math.round)
}

/** For upper bounds: rounded up, so that the printed figure still holds. */
export function percentUp(p: number): string {
  // A product such as 0.07 · 100 = 7.000000000000001 must not become 7.1.
  return percentDigits(p, (x) => Math.ceil(x - 1e-9))
}

/** For lower bounds: rounded down. */
export function percentDown(p: number): string {
  return percentDigits(p, (x) => Math.floor(x + 1e-9))
}

function percentDigits(p: number, round: (x: number) => number): string {
  const decimals = p === 0 || p >= 0.0995 ? 0 : p >= 0.00995 ? 1 : 2
  const unit = 10 ** decimals
  return `${(round(p * 100 * unit) / unit).toFixed(decimals)}${NBSP}%`
}

/** A difference with its sign, in percentage points. */
export function points(difference: number): string {
  return `${withSign(Number((difference * 100).toFixed(1)))}${NBSP}points`
}

/** A relative change with its sign; null where there is nothing to compare with. */
export function change(before: number, after: number): string | null {
  return before === 0 ? null : `${withSign(Number((((after - before) / Math.abs(before)) * 100).toFixed(1)))}${NBSP}%`
}

export function withSign(x: number): string {
  return x > 0 ? `+${x.toLocaleString('en-US')}` : count(x)
}

export function interval(range: readonly [number, number] | null): string {
  return range === null ? '–' : `${number(range[0])} to ${number(range[1])}`
}

/** Three significant digits with the sign. */
export const signedNumber = (x: number): string => (x > 0 ? `+${number(x)}` : number(x))

/** An interval of a difference, signs shown. */
export function signedInterval([low, high]: readonly [number, number]): string {
  return `${signedNumber(low)} to ${signedNumber(high)}`
}

export function orDash(x: number | null, format: (x: number) => string = number): string {
  return x === null ? '–' : format(x)
}

export function bytes(n: number): string {
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

function signed(x: number, size: string): string {
  return x < 0 ? MINUS + size : size
}
