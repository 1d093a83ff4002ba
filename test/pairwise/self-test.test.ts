import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import type {Dense} from '../../src/linalg/types.js'
import {createCpuEngine} from '../../src/pairwise/cpu/index.js'
import type {
  GramStage,
  GramTask,
  HostGram,
  HostLandmarks,
  LandmarkStage,
  LandmarkSums,
  LandmarkTask,
  PairwiseEngine,
  SolveStage,
  VolatilitySums,
} from '../../src/pairwise/engine.js'
import {solveByDefinition} from '../../src/pairwise/reference-definitions.js'
import {selfTest} from '../../src/pairwise/self-test.js'

let cpu: PairwiseEngine
beforeAll(async () => {
  cpu = await createCpuEngine({threads: 1})
})
afterAll(() => cpu.close())

/** One value of an array changed by a part of the largest. */
const off = (x: Float64Array, part: number, at = x.length - 1) => {
  const out = x.slice()
  out[at]! += part * x.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  return out
}
const offDense = (x: Dense, part: number): Dense => ({...x, data: off(x.data, part)})

/** Engines that are wrong in one place only. */
const wrong = (part: number): Record<string, (e: PairwiseEngine) => Partial<PairwiseEngine>> => ({
  kernelBlock: (e) => ({kernelBlock: async (z, w) => offDense(await e.kernelBlock(z, w), part)}),
  kernelApply: (e) => ({
    kernelApply: async (z, w, v) => (z === w ? offDense(await e.kernelApply(z, w, v), part) : e.kernelApply(z, w, v)),
  }),
  'kernelApply, two sets': (e) => ({
    kernelApply: async (z, w, v) => (z === w ? e.kernelApply(z, w, v) : offDense(await e.kernelApply(z, w, v), part)),
  }),
  kernelGradient: (e) => ({
    kernelGradient: (z, w, l, r, on) =>
      e.kernelGradient(z, w, l, r, (first, block) => on(first, z === w ? offDense(block, part) : block)),
  }),
  'kernelGradient, two sets': (e) => ({
    kernelGradient: (z, w, l, r, on) =>
      e.kernelGradient(z, w, l, r, (first, block) => on(first, z === w ? block : offDense(block, part))),
  }),
})
const volatilityOff =
  (metric: string, change: (sums: VolatilitySums) => VolatilitySums) =>
  (e: PairwiseEngine): Partial<PairwiseEngine> => ({
    volatility: async (task) => (task.metric === metric ? change(await e.volatility(task)) : e.volatility(task)),
  })
const broken = (name: (e: PairwiseEngine) => Partial<PairwiseEngine>): PairwiseEngine => ({...cpu, ...name(cpu)})

describe('the self-test', () => {
  it('passes the engine it is modelled on, with a check for every reduction and metric', async () => {
    const {passed, failure, checks} = await selfTest(cpu)
    expect([passed, failure]).toEqual([true, null])
    expect(checks).toHaveLength(5 + 4 * 7)
    expect(new Set(checks.map(({name}) => name)).size).toBe(checks.length)
    for (const {error, limit} of checks) expect(error).toBeLessThanOrEqual(limit)
  })

  it.each(Object.keys(wrong(1)))(
    'fails an engine whose %s is off by more than is allowed, and says by how much',
    async (name) => {
      const {passed, failure, checks} = await selfTest(broken(wrong(1e-3)[name]!))
      expect(passed).toBe(false)
      expect(failure).toBe(
        `self-test: ${name} is off by ${checks.find((check) => check.name === name)!.error.toExponential(1)}, allowed 1e-9`,
      )
      expect(checks.find((check) => check.name === name)!.error).toBeGreaterThan(4e-4)
      expect(checks.filter(({error, limit}) => !(error <= limit)).map((check) => check.name)).toEqual([name])
    },
  )

  it.each([
    ['landmark sums, outer', (sums: LandmarkSums) => ({...sums, outer: offDense(sums.outer, 1e-3)})],
    ['landmark sums, cross', (sums: LandmarkSums) => ({...sums, cross: offDense(sums.cross, 1e-3)})],
    ['landmark sums, own', (sums: LandmarkSums) => ({...sums, own: 1.001 * sums.own})],
    ['landmark gradient', null],
  ] as const)('fails an engine whose %s is off', async (name, change) => {
    const openLandmarks = <G>(_task: LandmarkTask, host: HostLandmarks<G>): Promise<LandmarkStage<G>> =>
      Promise.resolve({
        ...host,
        sums: async (from, to) => change?.(await host.sums(from, to)) ?? host.sums(from, to),
        gradient: async (from, to, gamma) => {
          const s = await host.gradient(from, to, gamma)
          return change === null ? (offDense(s as Dense, 1e-3) as G) : s
        },
      })
    expect((await selfTest({...cpu, openLandmarks})).failure).toMatch(`self-test: ${name} is off by`)
  })

  it.each(['Gram product', 'Gram solve', 'Gram gradient'] as const)('fails an engine whose %s is off', async (name) => {
    const openGram = <G>(_task: GramTask, host: HostGram<G>): Promise<GramStage<G>> =>
      Promise.resolve({
        ...host,
        async solve() {
          const solved = await host.solve()
          return name === 'Gram solve' ? {...solved, alpha: offDense(solved.alpha, 1e-3)} : solved
        },
        apply: async (x) => (name === 'Gram product' ? offDense(await host.apply(x), 1e-3) : host.apply(x)),
        async gradient(from, to, alpha) {
          const s = await host.gradient(from, to, alpha)
          return name === 'Gram gradient' ? (offDense(s as Dense, 1e-3) as G) : s
        },
      })
    const {failure} = await selfTest({...cpu, openGram})
    expect(failure).toMatch(`self-test: ${name} is off by`)
  })

  it.each([3, 20])('fails an engine whose solve of %d columns is off, or that gives it up', async (columns) => {
    const solving = (change: (x: Dense) => Dense | null): PairwiseEngine => ({
      ...cpu,
      openSolve: ({rows}, host) =>
        Promise.resolve<SolveStage>({
          ...host,
          async solve(b, ridge, tolerance) {
            const solved = solveByDefinition(rows as Dense, b, ridge)
            const x = b.cols === columns ? change(solved) : solved
            return x === null ? host.solve(b, ridge, tolerance) : {x, condition: 1, residual: null, leftToHost: null}
          },
        }),
    })
    expect((await selfTest(solving((x) => x))).failure).toBeNull()
    expect((await selfTest(solving((x) => offDense(x, 1e-3)))).failure).toMatch(
      `self-test: solve of ${columns} columns is off by`,
    )
    expect((await selfTest(solving(() => null))).failure).toBe('the device does not solve it')
  })

  it('does not test landmarks, solves or Gram matrices that an engine leaves to the processor', async () => {
    const {checks} = await selfTest({
      ...cpu,
      openLandmarks: (_task, host) => Promise.resolve(host),
      openGram: (_task, host) => Promise.resolve(host),
      openSolve: (_task, host) => Promise.resolve(host),
    })
    expect(checks).toHaveLength(5 + 4 * 7)
  })

  it('allows fp32 engines 10⁻⁴ of the largest value, and no more', async () => {
    const single = (part: number): PairwiseEngine => ({...broken(wrong(part)['kernelBlock']!), precision: 'fp32'})
    expect((await selfTest(single(5e-5))).passed).toBe(true)
    expect((await selfTest(single(2e-4))).failure).toMatch(/kernelBlock is off by 2.0e-4, allowed 0.0001/)
    expect((await selfTest(broken(wrong(5e-5)['kernelBlock']!))).passed).toBe(false)
  })

  it.each(['l2', 'l1', 'linf', 'angle'])(
    '%s: holds sums, counts and scalars each to account, counts exactly',
    async (metric) => {
      const count = (key: 'within' | 'exceed') => (sums: VolatilitySums) => {
        const counts = sums[key].slice()
        counts[3]! += 1
        return {...sums, [key]: counts}
      }
      const changes: [string, (sums: VolatilitySums) => VolatilitySums][] = [
        ['total', (s) => ({...s, total: off(s.total, 1e-3)})],
        ['windowed', (s) => ({...s, windowed: off(s.windowed, 1e-3)})],
        ['anchorTotal', (s) => ({...s, anchorTotal: off(s.anchorTotal, 1e-3)})],
        ['within', count('within')],
        ['exceed', count('exceed')],
        ['scalars', (s) => ({...s, crossLabelTotal: 1.001 * s.crossLabelTotal})],
        ['scalars', (s) => ({...s, zeroDistancePairs: s.zeroDistancePairs + 1})],
        ['scalars', (s) => ({...s, zeroDistanceLossPairs: s.zeroDistanceLossPairs + 1})],
        ['scalars', (s) => ({...s, diameter: s.diameter + 1})],
        ['scalars', (s) => ({...s, witnesses: [{...s.witnesses[0]!, ratio: 1.01 * s.witnesses[0]!.ratio}]})],
        ['scalars', (s) => ({...s, witnesses: []})],
      ]
      // Every figure on one metric, one figure on the others.
      for (const [name, change] of metric === 'linf' ? changes : changes.slice(3, 4)) {
        const {checks, passed} = await selfTest({
          ...broken(volatilityOff(metric, change)),
          precision: name === 'within' || name === 'exceed' ? 'fp32' : 'fp64',
        })
        expect([passed, checks.filter(({error, limit}) => !(error <= limit)).map((check) => check.name)]).toEqual([
          false,
          [`volatility ${metric} ${name}`],
        ])
      }
      const {checks} = await selfTest({
        ...cpu,
        distances: async (x, y, of) =>
          of === metric ? offDense(await cpu.distances(x, y, of), 1e-3) : cpu.distances(x, y, of),
      })
      expect(checks.filter(({error, limit}) => !(error <= limit)).map((check) => check.name)).toEqual([
        `distances ${metric}`,
      ])
    },
  )

  it('fails zeros, NaN, and arrays of another length', async () => {
    const all = (value: number) => ({
      kernelBlock: async (...[z, w]: Parameters<PairwiseEngine['kernelBlock']>) => ({
        rows: z.rows,
        cols: w.rows,
        data: (await cpu.kernelBlock(z, w)).data.fill(value),
      }),
    })
    expect((await selfTest({...cpu, ...all(0)})).failure).toMatch(/kernelBlock is off by 1.0e\+0/)
    expect((await selfTest({...cpu, ...all(NaN)})).failure).toMatch(/kernelBlock is off by NaN/)
    const last = async (...[z, w]: Parameters<PairwiseEngine['kernelBlock']>) => {
      const block = await cpu.kernelBlock(z, w)
      block.data[0] = NaN
      return block
    }
    expect((await selfTest({...cpu, kernelBlock: last})).passed).toBe(false)
    const longer = async (...[z, w]: Parameters<PairwiseEngine['kernelBlock']>) => {
      const block = await cpu.kernelBlock(z, w)
      return {...block, data: Float64Array.of(...block.data, 0)}
    }
    expect((await selfTest({...cpu, kernelBlock: longer})).failure).toMatch(/kernelBlock is off by Infinity/)
  })

  it('turns what the engine throws into a failure', async () => {
    const thrown = (error: unknown) =>
      selfTest({
        ...cpu,
        kernelApply() {
          throw error
        },
      })
    expect(await thrown(new Error('out of memory'))).toMatchObject({
      passed: false,
      failure: 'out of memory',
      checks: [{name: 'kernelBlock'}],
    })
    expect(await thrown('gone')).toMatchObject({passed: false, failure: 'gone'})
  })
})
