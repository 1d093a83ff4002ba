import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {denseRows} from '../../src/linalg/csr.js'
import {aggregateFeatures, aggregation, changedRows, type Norm, rowsAfterRemoval} from '../../src/sanitize/aggregate.js'
import {
  contextLikeness,
  endCosine,
  neighbourOverlap,
  SELF,
  softDisagreement,
  weighByLikeness,
} from '../../src/sanitize/context.js'
import {withinReach} from '../../src/sanitize/kernel-scores.js'
import {csrFromDense, normaliseRows} from '../../src/linalg/csr.js'
import {dense} from '../../src/linalg/types.js'
import {random} from '../../src/stats/random.js'

const cases: [Norm, 1 | 2][] = [
  ['row', 1],
  ['sym', 1],
  ['row', 2],
  ['sym', 2],
]

/** Random graphs, isolated nodes and leaves included. */
const graphs = fc.record({nodes: fc.integer({min: 2, max: 8}), seed: fc.nat(1e6)}).map(({nodes, seed}) => {
  const {uniform} = random(seed)
  const pairs: number[] = []
  for (let u = 0; u < nodes; u++) for (let v = u + 1; v < nodes; v++) if (uniform() < 0.4) pairs.push(u, v)
  return {nodes, edges: Uint32Array.from(pairs.length > 0 ? pairs : [0, 1])}
})

/** Âʰ on full matrices. */
function byDefinition(nodes: number, edges: Uint32Array, norm: Norm, hops: 1 | 2): number[][] {
  const a = Array.from({length: nodes}, (_, i) => Array.from({length: nodes}, (__, j) => Number(i === j)))
  for (let t = 0; t < edges.length; t += 2) a[edges[t]!]![edges[t + 1]!] = a[edges[t + 1]!]![edges[t]!] = 1
  const d = a.map((row) => row.reduce((s, x) => s + x))
  const one = a.map((row, i) => row.map((x, j) => x / (norm === 'row' ? d[i]! : Math.sqrt(d[i]! * d[j]!))))
  return hops === 1 ? one : one.map((row) => row.map((_, j) => row.reduce((s, x, k) => s + x * one[k]![j]!, 0)))
}

describe.each(cases)('aggregation, %s, %i hops', (norm, hops) => {
  it('property: is the normalised adjacency with loops, its degrees and neighbours those of the graph', () => {
    fc.assert(
      fc.property(graphs, ({nodes, edges}) => {
        const {matrix, degrees, neighbours} = aggregation(nodes, edges, norm, hops)
        const truth = byDefinition(nodes, edges, norm, hops)
        truth.flat().forEach((x, at) => expect(denseRows(matrix, 0, nodes).data[at]!).toBeCloseTo(x, 12))
        const joined = byDefinition(nodes, edges, 'row', 1).map((row, i) => row.map((x, j) => Number(i !== j && x > 0)))
        expect([...denseRows(neighbours, 0, nodes).data]).toEqual(joined.flat())
        expect([...degrees]).toEqual(joined.map((row) => row.reduce((s, x) => s + x)))
      }),
      {seed: 1, numRuns: 40},
    )
  })

  it('property: a removal changes the rows it names, no other, and makes them those of the graph without the edge', () => {
    fc.assert(
      fc.property(graphs, fc.nat(), ({nodes, edges}, pick) => {
        const e = pick % (edges.length / 2)
        const [u, v] = [edges[2 * e]!, edges[2 * e + 1]!]
        const graph = aggregation(nodes, edges, norm, hops)
        const [before, after] = [
          byDefinition(nodes, edges, norm, hops),
          byDefinition(
            nodes,
            edges.filter((_, t) => t >> 1 !== e),
            norm,
            hops,
          ),
        ]
        const rows = rowsAfterRemoval(graph, u, v)
        expect(rows.map(({row}) => row)).toEqual(changedRows(graph, u, v))
        for (let i = 0; i < nodes; i++) {
          const found = rows.find(({row}) => row === i)
          if (found === undefined) {
            before[i]!.forEach((x, j) => expect(after[i]![j]!).toBeCloseTo(x, 12))
            continue
          }
          const full = new Array<number>(nodes).fill(0)
          Array.from(found.columns).forEach((j, t) => (full[j] = found.values[t]!))
          after[i]!.forEach((x, j) => expect(full[j]!).toBeCloseTo(x, 12))
          expect([...Array.from(found.columns)].sort((a, b) => a - b)).toEqual(Array.from(found.columns))
        }
        // Nothing is named that cannot change: the ends, with sym their neighbours, with two hops one step further.
        const near = (from: number[]) => [
          ...new Set(
            from.flatMap((i) => [i, ...byDefinition(nodes, edges, 'row', 1)[i]!.flatMap((x, j) => (x > 0 ? [j] : []))]),
          ),
        ]
        let expected = norm === 'sym' ? near([u, v]) : [u, v]
        if (hops === 2) expected = near(expected)
        expect(changedRows(graph, u, v)).toEqual(expected.sort((a, b) => a - b))
      }),
      {seed: 2, numRuns: 60},
    )
  })

  it('property: an edge is within reach of a node set where its removal changes a row of the set', () => {
    fc.assert(
      fc.property(graphs, fc.nat(7), ({nodes, edges}, node) => {
        const graph = aggregation(nodes, edges, norm, hops)
        const set = Uint32Array.of(node % nodes)
        const reach = withinReach(graph, edges, set)
        expect([...reach]).toEqual(
          Array.from({length: edges.length / 2}, (_, e) =>
            Number(changedRows(graph, edges[2 * e]!, edges[2 * e + 1]!).includes(set[0]!)),
          ),
        )
      }),
      {seed: 3, numRuns: 20},
    )
  })
})

it('aggregated features are Âʰ X with unit rows; a zero row stays zero', () => {
  const x = dense(3, 2, Float64Array.of(3, 4, 0, 0, 0, 0))
  const {raw, unit, norms} = aggregateFeatures(aggregation(3, Uint32Array.of(0, 1), 'row', 1).matrix, x)
  expect([...denseRows(raw, 0, 3).data]).toEqual([1.5, 2, 1.5, 2, 0, 0])
  expect([...denseRows(unit, 0, 3).data]).toEqual([0.6, 0.8, 0.6, 0.8, 0, 0])
  expect([...norms]).toEqual([2.5, 2.5, 0])
})

describe('likeness of the ends of an edge', () => {
  const n = 9
  const r = random(5)
  const e = normaliseRows(
    csrFromDense(
      dense(
        n,
        4,
        Float64Array.from({length: n * 4}, () => r.normal()),
      ),
    ),
  ).unit
  const full = denseRows(e, 0, n).data
  const alike = (i: number, j: number) => [0, 1, 2, 3].reduce((s, t) => s + full[4 * i + t]! * full[4 * j + t]!, 0)
  const pairs = Array.from({length: n}, (_, u) => Array.from({length: n - u - 1}, (__, k) => [u, u + 1 + k] as const))
    .flat()
    .filter(() => r.uniform() < 0.45)
  const edges = Uint32Array.from(pairs.flat())
  const neighbours = (i: number) => pairs.flatMap(([u, v]) => (u === i ? [v] : v === i ? [u] : []))
  const weight = (i: number, j: number) => Math.sqrt(Math.max(0, alike(i, j)))

  it('weighs edges by the root of the likeness of their ends, unlike ends not at all', () => {
    const {edgeWeights, weights} = weighByLikeness(n, edges, e)
    pairs.forEach(([u, v], k) => expect(edgeWeights[k]!).toBeCloseTo(weight(u, v), 12))
    expect(Math.min(...edgeWeights)).toBe(0)
    const matrix = denseRows(weights, 0, n).data
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++)
        expect(matrix[i * n + j]!).toBeCloseTo(neighbours(i).includes(j) ? weight(i, j) : 0, 12)
  })

  it('is that of each end to the neighbourhood of the other, the edge left out', () => {
    const towards = (u: number, v: number) => {
      const others = neighbours(v).filter((j) => j !== u)
      return (
        (others.reduce((s, j) => s + weight(v, j) * alike(j, u), 0) + SELF * alike(u, v)) /
        (others.reduce((s, j) => s + weight(v, j), 0) + SELF)
      )
    }
    const found = contextLikeness(edges, e, weighByLikeness(n, edges, e))
    pairs.forEach(([u, v], k) => expect(found[k]!).toBeCloseTo(towards(u, v) + towards(v, u), 12))
    const judged = Uint32Array.of(1, 4)
    expect([...contextLikeness(edges, e, weighByLikeness(n, edges, e), judged)]).toEqual(
      [...judged].map((k) => found[k]),
    )
  })

  it('by common neighbours leaves the ends out and is 0 where neither has another', () => {
    const shares = neighbourOverlap(edges, aggregation(n, edges, 'row', 1))
    pairs.forEach(([u, v], k) => {
      const [a, b] = [neighbours(u).filter((j) => j !== v), neighbours(v).filter((j) => j !== u)]
      const union = new Set([...a, ...b]).size
      expect(shares[k]!).toBeCloseTo(union === 0 ? 0 : a.filter((j) => b.includes(j)).length / union, 12)
    })
    expect([...neighbourOverlap(Uint32Array.of(0, 1), aggregation(2, Uint32Array.of(0, 1), 'row', 1))]).toEqual([0])
  })

  it('by common neighbours looks at the neighbours of these two nodes only', () => {
    // 3 and 4 have no common neighbour; the node behind either in memory has one of the other's.
    const path = Uint32Array.of(0, 3, 1, 4, 0, 5, 1, 5, 3, 4)
    expect(neighbourOverlap(path, aggregation(6, path, 'row', 1))[4]).toBe(0)
    // The last neighbour counts too.
    const last = Uint32Array.of(0, 1, 0, 4, 1, 4, 0, 2, 1, 3)
    expect(neighbourOverlap(last, aggregation(5, last, 'row', 1))[0]).toBe(1 / 3)
  })

  it('by cosine, and by class probabilities as what is left of 1', () => {
    endCosine(edges, e).forEach((x, k) => expect(x).toBeCloseTo(alike(...pairs[k]!), 12))
    const soft = dense(
      n,
      2,
      Float64Array.from({length: 2 * n}, (_, t) => ((t >> 1) + (t & 1)) / n),
    )
    softDisagreement(edges, soft, soft, Uint32Array.of(2)).forEach((x) => {
      const [u, v] = pairs[2]!
      expect(x).toBeCloseTo(1 - [0, 1].reduce((s, c) => s + soft.data[2 * u + c]! * soft.data[2 * v + c]!, 0), 12)
    })
  })
})
