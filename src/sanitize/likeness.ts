import type {Graph} from '../graph/types.js'
import type {Products} from '../linalg/products.js'
import type {Csr, Dense} from '../linalg/types.js'
import type {PairwiseEngine} from '../pairwise/engine.js'
import type {Random} from '../stats/random.js'
import {aggregation} from './aggregate.js'
import {affineLabels, classAffinity} from './affinity.js'
import {contextLikeness, softDisagreement, weighByLikeness, type WeightedGraph} from './context.js'
import {canonicalEdges} from './canonical.js'
import {communityPositions} from './communities.js'
import {profiles} from './features.js'
import type {GivenLabels} from './labels.js'
import {pseudoLabels} from './pseudo-labels.js'
import type {Rewiring, Strata} from './strata.js'

/**
 * Without features: groups of edges, each judged by the others. More groups leave more edges to judge by, and cost in
 * proportion.
 */
const FOLDS = 5

/**
 * Without features: neighbours, the edge's other end included, from which enough is known of a node to count its edges
 * in the cut.
 */
const SUPPORT = 4
/** The same where communities stand out: one neighbour shows which one it is. */
const SUPPORT_AMONG_COMMUNITIES = 2

/**
 * What some edges are judged with, made without reading any of them: from features, or from the edges of the other
 * groups.
 */
export interface LikenessSource {
  /** numbers of the edges judged, ascending */
  readonly edges: Uint32Array
  /** [n, d] unit rows that compare nodes */
  readonly profiles: Csr
  /** [n, classes] soft pseudo-labels of the profiles */
  readonly soft: Dense
  /** [n, classes] soft · A, A how readily the classes are joined in this graph (classAffinity) */
  readonly affine: Dense
  /** [n, r] where the nodes lie among communities, which pseudo-labels then follow; null: with features, or none stand out */
  readonly positions: Dense | null
  /** [n] pseudo-labels after propagation over the graph */
  readonly labels: Int32Array
  /** every edge of the graph, weighted by the likeness of its ends */
  readonly graph: WeightedGraph
  /** [edges judged] each, as contextLikeness says, and e_u · e_v: no label changes them */
  readonly context: Float64Array
  readonly cosine: Float64Array
}

/** A source before any label is read. */
export type UnlabelledSource = Omit<LikenessSource, 'soft' | 'affine' | 'labels'>

/**
 * The sources of likeness of a graph. With features one, for every edge. Without, the neighbours of a node stand in for
 * its features: the edges are dealt into 5 groups, and each group has the profiles of the graph without it, so that no
 * edge vouches for itself.
 *
 * Shapes     order [n] canonical; the `edges` of the sources are a partition of 0 … m − 1.
 * Cost       that of profiles and pseudoLabels, five times without features.
 * Source     cross-fitting of edges as in Li, Levina & Zhu 2020, "Network cross-validation by edge sampling".
 *            Deviation: held-out pairs are edges only, so no matrix needs to be completed.
 */
export async function likenessSources(
  graph: Graph,
  given: GivenLabels,
  {order, strata}: Rewiring,
  random: Random,
  exact: PairwiseEngine,
  products: Products,
): Promise<LikenessSource[]> {
  const {nodes, edges, features} = graph
  const sourceOf = async (
    judged: Uint32Array,
    rows = features ?? neighboursWithout(judged, graph),
  ): Promise<LikenessSource> => {
    const e = await profiles(rows, products, features === null ? order : null)
    const weighted = weighByLikeness(nodes, edges, e)
    const positions = features === null ? communityPositions(rows as Csr, given.classes, order) : null
    const source: UnlabelledSource = {
      edges: judged,
      profiles: e,
      graph: weighted,
      positions,
      context: contextLikeness(edges, e, weighted, judged),
      cosine: Float64Array.from(judged, (k) => weighted.cosines[k]!),
    }
    return labelledSource(source, {edges, strata}, given, exact, products)
  }
  if (features !== null) return [await sourceOf(Uint32Array.from({length: edges.length / 2}, (_, e) => e))]
  const sources: LikenessSource[] = []
  for (const group of dealEdges(graph, canonicalEdges(edges, order), FOLDS, random))
    if (group.length > 0) sources.push(await sourceOf(group))
  return sources
}

/** A source with the pseudo-labels that some given labels make. */
export async function labelledSource(
  source: UnlabelledSource,
  {edges, strata}: {edges: Uint32Array; strata: Strata},
  given: GivenLabels,
  exact: PairwiseEngine,
  products: Products,
): Promise<LikenessSource> {
  const labels = await pseudoLabels(source.profiles, given, source.graph, exact, products, source.positions)
  return {...source, ...labels, affine: affineLabels(labels.soft, classAffinity(edges, labels.soft, strata))}
}

/**
 * Deals the edges into groups so that no group takes more of a node's edges than it must: a node of two edges keeps one
 * whichever group is left out.
 *
 * Shapes     edges [2 m], order [m] edge numbers in an order of their own → `groups` lists of edge numbers, ascending; a
 *            list may be empty where m is small.
 * How        edges in random order, each to the group that holds the smallest share of the edges of its ends, of equal
 *            ones the smallest group.
 * Cost       m · groups, and nodes · groups counts.
 */
export function dealEdges({nodes, edges}: Graph, order: Uint32Array, groups: number, random: Random): Uint32Array[] {
  const degrees = new Uint32Array(nodes)
  for (const i of edges) degrees[i]!++
  const held = new Uint32Array(nodes * groups)
  const sizes = new Uint32Array(groups)
  const groupOf = new Uint8Array(edges.length / 2)
  for (const place of random.permutation(groupOf.length)) {
    const e = order[place]!
    const [u, v] = [edges[2 * e]!, edges[2 * e + 1]!]
    const share = (k: number) => held[u * groups + k]! / degrees[u]! + held[v * groups + k]! / degrees[v]!
    let best = 0
    for (let k = 1; k < groups; k++) {
      const less = share(k) - share(best)
      if (less < 0 || (less === 0 && sizes[k]! < sizes[best]!)) best = k
    }
    groupOf[e] = best
    sizes[best]!++
    held[u * groups + best]!++
    held[v * groups + best]!++
  }
  return Array.from(sizes, (_, k) => Uint32Array.from(groupOf.keys()).filter((e) => groupOf[e] === k))
}

function neighboursWithout(left: Uint32Array, {nodes, edges}: Graph): Csr {
  const isLeft = new Uint8Array(edges.length / 2)
  for (const e of left) isLeft[e] = 1
  return aggregation(
    nodes,
    edges.filter((_, t) => isLeft[t >> 1] === 0),
    'row',
    1,
  ).neighbours
}

/** Whether likeness says anything of a pair: both ends have a profile. */
export const isKnown = ({profiles: {indptr}}: LikenessSource, u: number, v: number): boolean =>
  indptr[u + 1]! > indptr[u]! && indptr[v + 1]! > indptr[v]!

/** What is known of some pairs: [k] each. */
export interface PairValues {
  /** likeness of each end to the neighbourhood of the other */
  readonly context: Float64Array
  /** 1 − Σ_cd p_uc A_cd p_vd */
  readonly disagreement: Float64Array
  /** of the profiles */
  readonly cosine: Float64Array
  /** share of common neighbours */
  readonly overlap: Float64Array
}

/** Likeness of the edges, each by its own source. */
export interface Likeness {
  /** [m] as contextLikeness and softDisagreement say, and e_u · e_v; the median of the others where nothing is known */
  readonly context: Float64Array
  readonly disagreement: Float64Array
  readonly cosine: Float64Array
  /** [m] 1: both ends have a profile */
  readonly known: Uint8Array
}

export function edgeLikeness(edges: Uint32Array, sources: readonly LikenessSource[]): Likeness {
  const known = new Uint8Array(edges.length / 2)
  for (const source of sources)
    for (const e of source.edges) known[e] = Number(isKnown(source, edges[2 * e]!, edges[2 * e + 1]!))
  const isEvery = known.every((x) => x === 1)
  const gather = (of: (source: LikenessSource) => Float64Array) => {
    const out = new Float64Array(known.length)
    for (const source of sources) of(source).forEach((x, k) => (out[source.edges[k]!] = x))
    if (isEvery) return out
    const middle = upperMedian(out.filter((_, e) => known[e] === 1))
    return out.map((x, e) => (known[e] === 1 ? x : middle))
  }
  return {
    known,
    context: gather(({context}) => context),
    disagreement: gather(({soft, affine, edges: judged}) => softDisagreement(edges, soft, affine, judged)),
    cosine: gather(({cosine}) => cosine),
  }
}

/**
 * [m] 1 at edges that the cut may count: known, and without features between nodes of at least 4 neighbours, of 2 where
 * communities stand out. With
 * fewer, hiding one leaves so little to judge by that real edges look wired at random: a quarter of clean Citeseer's
 * would be pruned.
 */
export function supportedEdges(
  edges: Uint32Array,
  {known}: Likeness,
  degrees: Uint32Array,
  from: 'features' | 'neighbours' | 'communities',
): Uint8Array {
  const least = {features: 0, neighbours: SUPPORT, communities: SUPPORT_AMONG_COMMUNITIES}[from]
  return known.map((x, e) => (Math.min(degrees[edges[2 * e]!]!, degrees[edges[2 * e + 1]!]!) >= least ? x : 0))
}

/** 0 where there are no values. */
const upperMedian = (values: Float64Array) => values.slice().sort()[values.length >> 1] ?? 0

/** The class that most sources give a node; ties: the smaller number. */
export function commonLabels(sources: readonly LikenessSource[], classes: number): Int32Array {
  const {labels} = sources[0]!
  const votes = new Uint8Array(classes)
  return labels.map((_, i) => {
    votes.fill(0)
    for (const source of sources) votes[source.labels[i]!]!++
    return votes.indexOf(Math.max(...votes))
  })
}
