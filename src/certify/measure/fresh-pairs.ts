import type {PairwiseEngine} from '../../pairwise/engine.js'
import {clopperPearsonUpper} from '../../stats/clopper-pearson.js'
import {klUpper} from '../../stats/kl-bound.js'
import {maurerPontilUpper} from '../../stats/maurer-pontil.js'
import {added, concat} from '../sample/arrays.js'
import type {CertifyPlan} from '../plan-types.js'
import type {LayerUnits} from '../sample/layer-units.js'
import type {Points} from '../sample/points.js'
import {takeRows} from '../sample/sample.js'
import type {FreshBound, LayerStates} from '../types.js'
import type {EpsilonBound} from '../layer-types.js'

/** References per group whose pairs are used: even, and small enough for a matrix of distances. */
const GROUP = 256

/**
 * Sums over pairs of references, each pair being two fresh examples: all pairs within groups for a U-statistic, and
 * disjoint pairs for bounds that need independent values. Additive over parts of the references.
 */
export interface FreshSums {
  /** k = Σ ⌊n_b/2⌋ over the groups b, and Σ ⌊n_b/2⌋ U_b with U_b the mean of h_{L_max} over all pairs of a group */
  weight: number
  kernel: number
  /** [k] h_{L_max} of the pairs (0, 1), (2, 3), … */
  pairs: Float64Array
  /** [G] number of these pairs within δ; [G, E] and with ΔL ≥ η */
  within: Float64Array
  exceed: Float64Array
}

/**
 * Formula   h = min(ΔL, L_max)/max(d, τ), 0 if max(d, τ) = 0.
 * Cost      references · 256 · dim multiply–adds, in fp64 on every engine.
 * Empty     fewer than two references → zeros.
 */
export async function measureFresh(
  plan: CertifyPlan,
  {scale, floor, deltas}: LayerUnits,
  states: LayerStates,
  {rows, losses}: Points,
  engine: PairwiseEngine,
): Promise<FreshSums> {
  const {etas, lossMax, options} = plan
  const [G, E] = [deltas.length, etas.length]
  const pairs: number[] = []
  const sums = {weight: 0, kernel: 0, within: new Float64Array(G), exceed: new Float64Array(G * E)}
  for (let first = 0; first < rows.length; first += GROUP) {
    const x = takeRows(states, rows.subarray(first, first + GROUP))
    const n = x.rows
    const {data} = await engine.distances(x, x, options.metric)
    let sum = 0
    for (let i = 0; i < n; i++) {
      for (let j = i + 1; j < n; j++) {
        const d = data[i * n + j]! / scale
        const change = Math.abs(losses[first + i]! - losses[first + j]!)
        const h = Math.max(d, floor) > 0 ? Math.min(change, lossMax) / Math.max(d, floor) : 0
        sum += h
        if (i % 2 === 1 || j !== i + 1) continue
        pairs.push(h)
        for (let g = 0; g < G; g++) {
          if (d > deltas[g]!) continue
          sums.within[g]!++
          for (let e = 0; e < E; e++) if (change >= etas[e]!) sums.exceed[g * E + e]!++
        }
      }
    }
    const weight = Math.floor(n / 2)
    sums.weight += weight
    if (weight > 0) sums.kernel += (weight * sum) / ((n * (n - 1)) / 2)
  }
  return {...sums, pairs: Float64Array.from(pairs)}
}

export function foldFresh(parts: readonly FreshSums[]): FreshSums {
  return {
    weight: parts.reduce((sum, part) => sum + part.weight, 0),
    kernel: parts.reduce((sum, part) => sum + part.kernel, 0),
    pairs: concat(parts.map(({pairs}) => pairs)),
    within: added(parts.map(({within}) => within)),
    exceed: added(parts.map(({exceed}) => exceed)),
  }
}

/** The values of --bounds that bound ε; `clopper-pearson` bounds cells. */
const EPSILON_BOUNDS = ['kl-u', 'maurer-pontil'] as const

/**
 * Upper bounds of ε_τ for two fresh examples, in scaled units.
 *
 * Formula   kl-u: M kl⁻¹₊(U/M, log(1/α)/k), U = Σ k_b U_b / k: an average of means over k independent pairs (Hoeffding
 *           1963, §5). maurer-pontil: the empirical-Bernstein bound of the k disjoint pairs. M = L_max/τ.
 * Empty     τ = 0 → null: the kernel is unbounded.
 */
export function freshEpsilon(
  {weight, kernel, pairs}: FreshSums,
  asked: readonly FreshBound[],
  largest: number,
  alpha: number,
): EpsilonBound[] {
  return EPSILON_BOUNDS.filter((method) => asked.includes(method)).map((method) => {
    if (!Number.isFinite(largest)) return {method, upper: null}
    return {
      method,
      upper:
        method === 'kl-u'
          ? klUpper(weight === 0 ? 0 : kernel / weight, largest, 2 * weight, alpha)
          : maurerPontilUpper(pairs, largest, alpha),
    }
  })
}

/** Clopper–Pearson bound of P[ΔL ≥ η | d ≤ δ] for two fresh examples, with the number of disjoint pairs used. */
export const freshCell = (
  {within, exceed}: FreshSums,
  g: number,
  e: number,
  etas: number,
  alpha: number,
): {disjointPairs: number; clopperPearson: number} => ({
  disjointPairs: within[g]!,
  clopperPearson: clopperPearsonUpper(exceed[g * etas + e]!, within[g]!, alpha),
})
