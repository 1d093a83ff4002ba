import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {homedir, tmpdir} from 'node:os'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {diagnose} from '../../src/pairwise/diagnose.js'
import {tfjsNodeGpuMisfit} from '../../src/pairwise/sources.js'
import {parseReport} from '../../src/documents/read-report.js'
import type {DoctorReport} from '../../src/documents/reports.js'
import {source} from '../pairwise/fakes.js'
import {surety, suretyWith} from './run-surety.js'

describe('surety doctor', () => {
  it('says what is there and what auto takes, within 80 columns and without paths of the user', () => {
    const {code, stdout, stderr} = suretyWith({env: {VK_DRIVER_FILES: ''}}, 'doctor')
    expect([code, stderr]).toEqual([0, ''])
    for (const part of [
      'System',
      'Packages',
      'Engines',
      '--device auto',
      'onnxruntime-node',
      process.version,
      'taken: ',
    ])
      expect(stdout).toContain(part)
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
    if (!hasGpu)
      expect(stderr.replace(/\s+/g, ' ')).toMatch(/no GPU can be used: webgpu passed over: .*; tfjs passed over: /)
  })
})

describe('tfjs-node-gpu on Node 23 and later', () => {
  it('is reported as unusable with the reason; auto passes it over, by name it is an error, the rest works', () => {
    const folder = mkdtempSync(join(tmpdir(), 'surety-tfjs-'))
    try {
      mkdirSync(join(folder, '@tensorflow/tfjs-node-gpu'), {recursive: true})
      writeFileSync(join(folder, '@tensorflow/tfjs-node-gpu/package.json'), '{"version": "4.22.0"}')
      const newer = {
        env: {NODE_PATH: folder, VK_DRIVER_FILES: ''},
        nodeArgs: ['--import', `data:text/javascript,Object.defineProperty(process,'version',{value:'v24.1.0'})`],
      }
      const {metrics, engine} = JSON.parse(suretyWith(newer, 'doctor', '--json').stdout) as DoctorReport
      const reason = expect.stringContaining('does not work on Node 23 and later') as string
      expect(metrics.engines.find(({name}) => name === 'tfjs')).toMatchObject({state: 'absent', detail: reason})
      expect(metrics.engines[0]).toMatchObject({name: 'cpu', state: 'usable'})
      expect(engine.tried).toContainEqual({name: 'tfjs', outcome: reason})
      const {code, stderr} = suretyWith(
        newer,
        'certify',
        'fixtures/digits/digits-mlp-embeddings.npz',
        '--device',
        'tfjs',
      )
      expect(code).toBe(2)
      expect(stderr.replace(/\s+/g, ' ')).toMatch(/Node 23 and later .* this is Node 24\.1\.0 → use Node 20 or 22/)
    } finally {
      rmSync(folder, {recursive: true})
    }
  })

  it.each([
    ['v20.20.2', false],
    ['v22.23.3', false],
    ['v23.0.0', true],
    ['v24.21.0', true],
    ['v100.0.0', true],
  ])('%s: %s', (version, isMisfit) => {
    expect(tfjsNodeGpuMisfit(version) !== null).toBe(isMisfit)
  })
})

describe('diagnose', () => {
  it('tells a device that is sound from one that computes wrongly, one that is absent, and one that is software', async () => {
    const zeros = {kernelBlock: () => Promise.resolve({rows: 67, cols: 131, data: new Float64Array(67 * 131)})}
    const {metrics, auto} = await diagnose('auto', {threads: 1}, [
      source('webgpu'),
      source('tfjs', {replaced: zeros}),
      source('tfjs', {absence: 'not installed'}),
      source('webgpu', {software: true}),
    ])
    expect(metrics.engines.map(({state}) => state)).toEqual(['usable', 'usable', 'untrusted', 'absent', 'untested'])
    expect(metrics.engines[2]).toMatchObject({
      error: 1,
      gflops: null,
      detail: expect.stringContaining('kernelBlock is off by') as string,
    })
    expect(auto.report.name).toBe('webgpu')
  })

  it('tests a software adapter that is asked for by name', async () => {
    const {metrics} = await diagnose('webgpu', {threads: 1}, [source('webgpu', {software: true})])
    expect(metrics.engines[1]).toMatchObject({state: 'usable', detail: 'a webgpu device'})
  })
})
