import {addRow, clearRow, rowDot, rowDotVector} from '../linalg/csr-products.js'
import type {Random} from '../stats/random.js'
import type {Aggregation} from './aggregate.js'
import {canonicalEdges} from './canonical.js'
import {neighbourShare, SELF} from './context.js'
import {isKnown, type LikenessSource, type PairValues} from './likeness.js'

/** So many pairs at least: the share that `--prune auto` takes then moves by a few hundredths of itself with the seed. */
const LEAST = 20_000
/** So many at most, each source its share of them: more would not make the share steadier than the edges let it be. */
const MOST = 2 * LEAST

/**
 * Pairs wired at random with the degrees kept, read as if they were edges.
 *
 * How        two edges {u, u′}, {v, v′} of one source are rewired to {u, v}. The ends of all edges are dealt into pairs
 *            again and again, so that every end comes equally often, until at least 20,000 are known (or 20 rounds); on
 *            graphs of more than 20,000 edges a first part of one round, at most 40,000.
 * Left out   a pair {u, u}, or one of which nothing is known.
 * Shapes     edges [2 m], order [n] nodes in an order that does not depend on the file → values [k], k from about 20,000 to 40,000.
 * Random     a permutation of the ends for each round.
 * Cost       degree inner products of profiles a pair.
 * Empty      no pair is known → [0] each.
 * Source     Newman 2010, §13.2, the configuration model. Deviation: pairs that are edges, or that repeat, are not
 *            refused.
 */
export function nullPairs(
  edges: Uint32Array,
  sources: readonly LikenessSource[],
  mixing: Aggregation,
  order: Uint32Array,
  random: Random,
): PairValues {
  const m = edges.length / 2
  const room = MOST + sources.length
  const out = {
    context: new Float64Array(room),
    disagreement: new Float64Array(room),
    cosine: new Float64Array(room),
    overlap: new Float64Array(room),
  }
  let count = 0
  const edgePlace = placesOf(canonicalEdges(edges, order))
  const nodePlace = placesOf(order)
  const ends = sources.map((source) => {
    const numbers = source.edges.slice().sort((a, b) => edgePlace[a]! - edgePlace[b]!)
    // Which end of an edge comes first does not depend on the file either.
    const isTurned = (e: number) => Number(nodePlace[edges[2 * e]!]! > nodePlace[edges[2 * e + 1]!]!)
    return {
      mine: Uint32Array.from(
        {length: 2 * numbers.length},
        (_, t) => 2 * numbers[t >> 1]! + ((t & 1) ^ isTurned(numbers[t >> 1]!)),
      ),
      towards: towardsEnds(source),
      left: Math.ceil((MOST * numbers.length) / Math.max(1, m)),
    }
  })
  for (let round = 0; round < 20 * Math.ceil(LEAST / Math.max(1, m)); round++) {
    sources.forEach((source, number) => {
      const own = ends[number]!
      const {mine, towards} = own
      const dealt = random.permutation(mine.length)
      for (let k = 0; k + 1 < dealt.length && own.left > 0; k += 2) {
        const [s, t] = [mine[dealt[k]!]!, mine[dealt[k + 1]!]!]
        const [u, v] = [edges[s]!, edges[t]!]
        if (u === v || !isKnown(source, u, v)) continue
        // s ^ 1 is the other end of the edge of s, which rewiring takes away from u.
        const [withoutOfU, withoutOfV] = [edges[s ^ 1]!, edges[t ^ 1]!]
        own.left--
        out.context[count] = towards(u, v, withoutOfV) + towards(v, u, withoutOfU)
        out.disagreement[count] = 1 - rowDot(source.affine, u, source.soft, v)
        out.cosine[count] = rowDot(source.profiles, u, source.profiles, v)
        out.overlap[count++] = neighbourShare(mixing, u, v, withoutOfU, withoutOfV)
      }
    })
    if (count >= LEAST) break
  }
  return {
    context: out.context.slice(0, count),
    disagreement: out.disagreement.slice(0, count),
    cosine: out.cosine.slice(0, count),
    overlap: out.overlap.slice(0, count),
  }
}

/** Place of each number in a list that holds each once. */
function placesOf(numbers: Uint32Array): Uint32Array {
  const out = new Uint32Array(numbers.length)
  numbers.forEach((number, place) => (out[number] = place))
  return out
}

/** t(u → v) of contextLikeness for a pair that is not an edge, the neighbour `without` of v left out. */
function towardsEnds({profiles: e, graph}: LikenessSource): (u: number, v: number, without: number) => number {
  const {indptr, indices, values} = graph.weights
  // The profile of u spread over all columns: an inner product is then one pass over the other row.
  const row = new Float64Array(e.cols)
  return (u, v, without) => {
    addRow(e, u, 1, row)
    let sum = SELF * rowDotVector(e, v, row)
    let total = SELF
    for (let t = indptr[v]!; t < indptr[v + 1]!; t++) {
      if (indices[t] === u || indices[t] === without) continue
      sum += values[t]! * rowDotVector(e, indices[t]!, row)
      total += values[t]!
    }
    clearRow(e, u, row)
    return sum / total
  }
}
