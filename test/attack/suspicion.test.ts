import {describe, expect, it} from 'vitest'
import {attack} from '../../src/attack/attack.js'
import {defenceCost} from '../../src/attack/suspicion.js'
import {plainProducts} from '../../src/linalg/products.js'
import {createCpuEngine} from '../../src/pairwise/cpu/index.js'
import {aggregation} from '../../src/sanitize/aggregate.js'
import {contextLikeness, neighbourOverlap, weighByLikeness} from '../../src/sanitize/context.js'
import {profiles} from '../../src/sanitize/features.js'
import {contextWith, overlapWith} from '../../src/sanitize/node-pairs.js'
import {random} from '../../src/stats/random.js'
import {areaUnderRoc, shareBelow} from '../../src/stats/ranking.js'
import {communityGraph, options, smallGraph} from './graphs.js'

/** The edges with one more pair, in order, and its place. */
function withPair(edges: Uint32Array, u: number, v: number): {joined: Uint32Array; at: number} {
  const pairs = Array.from({length: edges.length / 2}, (_, e) => [edges[2 * e]!, edges[2 * e + 1]!])
  pairs.push([u, v])
  pairs.sort(([a, b], [c, d]) => a! - c! || b! - d!)
  return {joined: Uint32Array.from(pairs.flat()), at: pairs.findIndex(([a, b]) => a === u && b === v)}
}

describe('parts of the score at pairs without an edge', () => {
  it('are what the defence computes once the edge is there', async () => {
    for (const graph of [smallGraph(6), await communityGraph()]) {
      const mixing = aggregation(graph.nodes, graph.edges, 'row', 1)
      const e = await profiles(graph.features!, plainProducts)
      const context = contextWith(e, weighByLikeness(graph.nodes, graph.edges, e))
      const rng = random(2)
      for (let k = 0; k < 12; k++) {
        const [u, v] = [rng.integer(graph.nodes), rng.integer(graph.nodes)].sort((a, b) => a - b) as [number, number]
        const known = Array.from(
          {length: graph.edges.length / 2},
          (_, t) => graph.edges[2 * t] === u && graph.edges[2 * t + 1] === v,
        ).includes(true)
        if (u === v || known) continue
        const {joined, at} = withPair(graph.edges, u, v)
        expect(context(u)[v]!).toBeCloseTo(contextLikeness(joined, e, weighByLikeness(graph.nodes, joined, e))[at]!, 10)
        expect(context(v)[u]!).toBeCloseTo(context(u)[v]!, 10)
        expect(overlapWith(mixing, u)[v]!).toBeCloseTo(
          neighbourOverlap(joined, aggregation(graph.nodes, joined, 'row', 1))[at]!,
          12,
        )
      }
    }
  })

  it('share below counts equal values half', () => {
    const sorted = Float64Array.of(1, 2, 2, 5)
    expect([0, 1, 2, 3, 5, 9].map((x) => shareBelow(sorted, x))).toEqual([0, 0.125, 0.5, 0.75, 0.875, 1])
  })
})

describe('suspicion', () => {
  it('lies in [0, 1] and tells pairs across classes from pairs within', async () => {
    const graph = await communityGraph()
    const engine = await createCpuEngine({threads: 1})
    const suspicion = await defenceCost(graph, engine, plainProducts, random(1)).finally(() => engine.close())
    const [values, across]: [number[], number[]] = [[], []]
    const rng = random(8)
    for (let k = 0; k < 3000; k++) {
      const [u, v] = [rng.integer(graph.nodes), rng.integer(graph.nodes)]
      if (u === v) continue
      values.push(suspicion(u)[v]!)
      across.push(Number(graph.labels![u] !== graph.labels![v]))
    }
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...values)).toBeLessThanOrEqual(1)
    expect(areaUnderRoc(across, values)).toBeGreaterThan(0.8)
  })

  it('an adaptive attacker adds less suspect edges, and still raises the loss', async () => {
    const graph = await communityGraph()
    const engine = await createCpuEngine({threads: 1})
    const suspicion = await defenceCost(graph, engine, plainProducts, random(1)).finally(() => engine.close())
    const mean = (pairs: Uint32Array) =>
      Array.from({length: pairs.length / 2}, (_, e) => suspicion(pairs[2 * e]!)[pairs[2 * e + 1]!]!).reduce(
        (s, x) => s + x,
        0,
      ) /
      (pairs.length / 2)
    const targets = Uint32Array.of(3, 77, 150, 205, 239)
    for (const asked of [options({count: 60, flipsPerStep: 5}), options({method: 'nettack', targets, perTarget: 5})]) {
      const naive = await attack(graph, asked, random(4))
      const adaptive = await attack(graph, {...asked, adaptive: 1}, random(4))
      expect(mean(adaptive.added)).toBeLessThan(mean(naive.added))
      expect(adaptive.log.lossAfter!).toBeGreaterThan(adaptive.log.lossBefore!)
    }
  })
})
