import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {plainProducts} from '../../src/linalg/products.js'
import {createCpuEngine} from '../../src/pairwise/cpu/index.js'
import type {PairwiseEngine} from '../../src/pairwise/engine.js'
import {aggregation} from '../../src/sanitize/aggregate.js'
import {neighbourOverlap, neighbourShare} from '../../src/sanitize/context.js'
import {separation, unlikelyShare} from '../../src/sanitize/auto-prune.js'
import {edgeFit} from '../../src/sanitize/edge-fit.js'
import {givenLabels} from '../../src/sanitize/labels.js'
import {edgeLikeness, likenessSources} from '../../src/sanitize/likeness.js'
import {areaUnderRoc} from '../../src/stats/ranking.js'
import {random} from '../../src/stats/random.js'
import type {Graph} from '../../src/graph/types.js'
import {communityGraph} from './graphs.js'

const {graph, added, clean} = communityGraph()
let engine: PairwiseEngine
beforeAll(async () => {
  engine = await createCpuEngine({threads: 1})
})
afterAll(() => engine.close())

async function fitOf(g: Graph, seed = 0) {
  const generator = random(seed)
  const sources = await likenessSources(g, givenLabels(g), generator, engine, plainProducts)
  const mixing = aggregation(g.nodes, g.edges, 'row', 1)
  const values = {...edgeLikeness(g.edges, sources), overlap: neighbourOverlap(g.edges, mixing)}
  return {values, fit: edgeFit(g.edges, values, sources, mixing, generator)}
}

describe('how an edge fits', () => {
  it('tells the edges from pairs wired at random, and finds added edges better than any part alone', async () => {
    const {values, fit} = await fitOf(graph)
    const keys = new Set(Array.from({length: added.length / 2}, (_, k) => `${added[2 * k]!},${added[2 * k + 1]!}`))
    const isAdded = Uint8Array.from({length: graph.edges.length / 2}, (_, e) =>
      Number(keys.has(`${graph.edges[2 * e]!},${graph.edges[2 * e + 1]!}`)),
    )
    const auc = (suspicion: Float64Array) => areaUnderRoc(isAdded, suspicion)
    const negative = (x: Float64Array) => x.map((value) => -value)
    expect(auc(negative(fit.edges))).toBeGreaterThan(
      Math.max(
        auc(negative(values.context)),
        auc(values.disagreement),
        auc(negative(values.cosine)),
        auc(negative(values.overlap)),
      ),
    )
    expect(separation(fit.edges, fit.nulls)!).toBeGreaterThan(0.75)
  })

  it('says that edges of a graph wired at random fit no better than rewired ones', async () => {
    const {integer} = random(5)
    const seen = new Set<number>()
    while (seen.size < 1500) {
      const [u, v] = [integer(graph.nodes), integer(graph.nodes)]
      if (u < v) seen.add(u * graph.nodes + v)
    }
    const edges = Uint32Array.from(
      [...seen].sort((a, b) => a - b).flatMap((key) => [Math.floor(key / graph.nodes), key % graph.nodes]),
    )
    const {fit} = await fitOf({...graph, edges})
    expect(Math.abs(separation(fit.edges, fit.nulls)! - 0.5)).toBeLessThan(0.06)
    expect(unlikelyShare(fit.edges, fit.nulls)).toBeGreaterThan(0.8)
  })

  it('the cut takes more of the attacked graph than of the clean one', async () => {
    const share = async (g: Graph) => {
      const {fit} = await fitOf(g)
      return unlikelyShare(fit.edges, fit.nulls)
    }
    const [attacked, unharmed] = [await share(graph), await share({...graph, edges: clean})]
    expect(attacked).toBeGreaterThan(added.length / graph.edges.length)
    expect(unharmed).toBeLessThan(0.7 * attacked)
  })

  it('counts the neighbours that two nodes share without those left out', () => {
    // 0 – 2, 0 – 3, 0 – 4, 1 – 2, 1 – 3, 1 – 5
    const mixing = aggregation(6, Uint32Array.of(0, 2, 0, 3, 0, 4, 1, 2, 1, 3, 1, 5), 'row', 1)
    expect(neighbourShare(mixing, 0, 1, 4, 5)).toBe(1)
    expect(neighbourShare(mixing, 0, 1, 2, 5)).toBe(1 / 3)
    expect(neighbourShare(mixing, 4, 5, 0, 1)).toBe(0)
  })

  it('cuts what is beyond doubt, and beyond it at most a fifth, the less the less is beyond doubt', () => {
    const nulls = Float64Array.from({length: 1000}, (_, k) => k)
    // So many of 1,000 edges below the first quantile (101 of 1,000 nulls) and below the second (851 of 1,000).
    const share = (sure: number, likely: number) =>
      unlikelyShare(
        Float64Array.from({length: 1000}, (_, e) => (e < sure ? 0 : e < likely ? 500 : 5000)),
        nulls,
      )
    const pi = (count: number, nullCount: number) => count / nullCount
    expect(share(20, 200)).toBeCloseTo(pi(20, 101) + Math.min(0.2, pi(200, 851) - pi(20, 101)), 12)
    expect(share(20, 800)).toBeCloseTo(pi(20, 101) + 0.2, 12)
    expect(share(3, 800)).toBeCloseTo(pi(3, 101) + 0.2 * (pi(3, 101) / 0.06) ** 4, 12)
    expect(share(50, 100)).toBeCloseTo(pi(50, 101), 12)
  })

  it('cuts nothing where no edge looks random, everything where all do, and never more than all', () => {
    const nulls = Float64Array.from({length: 1000}, (_, k) => k)
    expect(unlikelyShare(new Float64Array(50).fill(5000), nulls)).toBe(0)
    expect(unlikelyShare(new Float64Array(50).fill(-1), nulls)).toBe(1)
    expect(unlikelyShare(new Float64Array(50).fill(-1), new Float64Array(0))).toBe(0)
  })
})
