import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {parse} from 'yaml'
import type {CertifyReport} from '../../src/documents/reports.js'
import {modelCard} from '../../src/render/model-card.js'
import {commandLine} from '../support/command-line.js'
import {certifySample} from './samples/certify.js'

interface Card {
  'model-index': {
    name: string
    results: {
      task: {type: string}
      dataset: {name: string; type: string; args: {rows: number; sha256: string}}
      metrics: {type: string; name: string; value: number; args?: Record<string, unknown>}[]
    }[]
  }[]
}
/** The front matter as YAML, and the Markdown behind it. */
const partsOf = (card: string): [Card, string] => {
  const [, front, text] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(card)!
  return [parse(front!) as Card, text!]
}

const folder = mkdtempSync(join(tmpdir(), 'surety-card-'))
afterAll(() => rmSync(folder, {recursive: true, force: true}))
const path = join(folder, 'report.json')
beforeAll(async () => {
  const args = ['--slice', 'class', '--bootstrap', '0', '--examples', '0', '--threads', '1', '--report', path]
  expect((await commandLine('certify', 'fixtures/digits/digits-mlp-embeddings.npz', ...args)).code).toBe(0)
})

describe('surety report --format model-card', () => {
  it('is YAML with what the hub requires, each figure rounded against the model', async () => {
    const {code, stdout} = await commandLine('report', path, '--format', 'model-card')
    expect(code).toBe(0)
    const [card, text] = partsOf(stdout)
    const [entry] = card['model-index']
    const [{task, dataset, metrics}] = entry!.results as [Card['model-index'][0]['results'][0]]
    expect([entry!.name, task.type, dataset.type]).toEqual(['digits-mlp-embeddings', 'other', 'digits-mlp-embeddings'])
    const report = JSON.parse(readFileSync(path, 'utf8')) as CertifyReport
    const {performance, headline, slices} = report.metrics
    expect(dataset.args).toEqual({rows: report.metrics.rows, sha256: report.inputs[0]!.sha256})
    for (const metric of metrics)
      expect(metric).toMatchObject({
        type: expect.stringMatching(/^[a-z_]+$/) as string,
        name: expect.any(String) as string,
        value: expect.any(Number) as number,
      })
    const value = (part: RegExp) => metrics.find(({name}) => part.test(name))!.value
    expect(value(/^accuracy, rows used/)).toBeCloseTo(performance!.value, 3)
    for (const [found, bound] of [
      [value(/^accuracy, at least/), performance!.lower!],
      [value(/worst slice, at least/), Math.min(...slices!.flatMap((slice) => slice.performance?.lower ?? []))],
      [-value(/differ.* at most/), -headline!.bound],
    ] as const) {
      expect(found).toBeLessThanOrEqual(bound)
      expect(found).toBeGreaterThan(bound - 2e-4)
    }
    expect(text).toContain('## Robustness')
    expect(text).toContain('none about an attacker')
  })

  it('leaves out what is not certified, and survives names that YAML or Markdown would take for something', () => {
    const sample = certifySample()
    const hostile = '"---\nx: [1]'
    const inputs = [{...sample.inputs[0]!, path: 'a/---\n- b: *c.onnx'}, sample.inputs[1]!]
    const headline = {layer: hostile, status: 'abstain', bound: 1, observed: 0.1, delta: 1, eta: 0.5, closeness: 0.1}
    const metrics = {
      ...sample.metrics,
      headline: {...headline, arbitrary: {observed: 0.1, lower: 0.05}},
    } as unknown as CertifyReport['metrics']
    const [card] = partsOf(modelCard({...sample, inputs, metrics}))
    expect(card['model-index'][0]!.name).toBe('---\\x0a- b: *c')
    expect(card['model-index'][0]!.results[0]!.metrics.filter(({type}) => type.startsWith('near'))).toEqual([])
  })

  it('is refused for other reports and for an edited one', async () => {
    const report = JSON.parse(readFileSync(path, 'utf8')) as CertifyReport
    report.metrics.performance!.value = 0.999
    writeFileSync(join(folder, 'edited.json'), JSON.stringify(report))
    const edited = await commandLine('report', join(folder, 'edited.json'), '--out', `model-card:${folder}/card.md`)
    expect([edited.code, edited.stderr.replace(/\s+/g, ' ')]).toEqual([
      2,
      expect.stringContaining('was edited after surety wrote it'),
    ])
    const other = join(folder, 'doctor.json')
    writeFileSync(other, (await commandLine('doctor', '--json')).stdout)
    const refused = await commandLine('report', other, '--format', 'model-card')
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('is no card of a model')])
  })
})
