import {areaUnderRoc} from '../stats/ranking.js'

/** Below the first quantile of the null lie hardly any real edges; below the second lie most of the null. */
const SURE = 0.1
const LIKELY = 0.85
/** Share of edges that look wired at random beyond doubt from which an attack is taken for certain. */
const EVIDENCE = 0.06
/**
 * Where fit tells edges from random pairs badly, most real edges lie below the second quantile: at most this share of
 * edges goes beyond the sure ones.
 */
const BEYOND = 0.2

/**
 * The share of edges to prune without ground truth, `--prune auto`: those that look like random pairs of ends, the more
 * of them the clearer that there was an attack.
 *
 * Model      the fit of an edge (edgeFit) comes from real edges or, with share π, from edges wired at random with the
 *            same degrees: an attacker who joins unlike nodes makes edges that fit no better. With π̂(q) = #{edges: fit
 *            ≤ the null's quantile q} / (q m), π̂(.1) counts hardly a real edge but misses what is less unlike than
 *            most random pairs, π̂(.85) misses hardly an added edge but counts real ones too. The share is π̂(.1) +
 *            min(.2, π̂(.85) − π̂(.1)) · min(1, π̂(.1)/.06)⁴.
 * Shapes     fit [m] of the edges, nulls ascending, both of edgeFit → a share in [0, 1].
 * Precision  measured on clean and attacked graphs in docs/math-sanitize.md, which .1, .85, .06, .2 and the power were
 *            chosen on; sampling moves π̂(.1) by about √(10 π / m) and 5 % of itself.
 * Cost       edges + nulls.   Empty  no edge or no null → 0.
 * Source     Storey 2002, eq. 6, for the share of nulls. Deviation: a sampled null in place of uniform p-values, and
 *            two quantiles.
 */
export function unlikelyShare(fit: Float64Array, nulls: Float64Array): number {
  if (nulls.length === 0 || fit.length === 0) return 0
  const share = (quantile: number) => {
    const limit = nulls[Math.floor(quantile * nulls.length)]!
    const atMost = (values: Float64Array) => values.reduce((count, x) => count + Number(x <= limit), 0) / values.length
    // Many rewired pairs without any likeness share one value: they count as the quantile that they fill.
    return Math.min(1, atMost(fit) / atMost(nulls))
  }
  const sure = share(SURE)
  return sure + Math.min(BEYOND, Math.max(0, share(LIKELY) - sure)) * Math.min(1, sure / EVIDENCE) ** 4
}

/**
 * How well fit tells the edges from pairs wired at random: the chance that an edge fits better than such a pair (.5:
 * not at all; no null: null).
 */
export function separation(fit: Float64Array, nulls: Float64Array): number | null {
  if (nulls.length === 0) return null
  const isEdge = new Uint8Array(fit.length + nulls.length).fill(1, 0, fit.length)
  const all = new Float64Array(isEdge.length)
  all.set(fit)
  all.set(nulls, fit.length)
  return areaUnderRoc(isEdge, all)
}
