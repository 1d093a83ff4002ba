import {afterAll, describe, expect, it} from 'vitest'
import {certify} from '../../src/certify/certify.js'
import {DEFAULT_OPTIONS} from '../../src/certify/options.js'
import {openCheckpoint} from '../../src/checkpoint/index.js'
import {normalise} from '../../src/graph/normalise.js'
import {readGraph} from '../../src/graph/read-graph.js'
import {createCpuEngine} from '../../src/pairwise/cpu/index.js'
import type {Dense} from '../../src/linalg/types.js'
import type {
  GramStage,
  GramTask,
  HostGram,
  HostLandmarks,
  HostSolve,
  LandmarkStage,
  LandmarkTask,
  PairwiseEngine,
  SolveStage,
  SolveTask,
} from '../../src/pairwise/engine.js'
import {solveByDefinition} from '../../src/pairwise/reference-definitions.js'
import {selectEngine} from '../../src/pairwise/select.js'
import {sanitize} from '../../src/sanitize/sanitize.js'
import {lost, source} from './fakes.js'

const cpu = await createCpuEngine({threads: 1})
afterAll(() => cpu.close())

/**
 * A device that computes as cpu does, and is gone for good at its k-th reduction after the self-test; `calls` counts
 * those before.
 */
function mortal(k: number) {
  let alive = Infinity
  const state = {calls: 0, isArmed: false, arm: () => void ((alive = k), (state.calls = 0), (state.isArmed = true))}
  const unlessDead =
    <A extends unknown[], R>(reduce: (...args: A) => Promise<R>) =>
    (...args: A): Promise<R> => {
      if (state.calls >= alive) return Promise.reject(lost())
      state.calls++
      return reduce(...args)
    }
  const replaced: Partial<PairwiseEngine> = {
    volatility: unlessDead((...args: Parameters<PairwiseEngine['volatility']>) => cpu.volatility(...args)),
    distances: unlessDead((...args: Parameters<PairwiseEngine['distances']>) => cpu.distances(...args)),
    kernelBlock: unlessDead((...args: Parameters<PairwiseEngine['kernelBlock']>) => cpu.kernelBlock(...args)),
    kernelApply: unlessDead((...args: Parameters<PairwiseEngine['kernelApply']>) => cpu.kernelApply(...args)),
    kernelGradient: unlessDead((...args: Parameters<PairwiseEngine['kernelGradient']>) => cpu.kernelGradient(...args)),
    openLandmarks: <G>(_task: LandmarkTask, host: HostLandmarks<G>) =>
      unlessDead(() =>
        Promise.resolve<LandmarkStage<G>>({
          ...host,
          sums: unlessDead((from: number, to: number) => host.sums(from, to)),
          gradient: unlessDead((from: number, to: number, gamma: Dense) => host.gradient(from, to, gamma)),
        }),
      )(),
    openGram: <G>(_task: GramTask, host: HostGram<G>) =>
      unlessDead(() =>
        Promise.resolve<GramStage<G>>({
          ...host,
          solve: unlessDead(() => host.solve()),
          apply: unlessDead((v: Dense) => host.apply(v)),
          gradient: unlessDead((from: number, to: number, alpha: Dense) => host.gradient(from, to, alpha)),
        }),
      )(),
    openSolve: ({rows}: SolveTask, host: HostSolve) =>
      unlessDead(() =>
        Promise.resolve<SolveStage>({
          ...host,
          // The self-test has no processor to go on with.
          solve: unlessDead((...asked: Parameters<SolveStage['solve']>) =>
            state.isArmed ? host.solve(...asked) : solved(rows as Dense, asked[0], asked[1]),
          ),
        }),
      )(),
  }
  return {state, replaced}
}

const solved = (rows: Dense, b: Dense, ridge: number): ReturnType<SolveStage['solve']> =>
  Promise.resolve({x: solveByDefinition(rows, b, ridge), condition: 1, residual: null, leftToHost: null})

/** The result and notes of `work` on a device that dies at its k-th reduction. */
async function dyingAt<T>(k: number, work: (engine: PairwiseEngine) => Promise<T>) {
  const {state, replaced} = mortal(k)
  const {engine, notes, report} = await selectEngine('webgpu', {threads: 1}, [source('webgpu', {replaced})])
  state.arm()
  const result = await work(engine)
  await engine.close()
  return {
    result,
    codes: notes.map(({code}) => code),
    tried: report.tried.map(({outcome}) => outcome),
    calls: state.calls,
  }
}

const WORK: [string, () => Promise<(engine: PairwiseEngine) => Promise<unknown>>][] = [
  [
    'certify',
    async () => {
      const states = await (await openCheckpoint('fixtures/digits/digits-mlp-embeddings.npz')).embeddings(null, {
        limit: 300,
      })
      return async (engine) => {
        const {metrics, verdict} = await certify(states, {...DEFAULT_OPTIONS, bootstrap: 0}, engine)
        return {metrics, verdict}
      }
    },
  ],
  ...(
    [
      ['sanitize by passes over pairs', 'stream'],
      ['sanitize through landmarks', 'landmarks'],
      ['sanitize by Gram matrices', 'gram'],
    ] as const
  ).map(([name, solver]): (typeof WORK)[number] => [
    name,
    async () => {
      const {graph} = normalise(
        await readGraph('fixtures/community-graph/small-community-graph.npz', {edges: 'edges_attacked'}),
      )
      return async (engine) => {
        const {scores, verdict} = await sanitize(
          graph,
          {
            preset: 'surety',
            solver,
            landmarks: 100,
            method: 'first-order',
            labelFree: solver === 'stream',
            prune: {rule: 'auto'},
            minDegree: 1,
            seed: 0,
            truth: null,
          },
          engine,
        )
        return {kc: scores.parts.kc, rank: scores.rank, pruned: scores.pruned, verdict}
      }
    },
  ]),
]

describe.each(WORK)('a device that dies during %s', (_name, prepare) => {
  it('at its first reduction, in the middle or at the last: repeated on cpu, noted once, the same result', async () => {
    const work = await prepare()
    const undisturbed = await dyingAt(Infinity, work)
    expect(undisturbed.codes).toEqual([])
    expect(undisturbed.calls).toBeGreaterThan(3)
    for (const k of [0, undisturbed.calls >> 1, undisturbed.calls - 1]) {
      const {result, codes, tried} = await dyingAt(k, work)
      expect(result).toEqual(undisturbed.result)
      expect(codes).toEqual(['device-failed'])
      expect(tried.slice(-2)).toEqual([
        expect.stringContaining('failed during the run: webgpu device lost'),
        'taken for the rest of the run',
      ])
    }
  }, 120_000)
})
