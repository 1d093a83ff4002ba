import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import type {Graph} from '../../src/graph/types.js'
import {dense} from '../../src/linalg/types.js'
import {createCpuEngine} from '../../src/pairwise/cpu/index.js'
import type {PairwiseEngine} from '../../src/pairwise/engine.js'
import {sanitize} from '../../src/sanitize/sanitize.js'
import type {SanitizeOptions} from '../../src/sanitize/settings.js'
import {random} from '../../src/stats/random.js'

const DEFAULTS: SanitizeOptions = {preset: 'surety', prune: {rule: 'auto'}, minDegree: 1, seed: 0, truth: null}
let engine: PairwiseEngine
beforeAll(async () => {
  engine = await createCpuEngine({threads: 1})
})
afterAll(() => engine.close())

const cycle = (n: number): [number, number][] => Array.from({length: n}, (_, i) => [i, (i + 1) % n])
const tree = (n: number): [number, number][] => Array.from({length: n - 1}, (_, i) => [(i - (i % 2)) / 2, i + 1])
const cubic = (n: number): [number, number][] => [
  ...cycle(n),
  ...Array.from({length: n / 2}, (_, i): [number, number] => [i, i + n / 2]),
]

function graphOf(
  nodes: number,
  pairs: [number, number][],
  features: 'none' | 'ones' | 'noise',
  labels = (i: number) => i % 2,
): Graph {
  const rng = random(4)
  const edges = pairs
    .map(([u, v]) => [Math.min(u, v), Math.max(u, v)] as const)
    .sort((a, b) => a[0] - b[0] || a[1] - b[1])
  return {
    nodes,
    edges: Uint32Array.from(edges.flat()),
    weights: null,
    features:
      features === 'none'
        ? null
        : dense(
            nodes,
            3,
            Float64Array.from({length: 3 * nodes}, () => (features === 'ones' ? 1 : rng.normal())),
          ),
    labels: Int32Array.from({length: nodes}, (_, i) => labels(i)),
    classes: 51,
    split: null,
    nodeNames: null,
  }
}

describe('any graph of at least one edge', () => {
  it.each<[string, Graph]>([
    ['one edge', graphOf(2, [[0, 1]], 'none')],
    ['one edge and features', graphOf(2, [[0, 1]], 'noise')],
    ['a cycle', graphOf(100, cycle(100), 'none')],
    ['a tree', graphOf(63, tree(63), 'none')],
    ['a cubic graph', graphOf(60, cubic(60), 'none')],
    [
      'a star',
      graphOf(
        30,
        Array.from({length: 29}, (_, i) => [0, i + 1]),
        'none',
      ),
    ],
    ['a cycle whose features are all 1', graphOf(100, cycle(100), 'ones')],
    ['a cubic graph with noise', graphOf(120, cubic(120), 'noise')],
  ])('%s: a report without NaN that says that nothing is known, and nothing pruned', async (_, graph) => {
    const {metrics, verdict, edges} = await sanitize(graph, DEFAULTS, engine)
    expect(metrics.randomEdges!.finding).toBe('not enough evidence to judge')
    expect(verdict.status).toBe('inconclusive')
    expect(edges).toEqual(graph.edges)
    expect(
      JSON.stringify(metrics, (_key, x: unknown) => (typeof x === 'number' && Number.isNaN(x) ? 'NaN' : x)),
    ).not.toContain('"NaN"')
  })

  it('constant features are not evidence, whatever their last bits', async () => {
    const graph = graphOf(120, cubic(120), 'ones')
    for (let t = 0; t < 360; t += 7) (graph.features as {data: Float64Array}).data[t] = 1 + 2 ** -52
    const {metrics} = await sanitize(graph, DEFAULTS, engine)
    expect(metrics.randomEdges).toMatchObject({finding: 'not enough evidence to judge', counted: 0})
    expect(metrics.pruned).toBe(0)
  })

  it('labels with gaps give what labels without gaps give, in the preset paper too', async () => {
    const plain = graphOf(60, cubic(60), 'noise', (i) => i % 3)
    const gaps = graphOf(60, cubic(60), 'noise', (i) => [0, 1, 50][i % 3]!)
    for (const preset of ['surety', 'paper'] as const) {
      const [a, b] = [
        await sanitize(plain, {...DEFAULTS, preset}, engine),
        await sanitize(gaps, {...DEFAULTS, preset}, engine),
      ]
      expect(b.scores.score).toEqual(a.scores.score)
      expect(b.metrics.gkcBefore).toBe(a.metrics.gkcBefore)
      expect([...b.scores.pseudoLabels]).toEqual(Array.from(a.scores.pseudoLabels, (c) => [0, 1, 50][c]!))
    }
  })
})
