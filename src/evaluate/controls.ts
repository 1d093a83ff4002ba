import {symmetricCsr} from '../graph/adjacency.js'
import type {Graph} from '../graph/types.js'
import {csrFromDense} from '../linalg/csr.js'
import {type Csr, isCsr} from '../linalg/types.js'
import {PARTS, suspicionOf} from '../sanitize/parts.js'
import type {EdgeScores} from '../sanitize/types.js'
import type {Random} from '../stats/random.js'
import {lowRankEntries} from './low-rank.js'
import type {Method} from './types.js'

const RANKS = [10, 15, 50]

/** A ranking of edges; higher = more suspect. */
export interface Ranking {
  name: string
  kind: Method['kind']
  score: Float64Array
}

const negative = (values: Float64Array) => values.map((x) => -x)

/** The score of sanitize, then its parts, each turned so that higher is more suspect. */
export function sanitizeRankings({score, parts}: EdgeScores): Ranking[] {
  return [
    {name: 'sanitize', kind: 'sanitize', score},
    ...PARTS.flatMap((part): Ranking[] => {
      const values = parts[part.name]
      return values === null ? [] : [{name: part.title, kind: 'part', score: suspicionOf(part, values)}]
    }),
  ]
}

/**
 * What a defence must beat: one simple property of an edge each.
 *
 * Reads      labels only through the scores, which know those of the training nodes.
 * Empty      without features, no Jaccard and no cosine.
 */
export function controlRankings(graph: Graph, scores: EdgeScores, random: Random): Ranking[] {
  const {edges, degrees} = scores
  const byEdge = (of: (u: number, v: number) => number) =>
    Float64Array.from({length: edges.length / 2}, (_, e) => of(edges[2 * e]!, edges[2 * e + 1]!))
  const {features} = graph
  const x = features === null ? null : isCsr(features) ? features : csrFromDense(features)
  const adjacency = symmetricCsr(graph.nodes, {kept: edges, weights: null})
  const all: [string, Float64Array][] = [
    ['labelled ends', Float64Array.from(scores.labelledEnds)],
    ['low degree', byEdge((u, v) => -Math.min(degrees[u]!, degrees[v]!))],
    ...(x === null
      ? []
      : ([
          ['−Jaccard', byEdge((u, v) => -jaccard(x, u, v))],
          ['−cosine', negative(scores.parts.similarity)],
        ] satisfies [string, Float64Array][])),
    ['pseudo-labels differ', Float64Array.from(scores.pseudoDisagree)],
    ...lowRankEntries(adjacency, edges, RANKS, random).map((entries, r): [string, Float64Array] => [
      `GCN-SVD, rank ${RANKS[r]!}`,
      negative(entries),
    ]),
    ['random', byEdge(() => random.uniform())],
  ]
  return all.map(([name, score]) => ({name, kind: 'control', score}))
}

/** |S ∩ T| / |S ∪ T| of the columns with a value in two rows; 0 where both are empty.   Source  Wu et al. 2019, GCN-Jaccard. */
export function jaccard({indptr, indices}: Csr, u: number, v: number): number {
  let s = indptr[u]!
  let t = indptr[v]!
  let common = 0
  while (s < indptr[u + 1]! && t < indptr[v + 1]!) {
    if (indices[s] === indices[t]) {
      common++
      s++
      t++
    } else if (indices[s]! < indices[t]!) s++
    else t++
  }
  const union = indptr[u + 1]! - indptr[u]! + indptr[v + 1]! - indptr[v]! - common
  return union === 0 ? 0 : common / union
}
