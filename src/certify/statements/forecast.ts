import {logWealth} from '../../stats/betting.js'
import {firstTrue} from '../../stats/bisect.js'

/** Sample sizes of the forecast, as multiples of the rows. */
export const MULTIPLES = [2, 4, 8] as const

/** Inputs of a betting bound: a_j and b_j of the references, and R(0) of its range (1 − v) R(0). */
export interface ForecastSample {
  a: Float64Array
  b: Float64Array
  most: number
  alpha: number
}

/** Weight of the best stake in a mixture. */
const MAIN = 0.8
const STEPS = 10
const GOLDEN = (Math.sqrt(5) - 1) / 2

/**
 * Estimates the bound of E a / E b with c times the rows, distributed like these: the smallest v at which the best
 * stake's mean log wealth reaches log 1/α. An estimate, not a bound.
 *
 * Formula    inf{v : c n max_λ (1/n) Σ_j log(1 + λ (v b_j − a_j)) ≥ log(1/α) − log 0.8}, λ ≤ 1/((1 − v) R(0)).
 * Precision  (now − observed)/1024.
 * Cost       100 multiplications per multiple and reference.
 * Empty      no pair within δ → 1.
 * Source     docs/math.md, "Planning".   Deviation: the stake is optimal for these rows, not for a pilot; the growth of
 *            the anchors with the rows is ignored.
 */
export function forecastBounds(
  sample: ForecastSample,
  now: number,
  multiples: readonly number[] = MULTIPLES,
): number[] {
  const observed = shareOf(sample)
  if (observed === null) return multiples.map(() => 1)
  const needed = neededOf(sample)
  return multiples.map((multiple) => {
    let [low, high] = [observed, now]
    for (let step = 0; step < STEPS; step++) {
      const middle = (low + high) / 2
      if (multiple * bestWealth(sample, middle) >= needed) high = middle
      else low = middle
    }
    return high
  })
}

/** Estimated multiple of the rows for a bound of `target`; null: the target is not above the observed share. */
export function multipleFor(sample: ForecastSample, target: number): number | null {
  const observed = shareOf(sample)
  if (observed === null || !(target > observed)) return null
  const wealth = bestWealth(sample, target)
  return wealth > 0 ? neededOf(sample) / wealth : null
}

/** The same for an exact bound of a share: the smallest whole number of trials, in multiples of `n`; null: never. */
export function binomialMultiple(
  [k, n]: readonly [number, number],
  target: number,
  upper: (k: number, n: number) => number,
): number | null {
  if (n === 0 || !(k / n < target)) return null
  const enough = (multiple: number) => upper(Math.round(multiple * k), Math.round(multiple * n)) <= target
  const LARGEST = 1e6
  return enough(LARGEST) ? firstTrue(1 / n, LARGEST, enough) : null
}

const neededOf = ({alpha}: ForecastSample) => Math.log(1 / alpha) - Math.log(MAIN)

function shareOf({a, b}: ForecastSample): number | null {
  const sum = (values: Float64Array) => values.reduce((x, y) => x + y, 0)
  const within = sum(b)
  return within > 0 ? sum(a) / within : null
}

/** max_λ Σ_j log(1 + λ (v b_j − a_j)): concave in λ, by golden sections. */
function bestWealth({a, b, most}: ForecastSample, v: number): number {
  let [low, high] = [0, 1 / ((1 - v) * most)]
  if (!(high < Infinity)) return 0
  const wealth = (stake: number) => logWealth(a, b, stake, v)
  let [left, right] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)]
  let [ofLeft, ofRight] = [wealth(left), wealth(right)]
  for (let step = 0; step < STEPS - 2; step++) {
    if (ofLeft > ofRight) {
      ;[high, right, ofRight] = [right, left, ofLeft]
      left = high - GOLDEN * (high - low)
      ofLeft = wealth(left)
    } else {
      ;[low, left, ofLeft] = [left, right, ofRight]
      right = low + GOLDEN * (high - low)
      ofRight = wealth(right)
    }
  }
  return Math.max(0, ofLeft, ofRight)
}
