import {cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import type {CertifyReport, HardenReport} from '../../src/documents/reports.js'
import {blobs, writeData, writeModel} from '../harden/models.js'
import {type JsonError} from './run-surety.js'
import {commandLine} from '../support/command-line.js'

const folder = mkdtempSync(join(tmpdir(), 'surety-harden-'))
afterAll(() => rmSync(folder, {recursive: true, force: true}))
const at = (...names: string[]) => join(folder, ...names)
let base: string[]

beforeAll(async () => {
  await writeModel(at('model'))
  base = [
    'harden',
    at('model'),
    '--data',
    writeData(at('train.npz'), blobs(80, 1)),
    '--val',
    writeData(at('val.npz'), blobs(60, 2)),
    '--learning-rate',
    '0.02',
    '--batch-size',
    '16',
  ]
}, 60_000)

const withoutRun = (path: string) => ({...(JSON.parse(readFileSync(path, 'utf8')) as HardenReport), run: undefined})

describe('surety harden', () => {
  it('writes a model that certify reads, with the ε that the report says; resumed, the bytes are the same', async () => {
    const full = await commandLine(
      ...base,
      '--epochs',
      '3',
      '--control',
      '--attack-radius',
      '0.2',
      '--out',
      at('full'),
      '--report',
      at('full.json'),
      '--html',
      at('full.html'),
    )
    expect(full.stderr).not.toContain('error')
    expect(full.code).toBe(0)
    expect(full.stdout).toMatch(/^• DONE {2}epoch \d of 3 is kept: accuracy/)
    expect(Math.max(...full.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
    const report = JSON.parse(readFileSync(at('full.json'), 'utf8')) as HardenReport
    expect(report).toMatchObject({
      command: 'harden',
      config: {epochs: 3, control: true, attackRadius: [0.2], lambda: 0.1},
      metrics: {backend: 'wasm', layers: ['hidden', 'logits']},
    })
    expect(report.inputs.map(({path}) => path)).toEqual([
      at('model', 'model.json'),
      at('model', 'weights.bin'),
      at('train.npz'),
      at('val.npz'),
    ])
    expect(readFileSync(at('full.html'), 'utf8')).toContain('id="penalty"')

    const certified = JSON.parse(
      (await commandLine('certify', at('full'), '--data', at('val.npz'), '--no-split', '--json', '--device', 'cpu'))
        .stdout,
    ) as CertifyReport
    expect(certified.metrics.layers.map(({epsilon}) => epsilon.scaleFree.estimate)).toEqual(
      report.metrics.after.layers.map(({epsilonScaleFree}) => epsilonScaleFree),
    )
    expect(certified.metrics.accuracy).toBe(report.metrics.after.accuracy)

    const part = [...base, '--control', '--attack-radius', '0.2', '--out', at('part')]
    expect((await commandLine(...part, '--epochs', '1')).code).toBe(0)
    expect((await commandLine(...part, '--epochs', '3', '--resume', '--report', at('part.json'))).code).toBe(0)
    for (const file of ['model.json', 'weights.bin', 'training.npz'])
      expect(readFileSync(at('part', file))).toEqual(readFileSync(at('full', file)))
    expect(withoutRun(at('part.json'))).toEqual(withoutRun(at('full.json')))
  }, 240_000)

  it('--resume begins where there is nothing yet, and says so', async () => {
    const {code, stderr} = await commandLine(...base, '--epochs', '1', '--out', at('fresh'), '--resume')
    expect(code).toBe(0)
    expect(stderr.replace(/\s+/g, ' ')).toContain('the training began anew')
    expect(existsSync(at('fresh', 'model.json'))).toBe(true)
  })

  it('a continuation with other options, fewer epochs or a spoilt state is refused, and the folder stays as it was', async () => {
    expect((await commandLine(...base, '--epochs', '2', '--out', at('kept'))).code).toBe(0)
    const before = readFileSync(at('kept', 'weights.bin'))
    const again = async (...more: string[]) =>
      (JSON.parse((await commandLine(...base, '--out', at('kept'), '--resume', '--json', ...more)).stdout) as JsonError)
        .error.message
    expect(await again('--lambda', '0.5', '--epochs', '3')).toMatch(
      /belongs to another run: lambda was 0\.1 and is 0\.5/,
    )
    expect(await again('--epochs', '1')).toMatch(/holds 2 epochs already/)
    cpSync(at('kept'), at('spoilt'), {recursive: true})
    writeFileSync(at('spoilt', 'training.npz'), readFileSync(at('kept', 'training.npz')).subarray(0, 500))
    const spoilt = await commandLine(...base, '--out', at('spoilt'), '--resume', '--epochs', '3', '--json')
    expect(spoilt.code).toBe(2)
    expect((JSON.parse(spoilt.stdout) as JsonError).error.message).toContain('training.npz')
    expect(readFileSync(at('kept', 'weights.bin'))).toEqual(before)
  }, 240_000)

  const wrong: [string, string[], RegExp, string][] = [
    ['a label beyond the classes', ['--val', 'labels.npz'], /label 7 at row 3 is out of range/, 'INPUT'],
    ['data of another width', ['--data', 'wide.npz'], /the array 'inputs' has the shape/, 'INPUT'],
    ['a value that is not finite', ['--data', 'nan.npz'], /row 1, column 0/, 'INPUT'],
    ['a file that is not there', ['--val', 'absent.npz'], /no such file/, 'INPUT'],
    ['training that diverges', ['--learning-rate', '1e38'], /training diverged in epoch 1/, 'INPUT'],
    ['no layer of that name', ['--layers', 'nope'], /no layer matches 'nope'/, 'USAGE'],
    ['floor 0', ['--floor', '0'], /--floor is 0/, 'USAGE'],
    ['window 0', ['--window', '0'], /--window is 0/, 'USAGE'],
    ['a device that cannot train', ['--device', 'webgpu'], /no device 'webgpu'/, 'USAGE'],
    ['a range upside down', ['--attack-radius', '0.1', '--input-range', '1,0'], /smaller first/, 'USAGE'],
    ['a batch of one', ['--batch-size', '1'], /batch-size/, 'USAGE'],
    ['an ONNX model', ['fixtures/digits/digits-mlp.onnx'], /digits-mlp\.onnx/, 'INPUT'],
  ]

  it.each(wrong)('%s: exit 2, and nothing is written', async (_, given, message, code) => {
    const spoil = (change: (data: ReturnType<typeof blobs>) => void, name: string) => {
      const data = blobs(20, 3)
      change(data)
      writeData(at(name), data)
    }
    spoil((data) => (data.labels[3] = 7), 'labels.npz')
    spoil((data) => ((data.inputs[0]!.data as Float32Array)[2] = NaN), 'nan.npz')
    spoil((data) => Object.assign(data.inputs[0]!, {shape: [20, 3], data: new Float32Array(60)}), 'wide.npz')
    const files = given.map((value) => (value.endsWith('.npz') ? at(value) : value))
    // A flag is given once: the wrong one takes the place of the right one.
    const place = base.indexOf(files[0]!)
    const rest = place < 0 ? base : [...base.slice(0, place), ...base.slice(place + 2)]
    const args = given[0]!.startsWith('--') ? [...rest, ...files] : ['harden', given[0]!, ...base.slice(2)]
    const {code: exit, stdout} = await commandLine(...args, '--out', at('never'), '--json')
    expect(exit).toBe(2)
    const {error} = JSON.parse(stdout) as JsonError
    expect(error.message).toMatch(message)
    expect(error.code).toBe(code)
    expect(error.nextSteps.length).toBeGreaterThan(0)
    expect(existsSync(at('never'))).toBe(false)
  })

  it('a folder that holds something, and one that cannot be made', async () => {
    mkdirSync(at('used'))
    writeFileSync(at('used', 'notes.txt'), 'mine')
    for (const [out, message] of [
      ['used', /is not empty \(notes\.txt\)/],
      [join('no', 'where'), /does not exist/],
    ] as const) {
      const {code, stdout} = await commandLine(...base, '--out', at(out), '--json')
      expect(code).toBe(2)
      expect((JSON.parse(stdout) as JsonError).error.message).toMatch(message)
    }
    expect(readFileSync(at('used', 'notes.txt'), 'utf8')).toBe('mine')
  })
})
