import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {expect, it} from 'vitest'
import type {GateReport} from '../../src/documents/reports.js'
import {commandLine} from '../support/command-line.js'

it('the gate knows every metric that docs/thresholds.md names, and judges none of them by an estimate', async () => {
  const page = readFileSync('docs/thresholds.md', 'utf8')
  const config = /```json\n([\s\S]*?)```/.exec(page)![1]!
  mkdirSync('surety-out', {recursive: true})
  writeFileSync('surety-out/thresholds.json', config)
  const {code, stdout, stderr} = await commandLine('gate', '--config', 'surety-out/thresholds.json', '--json')
  expect([0, 1], stderr).toContain(code)
  const {findings} = (JSON.parse(stdout) as GateReport).metrics
  const judged = Object.fromEntries(findings.map(({metric, judgedOn}) => [metric, judgedOn]))
  expect(judged).toMatchObject({
    accuracy: 'lower bound',
    headline: 'certified bound',
    'slices[*].performance': 'lower bound',
  })
  for (const metric of Object.keys(judged)) if (metric !== 'verdict') expect(page).toContain(metric)
  expect(findings.filter(({value, rule}) => value === null && rule !== 'verdict')).toEqual([])
}, 120_000)
