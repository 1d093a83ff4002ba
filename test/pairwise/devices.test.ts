import {afterAll, beforeAll, describe, expect, it, vi} from 'vitest'
import {InputError} from '../../src/errors.js'
import {sanitize} from '../../src/index.js'
import {alignedDistances} from '../../src/pairwise/aligned-distances.js'
import {createCpuEngine} from '../../src/pairwise/cpu/index.js'
import {keptTiles} from '../../src/pairwise/cpu/tiles.js'
import {distanceByDefinition} from '../../src/pairwise/reference-definitions.js'
import {diagnose} from '../../src/pairwise/diagnose.js'
import type {GramStage, GramTask, HostGram, PairwiseEngine} from '../../src/pairwise/engine.js'
import {packageVersion, PARTS} from '../../src/packages.js'
import {deviceNodes, namesVulkanDriver, SOURCES} from '../../src/pairwise/sources.js'
import {measureSpeed} from '../../src/pairwise/speed.js'
import {CANDIDATES, keepSteepest} from '../../src/pairwise/witness-candidates.js'
import {watchKernels} from '../../src/pairwise/progress-engine.js'
import {pretend, source} from './fakes.js'
import {smallCommunityGraph} from '../sanitize/graphs.js'
import {normal, units} from './webgpu/data.js'

let cpu: PairwiseEngine
beforeAll(async () => {
  cpu = await createCpuEngine({threads: 1})
})
afterAll(() => cpu.close())

describe('distances of rows with their counterparts', () => {
  it.each(['l2', 'l1', 'linf', 'angle'] as const)('%s: are those of the definition', (metric) => {
    const [x, y] = [normal(1, 7, 4), normal(2, 7, 4)]
    const row = (m: typeof x, i: number) => [...m.data.subarray(4 * i, 4 * i + 4)]
    alignedDistances(x, y, metric).forEach((d, i) =>
      expect(d).toBeCloseTo(distanceByDefinition(row(x, i), row(y, i), metric), 12),
    )
    expect(alignedDistances(normal(1, 0, 4), normal(1, 0, 4), metric)).toHaveLength(0)
  })
  it('need two matrices of one shape', () => {
    expect(() => alignedDistances(normal(1, 3, 4), normal(1, 4, 4), 'l2')).toThrow(
      'rows of [3, 4] and [4, 4] values cannot be paired',
    )
    expect(() => alignedDistances(normal(1, 3, 4), normal(1, 3, 5), 'l2')).toThrow(InputError)
  })
})

describe('what was made once', () => {
  const counted = (bytes: number) => {
    const made: number[] = []
    const tile = keptTiles(bytes, (first) => (made.push(first), {first}))
    const [one, two, again] = [tile(0), tile(256), tile(0)]
    return {made, same: one === again, two}
  }
  it('is kept where all of it is small, and made again where it is not', () => {
    expect(counted(1000)).toEqual({made: [0, 256], same: true, two: {first: 256}})
    expect(counted(2 ** 28)).toMatchObject({same: true})
    expect(counted(2 ** 28 + 1)).toMatchObject({made: [0, 256, 0], same: false})
  })
})

describe('the steepest candidates', () => {
  it('are kept in order, as many as are needed, and the least of them is the next to beat', () => {
    const best = Array.from({length: CANDIDATES + 10}, (_, k) => ({ratio: (k * 7) % 13, i: k, j: 100 - k}))
    const weakest = keepSteepest(best)
    expect(best).toHaveLength(CANDIDATES)
    expect(weakest).toBe(best.at(-1)!.ratio)
    best
      .slice(1)
      .forEach((pair, k) =>
        expect(best[k]!.ratio > pair.ratio || (best[k]!.ratio === pair.ratio && best[k]!.i < pair.i)).toBe(true),
      )
  })
  it('there is none to beat while there are few; ties go to the first by row', () => {
    const few = [
      {ratio: 1, i: 2, j: 0},
      {ratio: 1, i: 1, j: 5},
      {ratio: 2, i: 9, j: 9},
      {ratio: 1, i: 1, j: 4},
    ]
    expect(keepSteepest(few)).toBe(0)
    expect(few.map(({i, j}) => [i, j])).toEqual([
      [9, 9],
      [1, 4],
      [1, 5],
      [2, 0],
    ])
  })
})

describe('an engine that is watched', () => {
  it('computes the same, and tells every product of a solve', async () => {
    const seen: [string, number, number][] = []
    const watched = watchKernels(cpu, (...progress) => seen.push(progress))
    const [z, v] = [units(1, 600, 3), normal(2, 600, 2)]
    expect((await watched.kernelApply(z, z, v)).data).toEqual((await cpu.kernelApply(z, z, v)).data)
    await watched.kernelApply(z, z, v)
    const rows: [number, number][] = []
    await watched.kernelGradient(z, z, v, v, (first, block) => rows.push([first, block.rows]))
    expect(rows).toEqual([
      [0, 512],
      [512, 88],
    ])
    expect(seen).toEqual([
      ['kernel products of the solve', 0, 0],
      ['kernel products of the solve', 1, 0],
    ])
    expect(watched.precision).toBe(cpu.precision)
  })

  it('has Gram matrices where the engine has them, and only there: what they are opened with takes work', async () => {
    expect('openGram' in watchKernels(cpu, () => undefined)).toBe(false)
    const [task, host] = [{rows: units(1, 5, 2), y: normal(2, 5, 1), ridge: 1}, {precision: 'fp64'} as HostGram<string>]
    const asked: unknown[] = []
    const openGram = <G>(...given: [GramTask, HostGram<G>]): Promise<GramStage<G>> => (
      asked.push(...given), Promise.resolve(given[1])
    )
    expect(await watchKernels({...cpu, openGram}, () => undefined).openGram!(task, host)).toBe(host)
    expect(asked).toEqual([task, host])
  })

  it('may be an instance of a class', async () => {
    class OwnEngine implements PairwiseEngine {
      readonly name = 'cpu'
      readonly precision = 'fp64'
      closed = false
      readonly #inner = cpu
      volatility(...task: Parameters<PairwiseEngine['volatility']>) {
        return this.#inner.volatility(...task)
      }
      distances(...task: Parameters<PairwiseEngine['distances']>) {
        return this.#inner.distances(...task)
      }
      kernelBlock(...task: Parameters<PairwiseEngine['kernelBlock']>) {
        return this.#inner.kernelBlock(...task)
      }
      kernelApply(...task: Parameters<PairwiseEngine['kernelApply']>) {
        return this.#inner.kernelApply(...task)
      }
      kernelGradient(...task: Parameters<PairwiseEngine['kernelGradient']>) {
        return this.#inner.kernelGradient(...task)
      }
      close() {
        this.closed = true
        return Promise.resolve()
      }
    }
    const own = new OwnEngine()
    const {graph} = smallCommunityGraph()
    const progress: string[] = []
    const options = {onProgress: (stage: string) => progress.push(stage), solver: 'stream'} as const
    const ours = await sanitize(graph, {...options, engine: own})
    expect(ours.scores).toEqual((await sanitize(graph, options)).scores)
    expect(progress).toContain('kernel products of the solve')
    expect(own.closed).toBe(false)
  })
})

describe('how fast an engine is', () => {
  it('is work over the time of the second run', async () => {
    let calls = 0
    const clock = vi.spyOn(performance, 'now')
    let now = 0
    clock.mockImplementation(() => now)
    const timed =
      <A extends unknown[], R>(work: (...args: A) => Promise<R>, first: number, second: number) =>
      async (...args: A): Promise<R> => {
        const result = await work(...args)
        now += calls++ % 2 === 0 ? first : second
        return result
      }
    const engine = {
      ...cpu,
      kernelApply: timed((...args: Parameters<PairwiseEngine['kernelApply']>) => cpu.kernelApply(...args), 9000, 2000),
      volatility: timed((...args: Parameters<PairwiseEngine['volatility']>) => cpu.volatility(...args), 9000, 500),
    }
    const {gflops, pairsPerSecond} = await measureSpeed(engine, 64).finally(() => clock.mockRestore())
    expect(calls).toBe(4)
    // κ(Z Zᵀ) V: a multiply and an add for each pair in 256 and in 8 columns.
    expect(gflops).toBeCloseTo((2 * 64 * 64 * 264) / 2 / 1e9, 12)
    expect(pairsPerSecond).toBeCloseTo((64 * 64) / 0.5, 6)
  })
})

describe('packages and drivers', () => {
  it('have a version without being loaded, or none', () => {
    expect(packageVersion('vitest')).toMatch(/^\d+\.\d+\.\d+/)
    expect(packageVersion('no-such-package')).toBeNull()
  })

  it('a driver that the environment names is noticed', () => {
    const names = ['VK_DRIVER_FILES', 'VK_ADD_DRIVER_FILES', 'VK_ICD_FILENAMES']
    for (const name of names) vi.stubEnv(name, undefined)
    expect(namesVulkanDriver()).toBe(false)
    for (const name of names) {
      vi.stubEnv(name, '/some/driver.json')
      expect(namesVulkanDriver(), name).toBe(true)
      vi.stubEnv(name, undefined)
    }
    vi.unstubAllEnvs()
  })

  it('where no device node of a GPU is there, the sources say so without loading anything', () => {
    const nodes = deviceNodes()
    if (process.platform !== 'linux') return expect(nodes).toBeNull()
    for (const node of nodes!) expect(node).toMatch(/^\/dev\/(dri\/renderD\d+|nvidiactl|dxg)$/)
    const [webgpu, tfjs] = [SOURCES.find(({name}) => name === 'webgpu')!, SOURCES.find(({name}) => name === 'tfjs')!]
    for (const name of ['VK_DRIVER_FILES', 'VK_ADD_DRIVER_FILES', 'VK_ICD_FILENAMES']) vi.stubEnv(name, undefined)
    if (packageVersion('webgpu') !== null)
      expect(webgpu.absence()).toEqual(
        nodes!.length > 0
          ? null
          : expect.stringMatching(
              /^no driver of a GPU is loaded \(nothing in \/dev\/dri, no \/dev\/nvidiactl, no \/dev\/dxg\)$/,
            ),
      )
    vi.stubEnv('VK_DRIVER_FILES', '/some/driver.json')
    if (packageVersion('webgpu') !== null) expect(webgpu.absence()).toBeNull()
    vi.unstubAllEnvs()
    const hasNvidia = nodes!.some((node) => node === '/dev/nvidiactl' || node === '/dev/dxg')
    const expected =
      packageVersion('@tensorflow/tfjs-node-gpu') === null
        ? '@tensorflow/tfjs-node-gpu is not installed'
        : hasNvidia
          ? null
          : 'no NVIDIA driver is loaded (no /dev/nvidiactl, no /dev/dxg)'
    expect(tfjs.absence()).toBe(expected)
  })

  it('on other platforms there is nothing to look for', () => {
    const platform = vi.spyOn(process, 'platform', 'get').mockReturnValue('darwin')
    expect(deviceNodes()).toBeNull()
    platform.mockRestore()
  })
})

describe('the doctor', () => {
  const health = async (sources: Parameters<typeof diagnose>[2], named = 'auto') =>
    (await diagnose(named, {threads: 1}, sources)).metrics.engines
  const [zeros, unlucky] = [
    {
      kernelBlock: async (...[z, w]: Parameters<PairwiseEngine['kernelBlock']>) => ({
        rows: z.rows,
        cols: w.rows,
        data: (await cpu.kernelBlock(z, w)).data.fill(0),
      }),
    },
    {volatility: () => Promise.reject(new Error('out of luck'))},
  ]

  it('tests the cpu and measures it, and says what this machine has', async () => {
    const {
      metrics: {engines, packages, system, drivers},
      auto,
    } = await diagnose('auto', {threads: 1}, [])
    expect(engines).toHaveLength(1)
    expect(engines[0]).toMatchObject({
      name: 'cpu',
      state: 'usable',
      precision: 'fp64',
      detail: expect.stringMatching(/^1 threads, products by /) as string,
      allowed: 1e-9,
    })
    expect(engines[0]!.error!).toBeLessThan(1e-9)
    expect([engines[0]!.gflops! > 0, engines[0]!.pairsPerSecond! > 0]).toEqual([true, true])
    expect(packages.map(({name}) => name)).toEqual(Object.values(PARTS).flatMap((part) => [...part.packages]))
    for (const {name, version, purpose} of packages)
      expect([version, purpose.length > 10]).toEqual([packageVersion(name), true])
    expect(system).toMatchObject({node: process.version, platform: `${process.platform} ${process.arch}`})
    expect(system.memoryBytes).toBeGreaterThan(system.freeBytes)
    expect([drivers.nodes, drivers.vulkanNamed]).toEqual([deviceNodes(), namesVulkanDriver() ? 'yes' : 'no'])
    expect([auto.report.name, auto.threads]).toEqual(['cpu', 1])
  })

  it('knows devices that are absent, wrong, software, or sound', async () => {
    const closed: string[] = []
    const closing = (name: string) => ({close: () => (closed.push(name), Promise.resolve())})
    const engines = await health([
      source('webgpu', {absence: 'no driver'}),
      source('tfjs', {replaced: zeros}),
      source('webgpu', {replaced: unlucky}),
      source('webgpu', {software: true, replaced: closing('software')}),
      source('tfjs', {replaced: closing('sound')}),
    ])
    expect(engines.slice(1).map(({name, state, detail}) => [name, state, detail])).toEqual([
      ['webgpu', 'absent', 'no driver'],
      ['tfjs', 'untrusted', 'a tfjs device: self-test: kernelBlock is off by 1.0e+0, allowed 0.0001'],
      ['webgpu', 'untrusted', 'a webgpu device: out of luck'],
      ['webgpu', 'untested', 'a webgpu device is a software adapter: test it with surety doctor --device webgpu'],
      ['tfjs', 'usable', 'a tfjs device'],
    ])
    expect(engines[1]).toMatchObject({error: null, allowed: null, gflops: null, pairsPerSecond: null})
    expect(engines[2]).toMatchObject({error: expect.closeTo(1, 6) as number, gflops: null})
    expect(engines[5]!.gflops!).toBeGreaterThan(0)
    // Tested, and opened again for `auto`.
    expect([closed.includes('software'), closed.includes('sound')]).toEqual([true, true])
  })

  it('tests what is named, though it is software or looks absent', async () => {
    expect((await health([source('webgpu', {software: true})], 'webgpu'))[1]).toMatchObject({
      state: 'usable',
      allowed: 1e-4,
    })
    const opened: string[] = []
    const shy = {
      ...source('tfjs'),
      absence: () => 'looks absent',
      open: async () => (
        opened.push('tfjs'), {engine: await pretend('tfjs'), description: 'a device', software: false}
      ),
    }
    expect((await health([shy], 'tfjs'))[1]).toMatchObject({state: 'usable', detail: 'a device'})
    expect((await health([shy]))[1]).toMatchObject({state: 'absent', detail: 'looks absent'})
    expect(opened).toHaveLength(1)
  })

  it('calls a device that fails while its speed is measured untrusted, and an error that is not a number none', async () => {
    const slow = {
      kernelApply: (...args: Parameters<PairwiseEngine['kernelApply']>) =>
        args[0].rows > 200 ? Promise.reject(new Error('lost')) : cpu.kernelApply(...args),
    }
    expect((await health([source('tfjs', {replaced: slow})]))[1]).toMatchObject({
      state: 'untrusted',
      detail: 'a tfjs device: lost',
      gflops: null,
    })
    const nan = {
      kernelBlock: async (...[z, w]: Parameters<PairwiseEngine['kernelBlock']>) => ({
        rows: z.rows,
        cols: w.rows,
        data: (await cpu.kernelBlock(z, w)).data.fill(NaN),
      }),
    }
    expect((await health([source('tfjs', {replaced: nan})]))[1]).toMatchObject({
      state: 'untrusted',
      error: null,
      allowed: 1e-4,
    })
  })
})
