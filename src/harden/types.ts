import type {HardenOptions} from './options.js'

/** What one epoch of training saw. Means over batches. */
export interface EpochRecord {
  epoch: number
  /** λ at the end of the epoch */
  lambda: number
  /** mean cross-entropy of the training examples as they were met */
  loss: number
  /** mean penalty of the layers drawn, without λ; null: no pair was to be compared */
  penalty: number | null
  validation: ValidationRecord
}

export interface ValidationRecord {
  loss: number
  accuracy: number
  /** mean penalty over all chosen layers and batches, without λ; null as above */
  penalty: number | null
  /** what decides which epoch is kept; smaller is better */
  score: number
}

/** Knowledge continuity of one layer on the validation examples. */
export interface LayerVolatility {
  name: string
  dim: number
  /** ε of 1 − p, in 1/distance, and times the median pair distance */
  epsilonRaw: number
  epsilonScaleFree: number
  /** median pair distance: how far the hidden states are spread */
  medianDistance: number
}

/** Accuracy on inputs changed by a gradient attack; an attack that fails proves nothing. */
export interface AttackedAccuracy {
  /** largest change of an input value */
  radius: number
  fgsm: number
  pgd: number
}

export interface ModelMeasures {
  /** mean cross-entropy */
  loss: number
  accuracy: number
  layers: LayerVolatility[]
  attacks: AttackedAccuracy[]
}

export interface HardenMetrics {
  rows: {train: number; validation: number}
  /** numbers that are trained */
  parameters: number
  /** where it was trained: a backend of TensorFlow.js */
  backend: string
  /** the layers whose volatility was penalised, first to last */
  layers: string[]
  options: HardenOptions
  epochs: EpochRecord[]
  /** the epoch whose weights were written; 0: the model as given */
  best: number
  before: ModelMeasures
  after: ModelMeasures
  /** the same training without the penalty; null: not asked for */
  control: ModelMeasures | null
  /** steps of the stronger attack, and the values between which attacked inputs stay; null: no attack was asked for */
  attack: {steps: number; range: [number, number]} | null
}
