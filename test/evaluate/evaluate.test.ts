import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {evaluate, type Evaluation} from '../../src/evaluate/evaluate.js'
import {nearestNeighbours} from '../../src/evaluate/no-graph.js'
import type {EvaluateOptions} from '../../src/evaluate/types.js'
import {evaluationVerdict} from '../../src/evaluate/verdict.js'
import type {Graph} from '../../src/graph/types.js'
import {selectEngine, type SelectedEngine} from '../../src/pairwise/select.js'
import {sanitize} from '../../src/sanitize/sanitize.js'
import {communityGraph, smallCommunityGraph} from '../sanitize/graphs.js'

const {graph, added, clean} = smallCommunityGraph()
const SANITIZE = {preset: 'surety', prune: {rule: 'auto'}, minDegree: 1} as const
const OPTIONS: EvaluateOptions = {
  model: 'sgc',
  seeds: 2,
  seed: 3,
  clean,
  truth: added,
  targets: null,
  compare: false,
  budgets: [],
  sanitize: SANITIZE,
}

describe('evaluate', () => {
  let selected: SelectedEngine
  let plain: Evaluation
  let compared: Evaluation
  const run = (options: Partial<EvaluateOptions>, of: Graph = graph) =>
    evaluate(of, {...OPTIONS, ...options}, selected.engine)
  beforeAll(async () => {
    selected = await selectEngine('cpu')
    plain = await run({})
    compared = await run({compare: true, budgets: [0.1], targets: graph.split!.test.slice(0, 40)})
  }, 300_000)
  afterAll(() => selected.engine.close())

  it('trains on the clean, the given and the sanitized graph, and sanitizing helps here', async () => {
    const {graph, added, clean} = communityGraph()
    const plain = await run({clean, truth: added}, graph)
    const {scores, metrics} = await sanitize(graph, {...SANITIZE, seed: 3, truth: null}, selected.engine)
    const [before, given, after] = plain.metrics.accuracies
    expect([before, given, after].map((one) => [one!.graph, one!.edges])).toEqual([
      ['clean', clean.length / 2],
      ['given', graph.edges.length / 2],
      ['sanitized', graph.edges.length / 2 - metrics.pruned],
    ])
    expect(plain.metrics.cut.pruned).toBe(scores.pruned.reduce((a, b) => a + b, 0))
    expect(given!.test.mean).toBeLessThan(after!.test.mean)
    expect(plain.metrics.recovered.test).toBeCloseTo(
      (after!.test.mean - given!.test.mean) / (before!.test.mean - given!.test.mean),
      12,
    )
    expect(plain.metrics.recovered.targets).toBeNull()
    expect(given!.test.values).toHaveLength(2)
    expect(plain.verdict.summary).toContain('% of what was lost is recovered')
  })

  it('beside a model that never sees the graph, and the graph with edges added', async () => {
    const features = graph.features!
    const {metrics, verdict} = await run({sanitize: {...SANITIZE, repair: 2}, seeds: 1})
    const defended = await sanitize(graph, {...SANITIZE, repair: 2, seed: 3, truth: null}, selected.engine)
    expect(defended.metrics.added.count).toBeGreaterThan(0)
    expect(metrics.accuracies.map(({graph: name, edges}) => [name, edges]).slice(2)).toEqual([
      ['sanitized', graph.edges.length / 2 - defended.metrics.pruned],
      ['defended', defended.edges.length / 2],
    ])
    expect(metrics.withoutGraph!.map(({name, edges}) => [name, edges])).toEqual([
      ['no edges', 0],
      ['10 nearest neighbours by features', nearestNeighbours(features).length / 2],
    ])
    expect(verdict.summary).toMatch(
      / defended .*; without the graph .*, by (no edges|10 nearest neighbours by features)/,
    )
  })

  it('says that a defence below a model without the graph is worse than ignoring the graph', () => {
    const {metrics} = plain
    const of = (mean: number) => ({test: {mean, sd: null, values: [mean]}, targets: null})
    const said = (without: number) =>
      evaluationVerdict({...metrics, withoutGraph: [{name: 'no edges', edges: 0, ...of(without)}]}).summary
    const sanitized = metrics.accuracies.find((one) => one.graph === 'sanitized')!.test.mean
    expect(said(sanitized - 1e-6)).not.toContain('ignoring')
    expect(said(sanitized)).toContain('worse than ignoring the graph')
    expect(said(sanitized + 1e-6)).toContain('worse than ignoring the graph')
  })

  it('the grade of the score is that of sanitize', async () => {
    const {metrics} = await sanitize(graph, {...SANITIZE, seed: 3, truth: added}, selected.engine)
    expect(plain.metrics.methods[0]).toMatchObject({
      name: 'sanitize',
      kind: 'sanitize',
      grade: {auc: metrics.truth!.auc},
    })
    expect(plain.metrics.adversarial).toBe(added.length / 2)
  })

  it('without --truth the adversarial edges are those that the clean graph does not hold', async () => {
    const {metrics} = await run({truth: null, seeds: 1})
    expect(metrics.methods).toEqual(
      plain.metrics.methods.map((method) => ({
        ...method,
        samePruning: metrics.methods.find(({name}) => name === method.name)!.samePruning,
      })),
    )
    expect(
      await run({truth: null, clean: null, seeds: 1}).then(({metrics: {adversarial, accuracies}}) => [
        adversarial,
        accuracies.length,
      ]),
    ).toEqual([null, 2])
  })

  it('compares every control at the same number of pruned edges; parts are graded only', () => {
    const {methods, cut} = compared.metrics
    expect(cut.pruned).toBeGreaterThan(0)
    const controls = methods.filter(({kind}) => kind === 'control')
    expect(controls.map(({name}) => name)).toEqual([
      'labelled ends',
      'low degree',
      '−Jaccard',
      '−cosine',
      'pseudo-labels differ',
      'GCN-SVD, rank 10',
      'GCN-SVD, rank 15',
      'GCN-SVD, rank 50',
      'random',
    ])
    for (const {curve, samePruning} of controls) {
      expect(curve.map(({share, pruned}) => [share, pruned])).toEqual([
        [0.1, Math.round((0.1 * graph.edges.length) / 2)],
      ])
      expect(samePruning!.targets!.values).toHaveLength(2)
    }
    for (const method of methods.filter(({kind}) => kind === 'part'))
      expect(method).toMatchObject({samePruning: null, curve: []})
    expect(methods[0]!.samePruning!.test).toEqual(compared.metrics.accuracies.at(-1)!.test)
    // 300 random ranks: four standard errors.
    expect(Math.abs(methods.at(-1)!.grade!.auc - 0.5)).toBeLessThan(0.12)
  })

  it('the same seed gives the same result', async () => {
    expect(await run({})).toEqual(plain)
  })

  it('labels of test nodes change the grades, never the rankings or the cut', async () => {
    const test = new Set(graph.split!.test)
    const {metrics} = await run(
      {},
      {...graph, labels: graph.labels!.map((label, i) => (test.has(i) ? (label + 1) % graph.classes : label))},
    )
    expect(metrics.cut).toEqual(plain.metrics.cut)
    expect(metrics.methods.map(({grade}) => grade)).toEqual(plain.metrics.methods.map(({grade}) => grade))
    expect(metrics.accuracies[0]!.test.mean).toBeLessThan(plain.metrics.accuracies[0]!.test.mean)
  })

  it('draws a split where there is none, and says so', async () => {
    const {metrics, notes} = await run({seeds: 1}, {...graph, split: null})
    expect(metrics.split.source).toBe('drawn')
    expect(metrics.split.train + metrics.split.validation + metrics.split.test).toBe(graph.nodes)
    expect(notes.map(({code}) => code)).toContain('split-drawn')
  })

  it('targets that cannot be graded are left out, or refused where none is left', async () => {
    const aimed = Uint32Array.of(graph.split!.train[0]!, graph.split!.test[0]!)
    const {metrics, notes} = await run({seeds: 1, targets: aimed})
    expect(metrics.targets).toBe(1)
    expect(notes.map(({code}) => code)).toContain('targets-left-out')
    await expect(run({targets: aimed.slice(0, 1)})).rejects.toThrow('none of the 1 targets can be graded')
  })

  it.each([
    [{seeds: 0}, /number of seeds is 0/],
    [{budgets: [0.1, 1]}, /a budget is 1/],
    [{budgets: [NaN]}, /a budget is NaN/],
  ])('refuses %j', async (options, message) => {
    await expect(run(options)).rejects.toThrow(message)
  })
})
