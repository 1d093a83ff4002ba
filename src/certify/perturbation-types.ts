import type {CellStatus} from './family-types.js'

/**
 * random: drawn for every example; attack: chosen by an algorithm that knows the model; supplied: pairs from the data
 */
export type PerturbationKind = 'random' | 'attack' | 'supplied'

/** Statements about independent pairs (z, z′) of an example and its perturbed copy with the same label. */
export interface PerturbationMetrics {
  name: string
  /** in the unit given in the description; null for supplied pairs */
  strength: number | null
  kind: PerturbationKind
  /** what was done to an example, with units and clipping */
  description: string
  /** number of reference pairs, which the statements rest on; the anchors' pairs chose δ, τ and stakes */
  pairs: number
  /** share of rows whose predicted class is the label after the perturbation; null if unknown */
  accuracy: number | null
  meanLoss: {original: number; perturbed: number}
  alpha: PairAlpha
  /** P[ΔL ≥ η] for each η, whatever the distance */
  changes: {eta: number; exceeding: number; observed: number; upper: number}[]
  layers: PerturbationLayer[]
  cells: PerturbationCell[]
  /** PR(γ) for each γ; absent if predictions are not classes, or pairs were not drawn at random given the input */
  survival?: {
    /** perturbed copies of each input */
    draws: number
    /** mean share of copies with the same prediction as their input */
    mean: number
    rows: SurvivalRow[]
  }
}

/** PR(γ): the share of inputs whose prediction survives the perturbation with probability ≥ 1 − γ. */
export interface SurvivalRow {
  gamma: number
  /** minimum number of copies that must keep the prediction for an input to count; chosen from the anchors */
  threshold: number
  /** references that reach the threshold */
  reached: number
  /** share of the references for which at least 1 − γ of the copies keep the prediction: an estimate */
  observed: number
  /** lower bound of PR(γ) for fresh inputs, exact at its share of α */
  lower: number
}

/** α of each single statement about one pair distribution. */
export interface PairAlpha {
  total: number
  epsilon: number
  change: number
  /** for each of the joint and the conditional bound of a cell */
  cell: number
  /** for each PR(γ); absent if there is none */
  survival?: number
  statements: number
}

export interface PerturbationLayer {
  name: string
  /** τ, in scaled units: the smallest δ */
  floor: number
  /** median distance that the perturbation moves the hidden state, raw units */
  medianPairDistance: number
  /** ε_Q = E[ΔL / max(d, τ)] over the pairs, with its exact upper bound */
  epsilon: {raw: {estimate: number; upper: number}; scaleFree: {estimate: number; upper: number}}
}

export interface PerturbationCell {
  layer: string
  /** the radius in scaled units (those of the random pairs), and in raw units */
  delta: number
  deltaRaw: number
  eta: number
  /** pairs within δ, their share, and how many of them have ΔL ≥ η */
  pairs: number
  fraction: number
  exceeding: number
  observed: number | null
  /** upper bounds: P[ΔL ≥ η, d ≤ δ], P[ΔL ≥ η | d ≤ δ], and the first again from ε_Q δ/η only */
  joint: number
  conditional: number
  markov: number
  /** status of the conditional bound */
  status: Exclude<CellStatus, 'invalid'>
}
