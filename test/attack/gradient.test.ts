import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {bestFlips} from '../../src/attack/best-pairs.js'
import {adjacencyOf, edgeSet} from '../../src/attack/edge-set.js'
import {gradientAt, marginLoss, pairGradient} from '../../src/attack/meta-gradient.js'
import {fitSurrogate, propagate, times} from '../../src/attack/surrogate.js'
import {multiplyCsrDense} from '../../src/linalg/csr-products.js'
import {plainProducts} from '../../src/linalg/products.js'
import type {Graph} from '../../src/graph/types.js'
import {smallGraph, victimOf} from './graphs.js'

/** The loss with the weight of one pair raised by h; retrained, or with the weights W of the graph as it is. */
async function lossAt(graph: Graph, u: number, v: number, h: number, retrained: boolean): Promise<number> {
  const victim = victimOf(graph)
  const m = graph.edges.length / 2
  const pairs = Uint32Array.from([...graph.edges, u, v])
  const moved = adjacencyOf(graph.nodes, pairs, new Float64Array(m + 1).fill(1).fill(h, m))
  const scores = retrained
    ? (await fitSurrogate(victim, moved, plainProducts)).scores
    : await (async () => {
        const {weights} = await fitSurrogate(victim, adjacencyOf(graph.nodes, graph.edges), plainProducts)
        const {propagation} = propagate(moved)
        return multiplyCsrDense(
          propagation,
          multiplyCsrDense(propagation, await times(victim.features, weights, plainProducts)),
        )
      })()
  return marginLoss(scores, graph.labels!, graph.split!.test, 2).value
}

async function gradientOf(graph: Graph, retrained: boolean) {
  const surrogate = await fitSurrogate(victimOf(graph), adjacencyOf(graph.nodes, graph.edges), plainProducts)
  return pairGradient(
    surrogate,
    marginLoss(surrogate.scores, graph.labels!, graph.split!.test, 2).slope,
    retrained,
    plainProducts,
  )
}

describe('gradient with respect to the adjacency matrix', () => {
  it.each([[true], [false]])(
    'agrees with finite differences of the loss at every pair (retrained: %j)',
    async (retrained) => {
      const graph = smallGraph(3)
      const gradient = await gradientOf(graph, retrained)
      const h = 1e-5
      let largest = 0
      for (let u = 0; u < graph.nodes; u++) {
        for (let v = u + 1; v < graph.nodes; v++) {
          const slope =
            ((await lossAt(graph, u, v, h, retrained)) - (await lossAt(graph, u, v, -h, retrained))) / (2 * h)
          expect(gradientAt(gradient, u, v)).toBeCloseTo(slope, 7)
          largest = Math.max(largest, Math.abs(slope))
        }
      }
      expect(largest).toBeGreaterThan(1e-2)
    },
  )

  it('the best flips are the best of a search over all pairs', async () => {
    for (const seed of [1, 2, 3]) {
      const graph = smallGraph(seed)
      const set = edgeSet(graph.nodes, graph.edges)
      set.flip(0, 5)
      const gradient = await gradientOf(graph, true)
      const allowed = (u: number, v: number) => (u + v) % 4 !== 0
      const cost = (u: number) => Float32Array.from({length: graph.nodes}, (_, v) => 0.01 * ((u * v) % 3))
      const slow: {u: number; v: number; gain: number}[] = []
      for (let u = 0; u < graph.nodes; u++) {
        for (let v = u + 1; v < graph.nodes; v++) {
          if ((u === 0 && v === 5) || !allowed(u, v)) continue
          const slope = gradientAt(gradient, u, v)
          slow.push({u, v, gain: (set.has(u, v) ? -slope : slope) - cost(u)[v]!})
        }
      }
      slow.sort((a, b) => b.gain - a.gain)
      const found = await bestFlips(set, gradient, 6, cost, allowed, plainProducts)
      expect(found.map(({u, v}) => [u, v])).toEqual(slow.slice(0, 6).map(({u, v}) => [u, v]))
      found.forEach(({gain}, k) => expect(gain).toBeCloseTo(slow[k]!.gain, 5))
    }
  })
})

describe('surrogate', () => {
  it('is what a dense computation by definition gives', async () => {
    const graph = smallGraph(4)
    const victim = victimOf(graph, 0.2)
    const {scores, weights} = await fitSurrogate(victim, adjacencyOf(graph.nodes, graph.edges), plainProducts)
    const n = graph.nodes
    const a = Array.from({length: n}, (_, u) => Array.from({length: n}, (__, v) => Number(u === v)))
    for (let e = 0; e < graph.edges.length; e += 2)
      a[graph.edges[e]!]![graph.edges[e + 1]!] = a[graph.edges[e + 1]!]![graph.edges[e]!] = 1
    const degree = a.map((row) => row.reduce((s, x) => s + x, 0))
    const hat = a.map((row, u) => row.map((x, v) => x / Math.sqrt(degree[u]! * degree[v]!)))
    const product = (p: number[][], q: number[][]) =>
      p.map((row) => q[0]!.map((_, j) => row.reduce((s, x, k) => s + x * q[k]![j]!, 0)))
    const x = Array.from({length: n}, (_, i) =>
      Array.from(
        graph.features!.rows === n && 'data' in graph.features! ? graph.features.data.subarray(6 * i, 6 * i + 6) : [],
      ),
    )
    const unit = x.map((row) => row.map((value) => value / Math.hypot(...row)))
    const s = product(hat, product(hat, unit))
    const w = Array.from({length: 6}, (_, i) => Array.from(weights.data.subarray(3 * i, 3 * i + 3)))
    product(s, w)
      .flat()
      .forEach((value, t) => expect(scores.data[t]).toBeCloseTo(value, 12))
    // Ridge regression is stationary: S_Lᵀ(S_L W − Y) + λ W = 0.
    const residual = Array.from(victim.train, (i, k) =>
      product([s[i]!], w)[0]!.map((f, c) => f - (Number(victim.trainLabels[k] === c) - 1 / 3)),
    )
    for (let i = 0; i < 6; i++) {
      for (let c = 0; c < 3; c++)
        expect(
          residual.reduce((sum, row, k) => sum + s[victim.train[k]!]![i]! * row[c]!, 0) + 0.2 * w[i]![c]!,
        ).toBeCloseTo(0, 12)
    }
  })

  it('the margin loss stays within (−1, 1) and its slope raises it', () => {
    fc.assert(
      fc.property(fc.array(fc.double({min: -2, max: 2, noNaN: true}), {minLength: 12, maxLength: 12}), (values) => {
        const scores = {rows: 4, cols: 3, data: Float64Array.from(values)}
        const labels = Int32Array.of(0, 1, 2, 0)
        const nodes = Uint32Array.of(0, 1, 3)
        const {value, slope} = marginLoss(scores, labels, nodes, 1.5)
        expect(Math.abs(value)).toBeLessThanOrEqual(1)
        expect(Array.from(slope.data.subarray(6, 9))).toEqual([0, 0, 0])
        const up = {...scores, data: scores.data.map((x, t) => x + 1e-3 * slope.data[t]!)}
        expect(marginLoss(up, labels, nodes, 1.5).value).toBeGreaterThanOrEqual(value)
      }),
    )
  })
})
