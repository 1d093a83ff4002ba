import {rowDot, rowDotVector} from '../linalg/csr-products.js'
import type {Random} from '../stats/random.js'
import type {Aggregation} from './aggregate.js'
import {canonicalEdges} from './canonical.js'
import {eachNeighbourhood, neighbourShare, SELF} from './context.js'
import {isKnown, type LikenessSource, type PairValues} from './likeness.js'
import {firstEnd, type Rewiring, type Strata} from './strata.js'

/** Least number of pairs: with it the share that `--prune auto` removes varies by a few per cent of itself with the seed. */
const LEAST = 20_000
/** Largest number of pairs, over all sources: beyond it the number of edges limits how steady the share is. */
const MOST = 2 * LEAST

/**
 * Pairs wired at random with the degrees kept, read as if they were edges.
 *
 * How        two edges {u, u′}, {v, v′} of one source and one stratum are rewired to {u, v}. The ends of all edges are
 *            dealt into pairs again and again, so that every end comes equally often, until at least 20,000 are known
 *            (or 20 rounds); on graphs of more than 20,000 edges a first part of one round, at most 40,000. Where the
 *            edges of a stratum join two kinds of nodes, the ends of one kind are dealt to those of the other, so a pair
 *            has the kinds of the two edges.
 * Left out   a pair {u, u}, or one of which nothing is known; with more than one stratum an edge dealt to itself.
 * Shapes     edges [2 m], order [n] nodes in an order that does not depend on the file → values [k], k from about 20,000 to 40,000.
 * Random     for each round and stratum a permutation of the ends, of those of both kinds one each.
 * Cost       the values around each node that is drawn, once, and a few inner products of profiles a pair.
 * Order      that of drawing, in which the sources take turns: whoever reads the first pairs only reads some of each.
 * Empty      no pair is known → [0] each.
 * Source     Newman 2010, §13.2, the configuration model. Deviation: pairs that are edges, or that repeat, are not
 *            refused.
 */
export function nullPairs(
  edges: Uint32Array,
  sources: readonly LikenessSource[],
  mixing: Aggregation,
  rewiring: Rewiring,
  random: Random,
): PairValues {
  const m = edges.length / 2
  const isOne = rewiring.strata.all.length === 1
  const decks = keptDecks(
    edges,
    sources.map((source) => source.edges),
    rewiring,
  )
  const share = ([ends, others]: Deck) => (ends.length + (others?.length ?? 0)) / 2 / Math.max(1, m)
  const drawn = sources.map(() => ({pairs: [] as number[], without: [] as number[], places: [] as number[]}))
  const dealers = sources.map((source, number) => ({
    source,
    drawn: drawn[number]!,
    decks: decks[number]!.map((deck) => ({deck, left: Math.ceil(MOST * share(deck))})),
  }))
  let count = 0
  for (let round = 0; round < 20 * Math.ceil(LEAST / Math.max(1, m)); round++) {
    for (const {source, drawn: mine, decks: own} of dealers)
      for (const one of own)
        for (const [s, t] of dealt(one.deck, random)) {
          if (one.left === 0) break
          const [u, v] = [edges[s]!, edges[t]!]
          if (u === v || !isKnown(source, u, v) || (!isOne && (s ^ 1) === t)) continue
          one.left--
          mine.places.push(count++)
          mine.pairs.push(u, v)
          // s ^ 1 is the other end of the edge of s, which rewiring takes away from u.
          mine.without.push(edges[s ^ 1]!, edges[t ^ 1]!)
        }
    if (count >= LEAST) break
  }
  const out = {
    context: new Float64Array(count),
    disagreement: new Float64Array(count),
    cosine: new Float64Array(count),
    overlap: new Float64Array(count),
  }
  for (const [number, source] of sources.entries()) {
    const {places} = drawn[number]!
    const [pairs, without] = [drawn[number]!.pairs, drawn[number]!.without].map((list) => Uint32Array.from(list)) as [
      Uint32Array,
      Uint32Array,
    ]
    const context = contextOfPairs(source, pairs, without)
    for (const [p, at] of places.entries()) {
      const [u, v] = [pairs[2 * p]!, pairs[2 * p + 1]!]
      out.context[at] = context[p]!
      out.disagreement[at] = 1 - rowDot(source.affine, u, source.soft, v)
      out.cosine[at] = rowDot(source.profiles, u, source.profiles, v)
      out.overlap[at] = neighbourShare(mixing, u, v, without[2 * p]!, without[2 * p + 1]!)
    }
  }
  return out
}

/** Ends that are dealt: all to each other, or those of the first list to those of the second. End 2e + k is end k of e. */
export type Deck = [ends: Uint32Array, others: Uint32Array | null]

interface KeptDecks {
  readonly edges: Uint32Array
  readonly lists: readonly Uint32Array[]
  readonly decks: Deck[][]
}
const kept = new WeakMap<Rewiring, KeptDecks>()

/** decksOf, made once for the same edges and lists: pairs are drawn for the scores, and again for each half of the given labels. */
function keptDecks(edges: Uint32Array, lists: readonly Uint32Array[], rewiring: Rewiring): Deck[][] {
  const last = kept.get(rewiring)
  if (last?.edges === edges && last.lists.length === lists.length && last.lists.every((list, k) => list === lists[k]))
    return last.decks
  const decks = decksOf(edges, lists, rewiring)
  kept.set(rewiring, {edges, lists, decks})
  return decks
}

/** For each list of edges the ends that are dealt together, a deck for each stratum. */
export function decksOf(edges: Uint32Array, lists: readonly Uint32Array[], {order, strata}: Rewiring): Deck[][] {
  const edgePlace = placesOf(canonicalEdges(edges, order))
  const nodePlace = placesOf(order)
  // Which end of an edge comes first does not depend on the file either.
  const isTurned = (e: number) => Number(nodePlace[edges[2 * e]!]! > nodePlace[edges[2 * e + 1]!]!)
  return lists.map((list) =>
    byStratum(list, strata).map((numbers, number): Deck => {
      numbers.sort((a, b) => edgePlace[a]! - edgePlace[b]!)
      if (strata.all[number]!.joinsTwo)
        return [0, 1].map((side) => numbers.map((e) => 2 * e + (firstEnd(strata, e) ^ side))) as Deck
      const end = (t: number) => 2 * numbers[t >> 1]! + ((t & 1) ^ isTurned(numbers[t >> 1]!))
      return [Uint32Array.from({length: 2 * numbers.length}, (_, t) => end(t)), null]
    }),
  )
}

/** One deal of a deck: every end comes once, but for one that is left over. */
export function* dealt([ends, others]: Deck, random: Random): Generator<[number, number]> {
  const order = random.permutation(ends.length)
  if (others === null) {
    for (let k = 0; k + 1 < order.length; k += 2) yield [ends[order[k]!]!, ends[order[k + 1]!]!]
    return
  }
  const other = random.permutation(others.length)
  for (let k = 0; k < order.length; k++) yield [ends[order[k]!]!, others[other[k]!]!]
}

/** Some edges by stratum. */
function byStratum(numbers: Uint32Array, {of, all}: Strata): Uint32Array[] {
  const lists = all.map((): number[] => [])
  for (const e of numbers) lists[of[e]!]!.push(e)
  return lists.map((list) => Uint32Array.from(list))
}

/** Place of each number in a list that holds each once. */
function placesOf(numbers: Uint32Array): Uint32Array {
  const out = new Uint32Array(numbers.length)
  numbers.forEach((number, place) => (out[number] = place))
  return out
}

/**
 * t(u → v) + t(v → u) of contextLikeness for pairs {u, v}, each end without one neighbour and without the other end.
 *
 * Shapes     pairs [2 k], without [2 k] the neighbour that each end has lost → context [k].
 * Cost       for each node among the ends the values around it, once, and three inner products of sparse rows.
 */
function contextOfPairs(
  {profiles: e, graph: {weights}}: LikenessSource,
  pairs: Uint32Array,
  without: Uint32Array,
): Float64Array {
  const {indptr, indices, values} = weights
  const context = new Float64Array(pairs.length / 2)
  eachNeighbourhood(e, weights, pairs, (v, t, around, total) => {
    const u = pairs[t ^ 1]!
    let sum = rowDotVector(e, u, around) + SELF * rowDot(e, u, e, v)
    let weight = total + SELF
    for (const other of without[t] === u ? [u] : [u, without[t]!]) {
      const at = placeOf(indices, other, indptr[v]!, indptr[v + 1]!)
      if (at < 0) continue
      sum -= values[at]! * rowDot(e, u, e, other)
      weight -= values[at]!
    }
    context[t >> 1]! += sum / weight
  })
  return context
}

/** Place of a number in an ascending stretch; −1: it is not there. */
function placeOf(numbers: Uint32Array, number: number, from: number, to: number): number {
  let [low, high] = [from, to]
  while (low < high) {
    const middle = (low + high) >> 1
    if (numbers[middle]! < number) low = middle + 1
    else high = middle
  }
  return low < to && numbers[low] === number ? low : -1
}
