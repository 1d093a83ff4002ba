import {homedir, tmpdir} from 'node:os'
import {describe, expect, it} from 'vitest'
import {diagnose} from '../../src/pairwise/diagnose.js'
import {parseReport} from '../../src/report/read-report.js'
import type {DoctorReport} from '../../src/report/reports.js'
import {source} from '../pairwise/fakes.js'
import {surety, suretyWith} from './run-surety.js'

describe('surety doctor', () => {
  it('says what is there and what auto takes, within 80 columns and without paths of the user', () => {
    const started = performance.now()
    const {code, stdout, stderr} = suretyWith({env: {VK_DRIVER_FILES: ''}}, 'doctor')
    expect(performance.now() - started).toBeLessThan(20_000)
    expect([code, stderr]).toEqual([0, ''])
    for (const part of ['System', 'Packages', 'Engines', '--device auto', 'onnxruntime-node', process.version, 'taken: ']) expect(stdout).toContain(part)
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
    for (const path of [process.cwd(), homedir(), tmpdir()]) expect(stdout).not.toContain(path)
  })

  it('--json is a report that fits the schema', () => {
    const {code, stdout} = suretyWith({env: {VK_DRIVER_FILES: ''}}, 'doctor', '--json')
    expect(code).toBe(0)
    const {metrics, engine} = parseReport(Buffer.from(stdout), 'doctor.json', 'doctor')
    const cpu = metrics.engines.find(({name}) => name === 'cpu')!
    expect(cpu).toMatchObject({state: 'usable', precision: 'fp64'})
    expect(cpu.error).toBeLessThan(1e-9)
    expect(cpu.gflops).toBeGreaterThan(0)
    expect(cpu.pairsPerSecond).toBeGreaterThan(0)
    expect(metrics.engines.map(({name}) => name)).toEqual(['cpu', 'webgpu', 'tfjs'])
    expect(engine.tried.at(-1)!.outcome).toMatch(/^taken/)
  })

  it('a device that cannot be had is an error of the commands that need it, not of doctor', () => {
    expect(surety('doctor', '--device', 'tfjs').code).toBe(0)
    const {code, stderr} = surety('certify', 'fixtures/digits/digits-mlp-embeddings.npz', '--device', 'tfjs')
    expect(code).toBe(2)
    expect(stderr).toContain('@tensorflow/tfjs-node-gpu')
    expect(stderr).toContain('→')
  })

  it('--require-gpu without a GPU is an error that lists what was looked at', () => {
    const {metrics} = JSON.parse(surety('doctor', '--json').stdout) as DoctorReport
    const hasGpu = metrics.engines.some(({name, state}) => name !== 'cpu' && state === 'usable')
    const {code, stderr} = surety('certify', 'fixtures/digits/digits-mlp-embeddings.npz', '--require-gpu')
    expect(code === 2).toBe(!hasGpu)
    if (!hasGpu) expect(stderr.replace(/\s+/g, ' ')).toMatch(/no GPU can be used: webgpu passed over: .*; tfjs passed over: /)
  })
})

describe('diagnose', () => {
  it('tells a device that is sound from one that computes wrongly, one that is absent, and one that is software', async () => {
    const zeros = {kernelBlock: () => Promise.resolve({rows: 67, cols: 131, data: new Float64Array(67 * 131)})}
    const {metrics, auto} = await diagnose('auto', {threads: 1}, [source('webgpu'), source('tfjs', {replaced: zeros}), source('tfjs', {absence: 'not installed'}), source('webgpu', {software: true})])
    expect(metrics.engines.map(({state}) => state)).toEqual(['usable', 'usable', 'untrusted', 'absent', 'untested'])
    expect(metrics.engines[2]).toMatchObject({error: 1, gflops: null, detail: expect.stringContaining('kernelBlock is off by') as string})
    expect(auto.report.name).toBe('webgpu')
  })

  it('tests a software adapter that is asked for by name', async () => {
    const {metrics} = await diagnose('webgpu', {threads: 1}, [source('webgpu', {software: true})])
    expect(metrics.engines[1]).toMatchObject({state: 'usable', detail: 'a webgpu device'})
  })
})
