import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, describe, expect, it} from 'vitest'
import type {GateReport, JudgeReport} from '../../src/documents/reports.js'
import {type JsonError, surety} from './run-surety.js'

const LOG = 'fixtures/judge-logs/three-judges.csv'
const folder = mkdtempSync(join(tmpdir(), 'surety-judge-'))
afterAll(() => rmSync(folder, {recursive: true, force: true}))
const at = (name: string) => join(folder, name)

describe('surety judge', () => {
  it('prints what it found, and writes the report, a page, and one verdict a comparison', () => {
    const files = ['--out', at('report.json'), '--html', at('report.html'), '--verdicts', at('decided.csv')]
    const {code, stdout, stderr} = surety('judge', LOG, ...files)
    expect(stderr).not.toContain('error')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^• DONE {2}last-leaning, the least consistent of 3/)
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
    const report = JSON.parse(readFileSync(at('report.json'), 'utf8')) as JudgeReport
    expect(report).toMatchObject({command: 'judge', config: {alpha: 0.05, repetitions: 'first'}})
    expect(readFileSync(at('report.html'), 'utf8')).toContain('Verdicts that flip with the order')
    const [head, ...rows] = readFileSync(at('decided.csv'), 'utf8').trimEnd().split('\n')
    expect(head).toBe('question,part,judge,round,repetition,options,decision,verdict')
    const undecided = rows.filter((row) => row.endsWith(',undecided,undecided')).length
    expect(undecided).toBe(report.metrics.groups.reduce((sum, {outcomes}) => sum + outcomes.undecided, 0))
    expect(rows).toHaveLength(3 * 80)
  })

  it('is judged by a gate on the unfavourable end, and against a baseline', () => {
    const config = (min: number) =>
      JSON.stringify({
        checks: {
          judge: {
            report: at('report.json'),
            thresholds: {'groups[even].consistency': ['error', {min, baseline: {absolute: 0.01, acrossData: true}}]},
          },
        },
      })
    surety('judge', LOG, '--out', at('report.json'))
    writeFileSync(at('gate.json'), config(0.55))
    surety('baseline', 'update', '--config', at('gate.json'), '--baseline', at('baseline'))
    const passed = surety('gate', '--config', at('gate.json'), '--baseline', at('baseline'), '--json')
    expect(passed.code).toBe(0)
    const [finding] = (JSON.parse(passed.stdout) as GateReport).metrics.findings
    expect(finding).toMatchObject({judgedOn: 'interval', status: 'pass'})
    // The estimate is .8125, the lower end of its interval is not.
    writeFileSync(at('gate.json'), config(0.8))
    expect(surety('gate', '--config', at('gate.json'), '--baseline', at('baseline')).code).toBe(1)
  })

  it('refuses letters that can mean two things, and says how to say it', () => {
    writeFileSync(at('order.csv'), 'question,option_a,option_b,order,verdict\n1,x,y,AB,A\n1,x,y,BA,A\n')
    const {code, stdout} = surety('judge', at('order.csv'), '--json')
    expect(code).toBe(2)
    const {error} = JSON.parse(stdout) as JsonError
    expect(error.message).toMatch(/line 2: verdict is "A"/)
    expect(error.nextSteps.join()).toContain('--letters')
    const said = (letters: string) =>
      (JSON.parse(surety('judge', at('order.csv'), '--letters', letters, '--json').stdout) as JudgeReport).metrics
    expect(said('option').groups[0]!.pairs).toMatchObject({consistent: 1, primacy: 0})
    expect(said('shown').groups[0]!.pairs).toMatchObject({consistent: 0, primacy: 1})
  })
})
