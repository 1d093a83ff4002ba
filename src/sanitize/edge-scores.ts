import {endCosine, neighbourOverlap} from './context.js'
import {separation, unlikelyShare} from './cut.js'
import {edgeFit} from './edge-fit.js'
import {fuseRanks} from './fused.js'
import {withinReach} from './kernel-scores.js'
import {judgeEdges, supportedEdges} from './likeness.js'
import type {PreparedGraph} from './prepare.js'
import type {KernelScores} from './solvers/solver.js'
import type {EdgeScores, SanitizeMetrics} from './types.js'

/** Weights of the ranks, the same for every graph: bench/score-search.ts shows what each is worth. */
const WEIGHTS = {kc: 1, labelFree: 1, context: 4, disagreement: 2, overlap: 2, fit: 4}

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
 * Cost       that of judgeEdges and edgeFit.
 */
export function scoreEdges(prepared: PreparedGraph, kernel: KernelScores): JudgedEdges {
  const {graph, settings, mixing, sources, problem} = prepared
  const {edges, features} = graph
  const from = features === null ? 'neighbours' : 'features'
  const likeness = judgeEdges(edges, sources)
  const overlap = neighbourOverlap(edges, mixing)
  const fit = edgeFit(edges, {...likeness, overlap}, sources, mixing, prepared.random)
  const supported = supportedEdges(edges, likeness, mixing.degrees, from)
  const countedFit = fit.edges.filter((_, e) => supported[e] === 1)
  const parts: EdgeScores['parts'] = {
    kc: settings.sign === 'signed' ? kernel.kc : kernel.kc.map(Math.abs),
    labelFree: kernel.labelFree,
    similarity: features === null ? likeness.cosine : endCosine(edges, problem.features),
    disagreement: likeness.disagreement,
    context: likeness.context,
    overlap,
    fit: fit.edges,
  }
  return {
    parts,
    score: settings.ranking === 'kc' ? parts.kc.slice() : fused(parts),
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

function fused(parts: EdgeScores['parts']): Float64Array {
  const negative = (values: Float64Array) => values.map((x) => -x)
  return fuseRanks([
    {values: parts.kc, weight: WEIGHTS.kc},
    // An edge between unlike nodes makes a row more distinct, which lowers tr (H + λI)⁻¹: hence the sign.
    ...(parts.labelFree === null ? [] : [{values: negative(parts.labelFree), weight: WEIGHTS.labelFree}]),
    {values: negative(parts.context), weight: WEIGHTS.context},
    {values: parts.disagreement, weight: WEIGHTS.disagreement},
    {values: negative(parts.overlap), weight: WEIGHTS.overlap},
    {values: negative(parts.fit), weight: WEIGHTS.fit},
  ])
}
