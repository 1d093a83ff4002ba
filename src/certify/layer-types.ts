import type {CellStatus, ChannelGroup, ClassPair} from './family-types.js'
import type {NearestPoint} from './nearest/types.js'

export interface Estimate {
  estimate: number
  /** exact upper bound at the split α; null where none exists (no split, no floor, unbounded loss) */
  upper: number | null
  /** percentile bootstrap over points: asymptotic, not a certificate */
  asymptotic: [number, number] | null
  /** BCa bootstrap from the same resamples: asymptotic, not a certificate */
  bca?: [number, number] | null
  /** upper bounds for two fresh examples, where --bounds asked for them */
  fresh?: EpsilonBound[]
}

export interface EpsilonBound {
  method: 'kl-u' | 'maurer-pontil'
  /** exact at the split α; null without a floor */
  upper: number | null
}

export interface LayerMetrics {
  name: string
  dim: number
  /**
   * the axis of the model's own tensor that was found to follow the batch; null: each example ran by itself and no
   * axis of length 1 is the batch. Absent where the model was not run: hidden states have their rows first
   */
  batchAxis?: number | null
  /** over what the state was pooled, in words; null: nothing. Absent in reports of versions that did not say */
  pooledOver?: string | null
  /**
   * probabilities: the output behind a softmax or sigmoid. Where it saturates, distances vanish and ε grows without
   * bound, so it is not ranked among the hidden layers
   */
  squashed?: true
  /** distances are divided by this (median anchor pair distance, or 1) before δ and τ apply */
  scale: number
  /** τ, in scaled units */
  floor: number
  epsilon: {raw: Estimate; scaleFree: Estimate}
  /**
   * at least half of the anchors' pairs are at distance zero: scale-free ε has no unit, is given as 0 and compared with
   * no other layer's
   */
  collapsed?: true
  /** share of Σ ΔL/max(d, τ) that comes from pairs with different labels; null without labels */
  crossLabelShare: number | null
  zeroDistancePairs: number
  /** of these, pairs whose losses differ: without a floor they make ε infinite */
  zeroDistanceLossPairs: number
  /** largest and median pair distance, raw units */
  diameter: number
  medianDistance: number
  /** position among the layers, 0 first … 1 last */
  relativeDepth: number
  /** rows with the largest volatility, descending; row = index in the data file */
  mostVolatile: {row: number; volatility: number; loss: number; label: number | null}[]
  /** the quantity behind the paper's Figure 2; null without an output */
  legacyVulnerability: number | null
  /** the nearest-anchor curve, by δ and η; absent without a split */
  nearest?: NearestPoint[]
  /** groups of hidden units, in order: which carry the volatility of close pairs; estimates */
  groups?: ChannelGroup[]
  /**
   * between which classes the unstable close pairs lie, at the middle δ and η: estimates, no certificate; absent
   * without labels
   */
  classPairs?: ClassPair[]
}

/** One statement: P[ΔL ≥ η | d ≤ δ] in one layer. */
export interface Cell {
  layer: string
  /** in scaled units, and the same radius in raw units */
  delta: number
  deltaRaw: number
  eta: number
  /** anchor–reference pairs within δ, row by row */
  pairs: number
  /** their share of all anchor–reference pairs; with sources, each source of the references counts once */
  fraction: number
  /** share of them with ΔL ≥ η: the plain estimate, no certificate */
  observed: number | null
  /** upper bounds of P[ΔL ≥ η | d ≤ δ], at most 1 */
  global: number
  windowed: number
  direct: number
  /**
   * lower bound of the same probability: how small the truth can be. All of them hold at once with probability ≥ 1 −
   * α.direct · cells, a statement of its own; absent in reports of versions that did not give it
   */
  lower?: number
  /**
   * the smallest bound over the lower bound of P[ΔL ≥ η] of any two: below 1 closeness is shown to buy something; null
   * where nothing is certified or no two are shown to differ. Absent in reports of earlier versions
   */
  lift?: number | null
  /**
   * Clopper–Pearson bound for two fresh examples from disjoint pairs, and how many of them are within δ; where --bounds
   * asked for it
   */
  clopperPearson?: number
  disjointPairs?: number
  /**
   * what the printed algorithm of Sun et al. 2024 gives, at most 1: no bound of anything, for comparison; null without
   * an interval
   */
  legacyBound?: number | null
  /**
   * about what the smallest bound would be with 2, 4 and 8 times the rows, an estimate; absent in reports of earlier
   * versions and where no pair is within δ
   */
  forecast?: number[]
  status: CellStatus
}
