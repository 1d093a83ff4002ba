import fc from 'fast-check'
import {Matrix, SingularValueDecomposition} from 'ml-matrix'
import {describe, expect, it} from 'vitest'
import {jaccard} from '../../src/evaluate/controls.js'
import {lowRankEntries} from '../../src/evaluate/low-rank.js'
import {spreadOf} from '../../src/evaluate/measure.js'
import {gradeOf, membership, pruneInOrder, rankWithRandomTies, simpleEdges} from '../../src/evaluate/rankings.js'
import {evaluationSplit} from '../../src/evaluate/split.js'
import {symmetricCsr} from '../../src/graph/adjacency.js'
import type {Graph} from '../../src/graph/types.js'
import {csrFromDense} from '../../src/linalg/csr.js'
import {dense} from '../../src/linalg/types.js'
import {random} from '../../src/stats/random.js'
import {smallGraph} from '../learn/graphs.js'

const degreesOf = (edges: Uint32Array, nodes: number) =>
  Array.from({length: nodes}, (_, i) => edges.filter((v) => v === i).length)

describe('rankings', () => {
  it('fall in score, ties in an order that the seed decides and not the file', () => {
    const score = Float64Array.from({length: 60}, (_, e) => e % 3)
    const order = rankWithRandomTies(score, random(1))
    expect([...order].sort((a, b) => a - b)).toEqual([...score.keys()])
    expect([...order].every((e, t) => t === 0 || score[order[t - 1]!]! >= score[e]!)).toBe(true)
    expect(rankWithRandomTies(score, random(1))).toEqual(order)
    expect(rankWithRandomTies(score, random(2))).not.toEqual(order)
  })

  it('grades by counting pairs and places', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({score: fc.integer({min: 0, max: 5}), bad: fc.boolean()}), {minLength: 2, maxLength: 30}),
        (items) => {
          const known = Uint8Array.from(items, ({bad}) => Number(bad))
          const k = known.reduce((a, b) => a + b, 0)
          fc.pre(k > 0 && k < items.length)
          const score = Float64Array.from(items, (item) => item.score)
          const order = rankWithRandomTies(score, random(3))
          const grade = gradeOf(known, score, order)
          let wins = 0
          for (const a of items)
            for (const b of items) if (a.bad && !b.bad) wins += a.score > b.score ? 1 : a.score === b.score ? 0.5 : 0
          expect(grade.auc).toBeCloseTo(wins / (k * (items.length - k)), 12)
          expect(grade.precisionAtK).toBeCloseTo([...order].slice(0, k).filter((e) => items[e]!.bad).length / k, 12)
          expect(grade.averagePrecision).toBeLessThanOrEqual(1)
        },
      ),
    )
  })

  it('pruning keeps the least degree, prunes exactly the count while it can, and takes no less suspect edge before', () => {
    fc.assert(
      fc.property(
        fc.nat(500),
        fc.integer({min: 0, max: 40}),
        fc.integer({min: 0, max: 2}),
        (seed, count, minDegree) => {
          const {edges, nodes} = smallGraph(seed)
          const order = random(seed).permutation(edges.length / 2)
          const {kept, pruned} = pruneInOrder(order, edges, nodes, count, minDegree)
          expect(kept.length / 2 + pruned).toBe(edges.length / 2)
          expect(pruned).toBeLessThanOrEqual(count)
          const [before, after] = [degreesOf(edges, nodes), degreesOf(kept, nodes)]
          after.forEach((degree, i) => expect(degree).toBeGreaterThanOrEqual(Math.min(before[i]!, minDegree)))
          if (minDegree === 0) {
            expect(pruned).toBe(Math.min(count, order.length))
            const gone = [...order].slice(0, pruned)
            expect(kept).toEqual(edges.filter((_, t) => !gone.includes(t >> 1)))
          }
        },
      ),
    )
  })

  it('pairs become edges of a simple graph, and membership finds them either way round', () => {
    expect([...simpleEdges(Uint32Array.of(4, 1, 0, 2, 1, 4, 3, 3, 0, 1), 5)]).toEqual([0, 1, 0, 2, 1, 4])
    expect([...membership(Uint32Array.of(0, 1, 0, 2, 1, 4), Uint32Array.of(4, 1, 1, 0), 5)]).toEqual([1, 0, 1])
  })
})

describe('controls', () => {
  it('low-rank entries are those of the singular value decomposition', () => {
    const {edges, nodes} = smallGraph(12, 30)
    const a = Matrix.zeros(nodes, nodes)
    for (let e = 0; e < edges.length; e += 2) {
      a.set(edges[e]!, edges[e + 1]!, 1)
      a.set(edges[e + 1]!, edges[e]!, 1)
    }
    const {leftSingularVectors: u, diagonal, rightSingularVectors: v} = new SingularValueDecomposition(a)
    const entry = (rank: number, i: number, j: number) =>
      Array.from({length: rank}, (_, c) => u.get(i, c) * diagonal[c]! * v.get(j, c)).reduce((p, q) => p + q)
    // Ranks where the next singular value is clearly smaller.
    const ranks = [1, 2, 3, 4, 5, 6, 7].filter((r) => diagonal[r]! < 0.9 * diagonal[r - 1]!)
    expect(ranks.length).toBeGreaterThan(0)
    lowRankEntries(symmetricCsr(nodes, {kept: edges, weights: null}), edges, ranks, random(2)).forEach((entries, r) => {
      entries.forEach((x, e) => expect(x).toBeCloseTo(entry(ranks[r]!, edges[2 * e]!, edges[2 * e + 1]!), 3))
    })
  })

  it('at full rank the entry of an edge is 1', () => {
    const {edges, nodes} = smallGraph(3)
    const [entries] = lowRankEntries(symmetricCsr(nodes, {kept: edges, weights: null}), edges, [nodes], random(2))
    for (const x of entries!) expect(x).toBeCloseTo(1, 6)
  })

  it('jaccard by sets', () => {
    const x = csrFromDense(dense(3, 4, Float64Array.of(1, 2, 0, 3, 0, 5, 6, 7, 0, 0, 0, 0)))
    expect(jaccard(x, 0, 1)).toBe(2 / 4)
    expect(jaccard(x, 0, 2)).toBe(0)
    expect(jaccard(x, 2, 2)).toBe(0)
  })
})

describe('the split', () => {
  const {nodes, edges, features} = smallGraph(1, 200)
  const labels = Int32Array.from({length: nodes}, (_, i) => (i % 20 === 0 ? -1 : i % 3))
  const graph: Graph = {nodes, edges, features, labels, classes: 3, weights: null, split: null, nodeNames: null}

  it('is drawn a tenth, a tenth, the rest of every class, from labelled nodes', () => {
    const {split, source} = evaluationSplit(graph, 4)
    expect(source).toBe('drawn')
    const all = [...split.train, ...split.validation, ...split.test].sort((a, b) => a - b)
    expect(all).toEqual([...labels.keys()].filter((i) => labels[i]! >= 0))
    for (let c = 0; c < 3; c++) {
      const members = labels.filter((label) => label === c).length
      for (const part of [split.train, split.validation])
        expect(part.filter((i) => labels[i] === c).length).toBe(Math.ceil(members / 10))
    }
    expect(evaluationSplit(graph, 4).split).toEqual(split)
    expect(evaluationSplit(graph, 5).split).not.toEqual(split)
  })

  it('of the file is kept, without unlabelled nodes; nothing to test on is an error', () => {
    const split = {train: Uint32Array.of(1, 20), validation: Uint32Array.of(2), test: Uint32Array.of(3, 40)}
    expect(evaluationSplit({...graph, split}, 0)).toEqual({
      split: {train: Uint32Array.of(1), validation: Uint32Array.of(2), test: Uint32Array.of(3)},
      source: 'file',
    })
    expect(() => evaluationSplit({...graph, split: {...split, test: Uint32Array.of(40)}}, 0)).toThrow(
      'the test part of the split has no labelled node',
    )
    expect(() => evaluationSplit({...graph, labels: null}, 0)).toThrow('the graph has no labels')
  })
})

it('mean and standard deviation over seeds', () => {
  expect(spreadOf([0.5, 0.7, 0.9])).toEqual({
    mean: expect.closeTo(0.7, 12) as number,
    sd: expect.closeTo(0.2, 12) as number,
    values: [0.5, 0.7, 0.9],
  })
  expect(spreadOf([0.5]).sd).toBeNull()
})
