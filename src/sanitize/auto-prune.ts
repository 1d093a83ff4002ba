import type {RandomEdges} from './random-edges.js'

/** Edges with at least this chance of being wired at random are removed: losing a genuine one costs a network little. */
const FROM = 0.06
/**
 * How much of all edges may be removed beyond the share that looks wired at random. Without features an edge is
 * judged by few neighbours, so nothing beyond that share is removed.
 */
const BEYOND = {features: 0.09, neighbours: 0}
/** Up to this share of edges that look wired at random a graph counts as clean, and at most CLEAN of its edges are removed. */
const NATURAL = {features: 0.06, neighbours: 0.08}
const CLEAN = 0.03
/** Over this range above NATURAL the limit rises from one to the other. */
const RISE = 0.02
/**
 * Share of comparisons in which a genuine edge must be less suspect than a random pair: below it the score cannot
 * judge this graph. Without features an edge is judged by few neighbours, and genuine edges reach less.
 */
const POWER = {features: 0.9, neighbours: 0.78}
/** From this power on pruning is not tested on hidden labels first: such a test would take an attack on labelled nodes for harm. */
const CLEAR = 0.93
/** Above this share of edges that look wired at random the score itself says too little. */
const MOST = 0.5
/** With fewer edges than this no share is known well enough. */
const FEWEST = 100

export type AttackFinding = 'suspicious edges found' | 'no evidence of an attack' | 'not enough evidence to judge'

export interface AutoPrune {
  finding: AttackFinding
  /** why, where nothing can be judged */
  reason: string | null
  /** edges to remove, the most suspect first */
  count: number
  /** whether the score tells genuine edges so well that pruning needs no trial on hidden labels */
  isClear: boolean
}

/**
 * How many edges `--prune auto` removes, without ground truth.
 *
 * Guards     the score must tell genuine edges from pairs wired at random: (s − π/2)/(1 − π) ≥ .9 (.78 without features), s the separation of
 *            all edges and π the share that looks wired at random, π ≤ ½, and at least 100 edges. Else nothing.
 * Rule       edges with P ≥ .06, but at most π + .09 of all; where π ≤ .06, as in clean graphs, at most .03; between .06
 *            and .08 in between. Without features π, and .08 and .10 for .06 and .08.
 * Precision  the constants were chosen on some graphs and judged on others: docs/math-sanitize.md, "Where to cut".
 */
export function autoPrune(
  {probability, share, separation}: RandomEdges,
  evidence: 'features' | 'neighbours',
): AutoPrune {
  const unjudged = (reason: string): AutoPrune => ({
    finding: 'not enough evidence to judge',
    reason,
    count: 0,
    isClear: false,
  })
  const m = probability.length
  if (separation === null || m < FEWEST)
    return unjudged(`${m} edges of which anything is known are too few: ${FEWEST} are needed`)
  const pi = share.estimate
  if (pi > MOST) return unjudged(`more than half of the edges look wired at random to the score`)
  const power = (separation - pi / 2) / (1 - pi)
  if (!(power >= POWER[evidence]))
    return unjudged(
      `an edge that was not wired at random is told from a random pair in ${Math.round(100 * power)} % of comparisons, ${100 * POWER[evidence]} % are needed`,
    )
  const likely = probability.reduce((count, p) => count + Number(p >= FROM), 0)
  const rise = Math.min(1, Math.max(0, (pi - NATURAL[evidence]) / RISE))
  const limit = CLEAN + rise * (pi + BEYOND[evidence] - CLEAN)
  return {
    finding: pi <= NATURAL[evidence] ? 'no evidence of an attack' : 'suspicious edges found',
    reason: null,
    count: Math.min(likely, Math.floor(limit * m)),
    isClear: power >= CLEAR,
  }
}
