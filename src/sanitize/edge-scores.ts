import {endCosine, neighbourOverlap} from './context.js'
import {separation, unlikelyShare} from './auto-prune.js'
import {edgeFit} from './edge-fit.js'
import {fusedScore} from './fused.js'
import {withinReach} from './kernel-scores.js'
import {edgeLikeness, supportedEdges} from './likeness.js'
import {type EdgeEvidence, PARTS} from './parts.js'
import type {PreparedGraph} from './prepare.js'
import type {KernelScores} from './solvers/solver.js'
import type {EdgeScores, SanitizeMetrics} from './types.js'

/** What the edges of a graph are like, before any is marked. */
export interface JudgedEdges extends Pick<EdgeScores, 'parts' | 'score' | 'scored'> {
  evidence: SanitizeMetrics['evidence']
  /** share of the edges to prune without ground truth */
  unlikely: number
}

/**
 * Every kind of evidence on every edge, fused into the score that ranks.
 *
 * Shapes     in the order of graph.edges.
 * Random     goes on in the stream of the preparation, for the rewired pairs.
 * Cost       that of edgeLikeness and edgeFit.
 */
export function scoreEdges(prepared: PreparedGraph, kernel: KernelScores): JudgedEdges {
  const {graph, settings, mixing, sources, problem} = prepared
  const {edges, features} = graph
  const from = features === null ? 'neighbours' : 'features'
  const likeness = edgeLikeness(edges, sources)
  const overlap = neighbourOverlap(edges, mixing)
  const fit = edgeFit(edges, {...likeness, overlap}, sources, mixing, prepared.random)
  const supported = supportedEdges(edges, likeness, mixing.degrees, from)
  const countedFit = fit.edges.filter((_, e) => supported[e] === 1)
  const known: EdgeEvidence = {
    ...likeness,
    overlap,
    fit: fit.edges,
    similarity: features === null ? likeness.cosine : endCosine(edges, problem.features),
    kc: settings.sign === 'signed' ? kernel.kc : kernel.kc.map(Math.abs),
    labelFree: kernel.labelFree,
  }
  const parts = Object.fromEntries(PARTS.map(({name, atEdges}) => [name, atEdges(known)])) as EdgeScores['parts']
  return {
    parts,
    score: settings.ranking === 'kc' ? parts.kc.slice() : fusedScore(known).edges,
    scored: scoredEdges(prepared),
    evidence: {from, separation: separation(countedFit, fit.nulls)},
    unlikely: (unlikelyShare(countedFit, fit.nulls) * countedFit.length) / fit.edges.length,
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
