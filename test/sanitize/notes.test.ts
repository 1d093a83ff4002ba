import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {InputError} from '../../src/errors.js'
import type {Graph} from '../../src/graph/types.js'
import {csrFromDense} from '../../src/linalg/csr.js'
import {dense} from '../../src/linalg/types.js'
import {createCpuEngine} from '../../src/pairwise/cpu/index.js'
import type {GramSolution, PairwiseEngine} from '../../src/pairwise/engine.js'
import {aggregation} from '../../src/sanitize/aggregate.js'
import {explainPlan, sanitize, type SanitizeRun} from '../../src/sanitize/sanitize.js'
import type {SanitizeOptions} from '../../src/sanitize/settings.js'
import {random} from '../../src/stats/random.js'

/** 30 nodes of two classes with features; a third of the labels is given. */
function small(changed: Partial<Graph> = {}): Graph {
  const r = random(3)
  const nodes = 30
  const labels = Int32Array.from({length: nodes}, (_, i) => i % 2)
  const edges: number[] = []
  for (let u = 0; u < nodes; u++)
    for (let v = u + 1; v < nodes; v++) if (r.uniform() < (labels[u] === labels[v] ? 0.25 : 0.05)) edges.push(u, v)
  const x = dense(
    nodes,
    6,
    Float64Array.from({length: nodes * 6}, (_, t) =>
      Math.max(0, r.normal() + (t % 2 === labels[Math.floor(t / 6)]! ? 1 : 0)),
    ),
  )
  return {
    nodes,
    edges: Uint32Array.from(edges),
    weights: null,
    features: x,
    labels,
    classes: 2,
    nodeNames: null,
    split: {
      train: Uint32Array.from({length: 10}, (_, k) => 3 * k),
      validation: new Uint32Array(0),
      test: new Uint32Array(0),
    },
    ...changed,
  }
}
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
const run = (graph: Graph, options: Partial<SanitizeOptions> = {}, how: SanitizeRun = {threads: 1}) =>
  sanitize(graph, {...OPTIONS, ...options}, engine, how)
const notesOf = async (...args: Parameters<typeof run>) =>
  (await run(...args)).notes.map(({code, level, message}) => ({code, level, message}))
const note = async (code: string, ...args: Parameters<typeof run>) =>
  (await notesOf(...args)).find((one) => one.code === code)

describe('what a reader must know of the scores', () => {
  it('how they were removed: exactly on a small graph, in closed form where it is asked for', async () => {
    expect(await notesOf(small())).toEqual([
      {code: 'removal-method', level: 'info', message: 'kernel-complexity scores by exact removal'},
    ])
    expect(await notesOf(small(), {method: 'first-order'})).toEqual([
      {code: 'removal-method', level: 'info', message: 'kernel-complexity scores by the first-order closed form'},
    ])
  })

  it('that landmarks stand for the kernel, with their error; that the label-free score is left out or estimated', async () => {
    const landmarks = await notesOf(small(), {solver: 'landmarks', landmarks: 8})
    expect(landmarks.map(({code}) => code)).toEqual(['removal-method', 'landmarks', 'label-free-left-out'])
    expect(landmarks[1]!.message).toMatch(
      /^asked for: the kernel is seen through 8 landmark nodes, which leave a relative error of \d\S* on held-out columns$/,
    )
    expect(landmarks[2]!.message).toBe(
      'the label-free score is left out of the ranking: the solver landmarks does not give it',
    )
    expect((await note('label-free-estimated', small(), {solver: 'stream'}))!.message).toMatch(
      /^the label-free complexity \S+ is estimated by random probes, standard error \S+$/,
    )
    const limit = await notesOf(small(), {solver: 'stream', ridge: 'infinity'})
    expect(limit.map(({code}) => code)).toEqual(['removal-method', 'label-free-left-out'])
    expect(limit[1]!.message).toMatch(/the solver stream does not give it at an infinite ridge$/)
  })

  it('that fp32 decided', async () => {
    const single: PairwiseEngine = {...engine, precision: 'fp32'}
    const {notes, metrics} = await sanitize(small(), {...OPTIONS, solver: 'stream'}, single, {threads: 1})
    expect(notes.find(({code}) => code === 'scores-in-fp32')).toMatchObject({
      level: 'warning',
      message: expect.stringContaining('next to the cut') as string,
    })
    // What decides labels and landmarks is fp64, and landmarks leave far more than fp32 adds.
    expect(
      (await sanitize(small(), {...OPTIONS, solver: 'landmarks', landmarks: 8}, single, {threads: 1})).notes.some(
        ({code}) => code === 'scores-in-fp32',
      ),
    ).toBe(false)
    expect(metrics.solver.name).toBe('stream')
  })

  it('what residual a solve on a device leaves, and that the processor did it in the end', async () => {
    const noted = async (leftToHost: string | null) => {
      const device: PairwiseEngine = {
        ...engine,
        precision: 'fp32',
        openSolve: (_task, host) =>
          Promise.resolve({
            ...host,
            solve: async (...asked) => ({...(await host.solve(...asked)), residual: 3.2e-6, leftToHost}),
          }),
      }
      const {notes} = await sanitize(small(), {...OPTIONS, solver: 'stream'}, device, {threads: 1})
      return notes
        .filter(({code}) => code === 'scores-in-fp32' || code === 'left-to-processor')
        .map(({message}) => message)
    }
    expect(await noted(null)).toEqual([expect.stringContaining('from a solve with a relative residual of 3e-6:')])
    expect(await noted('in fp32 much is left')).toEqual([
      expect.stringContaining('computed in fp32'),
      "the kernel was solved on the processor with the device's products: in fp32 much is left",
    ])
  })

  it('that a device solved in fp32 and how well, or left it to the processor and why', async () => {
    const solving = (solution: Partial<GramSolution>, precision: 'fp32' | 'fp64'): PairwiseEngine => ({
      ...engine,
      openGram: (_task, host) =>
        Promise.resolve({...host, precision, solve: async () => ({...(await host.solve()), ...solution})}),
    })
    const codes = async (fast: PairwiseEngine) => {
      const options: SanitizeOptions = {...OPTIONS, method: 'first-order', labelFree: false}
      const {notes} = await sanitize(small(), options, fast, {threads: 1})
      return notes.filter(({code}) => code === 'scores-in-fp32' || code === 'left-to-processor')
    }
    expect(await codes(solving({residual: 3e-12}, 'fp32'))).toEqual([
      {
        level: 'warning',
        code: 'scores-in-fp32',
        message:
          'kernel scores were computed in fp32 from a solve with a relative residual of 3e-12: an edge whose rank is next to the cut may fall on the other side of it on another device',
      },
    ])
    expect(await codes(solving({leftToHost: 'it is not positive definite'}, 'fp64'))).toEqual([
      {
        level: 'info',
        code: 'left-to-processor',
        message: 'the kernel was solved in fp64 on the processor, not on the device: it is not positive definite',
      },
    ])
    expect(await codes(engine)).toEqual([])
  })

  it('that features, weights, rows or reach are missing', async () => {
    const {notes, metrics} = await run(small({features: null}))
    expect(notes.find(({code}) => code === 'no-features')).toMatchObject({
      level: 'warning',
      message: expect.stringMatching(
        new RegExp(`in ${Math.round(100 * metrics.evidence.separation!)} % of comparisons`),
      ) as string,
    })
    expect(await note('weights-ignored', small({weights: new Float64Array(small().edges.length / 2)}))).toMatchObject({
      level: 'warning',
      message: 'edge weights are ignored: every edge counts as 1',
    })
    const focused = await run(small(), {focus: Uint32Array.of(2)})
    expect(focused.notes.find(({code}) => code === 'not-scored')!.message).toBe(
      `${focused.metrics.notScored} edges are out of reach of the focus: nothing is said about them, and they are kept`,
    )
    const paper = await run(small(), {preset: 'paper', norm: 'row'})
    expect(paper.metrics.notScored).toBeGreaterThan(0)
    expect(paper.notes.find(({code}) => code === 'not-scored')!.message).toContain('out of reach of the node set')
    const x = dense(30, 6)
    x.data.set((small().features as {data: Float64Array}).data.subarray(0, 29 * 6))
    const alone = small({
      features: x,
      edges: small().edges.filter((_, t, all) => all[t & ~1] !== 29 && all[t | 1] !== 29),
    })
    expect(await note('zero-rows', alone)).toMatchObject({
      level: 'warning',
      message: '1 nodes have only zeros as aggregated features: their kernel rows are 0',
    })
    expect((await run(alone)).metrics).toMatchObject({
      zeroRows: 1,
      isolatedBefore: alone.nodes - new Set(alone.edges).size,
    })
  })
})

describe('the label-free complexity', () => {
  it.each(['first-order', 'exact'] as const)('changes nothing else where it is left out (%s)', async (method) => {
    const graph = small()
    const run = (labelFree: boolean | null) => sanitize(graph, {...OPTIONS, method, labelFree}, engine)
    const [kept, left, byDefault] = [await run(true), await run(false), await run(null)]
    expect([kept.scores.parts.labelFree === null, left.scores.parts.labelFree]).toEqual([false, null])
    expect(byDefault.scores.parts.labelFree).toEqual(kept.scores.parts.labelFree)
    for (const part of ['kc', 'fit', 'context'] as const)
      expect(left.scores.parts[part]).toEqual(kept.scores.parts[part])
    expect([left.scores.score, left.edges]).toEqual([kept.scores.score, kept.edges])
    expect(left.metrics.solver.labelFreeError).toBeNull()
    expect(left.notes.map(({code}) => code)).toContain('label-free-left-out')
    expect(kept.notes.map(({code}) => code)).not.toContain('label-free-left-out')
  })
})

describe('metrics', () => {
  it('are those of the graph before and after', async () => {
    const graph = small()
    const {metrics, edges, scores, repair} = await run(graph, {repair: 1})
    const m = graph.edges.length / 2
    expect(metrics).toMatchObject({
      nodes: 30,
      edges: m,
      pruned: Math.round(0.1 * m) - metrics.keptByMinDegree,
      nodeSetSize: 30,
      labelledNodes: 10,
      classes: 2,
      ridge: 10,
      alignment: null,
      truth: null,
      explained: [],
    })
    expect(metrics.cut).toEqual({
      rule: 'ratio',
      score: Math.min(...scores.score.filter((_, e) => scores.pruned[e] === 1)),
      share: metrics.pruned / m,
    })
    expect(edges.length / 2).toBe(m - metrics.pruned + repair.likeness.length)
    const agreeing = (list: Uint32Array) =>
      Array.from({length: list.length / 2}, (_, e) =>
        Number(scores.pseudoLabels[list[2 * e]!] === scores.pseudoLabels[list[2 * e + 1]!]),
      ).reduce((a, b) => a + b, 0) /
      (list.length / 2)
    expect([metrics.agreementBefore, metrics.agreementAfter]).toEqual([agreeing(graph.edges), agreeing(edges)])
    const isolated = (list: Uint32Array) => 30 - new Set(list).size
    expect([metrics.isolatedBefore, metrics.isolatedAfter]).toEqual([isolated(graph.edges), isolated(edges)])
    expect(metrics.histogram.kept.reduce((a, b) => a + b, 0)).toBe(m - metrics.pruned)
    expect(metrics.solver).toEqual({name: 'gram', landmarks: null, kernelError: null, labelFreeError: 0})
    expect(scores.labelledEnds[0]).toBe([graph.edges[0]!, graph.edges[1]!].filter((i) => i % 3 === 0).length)
    scores.pseudoDisagree.forEach((x, e) =>
      expect(x === 1).toBe(scores.pseudoLabels[graph.edges[2 * e]!] !== scores.pseudoLabels[graph.edges[2 * e + 1]!]),
    )
    expect([...scores.degrees]).toEqual([...aggregation(30, graph.edges, 'row', 1).degrees])
  })

  it('where nothing is pruned the complexity stays as it is', async () => {
    const {metrics, edges} = await run(small(), {prune: {rule: 'count', value: 0}, repair: 3})
    expect([metrics.gkcAfter, metrics.pruned, metrics.added.count]).toEqual([metrics.gkcBefore, 0, 0])
    expect(edges).toEqual(small().edges)
  })

  it('the complexity after is that of the cleaned graph, by itself', async () => {
    const {metrics, edges} = await run(small(), {preset: 'paper', prune: {rule: 'count', value: 5}})
    const {metrics: again} = await run(small({edges}), {preset: 'paper', prune: {rule: 'count', value: 0}})
    expect(metrics.gkcAfter).toBeCloseTo(again.gkcBefore!, 10)
    const limit = await run(small(), {preset: 'paper', ridge: 'infinity', prune: {rule: 'count', value: 5}})
    const limitAgain = await run(small({edges: limit.edges}), {
      preset: 'paper',
      ridge: 'infinity',
      prune: {rule: 'count', value: 0},
    })
    expect(limit.metrics.alignment!.after).toBeCloseTo(limitAgain.metrics.alignment!.before, 10)
    expect([limit.metrics.gkcBefore, limit.metrics.gkcAfter, limit.metrics.ridge, limit.metrics.condition]).toEqual([
      null,
      null,
      null,
      1,
    ])
  })

  it('absolute scores have no sign', async () => {
    const [signed, absolute] = [await run(small(), {sign: 'signed'}), await run(small(), {sign: 'absolute'})]
    expect(signed.scores.parts.kc.some((x) => x < 0)).toBe(true)
    expect([...absolute.scores.parts.kc]).toEqual([...signed.scores.parts.kc].map(Math.abs))
    const paper = await run(small(), {preset: 'paper'})
    expect(paper.scores.score).toEqual(paper.scores.parts.kc)
  })

  it('progress is told for every block of the work', async () => {
    const seen: [string, number, number][] = []
    const {notes} = await run(small(), {}, {threads: 1, onProgress: (...at) => seen.push(at)})
    expect(seen.filter(([stage]) => stage === 'blocks of nodes').map(([, done, total]) => [done, total])).toEqual(
      Array.from({length: 16}, (_, k) => [k + 1, 16]),
    )
    expect(notes).toHaveLength(1)
    expect(
      (await run(small(), {solver: 'stream'}, {threads: 1, onProgress: (...at) => seen.push(at)})).metrics.solver.name,
    ).toBe('stream')
    expect(new Set(seen.map(([stage]) => stage))).toEqual(new Set(['blocks of nodes', 'kernel products of the solve']))
  })
})

it('the plan is known without a run', () => {
  expect(explainPlan(small(), OPTIONS, {threads: 1, memoryLimitBytes: 1e11})).toMatchObject({
    solver: 'gram',
    memoryLimitBytes: 1e11,
  })
  expect(() => explainPlan(small({edges: new Uint32Array(0)}), OPTIONS)).toThrow(
    'the graph has no edges: there is nothing to score',
  )
})

it('a feature that is not a number is refused with its place, dense or sparse', async () => {
  for (const bad of [NaN, -Infinity]) {
    const x = dense(30, 6, (small().features as {data: Float64Array}).data.slice())
    x.data[4 * 6 + 2] = bad
    for (const features of [x, csrFromDense(x)]) {
      const error = await run(small({features})).catch((e: unknown) => e as InputError)
      expect(error).toBeInstanceOf(InputError)
      expect(error).toMatchObject({
        message: `the features hold ${bad} in row 4, column 2; every value must be finite`,
        nextSteps: ['replace or remove the value'],
      })
    }
  }
})
