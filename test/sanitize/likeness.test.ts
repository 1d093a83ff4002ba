import fc from 'fast-check'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import type {Graph} from '../../src/graph/types.js'
import {rowDot} from '../../src/linalg/csr-products.js'
import {plainProducts} from '../../src/linalg/products.js'
import {createCpuEngine} from '../../src/pairwise/cpu/index.js'
import type {PairwiseEngine} from '../../src/pairwise/engine.js'
import {aggregation} from '../../src/sanitize/aggregate.js'
import {SELF} from '../../src/sanitize/context.js'
import {givenLabels} from '../../src/sanitize/labels.js'
import {dealEdges, edgeLikeness, type LikenessSource, likenessSources} from '../../src/sanitize/likeness.js'
import {sanitize} from '../../src/sanitize/sanitize.js'
import {dealt, type Deck, decksOf, nullPairs} from '../../src/sanitize/null-pairs.js'
import {areaUnderRoc} from '../../src/stats/ranking.js'
import {strataOf} from '../../src/sanitize/strata.js'
import {type Csr, dense, type Dense} from '../../src/linalg/types.js'
import {random} from '../../src/stats/random.js'

let engine: PairwiseEngine
beforeAll(async () => {
  engine = await createCpuEngine({threads: 1})
})
afterAll(() => engine.close())

/**
 * A graph of `classes` blocks without features, joined inside with one probability and across with another; every fifth
 * node labelled.
 */
function blocks(nodes: number, classes: number, inside: number, across: number, seed: number): Graph {
  const {uniform} = random(seed)
  const labels = Int32Array.from({length: nodes}, (_, i) => i % classes)
  const pairs: number[] = []
  for (let u = 0; u < nodes; u++)
    for (let v = u + 1; v < nodes; v++) if (uniform() < (labels[u] === labels[v] ? inside : across)) pairs.push(u, v)
  const train = Uint32Array.from({length: Math.floor(nodes / 5)}, (_, k) => 5 * k)
  return {
    nodes,
    edges: Uint32Array.from(pairs),
    weights: null,
    features: null,
    labels,
    classes,
    split: {train, validation: new Uint32Array(0), test: new Uint32Array(0)},
    nodeNames: null,
  }
}

const sourcesOf = (graph: Graph, seed = 0) =>
  likenessSources(graph, givenLabels(graph), plain(graph), random(seed), engine, plainProducts)
const everyNode = ({nodes}: Graph) => Uint32Array.from({length: nodes}, (_, i) => i)
const plain = (graph: Graph) => ({order: everyNode(graph), strata: strataOf(graph.edges, graph.nodes, null)})
const everyEdge = ({edges}: Graph) => Uint32Array.from({length: edges.length / 2}, (_, e) => e)
const clean = (graph: Graph) =>
  sanitize(graph, {preset: 'surety', prune: {rule: 'auto'}, minDegree: 1, seed: 0, truth: null}, engine)
const key = (graph: Graph, e: number) => graph.edges[2 * e]! * graph.nodes + graph.edges[2 * e + 1]!

describe('dealEdges', () => {
  it('is a partition, and a node of two edges or more keeps one whichever group is left out', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.integer({min: 2, max: 12}), (seed, nodes) => {
        const graph = blocks(nodes, 2, 0.5, 0.3, seed)
        const degrees = new Uint32Array(nodes)
        for (const i of graph.edges) degrees[i]!++
        const groups = dealEdges(graph, everyEdge(graph), 5, random(seed))
        expect(groups.flatMap((group) => Array.from(group)).sort((a, b) => a - b)).toEqual(
          Array.from({length: graph.edges.length / 2}, (_, e) => e),
        )
        for (const group of groups) {
          const left = degrees.slice()
          for (const e of group) for (const i of graph.edges.subarray(2 * e, 2 * e + 2)) left[i]!--
          left.forEach((degree, i) => expect(degree > 0).toBe(degrees[i]! > 1 || (degrees[i] === 1 && degree === 1)))
        }
      }),
      {seed: 11},
    )
  })

  it('of edges that share no node, gives every group as many', () => {
    const edges = Uint32Array.from({length: 46}, (_, i) => i)
    const matching = {...blocks(46, 2, 0.5, 0.3, 0), edges}
    const sizes = dealEdges(matching, everyEdge(matching), 5, random(3)).map((group) => group.length)
    expect(sizes.sort((a, b) => a - b)).toEqual([4, 4, 5, 5, 5])
  })
})

describe('likeness without features', () => {
  /** t(u → v) as written, from all edges of the graph; `without` are neighbours of v left out. */
  function slowTowards({edges}: Graph, {profiles: e}: LikenessSource, u: number, v: number, without: number[]): number {
    const alike = (i: number, j: number) => rowDot(e, i, e, j)
    let [sum, total] = [SELF * alike(u, v), SELF]
    for (let t = 0; t < edges.length; t++) {
      const j = edges[t ^ 1]!
      if (edges[t] !== v || without.includes(j)) continue
      const w = Math.sqrt(Math.max(0, alike(v, j)))
      sum += w * alike(j, u)
      total += w
    }
    return sum / total
  }

  it('is that of the definition, each edge by the source of its group', async () => {
    const graph = blocks(40, 2, 0.4, 0.05, 3)
    const sources = await sourcesOf(graph)
    const {context, disagreement, cosine, known} = edgeLikeness(graph.edges, sources)
    expect(sources).toHaveLength(5)
    for (const source of sources) {
      for (const e of source.edges) {
        if (known[e] === 0) continue
        const [u, v] = [graph.edges[2 * e]!, graph.edges[2 * e + 1]!]
        expect(context[e]!).toBeCloseTo(
          slowTowards(graph, source, u, v, [u]) + slowTowards(graph, source, v, u, [v]),
          12,
        )
        expect(disagreement[e]!).toBeCloseTo(1 - rowDot(source.affine, u, source.soft, v), 12)
        expect(cosine[e]!).toBeCloseTo(rowDot(source.profiles, u, source.profiles, v), 12)
      }
    }
  })

  it('no edge vouches for itself: in a profile stands no neighbour across an edge of the group', async () => {
    const graph = blocks(40, 2, 0.4, 0.05, 4)
    for (const {edges: judged, profiles} of await sourcesOf(graph)) {
      for (const e of judged) {
        const [u, v] = [graph.edges[2 * e]!, graph.edges[2 * e + 1]!]
        const columns = (i: number) =>
          Array.from(profiles.indices.subarray(profiles.indptr[i], profiles.indptr[i + 1])).filter(
            (c) => c < graph.nodes,
          )
        expect(columns(u)).not.toContain(v)
        expect(columns(v)).not.toContain(u)
      }
    }
  })

  it('an edge to a node without another edge is neither alike nor unlike', async () => {
    const inner = blocks(40, 2, 0.4, 0.05, 5)
    const pairs = Array.from({length: inner.edges.length / 2}, (_, e): [number, number] => [
      inner.edges[2 * e]!,
      inner.edges[2 * e + 1]!,
    ])
    pairs.push([7, 40])
    pairs.sort((a, b) => a[0] - b[0] || a[1] - b[1])
    const edges = Uint32Array.from(pairs.flat())
    const leaf = pairs.findIndex(([, v]) => v === 40)
    const {context, known} = edgeLikeness(
      edges,
      await sourcesOf({...inner, nodes: 41, edges, labels: Int32Array.of(...inner.labels!, 0)}),
    )
    expect(known[leaf]).toBe(0)
    const sorted = context.slice().sort()
    expect(context[leaf]!).toBeGreaterThan(sorted[Math.floor(sorted.length / 4)]!)
    expect(context[leaf]!).toBeLessThan(sorted[Math.floor((3 * sorted.length) / 4)]!)
  })

  it('finds edges across blocks, and says so beforehand by itself', async () => {
    const graph = blocks(150, 3, 0.25, 0.02, 6)
    const {scores, metrics} = await clean(graph)
    expect(metrics.evidence.from).toBe('neighbours')
    expect(metrics.evidence.separation!).toBeGreaterThan(0.7)
    const across = Uint8Array.from(scores.score, (_, e) =>
      Number(graph.labels![graph.edges[2 * e]!] !== graph.labels![graph.edges[2 * e + 1]!]),
    )
    expect(areaUnderRoc(across, scores.score)).toBeGreaterThan(0.9)
  })

  it('says that there is nothing to go by where all edges are random', async () => {
    const {metrics} = await clean(blocks(150, 3, 0.08, 0.08, 7))
    expect(Math.abs(metrics.evidence.separation! - 0.5)).toBeLessThan(0.06)
  })

  it('does not depend on how the nodes are numbered', async () => {
    const graph = blocks(120, 3, 0.25, 0.02, 8)
    const to = random(1).permutation(graph.nodes)
    const pairs = Array.from({length: graph.edges.length / 2}, (_, e) =>
      [to[graph.edges[2 * e]!]!, to[graph.edges[2 * e + 1]!]!].sort((a, b) => a - b),
    )
    pairs.sort((a, b) => a[0]! - b[0]! || a[1]! - b[1]!)
    const labels = new Int32Array(graph.nodes)
    graph.labels!.forEach((label, i) => (labels[to[i]!] = label))
    const other: Graph = {
      ...graph,
      edges: Uint32Array.from(pairs.flat()),
      labels,
      split: {...graph.split!, train: graph.split!.train.map((i) => to[i]!)},
    }
    const [a, b] = [await clean(graph), await clean(other)]
    const place = new Map(Array.from(b.scores.score, (x, e) => [key(other, e), x]))
    const x = a.scores.score
    const y = x.map((_, e) => {
      const [u, v] = [to[graph.edges[2 * e]!]!, to[graph.edges[2 * e + 1]!]!]
      return place.get(Math.min(u, v) * graph.nodes + Math.max(u, v))!
    })
    // Sums in another order change the last digits, and with them the side of a rounded value at most.
    x.forEach((value, e) => expect(Math.abs(value - y[e]!)).toBeLessThan(0.05))
    expect(a.metrics.pruned).toBe(b.metrics.pruned)
    expect(a.metrics.randomEdges!.share.estimate).toBeCloseTo(b.metrics.randomEdges!.share.estimate, 2)
  })
})

describe('pairs wired at random', () => {
  it('are drawn from every source, at least 20,000, and the same however the edges are listed', async () => {
    const graph = blocks(60, 2, 0.3, 0.03, 9)
    const sources = await sourcesOf(graph)
    const mixing = aggregation(graph.nodes, graph.edges, 'row', 1)
    const pairs = nullPairs(graph.edges, sources, mixing, plain(graph), random(2))
    expect(pairs.context.length).toBeGreaterThanOrEqual(20_000)
    for (const values of [pairs.disagreement, pairs.cosine, pairs.overlap])
      expect(values).toHaveLength(pairs.context.length)
    expect(pairs.context.every(Number.isFinite)).toBe(true)
    // The sources take turns: who reads the first pairs only reads some of each.
    const marked = sources.map((source, k) => (k < 4 ? source : {...source, affine: dense(graph.nodes, 2)}))
    const ofLast = nullPairs(graph.edges, marked, mixing, plain(graph), random(2)).disagreement
    for (const count of [1000, 5000, ofLast.length]) {
      const share = ofLast.subarray(0, count).filter((x) => x === 1).length / count
      expect(share).toBeGreaterThan(0.1)
      expect(share).toBeLessThan(0.3)
    }
  })

  it('have the values of their definition, pair by pair', async () => {
    const graph = {...blocks(60, 2, 0.3, 0.03, 9), features: dense(60, 9)}
    const draw = random(4)
    for (let t = 0; t < graph.features.data.length; t++)
      if (draw.uniform() < 0.4) graph.features.data[t] = draw.uniform()
    const [source] = await sourcesOf(graph)
    const {profiles, soft, affine} = source!
    const {indptr, indices, values} = source!.graph.weights
    const {edges} = graph
    const found = nullPairs(edges, [source!], aggregation(60, edges, 'row', 1), plain(graph), random(2))
    const [[deck]] = decksOf(edges, [source!.edges], plain(graph)) as [[Deck]]
    const rowOf = (m: Csr, i: number) => {
      const row = new Float64Array(m.cols)
      for (let t = m.indptr[i]!; t < m.indptr[i + 1]!; t++) row[m.indices[t]!] = m.values[t]!
      return row
    }
    const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, x, t) => sum + x * b[t]!, 0)
    const alike = (u: number, v: number) => dot(rowOf(profiles, u), rowOf(profiles, v))
    const towards = (u: number, v: number, without: number) => {
      let [sum, total] = [0.3 * alike(u, v), 0.3]
      for (let t = indptr[v]!; t < indptr[v + 1]!; t++) {
        if (indices[t] === u || indices[t] === without) continue
        sum += values[t]! * alike(u, indices[t]!)
        total += values[t]!
      }
      return sum / total
    }
    const isNeighbour = (u: number, v: number) => indices.subarray(indptr[u], indptr[u + 1]).includes(v)
    const known = (u: number) => profiles.indptr[u + 1]! > profiles.indptr[u]!
    let k = 0
    let joined = 0
    for (const [s, t] of dealt(deck, random(2))) {
      const [u, v, withoutU, withoutV] = [edges[s]!, edges[t]!, edges[s ^ 1]!, edges[t ^ 1]!]
      if (u === v || !known(u) || !known(v)) continue
      if (isNeighbour(u, v)) joined++
      expect(found.context[k]!).toBeCloseTo(towards(u, v, withoutV) + towards(v, u, withoutU), 12)
      expect(found.cosine[k]!).toBeCloseTo(alike(u, v), 12)
      const classes = (m: Dense, i: number) => m.data.subarray(i * m.cols, (i + 1) * m.cols)
      expect(found.disagreement[k++]!).toBeCloseTo(1 - dot(classes(affine, u), classes(soft, v)), 12)
    }
    expect(k).toBeGreaterThan(100)
    expect(joined).toBeGreaterThan(5)
  })

  it('are at most 40,000, of every source its share, on a graph of more edges', async () => {
    const plainBlocks = blocks(400, 2, 0.8, 0.6, 9)
    // With features there is one source of likeness, which is soon made.
    const graph = {
      ...plainBlocks,
      features: dense(
        400,
        2,
        Float64Array.from({length: 800}, (_, k) => 1 + (k % 7)),
      ),
    }
    const m = graph.edges.length / 2
    expect(m).toBeGreaterThan(45_000)
    const [every] = await sourcesOf(graph)
    // Nine edges in ten belong to one source, the last tenth to another: neither crowds the other out.
    const numbers = Uint32Array.from({length: m}, (_, e) => e)
    const cut = Math.floor(0.9 * m)
    const sources = [numbers.slice(0, cut), numbers.slice(cut)].map((edges) => ({...every!, edges}))
    const mixing = aggregation(graph.nodes, graph.edges, 'row', 1)
    const all = nullPairs(graph.edges, sources, mixing, plain(graph), random(2)).context.length
    const first = nullPairs(graph.edges, sources.slice(0, 1), mixing, plain(graph), random(2)).context.length
    expect(all).toBeGreaterThan(39_000)
    expect(all).toBeLessThanOrEqual(40_002)
    expect(first / all).toBeGreaterThan(0.88)
    expect(first / all).toBeLessThan(0.92)
  })

  it('are none where no end is known, and that ends', async () => {
    const edges = Uint32Array.of(0, 1)
    const graph: Graph = {...blocks(4, 2, 1, 1, 1), edges, split: null}
    const sources = await sourcesOf(graph)
    const pairs = nullPairs(edges, sources, aggregation(4, edges, 'row', 1), plain(graph), random(2))
    expect(pairs.context).toHaveLength(0)
  })
})
