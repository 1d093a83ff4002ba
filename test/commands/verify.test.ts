import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import type {CertifyReport, VerifyReport} from '../../src/documents/reports.js'
import {commandLine} from '../support/command-line.js'

const folder = mkdtempSync(join(tmpdir(), 'surety-verify-'))
afterAll(() => rmSync(folder, {recursive: true, force: true}))
const path = join(folder, 'report.json')

describe('surety verify', () => {
  beforeAll(async () => {
    expect((await commandLine('certify', 'fixtures/digits/digits-mlp-embeddings.npz', '--out', path)).code).toBe(0)
  })

  it('accepts what certify wrote', async () => {
    const {code, stdout} = await commandLine('verify', path, '--json')
    expect(code).toBe(0)
    expect((JSON.parse(stdout) as VerifyReport).metrics).toMatchObject({layers: 3, discrepancies: []})
  })

  it.each<[string, (report: CertifyReport) => void]>([
    ['a halved bound', (report) => (report.metrics.cells[0]!.direct /= 2)],
    ['a halved ε', (report) => (report.metrics.layers[0]!.epsilon.raw.upper! /= 2)],
    [
      'a nicer status',
      (report) =>
        (report.metrics.cells[0]!.status = report.metrics.cells[0]!.status === 'vacuous' ? 'certified' : 'vacuous'),
    ],
    ['a smaller α', (report) => (report.metrics.alpha.total = 0.01)],
  ])('refuses %s: exit 1, what differs in words', async (_, tamper) => {
    const report = JSON.parse(readFileSync(path, 'utf8')) as CertifyReport
    tamper(report)
    const tampered = join(folder, 'tampered.json')
    writeFileSync(tampered, JSON.stringify(report))
    const {code, stdout} = await commandLine('verify', tampered)
    expect(code).toBe(1)
    expect(stdout).toMatch(/^✗ FAIL/)
    // Lines break where 80 columns end.
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(/the report (states|says)/)
  })

  it.each<[string, string]>([
    ['another file', '{"hello": 1}'],
    ['a truncated report', '{"schemaVersion": 1, "command": "certify"'],
    ['a report without its metrics', '{"schemaVersion": 1, "command": "certify"}'],
  ])('%s is an input error', async (_, content) => {
    const bad = join(folder, 'bad.json')
    writeFileSync(bad, content)
    const {code, stderr} = await commandLine('verify', bad)
    expect(code).toBe(2)
    expect(stderr).toMatch(/^error: /)
  })
})
