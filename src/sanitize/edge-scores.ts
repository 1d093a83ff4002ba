import {autoPrune, type AutoPrune} from './auto-prune.js'
import {endCosine} from './context.js'
import {type EdgeChances, edgeChances} from './edge-chances.js'
import {withinReach} from './kernel-scores.js'
import {type EdgeEvidence, PARTS} from './parts.js'
import type {PreparedGraph} from './prepare.js'
import type {KernelScores} from './solvers/solver.js'
import type {EdgeScores} from './types.js'

/** Scores and chances of the edges of a graph, before any is marked. */
export interface JudgedEdges extends Pick<EdgeScores, 'parts' | 'score' | 'scored' | 'evidence'> {
  /** [m] chance that the edge was wired at random; NaN: too little is known of it */
  probability: Float64Array
  chances: EdgeChances
  auto: AutoPrune
}

/**
 * Fuses all parts of every edge's score into one rank, and gives the chance that each edge was wired at random.
 *
 * Shapes     in the order of graph.edges.
 * Random     continues the generator of the preparation, for the rewired pairs.
 * Cost       that of edgeChances.
 */
export function scoreEdges(prepared: PreparedGraph, kernel: KernelScores): JudgedEdges {
  const {graph, settings, mixing, sources, problem, rewiring} = prepared
  const {edges, features} = graph
  const chances = edgeChances(edges, sources, mixing, rewiring, features !== null, prepared.random)
  const {values, supported, random} = chances
  const known: EdgeEvidence = {
    ...values,
    similarity: features === null ? values.cosine : endCosine(edges, problem.features),
    kc: settings.sign === 'signed' ? kernel.kc : kernel.kc.map(Math.abs),
    labelFree: kernel.labelFree,
  }
  const parts = Object.fromEntries(PARTS.map(({name, atEdges}) => [name, atEdges(known)])) as EdgeScores['parts']
  const evidence = features === null ? 'neighbours' : 'features'
  let place = 0
  return {
    evidence,
    parts,
    score: settings.ranking === 'kc' ? parts.kc.slice() : chances.score.edges,
    scored: scoredEdges(prepared),
    probability: Float64Array.from(supported, (x) => (x === 1 ? random.probability[place++]! : NaN)),
    chances,
    auto: autoPrune(random, evidence),
  }
}

/** [m] 1 where the removal of an edge reaches the node set, and the focus where there is one. */
function scoredEdges({settings, mixing, graph, problem, options}: PreparedGraph): Uint8Array {
  const scored =
    settings.nodeSet === 'all'
      ? new Uint8Array(graph.edges.length / 2).fill(1)
      : withinReach(mixing, graph.edges, problem.nodeSet)
  if (!options.focus) return scored
  const inFocus = withinReach(mixing, graph.edges, options.focus)
  return scored.map((x, e) => x & inFocus[e]!)
}
