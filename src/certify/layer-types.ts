import type {CellStatus, ChannelGroup, ClassPair} from './family-types.js'
import type {NearestPoint} from './nearest/types.js'

export interface Estimate {
  estimate: number
  /** exact upper bound at its share of α; null if none exists (no split, no floor, unbounded loss) */
  upper: number | null
  /** percentile bootstrap over points: asymptotic, not a certificate */
  asymptotic: [number, number] | null
  /** BCa bootstrap from the same resamples: asymptotic, not a certificate */
  bca?: [number, number] | null
  /** upper bounds for two fresh examples, if requested with --bounds */
  fresh?: EpsilonBound[]
}

export interface EpsilonBound {
  method: 'kl-u' | 'maurer-pontil'
  /** exact at its share of α; null without a floor */
  upper: number | null
}

export interface LayerMetrics {
  name: string
  dim: number
  /**
   * the batch axis found in the model's tensor; null: each example ran alone and no axis of length 1 is the batch.
   * Absent if the model was not run: hidden states have rows first
   */
  batchAxis?: number | null
  /** what the state was pooled over, in words; null: nothing. Absent in reports of older versions */
  pooledOver?: string | null
  /**
   * probabilities: the output of a softmax or sigmoid. When it saturates, distances vanish and ε grows without bound,
   * so it is not ranked among the hidden layers
   */
  squashed?: true
  /** distances are divided by this (median anchor pair distance, or 1) before comparison with δ and τ */
  scale: number
  /** τ, in scaled units */
  floor: number
  epsilon: {raw: Estimate; scaleFree: Estimate}
  /**
   * at least half of the anchor pairs are at distance zero: scale-free ε has no unit, is reported as 0 and not compared
   * with other layers
   */
  collapsed?: true
  /** share of Σ ΔL/max(d, τ) that comes from pairs with different labels; null without labels */
  crossLabelShare: number | null
  zeroDistancePairs: number
  /** those whose losses differ: without a floor they make ε infinite */
  zeroDistanceLossPairs: number
  /** largest and median pair distance, raw units */
  diameter: number
  medianDistance: number
  /** position among the layers, 0 first … 1 last */
  relativeDepth: number
  /** rows with the largest volatility, descending; row: index in the data file */
  mostVolatile: {row: number; volatility: number; loss: number; label: number | null}[]
  /** the quantity behind the paper's Figure 2; null without an output */
  legacyVulnerability: number | null
  /** the nearest-anchor curve, by δ and η; absent without a split */
  nearest?: NearestPoint[]
  /** groups of hidden units, in order, with their parts of the close pairs' volatility; estimates */
  groups?: ChannelGroup[]
  /**
   * class pairs of the unstable close pairs, at the middle δ and η: estimates, not a certificate; absent without labels
   */
  classPairs?: ClassPair[]
}

/** One statement: P[ΔL ≥ η | d ≤ δ] in one layer. */
export interface Cell {
  layer: string
  /** the radius in scaled units, and in raw units */
  delta: number
  deltaRaw: number
  eta: number
  /** anchor–reference pairs within δ, row by row */
  pairs: number
  /** their share of all anchor–reference pairs; with sources, each reference source counts once */
  fraction: number
  /** share of them with ΔL ≥ η: a plain estimate, not a certificate */
  observed: number | null
  /** upper bounds of P[ΔL ≥ η | d ≤ δ], at most 1 */
  global: number
  windowed: number
  direct: number
  /**
   * lower bound of the same probability. All lower bounds hold simultaneously with probability ≥ 1 − α.direct · cells,
   * separately from the upper bounds; absent in reports of older versions
   */
  lower?: number
  /**
   * the smallest bound divided by the lower bound of P[ΔL ≥ η] for arbitrary pairs: below 1, closeness is shown to
   * help; null if nothing is certified or arbitrary pairs are not shown to differ. Absent in reports of earlier
   * versions
   */
  lift?: number | null
  /**
   * Clopper–Pearson bound for two fresh examples, from disjoint pairs, and how many of these are within δ; if requested
   * with --bounds
   */
  clopperPearson?: number
  disjointPairs?: number
  /**
   * the result of the printed algorithm of Sun et al. 2024, at most 1: not a valid bound, only for comparison; null
   * without an interval
   */
  legacyBound?: number | null
  /**
   * estimate of the smallest bound with 2, 4 and 8 times the rows; absent in reports of earlier versions and if no pair
   * is within δ
   */
  forecast?: number[]
  status: CellStatus
}
