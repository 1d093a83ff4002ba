import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi} from 'vitest'
import {createCpuEngine} from '../../src/pairwise/cpu/index.js'
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
} from '../../src/pairwise/engine.js'
import {type Race, racedEngine} from '../../src/pairwise/raced.js'
import {normal, task, units} from './webgpu/data.js'

let cpu: PairwiseEngine
beforeAll(async () => {
  cpu = await createCpuEngine({threads: 1})
})
afterAll(() => cpu.close())

/** A clock that only work moves. */
let now = 0
beforeEach(() => {
  now = 0
  vi.spyOn(performance, 'now').mockImplementation(() => now)
})
afterEach(() => vi.restoreAllMocks())

type Pace = Partial<Record<'volatility' | 'kernelBlock' | 'kernelApply' | 'kernelGradient', number>>

/** The cpu engine, by a clock that moves so many milliseconds a million pairs; `calls` holds the rows of each call. */
function paced(pace: Pace, log: string[] = []): PairwiseEngine {
  const spend = (work: keyof Pace, m: number, n: number) => {
    log.push(`${work} ${m} ${n}`)
    now += ((pace[work] ?? 1) * m * n) / 1e6
  }
  return {
    ...cpu,
    volatility(one) {
      spend('volatility', one.anchors.rows, one.references.rows)
      return cpu.volatility(one)
    },
    kernelBlock(z, w) {
      spend('kernelBlock', z.rows, w.rows)
      return cpu.kernelBlock(z, w)
    },
    kernelApply(z, w, v) {
      spend('kernelApply', z.rows, w.rows)
      return cpu.kernelApply(z, w, v)
    },
    kernelGradient(z, w, left, right, onRows) {
      spend('kernelGradient', z.rows, w.rows)
      return cpu.kernelGradient(z, w, left, right, onRows)
    },
  }
}

function raced(device: PairwiseEngine, processor: PairwiseEngine) {
  const races: Race[] = []
  let opened = 0
  const engine = racedEngine(
    {...device, name: 'webgpu', precision: 'fp32'},
    () => (opened++, Promise.resolve(processor)),
    (race) => races.push(race),
  )
  return {engine, races, opened: () => opened}
}

const z = units(1, 1500, 3)
const v = normal(2, 1500, 2)

describe('a race', () => {
  it('is run once for each kind of work, and gives each to the faster side', async () => {
    const [onDevice, onCpu]: [string[], string[]] = [[], []]
    const {engine, races, opened} = raced(
      paced({volatility: 2000, kernelApply: 100, kernelGradient: 100, kernelBlock: 2000}, onDevice),
      paced({volatility: 1000, kernelApply: 1000, kernelGradient: 1000, kernelBlock: 1000}, onCpu),
    )
    expect([engine.name, engine.precision]).toEqual(['webgpu', 'fp32'])
    const one = task(z, z, 'l2')
    expect(await engine.volatility(one)).toEqual(await cpu.volatility(one))
    expect(await engine.kernelApply(z, z, v)).toEqual(await cpu.kernelApply(z, z, v))
    const gradients: number[] = []
    await engine.kernelGradient(z, z, v, v, (first) => gradients.push(first))
    expect(gradients).toEqual([0, 512, 1024])
    // A comparison number by number of so many would take a minute.
    expect(
      Buffer.from((await engine.kernelBlock(z, z)).data.buffer).equals(
        Buffer.from((await cpu.kernelBlock(z, z)).data.buffer),
      ),
    ).toBe(true)
    expect(races.map(({work, winner}) => [work, winner])).toEqual([
      ['volatility', 'cpu'],
      ['kernel products', 'device'],
      ['kernel gradients', 'device'],
      ['kernel blocks', 'cpu'],
    ])
    expect(races[0]!.measured).toEqual({rows: 512, deviceMs: 2000 * 0.512 ** 2, cpuMs: 1000 * 0.512 ** 2})
    onDevice.length = onCpu.length = 0
    await engine.kernelApply(z, z, v)
    await engine.volatility(one)
    expect([onDevice, onCpu]).toEqual([['kernelApply 1500 1500'], ['volatility 1500 1500']])
    expect([races.length, opened()]).toEqual([4, 1])
    // What cpu won may still be of another kind next time: nothing takes this engine for fp64.
    expect(engine.precision).toBe('fp32')
  })

  it('leaves what is small to cpu without asking the device, and is run when a large task comes', async () => {
    const onDevice: string[] = []
    const {engine, races} = raced(paced({kernelApply: 1}, onDevice), paced({kernelApply: 1000}))
    const [few, some] = [units(3, 300, 3), normal(4, 300, 2)]
    await engine.kernelApply(few, few, some)
    await engine.kernelApply(few, few, some)
    expect(onDevice).toEqual([])
    expect(races).toEqual([{work: 'kernel products', winner: 'cpu', measured: null}])
    await engine.kernelApply(z, z, v)
    expect(races.at(-1)).toMatchObject({work: 'kernel products', winner: 'device'})
    expect(onDevice.at(-1)).toBe('kernelApply 1500 1500')
  })

  it('doubles a sample that is over too soon, up to an eighth of the work', async () => {
    const many = units(5, 3000, 1)
    const right = normal(6, 3000, 1)
    const onCpu: string[] = []
    const {engine, races} = raced(paced({kernelApply: 1}), paced({kernelApply: 5}, onCpu))
    await engine.kernelApply(many, many, right)
    expect(onCpu.slice(0, 3)).toEqual(['kernelApply 512 512', 'kernelApply 512 512', 'kernelApply 1024 1024'])
    expect(races[0]!.measured!.rows).toBe(1024)
  })

  it('takes samples of the task itself: its first rows, and one set where it is one', async () => {
    const seen: {same: boolean; loss: number; labels: number}[] = []
    const device = paced({volatility: 1})
    const {engine} = raced(
      {
        ...device,
        volatility(one) {
          seen.push({
            same: one.anchors === one.references,
            loss: one.anchorLoss.length,
            labels: one.referenceLabels?.length ?? 0,
          })
          return device.volatility(one)
        },
      },
      paced({volatility: 1000}),
    )
    await engine.volatility(task(z, z, 'l1'))
    await engine.volatility(task(z, units(7, 1400, 3), 'l1'))
    expect(seen).toEqual([
      {same: true, loss: 512, labels: 512},
      {same: true, loss: 512, labels: 512},
      {same: true, loss: 1500, labels: 1500},
      {same: false, loss: 1500, labels: 1400},
    ])
  })

  it('distances are fp64 on the processor, and what was opened is closed', async () => {
    const closed: string[] = []
    const closing = (name: string): PairwiseEngine => ({...cpu, close: () => (closed.push(name), Promise.resolve())})
    const {engine} = raced(closing('device'), closing('cpu'))
    await engine.close()
    expect(closed).toEqual(['device'])
    const both = raced(closing('device'), closing('cpu')).engine
    const few = normal(13, 20, 3)
    expect(await both.distances(few, few, 'l2')).toEqual(await cpu.distances(few, few, 'l2'))
    await both.close()
    expect(closed.sort()).toEqual(['cpu', 'device', 'device'])
  })
})

describe('a race of solves', () => {
  const host = {precision: 'fp64'} as HostSolve
  const open = async (devicePace: number, n = 1500) => {
    const [log, rows] = [[] as string[], units(1, n, 3)]
    const stage = {precision: 'fp32'} as SolveStage
    const {engine, races} = raced(
      {...paced({kernelApply: devicePace}, log), openSolve: () => Promise.resolve(stage)},
      paced({kernelApply: 1000}),
    )
    return {opened: await engine.openSolve!({rows, columns: 3}, host), stage, races, log, engine, rows}
  }

  it('is that of the products a solve consists of: who wins these gets it', async () => {
    const won = await open(100)
    expect(won.opened).toBe(won.stage)
    expect(won.races).toMatchObject([{work: 'kernel products', winner: 'device', measured: {rows: 512}}])
    expect(won.log).toEqual(['kernelApply 512 512', 'kernelApply 512 512'])
    await won.engine.kernelApply(won.rows, won.rows, normal(2, 1500, 3))
    expect(won.races).toHaveLength(1)
    expect((await open(2000)).opened).toBe(host)
  })

  it('leaves few rows to the processor, and all where the device has no solve', async () => {
    const few = await open(100, 1000)
    expect([few.opened === host, few.log, few.races[0]!.measured]).toEqual([true, [], null])
    const {engine, races} = raced(cpu, cpu)
    expect(await engine.openSolve!({rows: units(1, 1500, 3), columns: 3}, host)).toBe(host)
    expect(races).toEqual([])
  })
})

describe('a race through landmarks', () => {
  const [points, y] = [units(8, 4, 3), normal(9, 9000, 2)]
  const rows = units(10, 9000, 3)
  const landmarks: LandmarkTask = {rows, points, whiten: {rows: 4, cols: 4, data: new Float32Array(16)}, y, ridge: 1}
  /** Stages that only take time: so many milliseconds a thousand rows, after `opening`. */
  const stage = (name: string, pace: number, seen: string[]): LandmarkStage<string> => ({
    precision: name === 'cpu' ? 'fp64' : 'fp32',
    sums(from, to) {
      seen.push(`${name} ${from} ${to}`)
      now += (pace * (to - from)) / 1000
      return Promise.resolve({outer: points, cross: points, own: 0})
    },
    gradient: (from, to) => {
      now += (pace * (to - from)) / 1000
      return Promise.resolve(name)
    },
    close: () => (seen.push(`${name} closed`), Promise.resolve()),
  })
  const open = async (devicePace: number, task = landmarks) => {
    const seen: string[] = []
    const opened: number[] = []
    const host: HostLandmarks<string> = {
      ...stage('cpu', 200, seen),
      gather: () => Promise.reject(new Error('nobody hands anything over')),
    }
    const {engine, races} = raced(
      {
        ...cpu,
        openLandmarks: <G>(part: LandmarkTask) => {
          expect(part.y.rows).toBe(part.rows.rows)
          opened.push(part.rows.rows)
          return Promise.resolve(stage('device', devicePace, seen) as LandmarkStage<G>)
        },
      },
      cpu,
    )
    const won = await engine.openLandmarks!(task, host)
    return {won, host, opened, seen, race: races[0]}
  }

  it('opens the device on the first rows, and on all of them when it wins', async () => {
    const {won, opened, seen, race} = await open(10)
    expect(await won.gradient(0, 1, points)).toBe('device')
    expect(opened).toEqual([512, 512, 9000])
    expect(seen).toEqual(['cpu 0 512', 'cpu 0 512', 'device 0 512', 'device closed', 'device 0 512', 'device closed'])
    expect(race).toMatchObject({work: 'landmarks', winner: 'device', measured: {rows: 512, cpuMs: 204.8}})
  })

  it('goes on with the processor where that is faster, or there are few rows', async () => {
    const slow = await open(201)
    expect([slow.won === slow.host, slow.opened]).toEqual([true, [512, 512]])
    const few = {...landmarks, rows: units(11, 4000, 3), y: normal(12, 4000, 2)}
    const small = await open(1, few)
    expect([small.won === small.host, small.opened, small.race!.measured]).toEqual([true, [], null])
  })

  it('an engine without landmarks has none', async () => {
    const host = {precision: 'fp64'} as HostLandmarks<string>
    const {engine, races} = raced(cpu, cpu)
    expect(await engine.openLandmarks!(landmarks, host)).toBe(host)
    expect(races).toEqual([])
  })
})

describe('a race of Gram matrices', () => {
  /** Stages that only take time: so many milliseconds a million pairs in the solve. */
  const stage = (name: string, pace: number, rows: number, seen: string[]): GramStage<string> => ({
    precision: name === 'cpu' ? 'fp64' : 'fp32',
    solve() {
      seen.push(`${name} ${rows}`)
      now += (pace * rows * rows) / 1e6
      return Promise.resolve({alpha: normal(1, rows, 2), residual: null, leftToHost: null})
    },
    apply: (x) => Promise.resolve(x),
    gradient: () => Promise.resolve(name),
    close: () => (seen.push(`${name} closed`), Promise.resolve()),
  })
  const hostOf = (rows: number, seen: string[]): HostGram<string> => ({
    ...stage('cpu', 200, rows, seen),
    residual: () => Promise.reject(new Error('nobody refines')),
    gather: () => Promise.reject(new Error('nobody hands anything over')),
    sample: (count) => ({
      task: {rows: units(2, count, 3), y: normal(3, count, 2), ridge: 1},
      host: hostOf(count, seen),
      ask: (of) => of.solve(),
    }),
  })
  const open = async (rows: number, devicePace: number) => {
    const seen: string[] = []
    const host = hostOf(rows, seen)
    const {engine, races} = raced(
      {
        ...cpu,
        openGram: <G>(part: GramTask) =>
          Promise.resolve(stage('device', devicePace, part.rows.rows, seen) as GramStage<G>),
      },
      cpu,
    )
    const won = await engine.openGram!({rows: units(1, rows, 3), y: normal(1, rows, 2), ridge: 1}, host)
    return {won, host, seen, race: races[0]!, again: () => engine.openGram!({rows: z, y: v, ridge: 1}, host), races}
  }

  it('gives all of it to the device where that is faster on a sample of the task', async () => {
    const {won, seen, race, again, races} = await open(1500, 10)
    expect(await won.gradient(0, 1, v)).toBe('device')
    expect(seen).toEqual(['cpu 512', 'cpu 512', 'device 512', 'device closed', 'device 512', 'device closed'])
    expect(race).toMatchObject({work: 'Gram matrices', winner: 'device', measured: {rows: 512}})
    expect((await again()).precision).toBe('fp32')
    expect(races).toHaveLength(1)
  })

  it('goes on with the processor where that is faster, without a race below 2 million pairs', async () => {
    const slow = await open(1500, 201)
    expect(slow.won).toBe(slow.host)
    expect(slow.race.winner).toBe('cpu')
    const small = await open(1447, 1)
    expect(small.won).toBe(small.host)
    expect([small.seen, small.race]).toEqual([[], {work: 'Gram matrices', winner: 'cpu', measured: null}])
  })

  it('an engine without Gram matrices has none', async () => {
    const host = hostOf(1500, [])
    const {engine, races} = raced(cpu, cpu)
    expect(await engine.openGram!({rows: z, y: v, ridge: 1}, host)).toBe(host)
    expect(races).toEqual([])
  })
})
