import {UsageError} from '../errors.js'
import type {Norm} from './aggregate.js'
import type {LabelCoding} from './labels.js'

export type Preset = 'surety' | 'paper'
export type RemovalMethod = 'exact' | 'first-order' | 'auto'

export interface SanitizeOptions {
  preset: Preset
  /** null or absent: what the preset says */
  nodeSet?: 'all' | 'labelled' | null
  coding?: LabelCoding | null
  norm?: Norm | null
  hops?: 1 | 2 | null
  ridge?: number | null
  sign?: 'signed' | 'absolute' | null
  method?: RemovalMethod | null
  prune: {rule: 'auto'} | {rule: 'ratio' | 'count' | 'threshold'; value: number}
  /** an edge is kept where its removal would leave an end with fewer neighbours */
  minDegree: number
  seed: number
  /** [2 k] known adversarial edges: read for metrics.truth only */
  truth: Uint32Array | null
}

/** Every choice made, after the preset's defaults. */
export interface SanitizeSettings {
  preset: Preset
  nodeSet: 'all' | 'labelled'
  coding: LabelCoding
  norm: Norm
  hops: 1 | 2
  /** λ of the complexity */
  ridge: number
  /** λ of the label-free complexity */
  labelFreeRidge: number
  sign: 'signed' | 'absolute'
  method: RemovalMethod
  /** fused: weighted mean of ranks; kc: the kernel-complexity score alone */
  ranking: 'fused' | 'kc'
}

const PRESETS: Record<Preset, SanitizeSettings> = {
  surety: {preset: 'surety', nodeSet: 'all', coding: 'centred', norm: 'row', hops: 1, ridge: 10, labelFreeRidge: 0.01, sign: 'signed', method: 'auto', ranking: 'fused'},
  paper: {preset: 'paper', nodeSet: 'labelled', coding: 'signed', norm: 'sym', hops: 1, ridge: 1e-3, labelFreeRidge: 0.01, sign: 'absolute', method: 'auto', ranking: 'kc'},
}

/** The preset with the options given in its place. Throws UsageError: a ridge that is not positive. */
export function resolveSettings(options: SanitizeOptions): SanitizeSettings {
  const preset = PRESETS[options.preset]
  const ridge = options.ridge ?? preset.ridge
  if (!(ridge > 0 && Number.isFinite(ridge))) throw new UsageError(`the ridge is ${ridge}, it must be a positive number`, ['use --ridge 10'])
  if (!(Number.isInteger(options.minDegree) && options.minDegree >= 0)) throw new UsageError(`the minimum degree is ${options.minDegree}, it must be a whole number of at least 0`)
  return {
    ...preset,
    nodeSet: options.nodeSet ?? preset.nodeSet,
    coding: options.coding ?? preset.coding,
    norm: options.norm ?? preset.norm,
    hops: options.hops ?? preset.hops,
    ridge,
    sign: options.sign ?? preset.sign,
    method: options.method ?? preset.method,
  }
}
