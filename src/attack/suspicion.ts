import {option} from '../errors.js'
import type {Graph} from '../graph/types.js'
import type {Products} from '../linalg/products.js'
import type {PairwiseEngine} from '../pairwise/engine.js'
import {aggregation} from '../sanitize/aggregate.js'
import {canonicalOrder} from '../sanitize/canonical.js'
import {edgeChances} from '../sanitize/edge-chances.js'
import {pairScores} from '../sanitize/fused.js'
import {givenLabels, requireClasses} from '../sanitize/labels.js'
import {likenessSources} from '../sanitize/likeness.js'
import {repairableEdges} from '../sanitize/repair.js'
import {DEFENDING_REPAIR} from '../sanitize/settings.js'
import {strataOf} from '../sanitize/strata.js'
import type {Random} from '../stats/random.js'

/** The cost in [0, 1] of changing each pair of u: [n]. */
export type DefenceCost = (u: number) => Float32Array

/**
 * The cost of changing a pair for an attacker who knows the defence. For a pair without an edge: the score that the
 * defence would give the edge, from the same table of parts as existing edges (sanitize/parts); 0 = fits better than
 * every edge. For an edge: 1 if repair would restore it (sanitize/repair), else 0.
 *
 * Precision  `exact` is an engine in fp64; rows are kept in fp32.
 * Cost       edge scores without the kernel, n² · nnz of a profile row for repair, and n · nnz of a profile row per
 *            requested node; n² · 4 bytes after all nodes.
 * Throws     InputError  labels of fewer than two classes.
 * Source     docs/attack.md, "An attacker who knows the defence". Deviation: without features, the likeness of new
 *            pairs uses only the first group of edges.
 */
export async function defenceCost(
  graph: Graph,
  exact: PairwiseEngine,
  products: Products,
  random: Random,
): Promise<DefenceCost> {
  const {nodes, edges} = graph
  const mixing = aggregation(nodes, edges, 'row', 1)
  const given = givenLabels(graph)
  requireClasses(
    given,
    'an attacker who knows the defence needs two classes',
    `leave out ${option('adaptive')}: other attackers need none`,
  )
  const rewiring = {order: canonicalOrder(graph, given.labels, mixing), strata: strataOf(edges, nodes, null)}
  const sources = await likenessSources(graph, given, rewiring, random, exact, products)
  const {score, fit} = edgeChances(edges, sources, mixing, rewiring, graph.features !== null, random)
  const withNode = pairScores(score, {source: sources[0]!, mixing, logOdds: fit.logOdds})
  const around = Array.from({length: nodes}, (): [number, number][] => [])
  repairableEdges(edges, sources[0]!, DEFENDING_REPAIR, random).forEach((isRepaired, e) => {
    const [u, v] = [edges[2 * e]!, edges[2 * e + 1]!]
    around[u]!.push([v, isRepaired])
    around[v]!.push([u, isRepaired])
  })
  const rows: (Float32Array | undefined)[] = []
  return (u) => {
    if (rows[u] === undefined) {
      const row = (rows[u] = Float32Array.from(withNode(u)))
      for (const [v, isRepaired] of around[u]!) row[v] = isRepaired
    }
    return rows[u]
  }
}
