import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import type {Graph} from '../../src/graph/types.js'
import {plainProducts} from '../../src/linalg/products.js'
import {createCpuEngine} from '../../src/pairwise/cpu/index.js'
import type {PairwiseEngine} from '../../src/pairwise/engine.js'
import {aggregation} from '../../src/sanitize/aggregate.js'
import {autoPrune} from '../../src/sanitize/auto-prune.js'
import {canonicalOrder} from '../../src/sanitize/canonical.js'
import {neighbourShare} from '../../src/sanitize/context.js'
import {edgeChances} from '../../src/sanitize/edge-chances.js'
import {givenLabels} from '../../src/sanitize/labels.js'
import {likenessSources} from '../../src/sanitize/likeness.js'
import {areaUnderRoc} from '../../src/stats/ranking.js'
import {strataOf} from '../../src/sanitize/strata.js'
import {random} from '../../src/stats/random.js'
import {smallCommunityGraph} from './graphs.js'

const {graph, added, clean} = smallCommunityGraph()
let engine: PairwiseEngine
beforeAll(async () => {
  engine = await createCpuEngine({threads: 1})
})
afterAll(() => engine.close())

async function chancesOf(g: Graph, seed = 0) {
  const given = givenLabels(g)
  const mixing = aggregation(g.nodes, g.edges, 'row', 1)
  const order = canonicalOrder(g, given.labels, mixing)
  const rewiring = {order, strata: strataOf(g.edges, g.nodes, null)}
  const sources = await likenessSources(g, given, rewiring, random(seed), engine, plainProducts)
  return edgeChances(g.edges, sources, mixing, rewiring, g.features !== null, random(seed))
}

describe('how an edge fits', () => {
  it('tells the edges from pairs wired at random, and finds added edges better than any part alone', async () => {
    const {values, random: found} = await chancesOf(graph)
    const keys = new Set(Array.from({length: added.length / 2}, (_, k) => `${added[2 * k]!},${added[2 * k + 1]!}`))
    const isAdded = Uint8Array.from({length: graph.edges.length / 2}, (_, e) =>
      Number(keys.has(`${graph.edges[2 * e]!},${graph.edges[2 * e + 1]!}`)),
    )
    const auc = (suspicion: Float64Array) => areaUnderRoc(isAdded, suspicion)
    const negative = (x: Float64Array) => x.map((value) => -value)
    expect(auc(negative(values.fit))).toBeGreaterThan(
      Math.max(
        auc(negative(values.context)),
        auc(values.disagreement),
        auc(negative(values.cosine)),
        auc(negative(values.overlap)),
      ),
    )
    expect(found.separation!).toBeGreaterThan(0.75)
  })

  it('says that nothing can be judged of a graph wired at random, and prunes nothing', async () => {
    const {integer} = random(5)
    const seen = new Set<number>()
    while (seen.size < 1500) {
      const [u, v] = [integer(graph.nodes), integer(graph.nodes)]
      if (u < v) seen.add(u * graph.nodes + v)
    }
    const edges = Uint32Array.from(
      [...seen].sort((a, b) => a - b).flatMap((key) => [Math.floor(key / graph.nodes), key % graph.nodes]),
    )
    const {random: found} = await chancesOf({...graph, edges})
    expect(found.share.estimate).toBeGreaterThan(0.8)
    expect(autoPrune(found, 'features')).toMatchObject({finding: 'not enough evidence to judge', count: 0})
  })

  it('counts more edges that look wired at random in the attacked graph than in the clean one', async () => {
    const share = async (g: Graph) => (await chancesOf(g)).random.share.estimate
    const [attacked, unharmed] = [await share(graph), await share({...graph, edges: clean})]
    expect(attacked - unharmed).toBeGreaterThan((0.7 * added.length) / graph.edges.length)
  })

  it('moves by less than a twentieth of itself with the seed', async () => {
    const shares = [await chancesOf(graph, 1), await chancesOf(graph, 2), await chancesOf(graph, 3)].map(
      ({random: found}) => found.share.estimate,
    )
    expect(Math.max(...shares) - Math.min(...shares)).toBeLessThan(0.05 * Math.max(...shares))
  })

  it('counts the neighbours that two nodes share without those left out', () => {
    // 0 – 2, 0 – 3, 0 – 4, 1 – 2, 1 – 3, 1 – 5
    const mixing = aggregation(6, Uint32Array.of(0, 2, 0, 3, 0, 4, 1, 2, 1, 3, 1, 5), 'row', 1)
    expect(neighbourShare(mixing, 0, 1, 4, 5)).toBe(1)
    expect(neighbourShare(mixing, 0, 1, 2, 5)).toBe(1 / 3)
    expect(neighbourShare(mixing, 4, 5, 0, 1)).toBe(0)
  })
})
