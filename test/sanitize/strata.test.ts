import fc from 'fast-check'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {dense} from '../../src/linalg/types.js'
import {createCpuEngine} from '../../src/pairwise/cpu/index.js'
import type {PairwiseEngine} from '../../src/pairwise/engine.js'
import {classAffinity} from '../../src/sanitize/affinity.js'
import {dealt, decksOf} from '../../src/sanitize/null-pairs.js'
import {sanitize} from '../../src/sanitize/sanitize.js'
import type {SanitizeOptions} from '../../src/sanitize/settings.js'
import {SMALLEST_STRATUM, strataOf} from '../../src/sanitize/strata.js'
import {random} from '../../src/stats/random.js'
import {smallCommunityGraph} from './graphs.js'
import {buyersAndSellers} from './typed-graphs.js'

const DEFAULTS: SanitizeOptions = {preset: 'surety', prune: {rule: 'auto'}, minDegree: 1, seed: 0, truth: null}
let engine: PairwiseEngine
beforeAll(async () => {
  engine = await createCpuEngine({threads: 1})
})
afterAll(() => engine.close())

/** Simple graphs of 2 to 60 nodes whose edges are of up to three types and whose nodes are of up to three kinds. */
const typed = fc
  .record({
    nodes: fc.integer({min: 2, max: 60}),
    seed: fc.nat(),
    types: fc.integer({min: 1, max: 3}),
    kinds: fc.integer({min: 1, max: 3}),
  })
  .map(({nodes, seed, types, kinds}) => {
    const uniform = random(seed)
    const pairs: number[] = []
    for (let u = 0; u < nodes; u++) for (let v = u + 1; v < nodes; v++) if (uniform.uniform() < 0.3) pairs.push(u, v)
    if (pairs.length === 0) pairs.push(0, 1)
    const drawn = (length: number, of: number) => Uint32Array.from({length}, () => Math.floor(uniform.uniform() * of))
    return {
      nodes,
      edges: Uint32Array.from(pairs),
      kinds: {edges: drawn(pairs.length / 2, types), nodes: drawn(nodes, kinds)},
      order: uniform.permutation(nodes),
    }
  })

const kindPair = (nodes: Uint32Array, u: number, v: number) => [nodes[u]!, nodes[v]!].sort((a, b) => a - b).join()

describe('strata', () => {
  it('hold every edge once; an edge of a stratum that is not pooled has its type and the kinds of its ends', () => {
    fc.assert(
      fc.property(typed, ({nodes, edges, kinds}) => {
        const strata = strataOf(edges, nodes, kinds)
        const m = edges.length / 2
        expect(strata.all.flatMap((stratum) => [...stratum.edges]).sort((a, b) => a - b)).toEqual(
          Array.from({length: m}, (_, e) => e),
        )
        const isPooled = (k: number) => strata.pooled > 0 && k === strata.all.length - 1
        strata.all.forEach((stratum, k) => {
          stratum.edges.forEach((e) => expect(strata.of[e]).toBe(k))
          if (isPooled(k)) return
          const what = (e: number) => `${kinds.edges[e]!} ${kindPair(kinds.nodes, edges[2 * e]!, edges[2 * e + 1]!)}`
          expect(new Set(Array.from(stratum.edges, what)).size).toBe(1)
          expect(strata.all.length === 1 || stratum.edges.length >= SMALLEST_STRATUM).toBe(true)
        })
      }),
      {numRuns: 60},
    )
  })

  it('are one where nothing is known, and refuse lists of another length', () => {
    const edges = Uint32Array.of(0, 1, 1, 2)
    expect(strataOf(edges, 3, null).all).toHaveLength(1)
    expect(() => strataOf(edges, 3, {edges: Uint32Array.of(1), nodes: null})).toThrow(/known of 1 edges and 3 nodes/)
  })
})

describe('rewiring within kinds', () => {
  it('keeps the type of the edge, the kinds of its ends and every degree', () => {
    fc.assert(
      fc.property(typed, ({nodes, edges, kinds, order}) => {
        const strata = strataOf(edges, nodes, kinds)
        const all = Uint32Array.from({length: edges.length / 2}, (_, e) => e)
        const decks = decksOf(edges, [all], {order, strata})[0]!
        const seen = new Uint8Array(edges.length)
        decks.forEach((deck, k) => {
          const isPooled = strata.pooled > 0 && k === strata.all.length - 1
          for (const [s, t] of dealt(deck, random(1))) {
            seen[s]!++
            seen[t]!++
            if (isPooled) continue
            expect(kinds.edges[s >> 1]).toBe(kinds.edges[t >> 1])
            const before = kindPair(kinds.nodes, edges[s]!, edges[s ^ 1]!)
            expect(kindPair(kinds.nodes, edges[s]!, edges[t]!)).toBe(before)
          }
        })
        expect(seen.every((times) => times === 1)).toBe(true)
      }),
      {numRuns: 60},
    )
  })

  it('expects as many edges between two classes as all exchanges of ends within the strata give', () => {
    fc.assert(
      fc.property(typed, fc.nat(), ({nodes, edges, kinds}, seed) => {
        const uniform = random(seed)
        const soft = dense(nodes, 2)
        for (let i = 0; i < nodes; i++) {
          // The class of some is certain, as given labels are.
          soft.data[2 * i] = uniform.uniform() < 0.5 ? uniform.uniform() : uniform.integer(2)
          soft.data[2 * i + 1] = 1 - soft.data[2 * i]!
        }
        const strata = strataOf(edges, nodes, kinds)
        const [met, expected] = [new Float64Array(4), new Float64Array(4)]
        const add = (to: Float64Array, u: number, v: number, weight: number) => {
          for (const [a, b] of [
            [0, 0],
            [0, 1],
            [1, 0],
            [1, 1],
          ] as const)
            to[2 * a + b]! +=
              weight * (soft.data[2 * u + a]! * soft.data[2 * v + b]! + soft.data[2 * v + a]! * soft.data[2 * u + b]!)
        }
        for (let e = 0; e < edges.length / 2; e++) add(met, edges[2 * e]!, edges[2 * e + 1]!, 1)
        for (const {edges: members, joinsTwo} of strata.all) {
          const ends = Array.from(members).flatMap((e) => [2 * e, 2 * e + 1])
          const kind = (end: number) => kinds.nodes[edges[end]!]!
          // Every end meets every end that it may be exchanged with, each edge of the stratum once in total.
          const pairs = ends.flatMap((s) =>
            ends.filter((t) => !joinsTwo || kind(s) < kind(t)).map((t) => [s, t] as const),
          )
          for (const [s, t] of pairs) add(expected, edges[s]!, edges[t]!, members.length / pairs.length)
        }
        const affinity = classAffinity(edges, soft, strata)
        met.forEach((seen, k) => {
          const odds = ((seen + 10) / (expected[k]! + 10)) ** 3
          expect(affinity.data[k]).toBeCloseTo(odds / (1 + odds), 10)
        })
      }),
      {numRuns: 25},
    )
  })

  it('changes nothing where all are of one kind', async () => {
    const {graph} = smallCommunityGraph()
    const kinds = {edges: new Uint32Array(graph.edges.length / 2), nodes: new Uint32Array(graph.nodes)}
    const [a, b] = [await sanitize(graph, DEFAULTS, engine), await sanitize(graph, {...DEFAULTS, kinds}, engine)]
    expect(b.scores.score).toEqual(a.scores.score)
    expect(b.scores.probability).toEqual(a.scores.probability)
  })

  it('states the share of random edges among buyers and sellers far better than rewiring across kinds', async () => {
    const {graph, kinds, added} = buyersAndSellers(0)
    const truth = added.length / graph.edges.length
    const stated = async (of: SanitizeOptions) =>
      (await sanitize(graph, of, engine)).metrics.randomEdges!.share.estimate
    const across = await stated(DEFAULTS)
    const within = await stated({...DEFAULTS, kinds})
    expect(Math.abs(within - truth)).toBeLessThan(Math.abs(across - truth))
    expect(across).toBeLessThan(truth / 2)
    expect(within).toBeGreaterThan(truth)
  })
})
