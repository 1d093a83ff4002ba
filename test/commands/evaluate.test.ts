import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, describe, expect, it} from 'vitest'
import type {EvaluateReport} from '../../src/documents/reports.js'
import {type JsonError} from './run-surety.js'
import {commandLine} from '../support/command-line.js'

const GRAPH = 'fixtures/community-graph/small-community-graph.npz'
const folder = mkdtempSync(join(tmpdir(), 'surety-evaluate-'))
afterAll(() => rmSync(folder, {recursive: true, force: true}))
const at = (name: string) => join(folder, name)

describe('surety evaluate', () => {
  it('prints the accuracies, and writes the same as JSON and HTML', async () => {
    const {code, stdout, stderr} = await commandLine(
      'evaluate',
      GRAPH,
      '--edges',
      'edges_attacked',
      '--clean',
      'edges',
      '--model',
      'sgc',
      '--seeds',
      '2',
      '--budgets',
      '0.1,0.2',
      '--out',
      at('report.json'),
      '--html',
      at('report.html'),
    )
    expect(stderr).not.toContain('error')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^• DONE {2}sgc: test accuracy/)
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
    const report = JSON.parse(readFileSync(at('report.json'), 'utf8')) as EvaluateReport
    expect(report).toMatchObject({
      command: 'evaluate',
      config: {model: 'sgc', seeds: 2, budgets: [0.1, 0.2], clean: 'edges', truth: null},
    })
    expect(report.metrics.accuracies.map(({graph}) => graph)).toEqual(['clean', 'given', 'sanitized'])
    expect(report.metrics.methods[0]!.curve.map(({share}) => share)).toEqual([0.1, 0.2])
    for (const {test} of report.metrics.accuracies) expect(stdout).toContain((100 * test.mean).toFixed(1))
    expect(readFileSync(at('report.html'), 'utf8')).toContain('id="curve-0"')
  })

  it('prunes what it is told to', async () => {
    const report = JSON.parse(
      (
        await commandLine(
          'evaluate',
          GRAPH,
          '--edges',
          'edges_attacked',
          '--model',
          'sgc',
          '--seeds',
          '1',
          '--prune-ratio',
          '0.1',
          '--json',
        )
      ).stdout,
    ) as EvaluateReport
    const {rule, pruned, share} = report.metrics.cut
    expect({rule, share}).toEqual({rule: 'ratio', share: pruned / 706})
    // Of the 71 a few may stay for the least degree.
    expect(pruned).toBeGreaterThan(60)
    expect(pruned).toBeLessThanOrEqual(71)
    expect(report.metrics.adversarial).toBeNull()
  })

  it.each([
    ['--clean', 'no_such', /no array 'no_such'/, '--clean'],
    ['--truth', 'no_such', /no array 'no_such'/, '--truth'],
    ['--targets', 'no_such', /no array 'no_such'/, '--targets'],
  ])('%s that is not there: exit 2 and how to name it', async (flag, value, message, nextStep) => {
    const {code, stdout} = await commandLine('evaluate', GRAPH, flag, value, '--json')
    expect(code).toBe(2)
    const {error} = JSON.parse(stdout) as JsonError
    expect(error.message).toMatch(message)
    expect(error.nextSteps.join()).toContain(nextStep)
  })

  it.each([[['--seeds', '0']], [['--budgets', '0.1,2']], [['--model', 'mlp']]])('%j: a usage error', async (flags) => {
    const {code, stdout} = await commandLine('evaluate', GRAPH, ...flags, '--json')
    expect(code).toBe(2)
    expect((JSON.parse(stdout) as JsonError).error.code).toBe('USAGE')
  })
})
