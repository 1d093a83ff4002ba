import {describe, expect, it} from 'vitest'
import {normalise} from '../../src/graph/normalise.js'
import {readGraph} from '../../src/graph/read-graph.js'
import {sanitize, scorePairs} from '../../src/library.js'
import {areaUnderRoc} from '../../src/stats/ranking.js'
import {random} from '../../src/stats/random.js'
import {rowDot} from '../../src/linalg/csr-products.js'
import {candidateValues} from '../../src/sanitize/candidate-pairs.js'
import {aggregation} from '../../src/sanitize/aggregate.js'
import {weighByLikeness} from '../../src/sanitize/context.js'
import type {LikenessSource} from '../../src/sanitize/likeness.js'

const document = await readGraph('fixtures/community-graph/community-graph.npz')
const {graph} = normalise(document)
const m = graph.edges.length / 2
const isEdge = new Set(Array.from({length: m}, (_, e) => graph.edges[2 * e]! * graph.nodes + graph.edges[2 * e + 1]!))
/** Pairs of different nodes that are not edges. */
function strangers(count: number, seed: number): Uint32Array {
  const {integer} = random(seed)
  const out: number[] = []
  while (out.length < 2 * count) {
    const [u, v] = [integer(graph.nodes), integer(graph.nodes)]
    if (u !== v && !isEdge.has(Math.min(u, v) * graph.nodes + Math.max(u, v))) out.push(u, v)
  }
  return Uint32Array.from(out)
}

describe.each([
  ['with features', graph],
  ['without features', {...graph, features: null}],
])('pairs held against a graph %s', (_, of) => {
  it('an edge gets what sanitize gives it, whichever way round it is named', async () => {
    const {scores} = await sanitize(of, {threads: 1})
    const ends = of.edges.slice(0, 400)
    const turned = ends.map((_, at) => ends[at ^ 1]!)
    for (const pairs of [ends, turned]) {
      const judged = await scorePairs(of, pairs, {threads: 1})
      expect(Array.from(judged.score)).toEqual(Array.from(scores.score.subarray(0, 200)))
      expect(Array.from(judged.probability)).toEqual(Array.from(scores.probability.subarray(0, 200)))
      expect(Array.from(judged.parts.context)).toEqual(Array.from(scores.parts.context.subarray(0, 200)))
      expect(Array.from(judged.inGraph)).toEqual(new Array(200).fill(1))
    }
  })
  it('random pairs are more suspect than edges that the graph does not have yet, and the chance says so', async () => {
    // Every twentieth edge is new, and the same number of pairs is drawn.
    const held = Array.from({length: m}, (_, e) => e).filter((e) => e % 20 === 0)
    const rest = {...of, edges: of.edges.filter((_, at) => (at >> 1) % 20 !== 0)}
    const real = Uint32Array.from(held.flatMap((e) => [of.edges[2 * e]!, of.edges[2 * e + 1]!]))
    const fresh = strangers(held.length, 4)
    const judged = await scorePairs(rest, Uint32Array.from([...real, ...fresh]), {threads: 1})
    expect(judged.inGraph.includes(1)).toBe(false)
    const truth = Uint8Array.from({length: 2 * held.length}, (_, t) => Number(t >= held.length))
    expect(areaUnderRoc(truth, judged.score)).toBeGreaterThan(of.features === null ? 0.6 : 0.8)
    const mean = (from: number) => {
      const all = judged.probability.subarray(from, from + held.length).filter((p) => !Number.isNaN(p))
      return all.reduce((sum, p) => sum + p, 0) / all.length
    }
    expect(mean(held.length)).toBeGreaterThan(mean(0))
  })
  it('does not depend on what else is asked for', async () => {
    const pairs = strangers(60, 9)
    const all = await scorePairs(of, pairs, {threads: 1})
    const some = await scorePairs(of, pairs.slice(20, 60), {threads: 1})
    expect(Array.from(some.score)).toEqual(Array.from(all.score.subarray(10, 30)))
  })
})

it('the values of pairs are those of their formulas, one by one', () => {
  const {integer, uniform} = random(2)
  const [nodes, cols] = [30, 7]
  const pairs = strangersOf(nodes)
  const edges = Uint32Array.from({length: 80}, (_, at) => (at % 2 === 0 ? (at / 2) % 15 : 15 + integer(15)))
  const unique = [...new Set(Array.from({length: 40}, (_, e) => `${edges[2 * e]},${edges[2 * e + 1]}`))].sort(
    (a, b) => Number(a.split(',')[0]) - Number(b.split(',')[0]) || Number(a.split(',')[1]) - Number(b.split(',')[1]),
  )
  const flat = Uint32Array.from(unique.flatMap((pair) => pair.split(',').map(Number)))
  const values = Float64Array.from({length: nodes * cols}, uniform)
  for (let i = 0; i < nodes; i++) {
    const norm = Math.hypot(...values.subarray(i * cols, (i + 1) * cols))
    for (let c = 0; c < cols; c++) values[i * cols + c]! /= norm
  }
  const profiles = {
    rows: nodes,
    cols,
    indptr: Uint32Array.from({length: nodes + 1}, (_, i) => i * cols),
    indices: Uint32Array.from({length: nodes * cols}, (_, t) => t % cols),
    values,
  }
  const soft = {rows: nodes, cols: 2, data: Float64Array.from({length: 2 * nodes}, uniform)}
  const weighted = weighByLikeness(nodes, flat, profiles)
  const source = {
    edges: new Uint32Array(),
    profiles,
    soft,
    affine: soft,
    positions: null,
    labels: new Int32Array(nodes),
    graph: weighted,
  } as LikenessSource
  const mixing = aggregation(nodes, flat, 'row', 1)
  const found = candidateValues(pairs, source, mixing)
  const neighbours = (u: number) =>
    new Set(
      unique.flatMap((pair) => {
        const [a, b] = pair.split(',').map(Number)
        return a === u ? [b!] : b === u ? [a!] : []
      }),
    )
  const dot = (u: number, v: number) => rowDot(profiles, u, profiles, v)
  const towards = (u: number, v: number) => {
    let [sum, total] = [0.3 * dot(u, v), 0.3]
    for (const j of neighbours(v)) {
      const w = Math.sqrt(Math.max(0, dot(v, j)))
      sum += w * dot(u, j)
      total += w
    }
    return sum / total
  }
  for (let t = 0; t < pairs.length / 2; t++) {
    const [u, v] = [pairs[2 * t]!, pairs[2 * t + 1]!]
    expect(found.context[t]).toBeCloseTo(towards(u, v) + towards(v, u), 10)
    const [a, b] = [neighbours(u), neighbours(v)]
    const common = [...a].filter((j) => b.has(j)).length
    const union = a.size + b.size - common
    expect(found.overlap[t]).toBeCloseTo(union === 0 ? 0 : common / union, 12)
    expect(found.disagreement[t]).toBeCloseTo(
      1 - soft.data[2 * u]! * soft.data[2 * v]! - soft.data[2 * u + 1]! * soft.data[2 * v + 1]!,
      12,
    )
  }
})

const strangersOf = (nodes: number) =>
  Uint32Array.from(
    Array.from({length: 15}, (_, i) => [i, (i + 1) % 15])
      .flat()
      .map((x) => x % nodes),
  )

it('a pair that names no two nodes is refused', async () => {
  await expect(scorePairs(graph, Uint32Array.of(0, 1, 2, 2), {threads: 1})).rejects.toThrow(
    /pair 1 is not a pair of two nodes/,
  )
})
