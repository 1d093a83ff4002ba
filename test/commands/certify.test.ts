import {existsSync, mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import type {CertifyReport} from '../../src/documents/reports.js'
import type {LayerListing} from '../../src/documents/subject.js'
import {type Run, surety} from './run-surety.js'
import {commandLine} from '../support/command-line.js'

const EMBEDDINGS = 'fixtures/digits/digits-mlp-embeddings.npz'
const folder = mkdtempSync(join(tmpdir(), 'surety-certify-'))
afterAll(() => rmSync(folder, {recursive: true, force: true}))

interface Reference {
  models: Record<string, {layers: Record<string, {epsilon: number; diameter: number; zeroDistancePairs: number}>}>
}
const reference = JSON.parse(readFileSync('fixtures/digits/kc_reference.json', 'utf8')) as Reference
const certifyJson = async (...args: string[]) =>
  JSON.parse((await commandLine('certify', ...args, '--json')).stdout) as CertifyReport

describe('surety certify', () => {
  const out = join(folder, 'report.json')
  const html = join(folder, 'report.html')
  let run: Run
  beforeAll(async () => {
    run = await commandLine('certify', EMBEDDINGS, '--out', out, '--html', html)
  })

  it('prints the verdict and what it means, and exits 0', () => {
    expect(run.code).toBe(0)
    expect(run.stdout).toMatch(/^✓ CERTIFIED {2}Accuracy /)
    expect(run.stdout.replace(/\s+/g, ' ')).toContain('It says nothing about an adversary')
    expect(Math.max(...run.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
    expect(run.stdout).not.toContain('\u001b')
  })

  it('writes the report that --json prints, except the run block', async () => {
    const written = JSON.parse(readFileSync(out, 'utf8')) as CertifyReport
    const printed = await certifyJson(EMBEDDINGS)
    delete written.run
    delete printed.run
    expect(printed).toEqual(written)
    expect(readFileSync(html, 'utf8')).toContain(written.verdict.summary.slice(0, 'Accuracy 97.1'.length))
  })

  it('has the names that scripts rely on', async () => {
    const report = await certifyJson(EMBEDDINGS)
    expect(Object.keys(report)).toEqual(
      expect.arrayContaining([
        'schemaVersion',
        'command',
        'version',
        'seed',
        'engine',
        'inputs',
        'config',
        'metrics',
        'verdict',
        'notes',
      ]),
    )
    expect(Object.keys(report.metrics.layers[0]!)).toEqual(
      expect.arrayContaining(['name', 'dim', 'epsilon', 'zeroDistancePairs', 'diameter', 'medianDistance']),
    )
    expect(Object.keys(report.metrics.cells[0]!)).toEqual(
      expect.arrayContaining(['layer', 'delta', 'eta', 'pairs', 'global', 'windowed', 'direct', 'status']),
    )
    expect(report.inputs[0]).toMatchObject({path: EMBEDDINGS, bytes: 196619})
  })

  it('depends on the seed, which is in the report', async () => {
    const [a, b] = [await certifyJson(EMBEDDINGS, '--seed', '1'), await certifyJson(EMBEDDINGS, '--seed', '2')]
    expect(a.seed).toBe(1)
    expect(a.metrics.cells).not.toEqual(b.metrics.cells)
  })
})

describe('against the independent reference values', () => {
  it.each(['digits-mlp', 'digits-cnn'])(
    '%s: ε, diameter and zero distances of the embedding file to 1e-9',
    async (model) => {
      const {metrics} = await certifyJson(
        `fixtures/digits/${model}-embeddings.npz`,
        '--scale',
        'none',
        '--floor',
        '0',
        '--no-split',
      )
      for (const [name, expected] of Object.entries(reference.models[model]!.layers)) {
        const layer = metrics.layers.find((l) => l.name === name)!
        expect(Math.abs(layer.epsilon.raw.estimate / expected.epsilon - 1)).toBeLessThan(1e-9)
        expect(Math.abs(layer.diameter / expected.diameter - 1)).toBeLessThan(1e-9)
        expect(layer.zeroDistancePairs).toBe(expected.zeroDistancePairs)
      }
    },
  )

  it.each(['digits-mlp', 'digits-cnn'])('%s: ε through the ONNX checkpoint to 1e-4', async (model) => {
    const {metrics} = await certifyJson(
      `fixtures/digits/${model}.onnx`,
      '--data',
      `fixtures/digits/${model}-test.npz`,
      '--loss',
      'cross-entropy',
      '--scale',
      'none',
      '--floor',
      '0',
      '--no-split',
    )
    for (const {epsilon} of Object.values(reference.models[model]!.layers)) {
      const nearest = Math.min(...metrics.layers.map((layer) => Math.abs(layer.epsilon.raw.estimate / epsilon - 1)))
      expect(nearest).toBeLessThan(1e-4)
    }
  })
})

describe('models and data', () => {
  it('lists the layers of a checkpoint', async () => {
    const {code, stdout} = await commandLine('certify', 'fixtures/digits/digits-mlp.onnx', '--list-layers')
    expect(code).toBe(0)
    expect(stdout).toMatch(/\* +\S+ +Relu/)
  })

  it('lists them as one JSON object, with shapes and without data', async () => {
    const {code, stdout} = await commandLine('certify', 'fixtures/digits/digits-cnn.onnx', '--list-layers', '--json')
    expect(code).toBe(0)
    const listing = JSON.parse(stdout) as LayerListing
    expect(listing).toMatchObject({schemaVersion: 1, kind: 'layers', command: 'certify', model: {kind: 'onnx'}})
    expect(listing.layers.every(({shape}) => shape !== null)).toBe(true)
  })

  it('says what was certified, and uses a random sample of the rows where a limit is given', async () => {
    const report = await certifyJson(
      'fixtures/mnist-mlp',
      '--data',
      'fixtures/mnist-mlp/test.npz',
      '--limit',
      '200',
      '--bootstrap',
      '0',
    )
    expect(report.subject!.data).toMatchObject({
      format: 'npz',
      rows: 1000,
      used: 200,
      sample: 'random',
      inputs: [{shape: [784], observed: [0, 255], possible: null}],
    })
    expect(report.subject!.model).toMatchObject({
      kind: 'tfjs-layers',
      layers: [{name: 'h1', kind: 'Dense', shape: [64]}, {name: 'h2'}, {name: 'logits'}],
    })
    const rows = report.metrics.layers.flatMap((layer) => layer.mostVolatile.map(({row}) => row))
    expect(Math.max(...rows)).toBeGreaterThan(200)
  })

  it('--max-memory: a file, and a run, that cannot fit are refused with what would do', () => {
    const refused = (limit: string) => {
      const {code, stderr} = surety('certify', 'fixtures/digits/digits-mlp-embeddings.npz', '--max-memory', limit)
      expect(code).toBe(2)
      return stderr.replace(/\s+/g, ' ')
    }
    expect(refused('0.1MiB')).toMatch(
      /reading .*digits-mlp-embeddings\.npz \(.* MiB\) needs about .* the limit is 0\.100 MiB → raise --max-memory to \d+/,
    )
    expect(refused('130MiB')).toMatch(/600 rows in 3 layers need about \d+ MiB of memory in all, the limit is 130 MiB/)
  })

  it('a model without --data is a usage error', async () => {
    const {code, stderr} = await commandLine('certify', 'fixtures/digits/digits-mlp.onnx')
    expect(code).toBe(2)
    expect(stderr).toContain('--data')
  })

  it('writes nothing when the data are bad', async () => {
    const target = join(folder, 'none.json')
    const {code} = await commandLine(
      'certify',
      'fixtures/digits/digits-mlp.onnx',
      '--data',
      'package.json',
      '--out',
      target,
    )
    expect(code).toBe(2)
    expect(existsSync(target)).toBe(false)
  })
})
