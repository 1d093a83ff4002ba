import {describe, expect, it} from 'vitest'
import {UsageError} from '../../src/errors.js'
import {dense} from '../../src/linalg/types.js'
import {aggregation} from '../../src/sanitize/aggregate.js'
import {planSolver, type ProblemSizes} from '../../src/sanitize/plan.js'
import {resolveSettings, type SanitizeOptions} from '../../src/sanitize/settings.js'
import {random} from '../../src/stats/random.js'

const OPTIONS: SanitizeOptions = {preset: 'surety', prune: {rule: 'auto'}, minDegree: 1, seed: 0, truth: null}
const GIB = 2 ** 30

/** A ring with some chords: only sizes matter to a plan. */
function sizes(nodes: number, ridge = 10): ProblemSizes {
  const {integer} = random(nodes)
  const edges = Uint32Array.from({length: 4 * nodes}, (_, t) => (t % 2 === 0 ? Math.floor(t / 4) : integer(nodes)))
  return {
    features: dense(nodes, 4),
    graph: aggregation(nodes, edges, 'row', 1),
    nodeSet: Uint32Array.from({length: nodes}, (_, i) => i),
    classes: 3,
    ridge,
    labelFreeRidge: 0.01,
    hasFeatures: true,
  }
}
const plan = (nodes: number, options: Partial<SanitizeOptions> = {}, gib = 1000, ridge = 10) =>
  planSolver(sizes(nodes, ridge), resolveSettings({...OPTIONS, ...options}), {
    memoryLimitBytes: gib * GIB,
    heldBytes: 2 ** 27,
    threads: 1,
  })

describe('the plan of the kernel scores', () => {
  it('keeps Gram matrices up to 4·10⁷ values and takes landmarks above, whatever the memory', () => {
    expect(plan(6000).solver).toBe('gram')
    expect(plan(6600).solver).toBe('landmarks')
    expect(plan(6600, {}, 9).solver).toBe('landmarks')
  })

  it('refuses Gram matrices above the memory limit and names what would fit, rather than take another way', () => {
    expect(() => plan(6000, {}, 1)).toThrow(
      /the solver gram needs about 2\.\d\d GiB of memory in all, the limit is 1\.00 GiB/,
    )
    try {
      plan(6000, {}, 1)
    } catch (error) {
      expect((error as UsageError).nextSteps.join(' ')).toContain('solver landmarks')
    }
  })

  it('takes one pass over pairs where the ridge is infinite and the graph large', () => {
    expect(plan(6600, {ridge: 'infinity'}, 1000, Infinity).solver).toBe('stream')
    expect(plan(600, {ridge: 'infinity'}, 1000, Infinity).solver).toBe('gram')
  })

  it('takes the solver asked for, and Gram matrices for exact removal', () => {
    expect(plan(600, {solver: 'stream'}).solver).toBe('stream')
    expect(plan(6600, {solver: 'gram'}).solver).toBe('gram')
    expect(plan(6600, {method: 'exact'}).solver).toBe('gram')
  })

  it('refuses what does not fit, with what is needed, the limit and what would fit', () => {
    expect(() => plan(6600, {solver: 'gram'}, 1)).toThrow(UsageError)
    expect(() => plan(6600, {solver: 'gram'}, 1)).toThrow(/gram needs about 3\.\d\d GiB .* limit is 1\.00 GiB/)
    expect(() => plan(6600, {}, 0.01)).toThrow(/landmarks needs/)
  })

  it('costs grow with the graph: gram by squares, landmarks by nodes', () => {
    const [small, large] = [plan(1500).costs, plan(3000).costs]
    const ratio = (solver: string) =>
      large.find((c) => c.solver === solver)!.kernelValues / small.find((c) => c.solver === solver)!.kernelValues
    const ofKernel = (costs: typeof small) => costs.find((c) => c.solver === 'gram')!.memoryBytes - 2 ** 27 - 2 ** 26
    expect(ofKernel(large) / ofKernel(small)).toBeCloseTo(4, 1)
    expect(ratio('landmarks')).toBeCloseTo(2, 6)
    expect(ratio('stream')).toBeCloseTo(4, 6)
  })

  it.each([
    [{solver: 'landmarks' as const, ridge: 'infinity' as const}, 'needs no landmarks'],
    [{method: 'exact' as const, solver: 'stream' as const}, 'needs the solver gram'],
    [{method: 'exact' as const, ridge: 'infinity' as const}, 'no limit of an infinite ridge'],
    [{landmarks: 0}, 'at least 1'],
    [{ridge: 1e-9, solver: 'landmarks' as const}, 'needs at least 0.000001'],
    [{ridge: 0}, 'positive'],
  ])('refuses %o', (options, message) => {
    expect(() => resolveSettings({...OPTIONS, ...options})).toThrow(message)
  })
})
