import {UsageError} from '../../src/errors.js'
import {describe, expect, it} from 'vitest'
import {csrFromDense} from '../../src/linalg/csr.js'
import {raiseMemory} from '../../src/frame/memory.js'
import {dense} from '../../src/linalg/types.js'
import {aggregation} from '../../src/sanitize/aggregate.js'
import {planSolver, type ProblemSizes} from '../../src/sanitize/plan.js'
import {type SolverName} from '../../src/sanitize/settings.js'
import {resolveSettings} from '../../src/sanitize/settings.js'

const settings = resolveSettings({preset: 'surety', prune: {rule: 'auto'}, minDegree: 1, seed: 0, truth: null})
/** A path of n nodes: 3 n − 2 places in its pattern. */
function sizes(
  n: number,
  changed: {
    d?: number
    s?: number
    classes?: number
    ridge?: number
    labelFreeRidge?: number | null
    stored?: number
  } = {},
): ProblemSizes {
  const {d = 10, s = n, classes = 3, ridge = 10, labelFreeRidge = 0.01, stored} = changed
  const x = dense(n, d)
  if (stored !== undefined) for (let i = 0; i < n; i++) x.data.fill(1, i * d, i * d + stored)
  return {
    features: stored === undefined ? x : csrFromDense(x),
    graph: aggregation(
      n,
      Uint32Array.from({length: 2 * (n - 1)}, (_, t) => (t >> 1) + (t & 1)),
      'row',
      1,
    ),
    nodeSet: Uint32Array.from({length: s}, (_, i) => i),
    classes,
    ridge,
    labelFreeRidge,
    hasFeatures: true,
  }
}
const cost = (of: ProblemSizes, solver: SolverName, threads = 1, landmarks = settings.landmarks) =>
  planSolver(of, {...settings, landmarks}, {memoryLimitBytes: Infinity, heldBytes: 0, threads}).costs.find(
    (one) => one.solver === solver,
  )!

describe('costs are those that the solvers state of themselves', () => {
  it('gram: (n + 7 s) s numbers; two inverses and a square, s³ · 5/3, beside the product of rows and two gradients over the pattern', () => {
    const [n, s] = [200, 150]
    const {memoryBytes, multiplyAdds, kernelValues} = cost(sizes(n, {s}), 'gram')
    // Beside what any plan holds: the kernel's matrices, and where edges are removed exactly one more and a batch of
    // rows.
    const matrices = (size: number) => 8 * size * (n + 9 * size + size + 4 * 512)
    expect(memoryBytes - cost(sizes(n, {s: 100}), 'gram').memoryBytes).toBe(matrices(s) - matrices(100))
    const held = planSolver(sizes(n, {s}), settings, {
      memoryLimitBytes: Infinity,
      heldBytes: 12345,
      threads: 1,
    }).costs.find(({solver}) => solver === 'gram')!
    expect(held.memoryBytes - memoryBytes).toBe(12345)
    expect(kernelValues).toBe(s * s)
    expect(multiplyAdds).toBe(n * s * 10 + (5 / 3) * s ** 3 + 2 * (3 * n - 2) * s)
  })

  it('gram without a label-free score: (n + 4 s) s numbers, and ten products with the classes in place of inverses, until the ridge is small', () => {
    const [n, classes] = [1200, 3]
    const [free, none] = [cost(sizes(n), 'gram'), cost(sizes(n, {labelFreeRidge: null}), 'gram')]
    expect(free.memoryBytes - none.memoryBytes).toBe(8 * n * 5 * n)
    expect(free.multiplyAdds - none.multiplyAdds).toBeCloseTo((5 / 3) * n ** 3 - 10 * n * n * classes, 3)
    expect(none.scores).toBe('kc exact, no label-free score')
    expect(cost(sizes(n, {labelFreeRidge: null, ridge: 0.1}), 'gram').memoryBytes).toBe(free.memoryBytes)
    expect(cost(sizes(n, {labelFreeRidge: null}), 'stream').kernelValues).toBe(11 * n * n)
  })

  it('landmarks: a kernel value for each row and landmark in four passes, p² a row to choose them and 3.7 p² after; tiles for every thread, p² and a chunk of rows in memory', () => {
    const [n, p, d] = [300, 40, 10]
    const {memoryBytes, multiplyAdds, kernelValues} = cost(sizes(n), 'landmarks', 2, p)
    expect(kernelValues).toBe(4 * n * p)
    expect(multiplyAdds).toBeCloseTo(n * p * (4 * d + 4.7 * p) + 3 * p ** 3, 6)
    const ofLandmarks = (q: number) => 2 * 8 * q * d + 8 * (8 * q * q + (4 + 1.5 + 0.8) * n * q)
    expect(memoryBytes - cost(sizes(n), 'landmarks', 2, 20).memoryBytes).toBe(ofLandmarks(p) - ofLandmarks(20))
    // Never more landmarks than rows.
    expect(cost(sizes(n), 'landmarks', 2, 1024)).toEqual(cost(sizes(n), 'landmarks', 2, n))
  })

  it('stream: all pairs in every pass, with the classes and 64 probes beside the rows; in the limit one pass without probes', () => {
    const [n, d, classes] = [300, 10, 3]
    const passes = 10 + 25 + 2
    const usual = cost(sizes(n), 'stream', 2)
    expect(usual.kernelValues).toBe(passes * n * n)
    expect(usual.multiplyAdds).toBe(passes * n * n * (d + classes + 64))
    const limit = cost(sizes(n, {ridge: Infinity}), 'stream', 2)
    expect([limit.kernelValues, limit.multiplyAdds]).toEqual([n * n, n * n * (d + classes)])
    expect(usual.memoryBytes - limit.memoryBytes).toBe(8 * n * 6 * 64)
  })

  it('take seconds in proportion to the work, and half as many on two threads', () => {
    for (const solver of ['gram', 'landmarks', 'stream'] as const) {
      const [one, two] = [cost(sizes(300), solver), cost(sizes(300), solver, 2)]
      expect(one.seconds).toBeCloseTo(one.multiplyAdds / 2e10 + one.kernelValues / 6e7, 12)
      expect(two.seconds).toBeCloseTo(one.seconds / 2, 12)
    }
  })

  it('of sparse rows grow with what is stored once aggregated: two values a row, three neighbours at most, at most all columns', () => {
    const [n, d] = [300, 50]
    const width = (of: ProblemSizes) => cost(of, 'gram').multiplyAdds - (5 / 3) * n ** 3 - 2 * (3 * n - 2) * n
    // 40 multiply–adds of a sparse product are worth one of a dense one.
    expect(width(sizes(n, {d: 50_000 / 50, stored: 2}))).toBeCloseTo(
      n * n * Math.min(1000, 40 * 2 * ((3 * n - 2) / n)),
      3,
    )
    expect(width(sizes(n, {d, stored: 40}))).toBeCloseTo(n * n * d, 3)
    const bytes = (stored: number) => cost(sizes(n, {d, stored}), 'stream').memoryBytes
    // Aggregated, with a copy for the threads; and as profiles.
    expect(bytes(4) - bytes(2)).toBeCloseTo(2 * n * 2 * ((3 * n - 2) / n) * 12 + 12 * n * 2, 3)
  })
})

describe('the reason of a plan', () => {
  const plan = (of: ProblemSizes, changed: Partial<typeof settings> = {}, memoryLimitBytes = Infinity) =>
    planSolver(of, {...settings, ...changed}, {memoryLimitBytes, heldBytes: 0, threads: 1})
  it('is what was asked for, what exact removal needs, or the number of kernel values', () => {
    expect(plan(sizes(20), {solver: 'landmarks'})).toMatchObject({solver: 'landmarks', reason: 'asked for'})
    expect(plan(sizes(20), {method: 'exact'})).toMatchObject({solver: 'gram', reason: 'exact removal needs it'})
    expect(plan(sizes(20), {method: 'exact', solver: 'gram'})).toMatchObject({reason: 'asked for'})
    expect(plan(sizes(20), {}, 1e9)).toMatchObject({
      solver: 'gram',
      reason: '4.0e+2 kernel values are at most the 4e+7 that are kept in memory',
      memoryLimitBytes: 1e9,
    })
    expect(plan(sizes(7000)).reason).toBe('4.9e+7 kernel values are more than the 4e+7 that are kept in memory')
  })

  it('an error names what fits: another solver, fewer landmarks, more memory', () => {
    const steps = (work: () => unknown) => {
      try {
        work()
      } catch (error) {
        return (error as {nextSteps: string[]}).nextSteps
      }
      throw new Error('it was accepted')
    }
    const gram = cost(sizes(2000), 'gram').memoryBytes
    expect(steps(() => plan(sizes(2000), {solver: 'gram'}, gram - 1))).toEqual([
      new UsageError('', [raiseMemory(gram)]).nextSteps[0],
      expect.stringMatching(/^use solver (landmarks|stream)/) as string,
    ])
    expect(plan(sizes(2000), {solver: 'gram'}, gram).solver).toBe('gram')
    expect(steps(() => plan(sizes(2000), {solver: 'landmarks'}, 1000))).toEqual([
      expect.stringMatching(/^raise maxMemory to/) as string,
      'lower landmarks',
    ])
    expect(steps(() => plan(sizes(2000), {solver: 'stream'}, 1000))).toHaveLength(1)
    expect(steps(() => plan(sizes(7000, {ridge: 1e-7})))).toEqual([expect.stringContaining('raise') as string])
  })

  it('says what each solver leaves out', () => {
    const scores = (of: ProblemSizes) => plan(of).costs.map(({solver, scores: what}) => `${solver}: ${what}`)
    expect(scores(sizes(20))).toEqual([
      'gram: every score, exact',
      'landmarks: kc with an estimated error, no label-free score',
      'stream: kc exact to the solve, label-free by random probes',
    ])
    expect(scores(sizes(20, {ridge: Infinity}))[2]).toBe('stream: kc of the limit, no label-free score')
  })
})
