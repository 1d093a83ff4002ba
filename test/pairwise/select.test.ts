import {describe, expect, it} from 'vitest'
import {DeviceError, UsageError} from '../../src/errors.js'
import type {Dense} from '../../src/linalg/types.js'
import type {PairwiseEngine} from '../../src/pairwise/engine.js'
import {selectEngine} from '../../src/pairwise/select.js'
import {normal, units} from './webgpu/data.js'
import {lost, source} from './fakes.js'

const zeros = {kernelApply: () => Promise.resolve({rows: 131, cols: 5, data: new Float64Array(131 * 5)})}

describe('--device auto', () => {
  it('takes cpu where nothing else is there, says why, and loads no package for that', async () => {
    let opened = 0
    const {engine, report, notes} = await selectEngine('auto', {threads: 2}, [
      source('webgpu', {absence: 'no driver', onOpen: () => opened++}),
      source('tfjs', {absence: 'not installed', onOpen: () => opened++}),
    ])
    expect(engine.name).toBe('cpu')
    expect(opened).toBe(0)
    expect(notes).toEqual([])
    expect(report).toMatchObject({name: 'cpu', precision: 'fp64'})
    expect(report.tried).toEqual([
      {name: 'webgpu', outcome: 'passed over: no driver'},
      {name: 'tfjs', outcome: 'passed over: not installed'},
      {name: 'cpu', outcome: expect.stringMatching(/^taken: 2 threads, products by /) as string},
    ])
    await engine.close()
  })

  it('passes over a software adapter, a device that returns zeros, and one that throws anything', async () => {
    const bad = [
      source('webgpu', {software: true}),
      source('tfjs', {replaced: zeros}),
      source('webgpu', {replaced: {volatility: () => Promise.reject(new Error('out of luck'))}}),
    ]
    const {engine, report} = await selectEngine('auto', {}, bad)
    expect(engine.name).toBe('cpu')
    expect(report.tried.map(({outcome}) => outcome)).toEqual([
      'passed over: only a software adapter',
      'passed over: tfjs (a tfjs device) may not be used: self-test: kernelApply is off by 1.0e+0, allowed 0.0001',
      'passed over: webgpu (a webgpu device) may not be used: out of luck',
      expect.stringContaining('taken') as string,
    ])
    await engine.close()
  })

  it('takes the one GPU engine that is there, and of two the faster one', async () => {
    const single = await selectEngine('auto', {}, [source('webgpu'), source('tfjs', {absence: 'not installed'})])
    expect(single.report).toMatchObject({name: 'webgpu', precision: 'fp32'})
    const cpu = (await selectEngine('cpu')).engine
    const slow: Partial<PairwiseEngine> = {
      async kernelApply(z, w, v) {
        if (z.rows > 200) await new Promise((resolve) => setTimeout(resolve, 300))
        return cpu.kernelApply(z, w, v)
      },
    }
    const raced = await selectEngine('auto', {}, [source('webgpu', {replaced: slow}), source('tfjs')])
    expect(raced.report.name).toBe('tfjs')
    expect(raced.report.tried[0]!.outcome).toMatch(/^passed over: \d+ GFLOP\/s, tfjs reaches \d+$/)
    await Promise.all([single, raced].map(({engine}) => engine.close()))
    await cpu.close()
  })
})

describe('--device auto, beside a GPU', () => {
  const z = units(1, 1500, 4)
  const v = normal(2, 1500, 2)

  it('leaves to cpu what cpu does faster, and says what was measured', async () => {
    const cpu = (await selectEngine('cpu')).engine
    const slow: Partial<PairwiseEngine> = {
      async kernelApply(...task) {
        for (let k = 0; k < 40; k++) await cpu.kernelApply(...task)
        return cpu.kernelApply(...task)
      },
    }
    const {engine, report} = await selectEngine('auto', {}, [source('webgpu', {replaced: slow})])
    expect(await engine.kernelApply(z, z, v)).toEqual(await cpu.kernelApply(z, z, v))
    expect(report).toMatchObject({name: 'cpu', precision: 'fp64'})
    expect(report.tried.map(({outcome}) => outcome)).toEqual([
      'taken: a webgpu device',
      expect.stringMatching(/^kernel products: left to cpu, [\d.]+ ms against [\d.]+ ms of cpu on 512 rows$/) as string,
    ])
    await Promise.all([engine.close(), cpu.close()])
  })

  it('gives the GPU what it does faster', async () => {
    const cpu = (await selectEngine('cpu')).engine
    const quick: Partial<PairwiseEngine> = {
      // Honest in the self-test, and at once with an answer afterwards.
      kernelApply: (a, b, c) =>
        a.rows < 200
          ? cpu.kernelApply(a, b, c)
          : Promise.resolve({rows: a.rows, cols: c.cols, data: new Float64Array(1)}),
    }
    const {engine, report} = await selectEngine('auto', {}, [source('webgpu', {replaced: quick})])
    expect((await engine.kernelApply(z, z, v)).data).toHaveLength(1)
    expect(report).toMatchObject({name: 'webgpu', precision: 'fp32'})
    expect(report.tried.at(-1)!.outcome).toMatch(
      /^kernel products: taken, [\d.]+ ms against [\d.]+ ms of cpu on \d+ rows$/,
    )
    await Promise.all([engine.close(), cpu.close()])
  })

  it('races nothing where a GPU is required', async () => {
    const {engine, report} = await selectEngine('auto', {requireGpu: true}, [source('webgpu')])
    await engine.kernelApply(z, z, v)
    expect(report.tried).toHaveLength(1)
    await engine.close()
  })
})

describe('a device asked for by name', () => {
  it('that is absent, or computes wrongly, is an error with a next step', async () => {
    await expect(selectEngine('tfjs', {}, [source('tfjs', {absence: 'not installed'})])).rejects.toThrow(DeviceError)
    const error = await selectEngine('webgpu', {}, [source('webgpu', {replaced: zeros})]).catch(
      (e: unknown) => e as DeviceError,
    )
    expect(error).toBeInstanceOf(DeviceError)
    expect((error as DeviceError).nextSteps.length).toBeGreaterThan(0)
    await expect(selectEngine('abacus', {}, [])).rejects.toThrow("there is no device 'abacus'")
  })

  it('may be a software adapter, which is noted', async () => {
    const {engine, notes, report} = await selectEngine('webgpu', {}, [source('webgpu', {software: true})])
    expect(report.name).toBe('webgpu')
    expect(notes.map(({code}) => code)).toEqual(['software-device'])
    await engine.close()
  })

  it('cpu is never tested against a GPU', async () => {
    const {engine, report} = await selectEngine('cpu', {}, [source('webgpu')])
    expect(report.tried).toHaveLength(1)
    await engine.close()
  })
})

describe('--require-gpu', () => {
  it('makes it an error that there is none, that it is software, or that cpu was named', async () => {
    await expect(selectEngine('auto', {requireGpu: true}, [source('webgpu', {absence: 'no driver'})])).rejects.toThrow(
      'no GPU can be used: webgpu passed over: no driver',
    )
    await expect(selectEngine('webgpu', {requireGpu: true}, [source('webgpu', {software: true})])).rejects.toThrow(
      DeviceError,
    )
    await expect(selectEngine('cpu', {requireGpu: true}, [])).rejects.toThrow(UsageError)
  })

  it('lets a failure during the run stand', async () => {
    const device = await mortal()
    const {engine} = await selectEngine('webgpu', {requireGpu: true}, [source('webgpu', {replaced: device.reductions})])
    device.die()
    await expect(engine.kernelBlock(units(1, 9, 4), units(2, 8, 4))).rejects.toThrow('device lost')
    await engine.close()
  })
})

describe('a device that fails during the run', () => {
  it('is replaced by cpu, which gives the same result and is noted once', async () => {
    const device = await mortal()
    const {engine, report, notes} = await selectEngine('webgpu', {}, [source('webgpu', {replaced: device.reductions})])
    device.die()
    const [z, w, v] = [units(1, 30, 4), units(2, 20, 4), normal(3, 20, 2)]
    const cpu = (await selectEngine('cpu')).engine
    expect(await engine.kernelBlock(z, w)).toEqual(await cpu.kernelBlock(z, w))
    expect(await engine.kernelApply(z, w, v)).toEqual(await cpu.kernelApply(z, w, v))
    expect(notes).toHaveLength(1)
    expect(notes[0]).toMatchObject({level: 'warning', code: 'device-failed'})
    expect(report.tried.slice(-2).map(({outcome}) => outcome)).toEqual([
      'failed during the run: webgpu device lost (a test): unplugged',
      'taken for the rest of the run',
    ])
    await Promise.all([engine.close(), cpu.close()])
  })
})

/** Reductions of a device that works until it is told to die. */
async function mortal(): Promise<{die: () => void; reductions: Partial<PairwiseEngine>}> {
  const {engine} = await selectEngine('cpu')
  let alive = true
  const unlessDead =
    <A extends unknown[], R>(reduce: (...args: A) => Promise<R>) =>
    (...args: A) =>
      alive ? reduce(...args) : Promise.reject(lost())
  return {
    die() {
      alive = false
    },
    reductions: {
      kernelBlock: unlessDead<Parameters<PairwiseEngine['kernelBlock']>, Dense>((z, w) => engine.kernelBlock(z, w)),
      kernelApply: unlessDead<Parameters<PairwiseEngine['kernelApply']>, Dense>((z, w, v) =>
        engine.kernelApply(z, w, v),
      ),
    },
  }
}
