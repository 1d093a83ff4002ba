import type {Graph} from '../graph/types.js'
import type {PairwiseEngine} from '../pairwise/engine.js'
import type {Aggregation} from './aggregate.js'
import {candidateValues, type Neighbourhoods, neighbourhoods} from './candidate-pairs.js'
import {type EdgeChances, edgeChances, evidenceOf, scoreOfPairs} from './edge-chances.js'
import {isKnown, type PairValues, supportedEdges} from './likeness.js'
import type {PreparedGraph} from './prepare.js'
import {chancesOf} from './random-edges.js'
import {type SanitizeRun, withPrepared} from './sanitize.js'
import type {SanitizeOptions} from './settings.js'

/** Pairs of nodes, each judged as an edge of the graph. */
export interface CandidateScores {
  /** [k] 1: the pair is an edge of the graph, and is judged as one */
  readonly inGraph: Uint8Array
  /** [k] 1: both ends have a profile; else nothing but the score by what is known of others is there */
  readonly known: Uint8Array
  /** [k] 0 to 1, higher: more suspect; the share of the edges that are less suspect, over the parts */
  readonly score: Float64Array
  /** [k] chance that the pair was wired at random, at the share of random ones among the edges; NaN: too little is known */
  readonly probability: Float64Array
  /** [k] each */
  readonly parts: PairValues & {readonly fit: Float64Array}
}

/** Scores pairs of nodes, [2 k] flat, against the graph that it was made for. */
export type CandidateScorer = (pairs: Uint32Array) => CandidateScores

/**
 * Makes a scorer of new edges: the graph is prepared once, without the kernel and without a decision on its edges, and
 * any number of pairs is then held against it.
 *
 * Method     as sanitize scores edges: likeness of the ends, ranks among the edges, and the chance beside rewired pairs.
 *            A pair that is an edge gets what sanitize gives it; without features a pair is judged by the neighbours
 *            that its ends have.
 * Shapes     pairs of different nodes below graph.nodes.
 * Cost       preparation: that of likenessSources and edgeChances. A pair: that of candidateValues.
 * Throws     what prepareGraph throws.
 */
export function candidateScorer<T>(
  graph: Graph,
  options: SanitizeOptions,
  engine: PairwiseEngine,
  run: SanitizeRun,
  use: (score: CandidateScorer) => T | Promise<T>,
): Promise<T> {
  return withPrepared(graph, options, engine, run, async (prepared) => {
    const {sources, mixing, rewiring} = prepared
    const {edges, features} = prepared.graph
    const chances = edgeChances(edges, sources, mixing, rewiring, features !== null, prepared.random)
    const key = (u: number, v: number) => Math.min(u, v) * graph.nodes + Math.max(u, v)
    const edgeOf = new Map<number, number>()
    for (let e = 0; e < edges.length / 2; e++) edgeOf.set(key(edges[2 * e]!, edges[2 * e + 1]!), e)
    const edgeAt = (u: number, v: number) => (areNeighbours(mixing, u, v) ? edgeOf.get(key(u, v))! : -1)
    const judges: Judges = {
      neighbourhoods: sources.map(neighbourhoods),
      chance: chancesOf(chances.random, chances.nulls),
    }
    return use((pairs) => {
      const edge = new Int32Array(pairs.length / 2)
      for (let t = 0; t < edge.length; t++) edge[t] = edgeAt(pairs[2 * t]!, pairs[2 * t + 1]!)
      return scoreCandidates(prepared, chances, judges, pairs, edge)
    })
  })
}

/** Far cheaper than a map lookup, and most pairs are new. */
function areNeighbours({neighbours: {indptr, indices}}: Aggregation, u: number, v: number): boolean {
  let [low, high] = [indptr[u]!, indptr[u + 1]!]
  while (low < high) {
    const middle = (low + high) >> 1
    if (indices[middle]! < v) low = middle + 1
    else high = middle
  }
  return low < indptr[u + 1]! && indices[low] === v
}

/** Prepared once, for any number of pairs. */
interface Judges {
  /** of each source */
  neighbourhoods: Neighbourhoods[]
  chance: (score: Float64Array) => Float64Array
}

/** `edge` [k] number of the edge that a pair is, −1: none. */
function scoreCandidates(
  {graph, sources, mixing}: PreparedGraph,
  chances: EdgeChances,
  judges: Judges,
  pairs: Uint32Array,
  edge: Int32Array,
): CandidateScores {
  const k = edge.length
  const empty = () => new Float64Array(k)
  const out = {
    inGraph: Uint8Array.from(edge, (e) => Number(e >= 0)),
    known: new Uint8Array(k),
    score: empty(),
    probability: empty(),
    parts: {context: empty(), disagreement: empty(), cosine: empty(), overlap: empty(), fit: empty()},
  }
  const places = Int32Array.from(chances.supported)
  places.reduce((place, x, e) => ((places[e] = x === 1 ? place : -1), place + x), 0)
  edge.forEach((e, t) => {
    if (e < 0) return
    out.known[t] = chances.values.known[e]!
    out.score[t] = chances.score.edges[e]!
    out.probability[t] = places[e]! < 0 ? NaN : chances.random.probability[places[e]!]!
    for (const part of PART_NAMES) out.parts[part][t] = chances.values[part][e]!
  })
  const degrees = mixing.degrees.map((degree) => degree + 1)
  sources.forEach((source, s) => {
    // Without features each source leaves out its own edges; a new pair is in no source, so any source will do.
    const all = new Uint32Array(k)
    let count = 0
    for (let t = 0; t < k; t++)
      if (edge[t]! < 0 && (pairs[2 * t]! + pairs[2 * t + 1]!) % sources.length === s) all[count++] = t
    const mine = all.subarray(0, count)
    const own = new Uint32Array(2 * count)
    for (let i = 0; i < own.length; i++) own[i] = pairs[2 * mine[i >> 1]! + (i & 1)]!
    const values = candidateValues(own, source, mixing, judges.neighbourhoods[s])
    const {score, fit} = scoreOfPairs(chances, values)
    const chance = judges.chance(score)
    const known = Uint8Array.from(mine, (t) => Number(isKnown(source, pairs[2 * t]!, pairs[2 * t + 1]!)))
    const supported = supportedEdges(own, {...values, known}, degrees, evidenceOf(sources, graph.features !== null))
    for (let i = 0; i < mine.length; i++) {
      const t = mine[i]!
      out.known[t] = known[i]!
      out.score[t] = score[i]!
      out.probability[t] = supported[i] === 1 ? chance[i]! : NaN
    }
    for (const part of PART_NAMES) {
      const [to, from] = [out.parts[part], part === 'fit' ? fit : values[part]]
      for (let i = 0; i < mine.length; i++) to[mine[i]!] = from[i]!
    }
  })
  return out
}

const PART_NAMES = ['context', 'disagreement', 'cosine', 'overlap', 'fit'] as const
