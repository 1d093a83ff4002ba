import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {normaliseRaw} from '../../src/graph/normalise.js'
import type {Graph} from '../../src/graph/types.js'
import {createCpuEngine} from '../../src/pairwise/cpu/index.js'
import type {PairwiseEngine} from '../../src/pairwise/engine.js'
import {sanitize} from '../../src/sanitize/sanitize.js'
import type {SanitizeOptions} from '../../src/sanitize/settings.js'
import {random} from '../../src/stats/random.js'
import {smallCommunityGraph} from './graphs.js'

const {graph} = smallCommunityGraph()
const OPTIONS: SanitizeOptions = {
  preset: 'surety',
  prune: {rule: 'ratio', value: 0.1},
  minDegree: 1,
  seed: 0,
  truth: null,
}
let engine: PairwiseEngine
beforeAll(async () => {
  engine = await createCpuEngine({threads: 1})
})
afterAll(() => engine.close())

/**
 * The same graph as a file might have it: shuffled, directed, with loops, repeated edges, both directions of some, and
 * weights.
 */
function irregular(seed: number): Graph {
  const draw = random(seed)
  const records: number[][] = []
  for (let t = 0; t < graph.edges.length; t += 2) {
    const pair = [graph.edges[t]!, graph.edges[t + 1]!]
    const turned = [pair[1]!, pair[0]!]
    records.push(draw.uniform() < 0.5 ? pair : turned)
    if (draw.uniform() < 0.3) records.push(draw.uniform() < 0.5 ? pair : turned)
  }
  for (let k = 0; k < 20; k++) {
    const node = draw.integer(graph.nodes)
    records.push([node, node])
  }
  const order = draw.permutation(records.length)
  const edges = Uint32Array.from(order).reduce<number[]>((all, r) => all.concat(records[r]!), [])
  const raw = {
    ...graph,
    edges: Uint32Array.from(edges),
    weights: Float64Array.from(order, () => 1 + draw.integer(5)),
    directed: true,
    classNames: null,
  }
  return normaliseRaw(raw, 'made', {weights: 'sum'}).graph
}

describe('irregular graphs', () => {
  it('loops, repeated edges, directions and weights change no score; that weights are not used is said', async () => {
    const [plain, other] = [await sanitize(graph, OPTIONS, engine), await sanitize(irregular(1), OPTIONS, engine)]
    expect(other.scores).toEqual(plain.scores)
    expect(other.metrics).toEqual(plain.metrics)
    expect(other.notes.map(({code}) => code)).toContain('weights-ignored')
    expect(plain.notes.map(({code}) => code)).not.toContain('weights-ignored')
  })

  it('isolated nodes stay as they are: finite scores, counted, and joined only where repair is asked for and they lost a neighbour', async () => {
    const gone = new Set([3, 40])
    const edges = graph.edges.filter((_, t) => !gone.has(graph.edges[t & ~1]!) && !gone.has(graph.edges[t | 1]!))
    const {scores, metrics, edges: cleaned} = await sanitize({...graph, edges}, {...OPTIONS, repair: 2}, engine)
    expect(scores.score.every(Number.isFinite)).toBe(true)
    expect(metrics.isolatedBefore).toBe(graph.nodes - new Set(edges).size)
    expect(metrics.isolatedBefore).toBeGreaterThanOrEqual(2)
    expect(metrics.gkcAfter).toBeGreaterThan(0)
    expect(metrics.added.count).toBeGreaterThan(0)
    expect(cleaned.length / 2).toBe(metrics.edges - metrics.pruned + metrics.added.count)
  })

  it('a node may lose its last neighbour only where the least degree is 0', async () => {
    const after = async (minDegree: number) =>
      (await sanitize(graph, {...OPTIONS, prune: {rule: 'ratio', value: 0.9}, minDegree}, engine)).metrics
    const [kept, free] = [await after(1), await after(0)]
    expect(kept.isolatedAfter).toBe(kept.isolatedBefore)
    expect(free.isolatedAfter).toBeGreaterThan(free.isolatedBefore)
  })
})
