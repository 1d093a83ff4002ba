import {InternalError} from '../../errors.js'

/** From data to drawing units, and where to put ticks. */
export interface Scale {
  at: (value: number) => number
  ticks: number[]
}

/**
 * Linear; ticks at multiples of 1, 2 or 5 · 10ᵏ inside the domain, about `count` of them. A domain of one value is
 * widened.
 */
export function linearScale(
  [lo, hi]: readonly [number, number],
  [from, to]: readonly [number, number],
  count = 5,
): Scale {
  const margin = hi > lo ? 0 : Math.abs(lo) * 0.1 || 0.5
  const low = lo - margin
  const high = hi + margin
  const step = niceStep((high - low) / count)
  const first = Math.ceil(low / step - 1e-9)
  const last = Math.floor(high / step + 1e-9)
  const ticks = Array.from({length: last - first + 1}, (_, i) => Number(((first + i) * step).toPrecision(12)))
  return {at: (value) => from + ((value - low) / (high - low)) * (to - from), ticks}
}

/** Logarithmic; ticks at powers of ten, with 2 and 5 between them where there would be fewer than three. */
export function logScale([lo, hi]: readonly [number, number], range: readonly [number, number]): Scale {
  if (!(lo > 0 && hi >= lo)) throw new InternalError(`a logarithmic axis cannot show ${lo} … ${hi}`)
  const {at} = linearScale([Math.log10(lo), Math.log10(hi)], range)
  const ticks = (digits: readonly number[]) => {
    const exponents = Array.from(
      {length: Math.floor(Math.log10(hi)) - Math.floor(Math.log10(lo)) + 1},
      (_, i) => Math.floor(Math.log10(lo)) + i,
    )
    return exponents
      .flatMap((e) => digits.map((d) => Number(`${d}e${e}`)))
      .filter((tick) => tick >= lo * (1 - 1e-9) && tick <= hi * (1 + 1e-9))
  }
  const decades = ticks([1])
  return {at: (value) => at(Math.log10(value)), ticks: decades.length >= 3 ? decades : ticks([1, 2, 5])}
}

/** Logarithmic where positive values span more than a factor of twelve, else linear. */
export function spreadScale(values: readonly number[], range: readonly [number, number]): Scale {
  const lo = Math.min(...values)
  const hi = Math.max(...values)
  return lo > 0 && hi / lo > 12 ? logScale([lo, hi], range) : linearScale([Math.min(lo, 0), hi], range)
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].find((d) => d * power >= rough * (1 - 1e-9))!
  return step * power
}
