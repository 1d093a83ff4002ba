import {UsageError, option} from '../errors.js'
import type {Norm} from './aggregate.js'
import type {LabelCoding} from './labels.js'
import type {Kinds} from './strata.js'

export type Preset = 'surety' | 'paper'
export type SolverName = 'gram' | 'landmarks' | 'stream'
export type RemovalMethod = 'exact' | 'first-order' | 'auto'

export interface SanitizeOptions {
  preset: Preset
  /** null or absent: what the preset says */
  nodeSet?: 'all' | 'labelled' | null
  coding?: LabelCoding | null
  norm?: Norm | null
  hops?: 1 | 2 | null
  /** infinity: the limit of the scores, kernel–label alignment */
  ridge?: number | 'infinity' | null
  sign?: 'signed' | 'absolute' | null
  method?: RemovalMethod | null
  solver?: SolverName | 'auto' | null
  /** of the solver of that name */
  landmarks?: number | null
  /**
   * the label-free complexity, which ranks nothing and takes as long as everything else; null or absent: only where
   * it costs little, or where labels of two classes are missing
   */
  labelFree?: boolean | null
  /**
   * probability: edges with at least this chance of being wired at random; fdr: as many as keep the expected share of
   * genuine edges among the removed at this
   */
  prune: {rule: 'auto'} | {rule: 'ratio' | 'count' | 'threshold' | 'probability' | 'fdr'; value: number}
  /** an edge is kept where its removal would leave an end with fewer neighbours */
  minDegree: number
  /** edges that may be added to a node after pruning, see repairEdges; null or absent: none */
  repair?: number | null
  /** nodes that have so many neighbours get no edge by repair; null or absent: there is no such number */
  enoughNeighbours?: number | null
  /** this many of the most suspect edges are described for a person; null or absent: none */
  review?: number | null
  seed: number
  /** nodes whose edges are never pruned */
  protect?: Uint32Array | null
  /** only edges that reach one of these nodes are scored; null: all are */
  focus?: Uint32Array | null
  /** [2 k] edges that are never pruned */
  suppressed?: Uint32Array | null
  /** what rewired pairs keep of the edges and their ends; null or absent: their degrees only */
  kinds?: Kinds | null
  /** [2 k] edges to explain */
  explain?: Uint32Array | null
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
  solver: SolverName | 'auto'
  landmarks: number
  /** fused: weighted mean of ranks; kc: the kernel-complexity score alone */
  ranking: 'fused' | 'kc'
}

/**
 * Edges that may be added to a node in the mode that defends a network, and neighbours from which on it needs none:
 * docs/defence.md, "With edges added".
 */
export const DEFENDING_REPAIR = 3
export const DEFENDING_ENOUGH = 5

/** Up to so many nodes in the node set the label-free complexity costs little, and is given without being asked for. */
export const LABEL_FREE_NODES = 1000

/** KC through so many landmarks follows the exact one with r > .99 on the graphs of docs/math-sanitize.md. */
const LANDMARKS = 1024

/** Far above the jitter of a landmark kernel. */
export const SMALLEST_THROUGH_LANDMARKS = 1e-6

const PRESETS: Record<Preset, SanitizeSettings> = {
  surety: {
    preset: 'surety',
    nodeSet: 'all',
    coding: 'centred',
    norm: 'row',
    hops: 1,
    ridge: 10,
    labelFreeRidge: 0.01,
    sign: 'signed',
    method: 'auto',
    solver: 'auto',
    landmarks: LANDMARKS,
    ranking: 'fused',
  },
  paper: {
    preset: 'paper',
    nodeSet: 'labelled',
    coding: 'signed',
    norm: 'sym',
    hops: 1,
    ridge: 1e-3,
    labelFreeRidge: 0.01,
    sign: 'absolute',
    method: 'auto',
    solver: 'auto',
    landmarks: LANDMARKS,
    ranking: 'kc',
  },
}

/** The preset with the options given in its place. Throws UsageError: a ridge that is not positive. */
export function resolveSettings(options: SanitizeOptions): SanitizeSettings {
  const preset = PRESETS[options.preset]
  const ridge = options.ridge === 'infinity' ? Infinity : (options.ridge ?? preset.ridge)
  if (!(ridge > 0))
    throw new UsageError(`the ridge is ${ridge}, it must be a positive number or infinity`, [
      `use ${option('ridge')} 10`,
    ])
  const landmarks = options.landmarks ?? preset.landmarks
  if (!(Number.isInteger(landmarks) && landmarks > 0))
    throw new UsageError(`the number of landmarks is ${landmarks}, it must be a whole number of at least 1`)
  const solver = options.solver ?? preset.solver
  const method = options.method ?? preset.method
  if (method === 'exact' && ridge === Infinity)
    throw new UsageError('exact removal has no limit of an infinite ridge', [`use ${option('method')} first-order`])
  if (method === 'exact' && (solver === 'landmarks' || solver === 'stream'))
    throw new UsageError(`exact removal needs the solver gram, not ${solver}`, [
      `leave ${option('solver')} or ${option('method')} out`,
    ])
  if (ridge === Infinity && solver === 'landmarks')
    throw new UsageError('an infinite ridge needs no landmarks', [`leave ${option('solver')} out`])
  if (ridge < SMALLEST_THROUGH_LANDMARKS && (solver === 'landmarks' || solver === 'stream'))
    throw new UsageError(`the ridge is ${ridge}; the solver ${solver} needs at least ${SMALLEST_THROUGH_LANDMARKS}`, [
      `raise ${option('ridge')}`,
      `use ${option('solver')} gram`,
    ])
  const repair = options.repair ?? 0
  if (!(Number.isInteger(repair) && repair >= 0))
    throw new UsageError(`${repair} edges may be added to a node, it must be a whole number of at least 0`, [
      `use ${option('repair')} 2`,
    ])
  if (!(Number.isInteger(options.minDegree) && options.minDegree >= 0))
    throw new UsageError(`the minimum degree is ${options.minDegree}, it must be a whole number of at least 0`)
  return {
    ...preset,
    nodeSet: options.nodeSet ?? preset.nodeSet,
    coding: options.coding ?? preset.coding,
    norm: options.norm ?? preset.norm,
    hops: options.hops ?? preset.hops,
    ridge,
    sign: options.sign ?? preset.sign,
    method,
    solver,
    landmarks,
  }
}
