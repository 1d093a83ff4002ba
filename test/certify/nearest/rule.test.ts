import {mkdtempSync, readFileSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {certify} from '../../../src/certify/certify.js'
import {checkRows} from '../../../src/certify/nearest/check.js'
import {accepts, chooseRule, type RuleLayer} from '../../../src/certify/nearest/rule.js'
import {readRule, writeRule} from '../../../src/certify/nearest/rule-file.js'
import {openNpz, writeNpz} from '../../../src/data/npz.js'
import {clopperPearsonUpper} from '../../../src/stats/clopper-pearson.js'
import {random} from '../../../src/stats/random.js'
import {POPULATIONS, simulateRule} from '../../../bench/nearest-simulation.js'
import {commandLine} from '../../support/command-line.js'
import {engine, options} from '../fixtures.js'

/** Two clusters, of which one is nearly always wrong: a rule can tell them apart, and inputs from elsewhere from both. */
function clusters(seed: number, rows: number) {
  const r = random(seed)
  const wrong = Float64Array.from({length: rows}, (_, i) => (r.uniform() < (i % 3 === 0 ? 0.98 : 0.002) ? 1 : 0))
  const data = Float64Array.from({length: rows * 3}, (_, at) => r.normal() + (Math.floor(at / 3) % 3 === 0 ? 8 : 0))
  return {
    rows,
    layers: [
      {name: 'noise', dim: 1, data: Float64Array.from({length: rows}, () => r.normal())},
      {name: 'h', dim: 3, data},
    ],
    labels: null,
    output: null,
    loss: wrong,
  }
}

const rule = async (seed = 1, risk = 0.05) =>
  (
    await certify(clusters(seed, 1200), options({etas: [1], risk, bootstrap: 0, examples: 0}), engine, {
      rule: {minCoverage: 0.3, loss: 1},
    })
  ).rule!

describe('a rule', () => {
  it('keeps what it promises on rows never seen, from a layer that tells right from wrong', async () => {
    const made = await rule()
    expect(made.layer).toBe('h')
    expect(clopperPearsonUpper(made.wrong, made.accepted, 0.9 * 0.05)).toBeLessThanOrEqual(0.05)
    const fresh = clusters(77, 3000)
    const {accepted} = await checkRows(made, {rows: 3000, cols: 3, data: fresh.layers[1]!.data}, engine)
    const taken = accepted.reduce((sum, x) => sum + x, 0)
    const wrong = accepted.reduce((sum, x, i) => sum + x * fresh.loss[i]!, 0)
    expect(taken / 3000).toBeGreaterThanOrEqual(made.coverage)
    expect(taken / 3000).toBeGreaterThan(0.5)
    expect(wrong / taken).toBeLessThanOrEqual(0.05)
    // A third of all rows is nearly always wrong.
    expect(fresh.loss.reduce((sum, x) => sum + x, 0) / 3000).toBeGreaterThan(0.15)
    const far = await checkRows(made, {rows: 1, cols: 3, data: Float64Array.of(50, -50, 50)}, engine)
    expect(far.accepted[0]).toBe(0)
  })

  it('is what its file says, bit for bit; a changed file is refused', async () => {
    const made = await rule()
    const bytes = writeRule(made)
    expect(readRule(bytes, 'rule.npz')).toEqual(made)
    const archive = openNpz(bytes, 'rule.npz')
    const arrays = archive.names.map((name) => archive.read(name))
    const changed = (name: string, data: Float64Array | Uint8Array) =>
      writeNpz(arrays.map((array) => (array.name === name ? {...array, data} : array)))
    expect(() => readRule(changed('losses', new Float64Array(made.anchors.rows)), 'r')).toThrow('was changed')
    const text = Buffer.from(arrays.find(({name}) => name === 'rule')!.data as Uint8Array).toString()
    const larger = Buffer.from(text.replace(/"radius":\d/, '"radius":9'))
    expect(() => readRule(changed('rule', Uint8Array.from(larger)), 'r')).toThrow('was changed')
    expect(() => readRule(writeNpz(arrays.slice(1)), 'r')).toThrow('no array anchors')
  })

  it('is refused where the risk or the share of inputs cannot be shown', async () => {
    await expect(rule(1, 0.0001)).rejects.toThrow('no rule is shown to keep the risk')
    const wide = certify(clusters(1, 400), options({etas: [1], risk: 0.1, bootstrap: 0}), engine, {
      rule: {minCoverage: 0.95, loss: 1},
    })
    await expect(wide).rejects.toThrow('not 0.95')
    await expect(
      certify(clusters(1, 400), options({etas: [1], split: null, floor: 0.1}), engine, {
        rule: {minCoverage: 0, loss: 1},
      }),
    ).rejects.toThrow('needs the split')
  })

  it('tests radii in order and stops at the first that fails, though a later one would pass', () => {
    const n = 300
    const references = {anchors: new Uint32Array(n), distances: Float64Array.from({length: n}, (_, j) => j / 100)}
    // Right below 1, wrong from 1 to 1.5, right again: δ = 3 would pass at this risk, δ = 1.5 does not.
    const losses = Float64Array.from({length: n}, (_, j) => (j >= 100 && j < 150 ? 1 : 0))
    const pilot = {anchors: Uint32Array.from({length: 100}, () => 1), distances: new Float64Array(100).fill(0.5)}
    const layer: RuleLayer = {name: 'h', references, pilot, radii: [0.99, 1.49, 3]}
    const target = {risk: 0.25, loss: 1, minCoverage: 0, alpha: 0.05}
    const chosen = chooseRule([layer], {losses, anchorLosses: new Float64Array(100)}, target)
    expect(clopperPearsonUpper(50, 300, 0.045)).toBeLessThan(0.25)
    expect([chosen.radius, chosen.accepted, chosen.wrong, chosen.tested]).toEqual([0.99, 100, 0, 2])
    expect([accepts(chosen, 0.99, 0), accepts(chosen, 1, 0), accepts(chosen, 0, 1)]).toEqual([true, false, false])
  })

  it('holds as often as it owes, in six populations', async () => {
    for (const population of POPULATIONS(1200)) {
      const {losses, eta} = population
      const risk = losses.filter((loss) => loss >= eta).length / losses.length
      const {held} = await simulateRule(population, {rows: 160, alpha: 0.5, risk, runs: 60}, engine)
      // 60 runs at probability ≥ ½: fewer than 20 have a chance below 0.4 %.
      expect(held, population.name).toBeGreaterThanOrEqual(20 / 60)
    }
  })
})

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
    ['states.txt', '1,2,3\n', 'is no .npz'],
  ])('refuses %s', async (name, content, message) => {
    writeFileSync(path(name), content)
    writeFileSync(path('rule.npz'), writeRule(await rule()))
    const {code, stderr} = await commandLine('check', path(name), '--rule', path('rule.npz'))
    expect(code).toBe(2)
    expect(stderr.replace(/\n +/g, ' ')).toContain(message)
  })
})
