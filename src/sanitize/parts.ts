import {rowDot} from '../linalg/csr-products.js'
import type {Aggregation} from './aggregate.js'
import type {LogOdds} from './edge-fit.js'
import type {Likeness, LikenessSource} from './likeness.js'
import {contextWith, overlapWith} from './node-pairs.js'
import type {KernelScores} from './solvers/solver.js'
import type {PartName} from './types.js'

/** What the parts of the score of an edge are read from. */
export interface EdgeEvidence extends Likeness, KernelScores {
  readonly overlap: Float64Array
  readonly fit: Float64Array
  /** [m] cosine of the raw features, without features that of the profiles */
  readonly similarity: Float64Array
}

/** What the parts of a pair without an edge are read from. */
export interface PairSources {
  readonly source: LikenessSource
  readonly mixing: Aggregation
  readonly logOdds: LogOdds
}

/** One kind of evidence on an edge. */
export interface Part {
  readonly name: PartName
  /** in tables */
  readonly title: string
  /** of its rank in the score; 0: reported beside it */
  readonly weight: number
  /** which end of its values speaks against an edge */
  readonly suspect: 'high' | 'low'
  /** [m] values at the edges; null: left out */
  readonly atEdges: (edges: EdgeEvidence) => Float64Array | null
  /** [n] values that the pairs of a node with every node would have as edges; null: not in the score */
  readonly withNode: ((pairs: PairSources) => (u: number) => Float64Array) | null
}

/**
 * Every part of the score of an edge, the same for every graph: `surety sanitize` ranks by it, the explanation and the
 * report read it, and the attacker who knows the defence does too.
 *
 * Weights    bench/score-search.ts shows what each is worth. The kernel scores add nothing to the others (see
 *            docs/math-sanitize.md): they are reported, and rank alone in the preset paper.
 */
export const PARTS: readonly Part[] = [
  {name: 'kc', title: 'KC', weight: 0, suspect: 'high', atEdges: ({kc}) => kc, withNode: null},
  {
    name: 'labelFree',
    title: 'label-free KC',
    weight: 0,
    // An edge between unlike nodes makes a row more distinct, which lowers tr (H + λI)⁻¹.
    suspect: 'low',
    atEdges: ({labelFree}) => labelFree,
    withNode: null,
  },
  {
    name: 'similarity',
    title: 'cosine',
    weight: 0,
    suspect: 'low',
    atEdges: ({similarity}) => similarity,
    withNode: null,
  },
  {
    name: 'disagreement',
    title: 'soft disagreement',
    weight: 2,
    suspect: 'high',
    atEdges: ({disagreement}) => disagreement,
    withNode: (pairs) => disagreementWith(pairs),
  },
  {
    name: 'context',
    title: 'context likeness',
    weight: 4,
    suspect: 'low',
    atEdges: ({context}) => context,
    withNode: ({source: {profiles, graph}}) => contextWith(profiles, graph),
  },
  {
    name: 'overlap',
    title: 'common neighbours',
    weight: 2,
    suspect: 'low',
    atEdges: ({overlap}) => overlap,
    withNode:
      ({mixing}) =>
      (u) =>
        overlapWith(mixing, u),
  },
  {
    name: 'fit',
    title: 'fit',
    weight: 4,
    suspect: 'low',
    atEdges: ({fit}) => fit,
    withNode: (pairs) => fitWith(pairs),
  },
]

/** The values of a part, turned so that higher is more suspect. */
export const suspicionOf = ({suspect}: Pick<Part, 'suspect'>, values: Float64Array): Float64Array =>
  suspect === 'high' ? values : values.map((x) => -x)

const disagreementWith =
  ({source: {soft, affine}}: PairSources) =>
  (u: number): Float64Array =>
    Float64Array.from({length: soft.rows}, (_, v) => 1 - rowDot(affine, u, soft, v))

function fitWith({source, mixing, logOdds}: PairSources): (u: number) => Float64Array {
  const context = contextWith(source.profiles, source.graph)
  const disagreement = disagreementWith({source, mixing, logOdds})
  return (u) =>
    logOdds({
      context: context(u),
      disagreement: disagreement(u),
      cosine: Float64Array.from({length: mixing.nodes}, (_, v) => rowDot(source.profiles, u, source.profiles, v)),
      overlap: overlapWith(mixing, u),
    })
}
