import type {TopTokens} from '../outputs/recorded.js'
import type {Measures} from './types.js'

/** A pair of probabilities in an f-divergence; 0 log 0 = 0. */
const kl = (p: number, q: number) => (p === 0 ? 0 : q === 0 ? Infinity : p * Math.log(p / q))

function js(p: number, q: number): number {
  const m = (p + q) / 2
  return ((p === 0 ? 0 : p * Math.log(p / m)) + (q === 0 ? 0 : q * Math.log(q / m))) / 2
}

/**
 * Lower and upper end of the divergences of two distributions of which only some probabilities are known.
 *
 * What is known: p on its list, q on its list, each sums to 1, and the vocabulary is larger than both lists. With A the
 * tokens on both lists, P the mass of p on tokens of its list alone, Q that of q, and the rests r = 1 − Σ p, s = 1 − Σ q:
 *
 * Formula    f(p, q) is an f-divergence's term: convex, f(cp, cq) = c f(p, q), so merging tokens never increases the sum
 *            and equal ratios merge without loss. The least is Σ_A f(p_i, q_i) + min over 0 ≤ x ≤ r of
 *            f(P + x, s) + f(r − x, Q): x of the rest of p lies where neither is listed. Both slopes depend on the ratios
 *            alone, which are equal at x = (r s − P Q)/(Q + s), cut to [0, r].
 *            The largest: nothing is shared outside of A. JS: Σ_A js + (P + r + Q + s)/2 · ln 2. KL: infinite unless
 *            P + r = 0, since q may be 0 there.
 *            Both ends are attained: no narrower ones follow from the lists.
 * Precision  fp64; a rest below 0 by rounding counts as 0.
 * Cost       list length.
 * Empty      no list → JS in [0, ln 2].
 * Source     log-sum inequality (Cover & Thomas, Theorem 2.7.1) for any f-divergence.   Deviation: —
 */
export function topBounds(
  old: TopTokens,
  fresh: TopTokens,
): {js: readonly [number, number]; kl: readonly [number, number]} {
  const known = new Map(fresh.tokens.map((token, k) => [token, Math.exp(fresh.logProbabilities[k]!)]))
  let [sharedJs, sharedKl, P, Q, massOld, massNew] = [0, 0, 0, 0, 0, 0]
  for (const q of known.values()) massNew += q
  old.tokens.forEach((token, k) => {
    const p = Math.exp(old.logProbabilities[k]!)
    massOld += p
    const q = known.get(token)
    known.delete(token)
    if (q === undefined) P += p
    else {
      sharedJs += js(p, q)
      sharedKl += kl(p, q)
    }
  })
  for (const q of known.values()) Q += q
  const [r, s] = [Math.max(0, 1 - massOld), Math.max(0, 1 - massNew)]
  // Where the new list holds nothing of its own, (r s)/s may round below r, and the crumb that is left would count as infinite.
  const x = Q === 0 ? r : Math.min(r, Math.max(0, (r * s - P * Q) / (Q + s)))
  const least = (f: typeof kl) => f(P + x, s) + f(r - x, Q)
  const rest = P + r
  const low = (value: number) => Math.max(0, value)
  return {
    js: [low(sharedJs + least(js)), Math.min(Math.LN2, sharedJs + ((rest + Q + s) / 2) * Math.LN2)],
    kl: [low(sharedKl + least(kl)), rest === 0 ? low(sharedKl) : Infinity],
  }
}

/** One position into its place of every column; what the lists do not determine stays NaN or 0. */
export function measureTop(old: TopTokens, fresh: TopTokens, into: Measures, at: number): void {
  const bounds = topBounds(old, fresh)
  into.js[at] = bounds.js[0]
  into.jsUpper[at] = bounds.js[1]
  into.kl[at] = bounds.kl[0]
  into.klUpper[at] = bounds.kl[1]
  if (old.taken >= 0 && fresh.taken >= 0)
    into.deltaLogP[at] = fresh.logProbabilities[fresh.taken]! - old.logProbabilities[old.taken]!
  into.rankOld[at] = old.rank ?? 0
  into.rankNew[at] = fresh.rank ?? 0
  const determined = old.top >= 0 && fresh.top >= 0
  into.sameTop[at] = !determined ? 2 : old.tokens[old.top] === fresh.tokens[fresh.top] ? 1 : 0
}
