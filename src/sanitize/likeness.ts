import type {Graph} from '../graph/types.js'
import type {Products} from '../linalg/products.js'
import type {Csr, Dense} from '../linalg/types.js'
import type {PairwiseEngine} from '../pairwise/engine.js'
import type {Random} from '../stats/random.js'
import {aggregation} from './aggregate.js'
import {contextLikeness, endCosine, softDisagreement, weighByLikeness, type WeightedGraph} from './context.js'
import {profiles} from './features.js'
import type {GivenLabels} from './labels.js'
import {pseudoLabels} from './pseudo-labels.js'

/** Without features: groups of edges, each judged by the others. More of them leave more to judge by and cost as much more. */
const FOLDS = 5

/** What some edges are judged with, made without reading any of them: from features, or from the edges of the other groups. */
export interface LikenessSource {
  /** numbers of the edges judged, ascending */
  readonly edges: Uint32Array
  /** [n, d] unit rows that compare nodes */
  readonly profiles: Csr
  /** [n, classes] soft pseudo-labels of the profiles */
  readonly soft: Dense
  /** [n] pseudo-labels after the graph has been heard */
  readonly labels: Int32Array
  /** every edge of the graph, weighted by the likeness of its ends */
  readonly graph: WeightedGraph
}

/**
 * The sources of likeness of a graph. With features one, for every edge. Without, the neighbours of a node stand in for its features: the edges
 * are dealt at random into 5 groups, and each group has the profiles of the graph without it, so that no edge vouches for itself.
 *
 * Shapes     the `edges` of the sources are a partition of 0 … m − 1.
 * Cost       that of profiles and pseudoLabels, five times without features.
 * Source     cross-fitting of edges as in Li, Levina & Zhu 2020, "Network cross-validation by edge sampling". Deviation: held-out pairs are
 *            edges only, so no matrix needs to be completed.
 */
export async function likenessSources(graph: Graph, given: GivenLabels, random: Random, exact: PairwiseEngine, products: Products): Promise<LikenessSource[]> {
  const {nodes, edges, features} = graph
  const m = edges.length / 2
  const sourceOf = async (judged: Uint32Array, rows = features ?? neighboursWithout(judged, graph)): Promise<LikenessSource> => {
    const e = profiles(rows, random)
    const weighted = weighByLikeness(nodes, edges, e)
    return {edges: judged, profiles: e, graph: weighted, ...(await pseudoLabels(e, given, weighted, exact, products))}
  }
  if (features !== null) return [await sourceOf(Uint32Array.from({length: m}, (_, e) => e))]
  const sources: LikenessSource[] = []
  for (const group of deal(m, random)) sources.push(await sourceOf(group))
  return sources
}

/** 0 … m − 1 dealt at random into at most 5 groups of nearly one size, each ascending. */
function deal(m: number, random: Random): Uint32Array[] {
  const order = random.permutation(m)
  return Array.from({length: Math.min(FOLDS, m)}, (_, k) => order.filter((_, place) => place % FOLDS === k).sort())
}

function neighboursWithout(left: Uint32Array, {nodes, edges}: Graph): Csr {
  const isLeft = new Uint8Array(edges.length / 2)
  for (const e of left) isLeft[e] = 1
  return aggregation(nodes, edges.filter((_, t) => isLeft[t >> 1] === 0), 'row', 1).neighbours
}

/** Likeness of every edge, each by its own source; [m] as contextLikeness, softDisagreement and endCosine say. */
export function judgeEdges(edges: Uint32Array, sources: readonly LikenessSource[]): {context: Float64Array; disagreement: Float64Array; cosine: Float64Array} {
  const gather = (judge: (source: LikenessSource) => Float64Array) => {
    const out = new Float64Array(edges.length / 2)
    for (const source of sources) judge(source).forEach((x, k) => (out[source.edges[k]!] = x))
    return out
  }
  return {
    context: gather(({profiles: e, graph, edges: judged}) => contextLikeness(edges, e, graph, judged)),
    disagreement: gather(({soft, edges: judged}) => softDisagreement(edges, soft, judged)),
    cosine: gather(({profiles: e, edges: judged}) => endCosine(edges, e, judged)),
  }
}

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
