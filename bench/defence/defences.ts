import {controlRankings, jaccard} from '../../src/evaluate/controls.js'
import {lowRankMix} from '../../src/evaluate/low-rank.js'
import {pruneInOrder, rankWithRandomTies} from '../../src/evaluate/rankings.js'
import {symmetricCsr} from '../../src/graph/adjacency.js'
import {csrFromDense} from '../../src/linalg/csr.js'
import {isCsr} from '../../src/linalg/types.js'
import type {EdgeScores} from '../../src/sanitize/types.js'
import {random} from '../../src/stats/random.js'
import type {OpenedCase} from './cases.js'
import type {Trained} from './trainings.js'

/** A control at one setting. */
export interface Defence {
  control: string
  setting: string
  what: Trained
}

/** Thresholds that GCN-Jaccard was published with, larger ones that a defender would try, and ranks of GCN-SVD. */
const THRESHOLDS = [0.01, 0.03, 0.05, 0.07, 0.1]
const RANKS = [10, 15, 50]

/**
 * Every control at every budget, GCN-Jaccard at its thresholds, and GCN-SVD as a defence, which trains on the matrix of
 * low rank.
 */
export function controlDefences({graph}: OpenedCase, scores: EdgeScores, budgets: readonly number[]): Defence[] {
  const {nodes, edges, features} = graph
  const generator = random(0)
  const pruned = controlRankings(graph, scores, generator).flatMap(({name, score}) => {
    const order = rankWithRandomTies(score, generator)
    return budgets.map(
      (share): Defence => ({
        control: name,
        setting: `${(100 * share).toFixed(0)} % pruned`,
        what: {edges: pruneInOrder(order, edges, nodes, Math.round((share * edges.length) / 2), 1).kept},
      }),
    )
  })
  const x = features === null ? null : isCsr(features) ? features : csrFromDense(features)
  const thresholds = (x === null ? [] : THRESHOLDS).map(
    (limit): Defence => ({
      control: 'GCN-Jaccard',
      setting: `threshold ${limit}`,
      what: {edges: edges.filter((_, t) => jaccard(x!, edges[t & ~1]!, edges[t | 1]!) >= limit)},
    }),
  )
  const ranks = RANKS.map(
    (rank): Defence => ({
      control: 'GCN-SVD',
      setting: `rank ${rank}`,
      what: {
        edges,
        name: `svd ${rank}`,
        make: () => ({mix: lowRankMix(symmetricCsr(nodes, {kept: edges, weights: null}), rank, random(0))}),
      },
    }),
  )
  return [...pruned, ...thresholds, ...ranks]
}
