import {firstTrue} from './bisect.js'

/** A bet of the e-value: stake λ, its weight in the mixture, and the smallest v at which no factor can be negative. */
export interface Bet {
  stake: number
  weight: number
  from: number
}

/** Factors multiplied before one logarithm is taken: far from over- and underflow at stakes below 10⁶. */
const CHUNK = 16

/**
 * Upper confidence bound of a ratio of means v* = E a / E b from independent, identically distributed pairs (a_j, b_j).
 *
 * Formula    e(v) = Σ_bets weight · 1{v ≥ from} · Π_j (1 + stake · (v b_j − a_j));  bound = inf{v ≤ max : e(v) ≥ 1/α}.
 *            At v = v* every product has mean ≤ 1, so P[e(v*) ≥ 1/α] ≤ α (Markov), and e is increasing: P[bound < v*] ≤
 *            α.
 * Shapes     a [n], b [n] non-negative, b null for b ≡ 1; Σ weights ≤ 1; stake · (v b − a) ≥ −1 for every possible (a,
 *            b) and every v ≥ from: the caller's range lemma. Stakes, weights and `from` must not depend on a and b.
 * Precision  fp64 in log space; the bisection errs upwards.
 * Cost       ≤ 60 · bets · n multiplications.
 * Empty      n = 0 or no bets → max, which the caller knows to be a bound without data.
 * Source     Waudby-Smith & Ramdas 2024 (betting), for a ratio; docs/math.md, Theorem C.
 *            Deviation: fixed stakes in a mixture rather than predictable ones, so the order of the points does not
 *            matter.
 */
export function ratioUpperBound(
  a: Float64Array,
  b: Float64Array | null,
  bets: readonly Bet[],
  alpha: number,
  max: number,
): number {
  const needed = Math.log(1 / alpha)
  const enough = (v: number) => logEvidence(a, b, bets, v) >= needed
  return enough(max) ? firstTrue(0, max, enough) : max
}

/**
 * Bets for the mean of values in [0, 1] (b ≡ 1) without a pilot: stakes 2⁻⁸ … 2⁶ in equal parts, each from the v at
 * which 1 + stake · (v − 1) ≥ 0. Whatever the variance, one of them is within a factor 2 of the best; the mixture costs
 * log 15.
 */
export const UNIT_BETS: readonly Bet[] = Array.from({length: 15}, (_, k) => ({
  stake: 2 ** (k - 8),
  weight: 1 / 15,
  from: Math.max(0, 1 - 2 ** (8 - k)),
}))

/** log e(v); −Infinity where every bet is inactive or ruined. */
export function logEvidence(a: Float64Array, b: Float64Array | null, bets: readonly Bet[], v: number): number {
  const logs = bets.filter((bet) => v >= bet.from).map((bet) => Math.log(bet.weight) + logWealth(a, b, bet.stake, v))
  const top = Math.max(-Infinity, ...logs)
  return top === -Infinity ? top : top + Math.log(logs.reduce((sum, x) => sum + Math.exp(x - top), 0))
}

/** Σ_j log(1 + stake · (v b_j − a_j)). */
export function logWealth(a: Float64Array, b: Float64Array | null, stake: number, v: number): number {
  let sum = 0
  let product = 1
  for (let j = 0; j < a.length; j++) {
    // Rounding may take a factor that is 0 a last bit below.
    product *= Math.max(0, 1 + stake * (v * (b === null ? 1 : b[j]!) - a[j]!))
    if ((j + 1) % CHUNK === 0) {
      sum += Math.log(product)
      product = 1
    }
  }
  return sum + Math.log(product)
}

/**
 * Bets fitted to a pilot sample that is independent of the data (here: the anchors among themselves).
 *
 * The stake is the one that would give the smallest bound on n points distributed like the pilot: among 1/R(v) for v at
 * the activation points (the largest stakes that serve every value from v on) and smaller ones. The mixture hedges it
 * with two thirds and half as much again. Validity does not depend on the choice.
 *
 * Shapes     a [m], b [m] pilot rows (b null for b ≡ 1); range(v) ≥ sup (a − v b) over every possible (a, b),
 *            decreasing in v.
 * Cost       43 stakes × ≤ 20 evaluations × m.
 * Empty      m = 0 or n = 0 → no bets: the bound is `max`.
 * Source     —   (rejected: eleven fixed fractions of the largest stake spend log 11 of log 1/α on unused bets; powers of
 *            √2 above 1/R(0), of which the first serves nothing below 1 − 1/√2: many bounds read 29.3 %.)
 */
export function pilotBets(
  pilot: {a: Float64Array; b: Float64Array | null},
  n: number,
  range: (v: number) => number,
  alpha: number,
  max: number,
): Bet[] {
  const m = pilot.a.length
  if (m === 0 || n === 0 || !(range(0) > 0)) return []
  const needed = ((Math.log(1 / alpha) - Math.log(HEDGE[0]!.weight)) * m) / n
  const activeFrom = (stake: number) => firstTrue(0, max, (v) => stake * range(v) <= 1)
  const active = (stake: number, from: number) => stake * range(from) <= 1
  let best: {stake: number; bound: number} | null = null
  for (const stake of candidates(range, max)) {
    const from = activeFrom(stake)
    if (!active(stake, from)) continue
    let low = from
    let high = max
    if (logWealth(pilot.a, pilot.b, stake, high) < needed) continue
    for (let step = 0; step < 18; step++) {
      const middle = (low + high) / 2
      if (logWealth(pilot.a, pilot.b, stake, middle) >= needed) high = middle
      else low = middle
    }
    if (best === null || high < best.bound) best = {stake, bound: high}
  }
  const stake = best?.stake ?? 0.5 / range(0)
  return HEDGE.map(({factor, weight}) => ({stake: factor * stake, weight, from: activeFrom(factor * stake)})).filter(
    (bet) => active(bet.stake, bet.from),
  )
}

/** The mixture around the stake chosen. */
const HEDGE = [
  {factor: 1, weight: 0.8},
  {factor: 2 / 3, weight: 0.1},
  {factor: 1.5, weight: 0.1},
]
/** v as shares of the largest: where the largest stakes begin to serve. */
const ACTIVATIONS = [
  0, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.125, 0.15, 0.175, 0.2, 0.225, 0.25, 0.275, 0.3, 0.325, 0.35, 0.375, 0.4,
  0.45, 0.5, 0.55, 0.6, 0.7, 0.8, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99,
]

/** Stakes ascending: 1/64 … 1/√2 of the largest that serves every v, then 1/R(v) at the activation points. */
const candidates = (range: (v: number) => number, max: number): number[] => [
  ...Array.from({length: 12}, (_, k) => 2 ** ((k - 12) / 2) / range(0)),
  ...ACTIVATIONS.map((share) => 1 / range(share * max)).filter((stake) => stake > 0 && stake < Infinity),
]
