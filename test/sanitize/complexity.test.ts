import fc from 'fast-check'
import {readFileSync} from 'node:fs'
import {describe, expect, it} from 'vitest'
import {invertPositiveDefinite} from '../../src/linalg/inverse.js'
import {plainProducts} from '../../src/linalg/products.js'
import {dense} from '../../src/linalg/types.js'
import {aggregation, type Norm} from '../../src/sanitize/aggregate.js'
import {kernelGram, kernelOf, solveComplexity} from '../../src/sanitize/complexity.js'
import {exactRemoval} from '../../src/sanitize/exact.js'
import {kernelFeatures} from '../../src/sanitize/features.js'
import {firstOrderChanges, gradientsFromGram, joinGradients} from '../../src/sanitize/first-order.js'
import {labelMatrix} from '../../src/sanitize/labels.js'
import type {Graph} from '../../src/graph/types.js'
import {random} from '../../src/stats/random.js'
import {pearson} from '../support/pearson.js'
import {complexityByDefinition} from './complexity-by-definition.js'
import {communityGraph} from './graphs.js'

interface Small {
  nodes: number
  edges: Uint32Array
  labels: Int32Array
  seed: number
}

/** Random graphs without isolated nodes, features positive so that no aggregated row is zero. */
const small = fc.record({nodes: fc.integer({min: 4, max: 9}), seed: fc.nat(1e6)}).map(({nodes, seed}): Small => {
  const {uniform, integer} = random(seed)
  const pairs: number[] = []
  for (let u = 0; u < nodes; u++)
    for (let v = u + 1; v < nodes; v++) if (v === u + 1 || uniform() < 0.3) pairs.push(u, v)
  return {
    nodes,
    edges: Uint32Array.from(pairs),
    labels: Int32Array.from({length: nodes}, (_, i) => (i < 2 ? i : integer(2))),
    seed,
  }
})
const graphOf = ({nodes, edges, labels, seed}: Small): Graph => {
  const {uniform} = random(seed + 1)
  return {
    nodes,
    edges,
    labels,
    classes: 2,
    weights: null,
    split: null,
    nodeNames: null,
    features: dense(
      nodes,
      3,
      Float64Array.from({length: nodes * 3}, () => 0.1 + uniform()),
    ),
  }
}

async function solve(
  graph: Graph,
  norm: Norm,
  hops: 1 | 2,
  ridge: number,
  nodeSet: Uint32Array,
  coding: 'centred' | 'signed' = 'signed',
) {
  const features = kernelFeatures(graph)
  const mixing = aggregation(graph.nodes, graph.edges, norm, hops)
  const gram = await kernelGram(features, mixing, nodeSet, plainProducts)
  const {kernel, slope} = kernelOf(gram, true)
  const solution = await solveComplexity(
    kernel,
    labelMatrix(graph.labels!, nodeSet, graph.classes, coding),
    ridge,
    plainProducts,
  )
  const inverse = await invertPositiveDefinite(kernel, plainProducts, ridge)
  const exact = (which: ArrayLike<number>) =>
    exactRemoval(
      {gram, kernel, inverse, solved: solution, features, graph: mixing, edges: graph.edges},
      which,
      plainProducts,
    )
  const firstOrder = async () => {
    const weights = await plainProducts.multiplyTransposed(solution.alpha, solution.alpha)
    return firstOrderChanges(mixing, graph.edges, [
      joinGradients(gradientsFromGram(gram, [weights], slope!, mixing), mixing, nodeSet),
    ])[0]!.map((x) => x / (2 * solution.gkc))
  }
  return {features, gkc: solution.gkc, exact, firstOrder}
}

const every = (graph: Graph) => Uint32Array.from({length: graph.edges.length / 2}, (_, e) => e)
const all = (graph: Graph) => Uint32Array.from({length: graph.nodes}, (_, i) => i)
const without = (edges: Uint32Array, e: number) => edges.filter((_, at) => at >> 1 !== e)

describe.each<[Norm, 1 | 2]>([
  ['row', 1],
  ['sym', 1],
  ['row', 2],
  ['sym', 2],
])('%s, %i hops', (norm, hops) => {
  it.each([1e-3, 10])('GKC and exact removal are those of the definition, λ = %d', async (ridge) => {
    await fc.assert(
      fc.asyncProperty(small, async (item) => {
        const graph = graphOf(item)
        const nodeSet = all(graph).filter((i) => i !== 2)
        const y = Array.from(nodeSet, (i) => [0, 1].map((c) => (graph.labels![i] === c ? 1 : -1)))
        const {features, gkc, exact} = await solve(graph, norm, hops, ridge, nodeSet)
        const slow = (edges: Uint32Array) =>
          complexityByDefinition({nodes: graph.nodes, edges, features, nodeSet, y}, {norm, hops, ridge})
        expect(Math.abs(gkc - slow(graph.edges))).toBeLessThan(1e-8 * gkc)
        const kc = await exact(every(graph))
        kc.forEach((x, e) =>
          expect(Math.abs(x - (slow(graph.edges) - slow(without(graph.edges, e))))).toBeLessThan(1e-7 * gkc),
        )
      }),
      {seed: 5, numRuns: 15},
    )
  })
})

describe('invariants of KC', () => {
  it('numbering the nodes in another way changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(small, fc.nat(1e6), async (item, seed) => {
        const graph = graphOf(item)
        const to = random(seed).permutation(graph.nodes)
        const pairs = Array.from(every(graph), (e) =>
          [to[graph.edges[2 * e]!]!, to[graph.edges[2 * e + 1]!]!].sort((a, b) => a - b),
        )
        const order = pairs
          .map((_, e) => e)
          .sort((a, b) => pairs[a]![0]! - pairs[b]![0]! || pairs[a]![1]! - pairs[b]![1]!)
        const moved: Graph = {
          ...graph,
          edges: Uint32Array.from(order.flatMap((e) => pairs[e]!)),
          labels: graph.labels!.slice(),
          features: dense(graph.nodes, 3),
        }
        to.forEach((target, i) => {
          moved.labels![target] = graph.labels![i]!
          const source = graph.features as {data: Float64Array}
          ;(moved.features as {data: Float64Array}).data.set(source.data.subarray(3 * i, 3 * i + 3), 3 * target)
        })
        const [a, b] = [await solve(graph, 'row', 1, 0.1, all(graph)), await solve(moved, 'row', 1, 0.1, all(graph))]
        expect(b.gkc).toBeCloseTo(a.gkc, 9)
        const [kc, movedKc] = [await a.exact(every(graph)), await b.exact(every(graph))]
        order.forEach((e, place) => expect(movedKc[place]).toBeCloseTo(kc[e]!, 8))
      }),
      {seed: 6, numRuns: 20},
    )
  })

  it('a larger ridge lowers GKC, and scaling the features changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(small, async (item) => {
        const graph = graphOf(item)
        const source = graph.features as {rows: number; cols: number; data: Float64Array}
        const scaled = {...graph, features: {...source, data: source.data.map((x) => 7 * x)}}
        const gkc = (await solve(graph, 'row', 1, 0.1, all(graph))).gkc
        expect((await solve(graph, 'row', 1, 0.2, all(graph))).gkc).toBeLessThan(gkc)
        expect((await solve(scaled, 'row', 1, 0.1, all(graph))).gkc).toBeCloseTo(gkc, 9)
      }),
      {seed: 7, numRuns: 20},
    )
  })
})

describe('the bundled community graph', () => {
  const {graph, clean} = communityGraph()
  const {cases} = JSON.parse(readFileSync('fixtures/community-graph/community-graph.expected.json', 'utf8')) as {
    cases: {norm: Norm; ridge: number; clean: number; attacked: number; removal: {edge: number; kc: number}[]}[]
  }

  it.each(cases)(
    '$norm: GKC and exact removal are the stored values of an independent implementation',
    async ({norm, ridge, clean: cleanGkc, attacked, removal}) => {
      const s = await solve(graph, norm, 1, ridge, graph.split!.train)
      expect(s.gkc).toBeCloseTo(attacked, 8)
      expect((await solve({...graph, edges: clean}, norm, 1, ridge, graph.split!.train)).gkc).toBeCloseTo(cleanGkc, 8)
      const kc = await s.exact(removal.map(({edge}) => edge))
      removal.forEach((item, t) => expect(kc[t]).toBeCloseTo(item.kc, 8))
    },
  )

  it('the closed form follows exact removal', async () => {
    const s = await solve(graph, 'row', 1, 10, graph.split!.train, 'centred')
    const kc = await s.exact(every(graph))
    const reached = every(graph).filter((e) => kc[e] !== 0)
    const closed = await s.firstOrder()
    expect(
      pearson(
        Float64Array.from(reached, (e) => closed[e]!),
        Float64Array.from(reached, (e) => kc[e]!),
      ),
    ).toBeGreaterThan(0.9)
  })
})
