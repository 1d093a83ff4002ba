import type {Random} from '../stats/random.js'
import type {Aggregation} from './aggregate.js'
import {neighbourOverlap} from './context.js'
import {type EdgeFit, edgeFit} from './edge-fit.js'
import {type FusedScore, fuseRanks} from './fused.js'
import {edgeLikeness, type Likeness, type LikenessSource, type PairValues, supportedEdges} from './likeness.js'
import {nullPairs} from './null-pairs.js'
import {type EdgeEvidence, type Part, PARTS, suspicionOf} from './parts.js'
import {type RandomEdges, randomEdges, separation} from './random-edges.js'
import type {Rewiring} from './strata.js'
import type {PartName} from './types.js'

/** A part that separates genuine edges from rewired pairs no better than this has no weight. */
const SAYS = 0.52
/** Differences below this share of a part's largest value are rounding, never evidence. */
const ROUNDING = 1e-9

/** What is known of the edges of a graph from the likeness of their ends. */
export interface EdgeChances {
  /** [m] as the sources say, and how each edge fits */
  readonly values: Likeness & PairValues & {readonly fit: Float64Array}
  readonly fit: EdgeFit
  /** by the parts that have a weight; for other pairs too */
  readonly score: FusedScore
  /** the parts of the score, how well each tells the edges from rewired pairs (null: no such pair), and whether it counts */
  readonly says: {name: PartName; separation: number | null; counts: boolean}[]
  /** [m] 1: enough is known of the edge to count and to prune it without being asked */
  readonly supported: Uint8Array
  /** of the supported edges, in their order */
  readonly random: RandomEdges
  /** suspicion of the rewired pairs by the score */
  readonly nulls: Float64Array
}

/**
 * The score of every edge by the parts that apply to this graph, beside pairs wired at random, and the chance that each
 * was wired at random.
 *
 * Shapes     edges [2 m].
 * Parts      one that sees genuine edges no better than rewired pairs (separation ≤ .52) has no weight here.
 * Cost       that of edgeLikeness, nullPairs and edgeFit.
 */
export function edgeChances(
  edges: Uint32Array,
  sources: readonly LikenessSource[],
  mixing: Aggregation,
  rewiring: Rewiring,
  hasFeatures: boolean,
  random: Random,
): EdgeChances {
  const likeness = edgeLikeness(edges, sources)
  const {known} = likeness
  const supported = supportedEdges(edges, likeness, mixing.degrees, evidenceOf(sources, hasFeatures))
  const seen = {...likeness, overlap: neighbourOverlap(edges, mixing)}
  const drawn = nullPairs(edges, sources, mixing, rewiring, random)
  const [real, nulls] = rounded(seen, drawn)
  const fit = edgeFit(real, known, nulls)
  const values = {...real, known, fit: fit.logOdds(real)}
  const nullValues = {...nulls, known: new Uint8Array(nulls.context.length).fill(1), fit: fit.logOdds(nulls)}
  const isEvery = supported.every((x) => x === 1)
  const only = (of: Float64Array) => (isEvery ? of : of.filter((_, e) => supported[e] === 1))
  const inScore = PARTS.filter(({weight}) => weight > 0)
  const at = (part: Part, of: typeof values) => part.atEdges(asEvidence(of))!
  const says = inScore.map((part) => {
    const told = separation({
      edges: only(suspicionOf(part, at(part, values))),
      nulls: suspicionOf(part, at(part, nullValues)),
    })
    return {part, separation: told, counts: told === null || told > SAYS}
  })
  const counting = says.filter(({counts}) => counts).map(({part}) => part)
  const score = fuseRanks(
    counting,
    counting.map((part) => at(part, values)),
    known.length,
  )
  const free = (of: PairValues) => fit.withoutContext(of).map((x) => -x)
  const nullScore = score.at(
    counting.map((part) => at(part, nullValues)),
    nulls.context.length,
  )
  return {
    values,
    fit,
    score,
    says: says.map(({part, ...rest}) => ({name: part.name, ...rest})),
    supported,
    random: randomEdges({edges: only(score.edges), nulls: nullScore}, {edges: only(free(real)), nulls: free(nulls)}),
    nulls: nullScore,
  }
}

/** The score that pairs with these values would have as edges. */
export const scoreOfPairs = (
  {score, fit}: EdgeChances,
  pairs: PairValues,
): {score: Float64Array; fit: Float64Array} => {
  const k = pairs.context.length
  const values = {...pairs, known: new Uint8Array(k).fill(1), fit: fit.logOdds(pairs)}
  return {
    score: score.at(
      score.parts.map((part) => part.atEdges(asEvidence(values))!),
      k,
    ),
    fit: values.fit,
  }
}

/** What the ends of an edge are compared by. */
export const evidenceOf = (sources: readonly LikenessSource[], hasFeatures: boolean) =>
  hasFeatures ? 'features' : sources.every(({positions}) => positions !== null) ? 'communities' : 'neighbours'

/** The parts of the score do not read the kernel, nor the raw features. */
const asEvidence = (values: Likeness & PairValues & {fit: Float64Array}): EdgeEvidence => ({
  ...values,
  similarity: values.cosine,
  kc: values.fit,
  labelFree: null,
})

/** Both with the last digits removed: values that differ only by rounding become equal. */
function rounded(edges: Likeness & PairValues, nulls: PairValues): [PairValues, PairValues] {
  const [a, b] = [{} as Record<keyof PairValues, Float64Array>, {} as Record<keyof PairValues, Float64Array>]
  for (const name of ['context', 'disagreement', 'cosine', 'overlap'] as const) {
    const largest = (of: Float64Array) => of.reduce((most, x) => Math.max(most, Math.abs(x)), 0)
    const step = ROUNDING * Math.max(largest(edges[name]), largest(nulls[name]))
    const round = (of: Float64Array) => (step > 0 ? of.map((x) => Math.round(x / step) * step) : of)
    a[name] = round(edges[name])
    b[name] = round(nulls[name])
  }
  return [a, b]
}
