import type {Bet} from '../../stats/betting.js'
import {logWealth, ratioUpperBound} from '../../stats/betting.js'
import {firstTrue} from '../../stats/bisect.js'

/**
 * One checkpoint's side of a cell: sums per reference, and the largest share of anchors that can lie within δ of any
 * point.
 */
export interface CellSide {
  /** [n] share of anchors within δ with ΔL ≥ η, and share within δ */
  a: Float64Array
  b: Float64Array
  /** W = #{k : ρ_k ≤ δ}/m, at most 1 (Lemma 1) */
  most: number
  /** stakes of the cell's direct and lower bound */
  direct: readonly Bet[]
  lower: readonly Bet[]
}

/** Part of each side's α for bounding the other checkpoint's probability from both sides, and this one's from above. */
const NUISANCE = 0.2
const OWN = 0.2
/** Stakes as fractions of the largest one allowed at t = 0. */
const STAKES = Array.from({length: 5}, (_, k) => 4 ** (k - 3))

/**
 * Exact interval for v − v′, the difference of P[ΔL ≥ η | d ≤ δ] of two checkpoints on the same anchors and references.
 *
 * Formula    For a candidate t and the true v′, y_j = (v′ + t) b_j − a_j − (v′ b′_j − a′_j) has mean 0 at t = v − v′,
 *            rises with t, and y ≥ −R(t), R(t) = max((1 − t)₊ W, (−t)₊ W + W′) for every v′ in [0, 1]. So for fixed
 *            stakes λ with λ R(t) ≤ 1 the products Π(1 + λ y_j) are e-values. v′ lies in its own confidence interval
 *            [l, u]; each log product is concave in v′, so its minimum there is at an end. Upper end: inf{t : Σ w min(Π
 *            at l, Π at u) ≥ 1/α₂}, or U − l with a bound U of v if that is smaller: at small δ, few pairs are close in
 *            both, and separate bounds are better than pairing. Lower end: the same with the sides exchanged.
 * Shapes     [n] each, both sides have the same references in the same order. α covers both ends together.
 * Precision  fp64 in log space; the bisection rounds outwards.
 * Cost       2 · 60 · 5 · 2 n.
 * Empty      n = 0 → [−1, 1].
 * Source     docs/math.md, "Two checkpoints" (Theorem C for a difference).   Deviation: —
 */
export function exactDifference(now: CellSide, before: CellSide, alpha: number): [number, number] {
  return [-upperOfDifference(before, now, alpha / 2), upperOfDifference(now, before, alpha / 2)]
}

function upperOfDifference(x: CellSide, other: CellSide, alpha: number): number {
  const [low, high] = ownShare(other, NUISANCE * alpha)
  const range = (t: number) => Math.max(Math.max(0, 1 - t) * x.most, Math.max(0, -t) * x.most + other.most)
  const apart = ratioUpperBound(x.a, x.b, x.direct, OWN * alpha, 1) - low
  const needed = Math.log(1 / ((1 - NUISANCE - OWN) * alpha))
  // y = t b − (a − v′ b + v′ b′ − a′): a ratio bet with these in place of a and b.
  const ends = [low, high].map((v) => x.a.map((a, j) => a - v * x.b[j]! + v * other.b[j]! - other.a[j]!))
  const bets = STAKES.map((share) => ({
    stake: share / range(0),
    from: firstTrue(-1, 1, (t) => (share / range(0)) * range(t) <= 1),
  })).filter(({stake, from}) => stake * range(from) <= 1 + 1e-12)
  const enough = (t: number) => {
    const logs = bets
      .filter(({from}) => t >= from)
      .map(({stake}) => Math.min(...ends.map((a) => logWealth(a, x.b, stake, t))) - Math.log(STAKES.length))
    const top = Math.max(-Infinity, ...logs)
    return top > -Infinity && top + Math.log(logs.reduce((sum, l) => sum + Math.exp(l - top), 0)) >= needed
  }
  return Math.min(apart, enough(1) ? firstTrue(-1, 1, enough) : 1)
}

/** Two-sided bounds of a checkpoint's own probability, with the stakes of its cell. */
function ownShare({a, b, direct, lower}: CellSide, alpha: number): [number, number] {
  const complement = b.map((x, j) => x - a[j]!)
  return [1 - ratioUpperBound(complement, b, lower, alpha / 2, 1), ratioUpperBound(a, b, direct, alpha / 2, 1)]
}
