import {areaUnderRoc, sharesBelow} from '../stats/ranking.js'

/** Below this p lie few genuine edges, and enough of the pairs wired at random. */
const LOW = 0.3
const BINS = 100
/** Two-sided 95 %. */
const Z = 1.96

/** How many edges look wired at random, and how much each does. */
export interface RandomEdges {
  /** [m] p: share of the rewired pairs at least as suspect, equal ones counted half */
  readonly place: Float64Array
  /** [m] chance that the edge was wired at random */
  readonly probability: Float64Array
  /** share of the edges that look wired at random, with a 95 % interval of the counting */
  readonly share: {readonly estimate: number; readonly low: number; readonly high: number}
  /** chance that an edge is less suspect than a rewired pair (.5: the score tells nothing); null: no pair */
  readonly separation: number | null
}

/** The suspicion of edges and of pairs wired at random, by the same score. */
export interface Suspicions {
  readonly edges: Float64Array
  readonly nulls: Float64Array
}

/**
 * The chance that each edge was wired at random, as an attacker of unlike nodes does: the local false discovery rate,
 * turned around.
 *
 * Model      p of a randomly wired edge is uniform; genuine edges have large ones. π = #{p ≤ .3}/(.3 m), the larger of
 *            that by the score and by a fit without context. f = the density of p over the edges, made increasing
 *            (pool adjacent violators, 100 bins). P = min(1, π/f(p)).
 * Shapes     both [m] and [k] → [m].
 * Interval   counts are binomial: sd² = π̂²((1 − q)/(q m) + .7/(.3 k)), q the share with p ≤ .3. It does not cover
 *            genuine edges that look random: they cannot be told from added ones.
 * Cost       (m + k) log k.   Empty  no edge, or no pair → all 0, share 0 to 1.
 * Source     Storey 2002, eq. 6; Efron 2008, "Microarrays, empirical Bayes and the two-groups model", §3; Grenander 1956
 *            for the density. Deviation: the null is sampled, and π is the larger of two.
 */
export function randomEdges(score: Suspicions, withoutContext: Suspicions): RandomEdges {
  const m = score.edges.length
  const k = score.nulls.length
  if (m === 0 || k === 0)
    return {
      place: new Float64Array(m),
      probability: new Float64Array(m),
      share: {estimate: 0, low: 0, high: 1},
      separation: null,
    }
  const place = placesAmong(score)
  const lowShare = Math.max(shareLow(place), shareLow(placesAmong(withoutContext)))
  const estimate = Math.min(1, lowShare / LOW)
  const spread = Z * estimate * Math.sqrt((1 - lowShare) / Math.max(1, lowShare * m) + (1 - LOW) / (LOW * k))
  const density = increasing(place)
  return {
    place,
    probability: place.map((p) => Math.min(1, estimate / density[binOf(p)]!)),
    share: {
      estimate,
      low: Math.max(0, estimate - spread),
      high: Math.min(1, estimate + Math.max(spread, 3 / (LOW * m))),
    },
    separation: separation(score),
  }
}

/**
 * The chance that other pairs were wired at random, if they were edges: by the density of these edges, as randomEdges has
 * it. It takes the share of random ones among new pairs to be that among the edges.
 *
 * Shapes     nulls [k] and scores by the same score → chances of as many.   Cost  what is read from edges and nulls is
 *            made once.
 */
export function chancesOf({place, share}: RandomEdges, nulls: Float64Array): (score: Float64Array) => Float64Array {
  if (place.length === 0 || nulls.length === 0) return (score) => new Float64Array(score.length).fill(NaN)
  const density = increasing(place)
  const below = sharesBelow(nulls.slice().sort())
  return (score) => score.map((x) => Math.min(1, share.estimate / density[binOf(1 - below(x))]!))
}

/** How well a suspicion tells the edges from pairs wired at random: the chance that an edge is less suspect. */
export function separation({edges, nulls}: Suspicions): number | null {
  if (nulls.length === 0 || edges.length === 0) return null
  const isNull = new Uint8Array(edges.length + nulls.length).fill(1, edges.length)
  const all = new Float64Array(isNull.length)
  all.set(edges)
  all.set(nulls, edges.length)
  return areaUnderRoc(isNull, all)
}

/** [m] share of the nulls that are at least as suspect, equal ones counted half. */
export function placesAmong({edges, nulls}: Suspicions): Float64Array {
  const below = sharesBelow(nulls.slice().sort())
  return edges.map((x) => 1 - below(x))
}

const shareLow = (place: Float64Array) => place.reduce((count, p) => count + Number(p <= LOW), 0) / place.length

const binOf = (p: number) => Math.min(BINS - 1, Math.floor(p * BINS))

/** Density of p in bins, increasing: blocks of falling neighbours share their mean. */
function increasing(place: Float64Array): Float64Array {
  const counts = new Float64Array(BINS)
  for (const p of place) counts[binOf(p)]!++
  const blocks: {sum: number; width: number}[] = []
  for (const count of counts) {
    let block = {sum: count, width: 1}
    for (
      let last = blocks.at(-1);
      last !== undefined && last.sum * block.width >= block.sum * last.width;
      last = blocks.at(-1)
    ) {
      blocks.pop()
      block = {sum: block.sum + last.sum, width: block.width + last.width}
    }
    blocks.push(block)
  }
  return Float64Array.from(
    blocks.flatMap(({sum, width}) => new Array<number>(width).fill((sum / width) * (BINS / place.length))),
  )
}
