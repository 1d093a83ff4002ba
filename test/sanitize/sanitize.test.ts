import fc from 'fast-check'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import type {Graph} from '../../src/graph/types.js'
import {createCpuEngine} from '../../src/pairwise/cpu/index.js'
import type {PairwiseEngine} from '../../src/pairwise/engine.js'
import {fuseRanks} from '../../src/sanitize/fused.js'
import {type Part, PARTS} from '../../src/sanitize/parts.js'
import {markEdges} from '../../src/sanitize/prune.js'
import {sanitize} from '../../src/sanitize/sanitize.js'
import type {SanitizeOptions} from '../../src/sanitize/settings.js'
import {random} from '../../src/stats/random.js'
import {communityGraph, smallCommunityGraph} from './graphs.js'

const {graph, added, clean} = communityGraph()
const OPTIONS: SanitizeOptions = {preset: 'surety', prune: {rule: 'auto'}, minDegree: 1, seed: 0, truth: null}
let engine: PairwiseEngine
beforeAll(async () => {
  engine = await createCpuEngine({threads: 1})
})
afterAll(() => engine.close())
const run = (g: Graph, options: Partial<SanitizeOptions> = {}) => sanitize(g, {...OPTIONS, ...options}, engine)
/** The whole graph with nothing asked for, once for all tests that only read it. */
let plain: ReturnType<typeof run> | undefined
const plainRun = () => (plain ??= run(graph))

describe('sanitize', () => {
  const small = smallCommunityGraph().graph

  it('never reads a label outside the training split', async () => {
    const graph = small
    const inTrain = new Set(graph.split!.train)
    const {integer} = random(1)
    const scrambled = graph.labels!.map((label, i) => (inTrain.has(i) ? label : integer(graph.classes)))
    expect(scrambled).not.toEqual(graph.labels)
    for (const preset of ['surety', 'paper'] as const) {
      const [a, b] = [await run(graph, {preset}), await run({...graph, labels: scrambled}, {preset})]
      expect(b.scores).toEqual(a.scores)
      expect(b.metrics).toEqual(a.metrics)
    }
  })

  it('does read those inside it', async () => {
    const graph = small
    const swapped = graph.labels!.slice()
    for (const i of graph.split!.train) swapped[i] = (swapped[i]! + 1 + (i % 2)) % graph.classes
    expect((await run({...graph, labels: swapped})).scores.score).not.toEqual((await run(graph)).scores.score)
  })

  it('the truth grades the result and does not make it', async () => {
    const [blind, graded] = [await plainRun(), await run(graph, {truth: added})]
    expect(graded.scores).toEqual(blind.scores)
    expect(blind.metrics.truth).toBeNull()
    const found = graded.metrics.truth!
    const isAdded = new Set(Array.from({length: added.length / 2}, (_, e) => `${added[2 * e]!},${added[2 * e + 1]!}`))
    const hits = graded.scores.pruned.reduce(
      (sum, pruned, e) => sum + (pruned && isAdded.has(`${graph.edges[2 * e]!},${graph.edges[2 * e + 1]!}`) ? 1 : 0),
      0,
    )
    expect(found.recall).toBeCloseTo(hits / isAdded.size, 12)
    expect(found.precision).toBeCloseTo(hits / graded.metrics.pruned, 12)
  })

  it('prunes less of the clean graph than of the attacked one', async () => {
    const [before, after] = [await run({...graph, edges: clean}), await plainRun()]
    expect(before.metrics.cut.share).toBeLessThan(0.7 * after.metrics.cut.share)
  })

  it('works without features and says that the evidence is weaker', async () => {
    const {metrics, notes} = await run({...graph, features: null}, {truth: added})
    expect(notes.map(({code}) => code)).toContain('no-features')
    expect(metrics.truth!.auc).toBeGreaterThan(0.5)
  })

  it.each<[string, (graph: Graph) => Partial<Graph>, string]>([
    ['no labels', () => ({labels: null}), 'the graph has no labels'],
    [
      'no labelled node in the split',
      ({labels}) => ({labels: labels!.map(() => -1)}),
      'no node is labelled in the training part',
    ],
    ['one class only', ({labels}) => ({labels: labels!.map(() => 0)}), 'have class 0'],
  ])('scores a graph with %s by what needs none, and says so', async (_, change, why) => {
    const {graph, added} = smallCommunityGraph()
    const {metrics, notes} = await run({...graph, ...change(graph)}, {truth: added, review: 1})
    expect(notes.find(({code}) => code === 'no-classes')!.message).toContain(why)
    expect(metrics).toMatchObject({classes: 0, labelledNodes: 0, randomEdges: {harm: null}})
    expect(metrics.truth!.auc).toBeGreaterThan(0.7)
    expect(metrics.review![0]!.reason).toMatch(/^no classes are known, /)
    await expect(run({...graph, ...change(graph)}, {preset: 'paper'})).rejects.toThrow(/needs two classes/)
  })

  it.each<[string, Partial<Graph>, RegExp]>([['no edges', {edges: new Uint32Array(0)}, /no edges/]])(
    'refuses %s',
    async (_, change, message) => {
      await expect(run({...graph, ...change})).rejects.toThrow(message)
    },
  )
})

describe('markEdges', () => {
  const path = Uint32Array.of(0, 1, 1, 2, 2, 3)
  const mark = (score: number[], minDegree: number, count = 3, scored = [1, 1, 1]) =>
    markEdges(
      {
        score: Float64Array.from(score),
        scored: Uint8Array.from(scored),
        edges: path,
        degrees: Uint32Array.of(1, 2, 2, 1),
      },
      {rule: 'count', value: count},
      {minDegree, spared: null},
    )

  it('cuts the most suspect first; ties by the order of the edge list', () => {
    expect(Array.from(mark([1, 3, 2], 0).rank)).toEqual([3, 1, 2])
    expect(Array.from(mark([5, 5, 5], 0, 2).pruned)).toEqual([1, 1, 0])
  })

  it('passes over an edge that a node needs, and never prunes one that was not scored', () => {
    expect(mark([1, 3, 2], 1)).toMatchObject({prunedCount: 1, keptByMinDegree: 2, cutScore: 3})
    expect(Array.from(mark([1, 3, 2], 0, 3, [1, 0, 1]).pruned)).toEqual([1, 0, 1])
  })

  it('leaves no node below the minimum degree that was not there before', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.integer({min: 0, max: 3}), (seed, minDegree) => {
        const {uniform} = random(seed)
        const nodes = 8
        const pairs: number[] = []
        for (let u = 0; u < nodes; u++) for (let v = u + 1; v < nodes; v++) if (uniform() < 0.5) pairs.push(u, v)
        const edges = Uint32Array.from(pairs)
        const m = edges.length / 2
        const degrees = new Uint32Array(nodes)
        for (const i of edges) degrees[i]!++
        const {pruned} = markEdges(
          {score: Float64Array.from({length: m}, uniform), scored: new Uint8Array(m).fill(1), edges, degrees},
          {rule: 'ratio', value: 1},
          {minDegree, spared: null},
        )
        const left = new Uint32Array(nodes)
        edges.forEach((i, at) => (left[i]! += 1 - pruned[at >> 1]!))
        left.forEach((degree, i) => expect(degree).toBeGreaterThanOrEqual(Math.min(minDegree, degrees[i]!)))
      }),
      {seed: 8},
    )
  })
})

describe('fuseRanks', () => {
  const part = (name: Part['name'], weight: number) => ({...PARTS.find((one) => one.name === name)!, weight})

  it('is the weighted mean of the shares of less suspect edges, equal ones counted half', () => {
    const {edges, at} = fuseRanks(
      [part('kc', 1), part('disagreement', 3)],
      [Float64Array.of(1, 2, 2, 9), Float64Array.of(0, 0, 1, 5)],
      4,
    )
    expect([...edges]).toEqual([0.21875, 0.3125, 0.59375, 0.875])
    expect([...at([Float64Array.of(0, 10), Float64Array.of(-1, 10)], 2)]).toEqual([0, 1])
  })

  it('turns the parts of which low values are suspect', () => {
    expect([...fuseRanks([part('fit', 1)], [Float64Array.of(1, 9)], 2).edges]).toEqual([0.75, 0.25])
  })

  it('says the same of every edge where no part has a weight', () => {
    expect([...fuseRanks([part('kc', 0)], [Float64Array.of(1, 9)], 2).edges]).toEqual([0.5, 0.5])
  })

  it('depends on the order of the values only', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({min: -50, max: 50}), {minLength: 1, maxLength: 30}), (values) => {
        const fused = (f: (x: number) => number) =>
          fuseRanks([part('kc', 2)], [Float64Array.from(values, f)], values.length).edges
        expect(fused((x) => Math.exp(x / 10))).toEqual(fused((x) => x))
      }),
      {seed: 9},
    )
  })
})

describe('weights in place of removal', () => {
  it('take away as much weight as pruning removes edges, and rise with the rank', async () => {
    const {scores, metrics} = await run(graph, {minDegree: 0})
    expect(scores.weight.reduce((sum, w) => sum + 1 - w, 0)).toBeCloseTo(metrics.pruned, 6)
    const byRank = Array.from(scores.weight.keys())
      .sort((a, b) => scores.rank[a]! - scores.rank[b]!)
      .map((e) => scores.weight[e]!)
    byRank.forEach((w, place) => expect(w >= (byRank[place - 1] ?? 0) && w <= 1).toBe(true))
  })

  it('are 1 where nothing is pruned', async () => {
    const {scores} = await run(graph, {prune: {rule: 'count', value: 0}})
    expect(scores.weight.every((w) => w === 1)).toBe(true)
  })
})

describe('targeted use', () => {
  const {graph} = smallCommunityGraph()
  const ends = (e: number): [number, number] => [graph.edges[2 * e]!, graph.edges[2 * e + 1]!]
  const prunedOf = (scores: {pruned: Uint8Array}) =>
    Array.from(scores.pruned.keys()).filter((e) => scores.pruned[e] === 1)

  it('never prunes an edge of a protected node or a suppressed one, and counts those it would have', async () => {
    const free = await run(graph)
    const [first, second] = prunedOf(free.scores)
    const protect = Uint32Array.of(ends(first!)[0])
    const suppressed = Uint32Array.of(...ends(second!))
    const {scores, metrics} = await run(graph, {protect, suppressed})
    expect(scores.score).toEqual(free.scores.score)
    for (const e of prunedOf(scores)) expect(ends(e)).not.toContain(protect[0])
    expect(scores.pruned[second!]).toBe(0)
    expect(metrics.keptOnRequest).toBeGreaterThanOrEqual(2)
    expect(free.metrics.keptOnRequest).toBe(0)
  })

  it('with a focus scores only the edges that reach it, and prunes no other', async () => {
    const focus = Uint32Array.of(3, 4)
    const {scores, metrics} = await run(graph, {focus, prune: {rule: 'ratio', value: 1}, minDegree: 0})
    const reaching = Array.from(scores.scored.keys()).filter((e) => ends(e).some((node) => focus.includes(node)))
    expect(Array.from(scores.scored.keys()).filter((e) => scores.scored[e] === 1)).toEqual(reaching)
    expect(prunedOf(scores)).toEqual(reaching)
    expect(metrics.notScored).toBe(metrics.edges - reaching.length)
  })

  it('explains an edge by every part and its place, and says of a pair that it is not an edge', async () => {
    const {scores, metrics} = await run(graph, {explain: Uint32Array.of(...ends(10), 0, 1)})
    const isEdge = ends(0)[0] === 0 && ends(0)[1] === 1
    const [edge, other] = metrics.explained
    expect(edge!.statements).toHaveLength(6)
    expect(edge!.statements[0]).toContain(
      `it was ${scores.pruned[10] === 1 ? 'pruned' : 'kept'}: number ${scores.rank[10]!} of all ${metrics.edges} edges`,
    )
    expect(edge!.statements.join(' ')).toMatch(/labels: .*neighbourhoods: .*features: .*fit: .*complexity: /)
    expect(other!.statements[0] === 'there is no such edge in the graph').toBe(!isEdge)
  })
})
