import {mkdtempSync, readFileSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {writeRule} from '../../src/certify/nearest/rule-file.js'
import {openNpz, writeNpz} from '../../src/data/npz.js'
import {clusters, rule} from '../certify/nearest/clusters.js'
import {commandLine} from '../support/command-line.js'

describe('surety check', () => {
  const folder = mkdtempSync(join(tmpdir(), 'surety-check-'))
  const path = (name: string) => join(folder, name)

  it('decides the same of npz, csv and JSON lines, and says what accepted inputs are promised', async () => {
    const data = clusters(1, 600)
    const matrix = (name: string, {dim, data: values}: (typeof data)['layers'][number], rows: number) =>
      ({name, shape: [rows, dim], type: 'f8', data: values}) as const
    writeFileSync(
      path('states.npz'),
      writeNpz([
        ...data.layers.map((layer) => matrix(layer.name, layer, 600)),
        {name: 'loss', shape: [600], type: 'f8', data: data.loss},
      ]),
    )
    const made = await commandLine(
      'certify',
      path('states.npz'),
      '--risk',
      '0.1',
      '--rule',
      path('rule.npz'),
      '--eta',
      '1',
      '--bootstrap',
      '0',
    )
    expect(made.stderr).not.toContain('error')
    const fresh = clusters(5, 1500).layers[1]!
    const line = (i: number) => Array.from(fresh.data.subarray(3 * i, 3 * i + 3))
    const rows = Array.from({length: 1500}, (_, i) => line(i))
    writeFileSync(path('new.npz'), writeNpz([matrix('h', fresh, 1500)]))
    writeFileSync(path('new.csv'), ['a,b,c', ...rows.map((row) => row.join(',')), ''].join('\n'))
    writeFileSync(path('new.jsonl'), rows.map((row, i) => JSON.stringify(i % 2 === 0 ? row : {h: row})).join('\n'))
    const decisions: string[] = []
    for (const form of ['npz', 'csv', 'jsonl']) {
      const {code, stdout} = await commandLine(
        'check',
        path(`new.${form}`),
        '--rule',
        path('rule.npz'),
        '--out',
        path(`${form}.csv`),
        '--json',
      )
      expect(code).toBe(0)
      const {metrics, verdict} = JSON.parse(stdout) as {
        metrics: {rows: number; accepted: number; guarantee: object}
        verdict: {summary: string}
      }
      expect(metrics.rows).toBe(1500)
      expect(metrics.accepted).toBeGreaterThan(600)
      expect(metrics.guarantee).toMatchObject({layer: 'h', risk: 0.1, loss: 0.5, alpha: 0.05})
      expect(verdict.summary).toContain('With 95 % confidence at most 10 % of accepted inputs')
      decisions.push(readFileSync(path(`${form}.csv`), 'utf8'))
    }
    expect(decisions[1]).toBe(decisions[0])
    expect(decisions[2]).toBe(decisions[0])
    expect(decisions[0]!.split('\n').slice(0, 2).join()).toMatch(
      /^row,decision,anchor,distance,anchor_loss,0,(accept|abstain),\d+,/,
    )
    const lines = await commandLine('check', path('new.npz'), '--rule', path('rule.npz'), '--out', path('out.jsonl'))
    expect(lines.code).toBe(0)
    expect(JSON.parse(readFileSync(path('out.jsonl'), 'utf8').split('\n')[1]!)).toMatchObject({row: 1})
  })

  it.each([
    ['wide.csv', '1,2,3,4\n', 'line 1: has 4 values'],
    ['hole.csv', '1,2,3\n1,,3\n', 'line 2: value 2 is not a finite number'],
    ['text.jsonl', '{"x": 1}\n', 'line 1: has no list of numbers'],
    ['states.txt', '1,2,3\n', 'is not a .npz'],
  ])('refuses %s', async (name, content, message) => {
    writeFileSync(path(name), content)
    writeFileSync(path('rule.npz'), writeRule(await rule()))
    const {code, stderr} = await commandLine('check', path(name), '--rule', path('rule.npz'))
    expect(code).toBe(2)
    expect(stderr.replace(/\n +/g, ' ')).toContain(message)
  })
})

describe('surety check --model', () => {
  const folder = mkdtempSync(join(tmpdir(), 'surety-check-model-'))
  const path = (name: string) => join(folder, name)
  const MODEL = 'fixtures/digits/digits-mlp.onnx'
  const DATA = 'fixtures/digits/digits-mlp-test.npz'
  const check = (inputs: string, ...flags: string[]) =>
    commandLine('check', inputs, '--rule', path('rule.npz'), ...flags)

  it('decides of inputs without labels what it decides of their hidden states, by the model of the rule only', async () => {
    const made = await commandLine(
      ...['certify', MODEL, '--data', DATA, '--loss', 'zero-one', '--risk', '0.2', '--rule', path('rule.npz')],
      ...['--bootstrap', '0', '--examples', '0'],
    )
    expect(made.stderr).not.toContain('error')
    const archive = openNpz(readFileSync(DATA), DATA)
    const inputs = archive.names.filter((name) => name !== 'labels').map((name) => archive.read(name))
    writeFileSync(path('inputs.npz'), writeNpz(inputs))
    const bare = await check(path('inputs.npz'), '--model', MODEL, '--out', path('bare.csv'), '--json')
    expect(bare.code).toBe(0)
    const report = JSON.parse(bare.stdout) as {
      metrics: {rows: number; accepted: number; guarantee: {layer: string}}
      inputs: {role: string; path: string}[]
    }
    expect(report.metrics.rows).toBe(inputs[0]!.shape[0])
    expect(report.metrics.accepted).toBeGreaterThan(100)
    expect(report.inputs.map(({role}) => role).sort()).toEqual(expect.arrayContaining(['data', 'model']))
    // The same file with labels, and the hidden states by another program.
    expect((await check(DATA, '--model', MODEL, '--out', path('labelled.csv'))).code).toBe(0)
    expect(readFileSync(path('labelled.csv'), 'utf8')).toBe(readFileSync(path('bare.csv'), 'utf8'))
    const [stored, ruleFile] = ['fixtures/digits/digits-mlp-embeddings.npz', path('rule.npz')].map((file) =>
      openNpz(readFileSync(file), file),
    )
    const dim = ruleFile!.shape('anchors')[1]
    const same = stored!.names.find((name) => stored!.shape(name)[1] === dim)!
    writeFileSync(path('states.npz'), writeNpz([{...stored!.read(same), name: report.metrics.guarantee.layer}]))
    expect((await check(path('states.npz'), '--out', path('states.csv'))).code).toBe(0)
    const [ofModel, ofStates] = ['bare', 'states'].map((name) =>
      readFileSync(path(`${name}.csv`), 'utf8')
        .split('\n')
        .map((line) => line.split(',').slice(0, 2).join()),
    )
    const differing = ofModel!.filter((line, k) => line !== ofStates![k])
    expect(differing.length).toBeLessThan(3)
    const other = await check(path('inputs.npz'), '--model', 'fixtures/digits/digits-cnn.onnx')
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('is not the model that the rule was')])
    const states = await check(path('inputs.npz'), '--model', 'fixtures/digits/digits-mlp-embeddings.npz')
    expect([states.code, states.stderr]).toEqual([2, expect.stringContaining('holds hidden states')])
  })

  it('refuses a rule that was made of hidden states', async () => {
    writeFileSync(path('plain.npz'), writeRule(await rule()))
    const {code, stderr} = await commandLine('check', DATA, '--model', MODEL, '--rule', path('plain.npz'))
    expect([code, stderr]).toEqual([2, expect.stringContaining('was made of hidden states')])
  })
})
