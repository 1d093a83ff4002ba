import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, describe, expect, it} from 'vitest'
import {openNpz} from '../../src/data/npz.js'
import type {DriftReport} from '../../src/documents/reports.js'
import {type JsonError, surety} from './run-surety.js'

const folder = mkdtempSync(join(tmpdir(), 'surety-drift-'))
afterAll(() => rmSync(folder, {recursive: true, force: true}))
const at = (name: string) => join(folder, name)
const [BEFORE, TUNED] = ['fixtures/next-token/before.npz', 'fixtures/next-token/tuned.npz']

describe('surety drift', () => {
  it('prints what changed, and writes the report, a page with the texts, and weights', () => {
    const files = ['--out', at('report.json'), '--html', at('report.html'), '--weights', at('weights.npz')]
    const {code, stdout, stderr} = surety('drift', BEFORE, TUNED, ...files)
    expect(stderr).not.toContain('error')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^• DONE {2}In a fresh document at most /)
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
    const report = JSON.parse(readFileSync(at('report.json'), 'utf8')) as DriftReport
    expect(report).toMatchObject({command: 'drift', metrics: {documents: 64, divergences: 'exact', vocabulary: 34}})
    expect(readFileSync(at('report.html'), 'utf8')).toMatch(/class="token shade\d/)
    const weights = openNpz(readFileSync(at('weights.npz')), 'weights.npz')
    expect(weights.shape('js_weight')).toEqual([64 * 48])
    expect(weights.shape('offsets')).toEqual([65])
  })

  it('is judged by a gate on the certified share', () => {
    surety('drift', BEFORE, TUNED, '--out', at('report.json'))
    const gate = (max: number) => {
      const thresholds = {'shares[top-changed].observed': ['error', {max}]}
      writeFileSync(at('gate.json'), JSON.stringify({checks: {drift: {report: at('report.json'), thresholds}}}))
      return surety('gate', '--config', at('gate.json')).code
    }
    const {metrics} = JSON.parse(readFileSync(at('report.json'), 'utf8')) as DriftReport
    const top = metrics.shares.find(({name}) => name === 'top-changed')!
    expect(gate(top.upper + 0.001)).toBe(0)
    expect(gate((top.upper + top.observed) / 2)).toBe(1)
  })

  it('refuses two kinds of files, with a next step', () => {
    writeFileSync(at('top.jsonl'), '{"prompt_token_ids":[1,2],"prompt_logprobs":[null,{"2":{"logprob":-0.1}}]}\n')
    const {code, stdout} = surety('drift', BEFORE, at('top.jsonl'), '--json')
    expect(code).toBe(2)
    const {error} = JSON.parse(stdout) as JsonError
    expect(error.message).toMatch(/whole distributions .* most likely tokens only/)
    expect(error.nextSteps.join()).toContain('same way')
  })
})
