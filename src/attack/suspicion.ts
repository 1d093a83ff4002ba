import type {Graph} from '../graph/types.js'
import type {Products} from '../linalg/products.js'
import type {PairwiseEngine} from '../pairwise/engine.js'
import {aggregation} from '../sanitize/aggregate.js'
import {canonicalOrder} from '../sanitize/canonical.js'
import {edgeChances} from '../sanitize/edge-chances.js'
import {pairScores} from '../sanitize/fused.js'
import {givenLabels} from '../sanitize/labels.js'
import {likenessSources} from '../sanitize/likeness.js'
import type {Random} from '../stats/random.js'

/** Suspicion in [0, 1] of the edge that each node would form with u: [n]. */
export type Suspicion = (u: number) => Float32Array

/**
 * The score that the defence would give an edge that is not there yet, from the same table of parts as its own edges
 * (sanitize/parts). 0 = fits better than every edge.
 *
 * Precision  `exact` is an engine in fp64; rows are kept in fp32.
 * Cost       what the scores of the edges cost without the kernel, and n · nnz of a profile row for each node asked for;
 *            n² · 4 bytes when every row was.
 * Throws     what givenLabels throws.
 * Source     docs/attack.md, "An attacker who knows the defence". Deviation: without features the likeness of new pairs
 *            is that of the first group of edges alone.
 */
export async function newEdgeSuspicion(
  graph: Graph,
  exact: PairwiseEngine,
  products: Products,
  random: Random,
): Promise<Suspicion> {
  const {nodes, edges} = graph
  const mixing = aggregation(nodes, edges, 'row', 1)
  const given = givenLabels(graph)
  const order = canonicalOrder(graph, given.labels, mixing)
  const sources = await likenessSources(graph, given, order, random, exact, products)
  const {score, fit} = edgeChances(edges, sources, mixing, order, graph.features !== null, random)
  const withNode = pairScores(score, {source: sources[0]!, mixing, logOdds: fit.logOdds})
  const rows: (Float32Array | undefined)[] = []
  return (u) => (rows[u] ??= Float32Array.from(withNode(u)))
}
