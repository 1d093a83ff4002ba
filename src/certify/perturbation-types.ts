import type {CellStatus} from './family-types.js'

/**
 * random: drawn for every example; attack: chosen by an algorithm that knows the model; supplied: pairs that came with
 * the data
 */
export type PerturbationKind = 'random' | 'attack' | 'supplied'

/** Statements about independent pairs (z, z′) of an example and its perturbed copy with the same label. */
export interface PerturbationMetrics {
  name: string
  /** in the unit that the description names; null for supplied pairs */
  strength: number | null
  kind: PerturbationKind
  /** what was done to an example, with units and clipping */
  description: string
  /** pairs of the statements: those of the references. Those of the anchors chose δ, τ and stakes */
  pairs: number
  /** share of rows whose predicted class is the label after the perturbation; null if unknown */
  accuracy: number | null
  meanLoss: {original: number; perturbed: number}
  alpha: PairAlpha
  /** P[ΔL ≥ η] for each η, whatever the distance */
  changes: {eta: number; exceeding: number; observed: number; upper: number}[]
  layers: PerturbationLayer[]
  cells: PerturbationCell[]
  /**
   * PR(γ) for each γ; absent where predictions are no classes, and of pairs that were not drawn at random given the input
   */
  survival?: {
    /** perturbed copies of each input */
    draws: number
    /** mean share of copies whose prediction is that of their input */
    mean: number
    rows: SurvivalRow[]
  }
}

/** PR(γ): the share of inputs whose prediction survives the perturbation with probability ≥ 1 − γ. */
export interface SurvivalRow {
  gamma: number
  /** how many of an input's copies must keep its prediction for it to count; chosen from the anchors */
  threshold: number
  /** references of which that many do */
  reached: number
  /** share of the references whose copies keep the prediction with a share of 1 − γ or more: an estimate */
  observed: number
  /** lower bound of PR(γ) for fresh inputs, exact at the split α */
  lower: number
}

/** α of each single statement about one pair distribution. */
export interface PairAlpha {
  total: number
  epsilon: number
  change: number
  /** of the joint and of the conditional bound of a cell, each */
  cell: number
  /** of each PR(γ); absent where there is none */
  survival?: number
  statements: number
}

export interface PerturbationLayer {
  name: string
  /** τ, in scaled units: the smallest δ */
  floor: number
  /** how far the perturbation moves the hidden state, median over the pairs, raw units */
  medianPairDistance: number
  /** ε_Q = E[ΔL / max(d, τ)] over the pairs, with its exact upper bound */
  epsilon: {raw: {estimate: number; upper: number}; scaleFree: {estimate: number; upper: number}}
}

export interface PerturbationCell {
  layer: string
  /** in scaled units (those of the random pairs), and the same radius in raw units */
  delta: number
  deltaRaw: number
  eta: number
  /** pairs within δ, their share, and how many of them have ΔL ≥ η */
  pairs: number
  fraction: number
  exceeding: number
  observed: number | null
  /** upper bounds: P[ΔL ≥ η, d ≤ δ], P[ΔL ≥ η | d ≤ δ], and of the first again from ε_Q δ/η alone */
  joint: number
  conditional: number
  markov: number
  /** of the conditional bound */
  status: Exclude<CellStatus, 'invalid'>
}
