import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {dense, type Dense} from '../../../src/linalg/types.js'
import {plainProducts} from '../../../src/linalg/products.js'
import {createCpuEngine} from '../../../src/pairwise/cpu/index.js'
import type {GramStage, GramTask, HostGram, PairwiseEngine} from '../../../src/pairwise/engine.js'
import {aggregation} from '../../../src/sanitize/aggregate.js'
import {kernelFeatures} from '../../../src/sanitize/features.js'
import {allBlocks, solveBlocks} from '../../../src/sanitize/kernel-scores.js'
import {labelMatrix} from '../../../src/sanitize/labels.js'
import {gramOnHost} from '../../../src/sanitize/solvers/gram-stage.js'
import {gramSolver} from '../../../src/sanitize/solvers/gram.js'
import type {KernelProblem, KernelSolver} from '../../../src/sanitize/solvers/solver.js'
import {communityGraph} from '../graphs.js'

const {graph} = communityGraph()
const products = plainProducts
let cpu: PairwiseEngine
beforeAll(async () => {
  cpu = await createCpuEngine({threads: 1})
})
afterAll(() => cpu.close())

const half = Uint32Array.from({length: graph.nodes}, (_, i) => i).filter((i) => i % 2 === 0)
const problem = (ridge: number, labelFreeRidge: number | null = null): KernelProblem => ({
  features: kernelFeatures(graph),
  graph: aggregation(graph.nodes, graph.edges, 'row', 1),
  nodeSet: half,
  y: labelMatrix(graph.labels!, half, graph.classes, 'centred'),
  ridge,
  labelFreeRidge,
})
const scores = async (solver: KernelSolver) => solver.scores(await solveBlocks(solver, allBlocks(solver)))
const largest = (x: Float64Array) => x.reduce((max, v) => Math.max(max, Math.abs(v)), 0)
const difference = (a: Float64Array, b: Float64Array) => largest(a.map((x, e) => x - b[e]!)) / largest(b)
const toRemove = graph.edges.slice(40)

/** An engine whose stage uses what the solver hands it: residuals for the solve, `gather` for gradients. */
function offering(seen: string[], leave = false): PairwiseEngine {
  return {
    ...cpu,
    openGram<G>({rows, y, ridge}: GramTask, host: HostGram<G>): Promise<GramStage<G>> {
      seen.push(`opened ${rows.rows}`)
      return Promise.resolve({
        get precision() {
          return leave ? ('fp64' as const) : ('fp32' as const)
        },
        async solve() {
          const solved = await host.solve()
          if (leave) return {...solved, leftToHost: 'it was asked to'}
          const rest = await host.residual(solved.alpha)
          return {...solved, residual: ridge === Infinity ? null : largest(rest.data) / largest(y.data)}
        },
        apply: (v) => cpu.kernelApply(rows, rows, v),
        gradient: (from, to, alpha) =>
          leave
            ? host.gradient(from, to, alpha)
            : host.gather(from, to, (onRows) =>
                cpu.kernelGradient(rows, rows, alpha, alpha, (first, block) => {
                  const begin = Math.max(from, first)
                  const end = Math.min(to, first + block.rows)
                  if (begin >= end) return
                  const data = block.data.slice((begin - first) * block.cols, (end - first) * block.cols)
                  onRows(begin - from, {rows: end - begin, cols: block.cols, data})
                }),
              ),
        close: () => (seen.push('closed'), Promise.resolve()),
      })
    },
  }
}
const solverOn = (p: KernelProblem, fast: PairwiseEngine, method: 'first-order' | 'exact' = 'first-order') =>
  gramSolver(p, graph.edges, method, {exact: cpu, fast, products})

describe('Gram matrices on an engine that has them', () => {
  it.each([10, 0.5, Infinity])(
    'give the scores, complexities and condition of those in memory, λ = %d',
    async (ridge) => {
      const seen: string[] = []
      const p = problem(ridge)
      const [there, here] = [await solverOn(p, offering(seen)), await solverOn(p, cpu)]
      const [a, b] = [await scores(there), await scores(here)]
      expect(difference(a.kc, b.kc)).toBeLessThan(1e-10)
      expect(there.facts).toMatchObject({
        method: 'first-order',
        precision: 'fp32',
        labelFree: null,
        zeroRows: here.facts.zeroRows,
      })
      expect([here.facts.precision, here.facts.solve]).toEqual(['fp64', null])
      for (const key of ['gkc', 'alignment', 'condition'] as const) {
        if (here.facts[key] === null) expect(there.facts[key]).toBeNull()
        else expect(there.facts[key]! / here.facts[key]).toBeCloseTo(1, 9)
      }
      if (ridge !== Infinity) expect(there.facts.solve!.residual).toBeLessThan(1e-9)
      const after = aggregation(graph.nodes, toRemove, 'row', 1)
      expect((await there.complexityOf(after)) / (await here.complexityOf(after))).toBeCloseTo(1, 9)
      // The first stage is given back before the second is opened.
      expect(seen).toEqual([`opened ${half.length}`, 'closed', `opened ${half.length}`, 'closed'])
    },
  )

  it('are not asked for what needs an inverse: exact removal, and the label-free complexity', async () => {
    const seen: string[] = []
    const exact = await solverOn(problem(10), offering(seen), 'exact')
    const free = await solverOn(problem(10, 0.01), offering(seen))
    expect([exact.facts.precision, free.facts.precision]).toEqual(['fp64', 'fp64'])
    const truth = await solverOn(problem(10, 0.01), cpu)
    expect(await scores(free)).toEqual(await scores(truth))
    expect(await free.complexityOf(aggregation(graph.nodes, toRemove, 'row', 1))).toBe(
      await truth.complexityOf(aggregation(graph.nodes, toRemove, 'row', 1)),
    )
    expect(seen).toEqual([])
  })

  it('left to the processor by the engine, they are those of the processor to the last bit, with the reason', async () => {
    const there = await solverOn(problem(10), offering([], true))
    expect(there.facts).toMatchObject({precision: 'fp64', solve: {residual: null, leftToHost: 'it was asked to'}})
    expect(await scores(there)).toEqual(await scores(await solverOn(problem(10), cpu)))
  })
})

describe('the stage on the processor', () => {
  const host = (p: KernelProblem) => gramOnHost(p, {exact: cpu, fast: cpu, products}, {products: 2, stretches: 3})

  it('has residuals that agree with its matrices, without them', async () => {
    const one = host(problem(3))
    const x: Dense = {...problem(3).y, data: problem(3).y.data.map((value, t) => value + Math.sin(t))}
    const rest = await one.residual(x)
    const image = await host(problem(3)).apply(x)
    const truth = image.data.map((value, t) => problem(3).y.data[t]! - value - 3 * x.data[t]!)
    expect(difference(rest.data, truth)).toBeLessThan(1e-12)
    // κ of all pairs was never kept.
    expect(await one.spent()).toBeUndefined()
  })

  it('has samples in its own shapes: so many rows, neighbours a row, features and classes', () => {
    const p = problem(3)
    const count = 40
    const {task} = host(p).sample(count)
    expect([task.rows.rows, task.rows.cols, task.y.rows, task.y.cols, task.ridge]).toEqual([
      count,
      p.features.cols,
      count,
      p.y.cols,
      3,
    ])
    const whole = host(p).sample(10 * graph.nodes)
    expect(whole.task.rows.rows).toBe(half.length)
  })

  it('asks of a sample what is asked of the whole', async () => {
    const asked: string[] = []
    const sample = host(problem(3)).sample(20)
    const alpha = dense(20, sample.task.y.cols)
    await sample.ask({
      precision: 'fp64',
      solve: () => (asked.push('solve'), Promise.resolve({alpha, residual: null, leftToHost: null})),
      apply: (v) => (asked.push(`apply ${v.rows} ${v.cols}`), Promise.resolve(v)),
      gradient: (from, to) => (asked.push(`gradient ${from} ${to}`), Promise.resolve(new Float64Array(0))),
      close: () => Promise.resolve(),
    })
    expect(asked).toEqual(['solve', 'apply 20 1', 'apply 20 1', 'gradient 0 6', 'gradient 6 13', 'gradient 13 20'])
  })
})
