import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {certify} from '../../src/certify/certify.js'
import {DEFAULT_OPTIONS} from '../../src/certify/options.js'
import type {Embeddings} from '../../src/certify/types.js'
import {openCheckpoint, readDataSet} from '../../src/checkpoint/index.js'
import {loadTensorFlow} from '../../src/checkpoint/tensorflow.js'
import {normalise} from '../../src/graph/normalise.js'
import {readGraph} from '../../src/graph/read-graph.js'
import {createCpuEngine} from '../../src/pairwise/cpu/index.js'
import type {PairwiseEngine} from '../../src/pairwise/engine.js'
import {tfjsEngine} from '../../src/pairwise/tfjs/index.js'
import {webgpuEngine} from '../../src/pairwise/webgpu/index.js'
import {sanitize} from '../../src/sanitize/sanitize.js'
import type {SanitizeOptions} from '../../src/sanitize/settings.js'
import {ascendingOrder} from '../../src/stats/ascending-order.js'
import {scaled} from '../support/scale.js'
import {testGpu} from './webgpu/adapter.js'

/**
 * A verdict may not depend on the device: what is decided is the same to the last bit, what is measured may differ in
 * rounding.
 */
const gpu = await testGpu(2 ** 20)

const ALL: [string, string | null][] = [
  ['fixtures/digits/digits-mlp-embeddings.npz', null],
  ['fixtures/digits/digits-cnn-embeddings.npz', null],
  ['fixtures/mnist-mlp/model.json', 'fixtures/mnist-mlp/test.npz'],
  ['fixtures/spam-mlp/model.json', 'fixtures/spam-mlp/test.npz'],
]

/** One of stored states, one of a model. */
const CHECKPOINTS = scaled(ALL, [ALL[0]!, ALL[3]!])

const PRESETS = scaled(
  [
    ['surety', 'auto'],
    ['paper', 'auto'],
    ['surety', 'landmarks'],
  ] as const,
  [
    ['surety', 'auto'],
    ['surety', 'landmarks'],
  ] as const,
)

const SMALL = 'small-community-graph.npz'
const SOME: [string, 'surety' | 'paper', number | 'infinity'][] = [
  [SMALL, 'surety', 10],
  [SMALL, 'paper', 1e-3],
]
const GRAM = scaled<typeof SOME>(
  [
    ...SOME,
    [SMALL, 'surety', 1e-3],
    [SMALL, 'surety', 'infinity'],
    ['community-graph.npz', 'surety', 10],
    ['community-graph.npz', 'paper', 1],
  ],
  SOME,
)

async function embeddingsOf(path: string, data: string | null): Promise<Embeddings> {
  const checkpoint = await openCheckpoint(path)
  return checkpoint
    .embeddings(data === null ? null : await readDataSet(data, {}), {limit: 300})
    .finally(() => checkpoint.close())
}

async function decided(path: string, data: string | null, engine: PairwiseEngine) {
  const {metrics, verdict} = await certify(await embeddingsOf(path, data), {...DEFAULT_OPTIONS, bootstrap: 0}, engine)
  return {
    verdict,
    cells: metrics.cells.map(({layer, delta, eta, pairs, observed, direct, status}) => ({
      layer,
      delta,
      eta,
      pairs,
      observed,
      direct,
      status,
    })),
  }
}

async function prunedBy(
  engine: PairwiseEngine,
  preset: 'surety' | 'paper',
  solver: 'auto' | 'gram' | 'landmarks' | 'stream',
  rest: Partial<SanitizeOptions> = {},
  file = 'small-community-graph.npz',
) {
  const {graph} = normalise(await readGraph(`fixtures/community-graph/${file}`, {edges: 'edges_attacked'}))
  const {scores, verdict, metrics} = await sanitize(
    graph,
    {
      preset,
      solver,
      landmarks: 100,
      prune: preset === 'paper' ? {rule: 'ratio', value: 0.1} : {rule: 'auto'},
      minDegree: 1,
      seed: 0,
      truth: null,
      ...rest,
    },
    engine,
  )
  return {
    decided: {verdict, pruned: scores.pruned, rank: scores.rank},
    // The preset surety gives KC no say in the ranks, so it is looked at itself.
    kc: scores.parts.kc,
    gkc: metrics.gkcBefore,
  }
}

/** The largest difference, as a share of the largest score. */
const farthest = (a: Float64Array, b: Float64Array) =>
  a.reduce((most, x, e) => Math.max(most, Math.abs(x - b[e]!)), 0) /
  b.reduce((most, x) => Math.max(most, Math.abs(x)), 0)

/** What cpu decides, once for all engines that are compared with it. */
const truths = new Map<string, unknown>()
async function onCpu<T>(key: string, decide: () => Promise<T>): Promise<T> {
  if (!truths.has(key)) truths.set(key, await decide())
  return truths.get(key) as T
}

const engines: [string, boolean, () => Promise<PairwiseEngine>][] = [
  ['tfjs on wasm', true, async () => tfjsEngine((await loadTensorFlow()).tf, 'wasm')],
  [
    `webgpu on ${gpu?.facts.description ?? 'no device: neither a GPU nor SwiftShader is here'}`,
    gpu !== null,
    () => Promise.resolve(webgpuEngine(gpu!)),
  ],
]

describe.each(engines)('%s decides as cpu does', (name, isHere, open) => {
  let cpu: PairwiseEngine
  let other: PairwiseEngine
  beforeAll(async () => {
    if (!isHere) return
    cpu = await createCpuEngine({threads: 2})
    other = await open()
  })
  afterAll(async () => {
    if (isHere) await Promise.all([cpu.close(), other.close()])
  })

  it.skipIf(!isHere).each(CHECKPOINTS)(
    'certify %s: cells and verdict',
    async (path, data) => {
      const truth = await onCpu(path, () => decided(path, data, cpu))
      expect(truth.cells.length).toBeGreaterThan(10)
      expect(await decided(path, data, other)).toEqual(truth)
    },
    180_000,
  )

  it.skipIf(!isHere).each(PRESETS)(
    'sanitize, preset %s, solver %s: ranks, pruned edges and verdict',
    async (preset, solver) => {
      const {decided: truth} = await onCpu(`${preset} ${solver}`, () => prunedBy(cpu, preset, solver))
      expect(truth.pruned.reduce((sum, x) => sum + x, 0)).toBeGreaterThan(0)
      expect((await prunedBy(other, preset, solver)).decided).toEqual(truth)
    },
    180_000,
  )

  // The label-free score and exact removal stay on the processor: without them Gram matrices go through the device.
  it.skipIf(!isHere).each(name.startsWith('webgpu') ? GRAM : [])(
    'sanitize %s by Gram matrices, preset %s, λ = %s: ranks, pruned edges and verdict',
    async (file, preset, ridge) => {
      const inFull = {ridge, method: 'first-order', labelFree: false} as const
      const truth = await onCpu(`${file} ${preset} ${ridge}`, () => prunedBy(cpu, preset, 'gram', inFull, file))
      const got = await prunedBy(other, preset, 'gram', inFull, file)
      expect(got.decided).toEqual(truth.decided)
      expect(ascendingOrder(got.kc)).toEqual(ascendingOrder(truth.kc))
      expect(farthest(got.kc, truth.kc)).toBeGreaterThan(0)
      expect(farthest(got.kc, truth.kc)).toBeLessThan(ridge === 1e-3 && preset === 'surety' ? 3e-6 : 3e-7)
      if (truth.gkc !== null) expect(Math.abs(got.gkc! / truth.gkc - 1)).toBeLessThan(1e-10)
    },
    180_000,
  )

  it.skipIf(!isHere)(
    'sanitize by passes over all pairs in fp32: the same pruned edges',
    async () => {
      const left: (string | null)[] = []
      const watched: PairwiseEngine = {
        ...other,
        async openSolve(task, host) {
          const stage = (await other.openSolve?.(task, host)) ?? host
          return {
            ...stage,
            async solve(...asked) {
              const solved = await stage.solve(...asked)
              if (stage !== host) left.push(solved.leftToHost)
              return solved
            },
          }
        },
      }
      expect((await prunedBy(watched, 'surety', 'stream')).decided.pruned).toEqual(
        (await onCpu('stream', () => prunedBy(cpu, 'surety', 'stream'))).decided.pruned,
      )
      // Labels and probes of the graph, labels of the cleaned one.
      expect(left).toEqual(other.openSolve === undefined ? [] : [null, null, null])
    },
    180_000,
  )
})
