import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {DEFAULT_OPTIONS} from '../../../src/certify/options.js'
import {verdictOf} from '../../../src/certify/statements/verdict.js'
import type {CertifyMetrics, Performance} from '../../../src/certify/types.js'
import type {GateReport} from '../../../src/documents/reports.js'
import {gateBadge} from '../../../src/render/gate/badge.js'
import {gateGithub} from '../../../src/render/gate/github.js'
import {gateJunit} from '../../../src/render/gate/junit.js'
import {gateMarkdown} from '../../../src/render/gate/markdown.js'
import {gateSarif} from '../../../src/render/gate/sarif.js'
import {gateHtml} from '../../../src/render/html/gate.js'
import {gateText} from '../../../src/render/terminal/gate.js'
import {gateSample, hostileSample} from './sample.js'

/** A gate of one certificate, whose words are those that certify writes. */
function gateOf(performance: Performance, bound = 0.1534): GateReport {
  const metrics = {
    alpha: {total: 0.05},
    cells: [{status: 'certified'}],
    anchors: 40,
    layers: [{name: 'h1'}],
    loss: {name: 'one-minus-p', mean: 0.03},
    performance,
    headline: {
      layer: 'h1',
      delta: 0.5,
      closeness: 0.1,
      eta: 0.5,
      bound,
      observed: bound / 2,
      status: 'certified',
      arbitrary: {observed: 0.31, lower: 0.25},
    },
  } as unknown as CertifyMetrics
  const {status, summary} = verdictOf(metrics, {...DEFAULT_OPTIONS, allowUninformative: true}, false)
  const sample = gateSample([])
  const [check] = sample.metrics.checks
  sample.metrics.checks = [{...check!, verdict: {status, summary}, performance}]
  return sample
}

const PERFORMANCE: Performance = {measure: 'accuracy', value: 0.958, lower: 0.9391, baseline: 0.1006}
const FORMATS: [string, (report: GateReport) => string][] = [
  ['terminal', (report) => gateText(report, {columns: 4000, colour: false})],
  ['Markdown', gateMarkdown],
  ['HTML', gateHtml],
  ['JUnit', gateJunit],
  ['SARIF', gateSarif],
  ['GitHub', gateGithub],
]
/** Text as a reader sees it: entities, escapes and no-break spaces resolved. */
const plain = (text: string) =>
  text
    .replaceAll('%25', '%')
    .replaceAll('&gt;', '>')
    .replaceAll(/[\u00a0\s]+/g, ' ')
    .replaceAll('\\', '')

describe('performance and interpretation of a certificate in a gate', () => {
  it.each(FORMATS)('%s: the same sentence, value, lower bound and baseline', (_, render) => {
    const text = plain(render(gateOf(PERFORMANCE)))
    expect(text).toContain('Accuracy 95.8 % (at least 93.9 %; always guessing the commonest class: 10.1 %)')
    expect(text).toContain('at most 16 % get very different losses (≥ 0.5; seen: 7.7 %)')
  })

  it('JUnit and SARIF hold the numbers as they are', () => {
    const report = gateOf(PERFORMANCE)
    const junit = gateJunit(report)
    for (const [name, value] of [
      ['accuracy', 0.958],
      ['accuracy.lower', 0.9391],
      ['accuracy.baseline', 0.1006],
      ['verdict', 'certified'],
    ])
      expect(junit).toContain(`<property name="${name}" value="${value}"/>`)
    const {runs} = JSON.parse(gateSarif(report)) as {
      runs: {invocations: {toolExecutionNotifications: {descriptor: {id: string}; properties?: object}[]}[]}[]
    }
    const [said] = runs[0]!.invocations[0]!.toolExecutionNotifications.filter(
      ({descriptor}) => descriptor.id === 'certificate',
    )
    expect(said!.properties).toEqual({performance: PERFORMANCE})
  })

  it('the badge shows the one that is least shown to beat its baseline', () => {
    const report = gateOf(PERFORMANCE)
    report.metrics.checks.push({
      ...report.metrics.checks[0]!,
      name: 'worse',
      performance: {...PERFORMANCE, lower: 0.1, value: 0.2},
    })
    expect(JSON.parse(gateBadge(report))).toMatchObject({
      message: expect.stringMatching(/, accuracy 20\s% \(≥ 10\s%; guessing 10\.1\s%\)$/) as string,
    })
    expect(gateBadge(gateSample([]))).not.toContain('accuracy')
  })

  it('property: no format prints a figure that is more favourable than the number', () => {
    const share = fc.double({min: 1e-6, max: 0.999999, noNaN: true})
    fc.assert(
      fc.property(share, share, share, share, (a, b, baseline, bound) => {
        const performance: Performance = {measure: 'accuracy', value: Math.max(a, b), lower: Math.min(a, b), baseline}
        const report = gateOf(performance, bound)
        for (const [, render] of FORMATS) {
          const found =
            /Accuracy (\S+) % \(at least (\S+) %; always guessing the commonest class: (\S+) %\).*?at most (\S+) %/.exec(
              plain(render(report)),
            )!
          const [value, lower, guess, most] = found.slice(1).map((x) => Number(x) / 100) as [
            number,
            number,
            number,
            number,
          ]
          expect(value).toBeLessThanOrEqual(performance.value + 1e-8)
          expect(lower).toBeLessThanOrEqual(performance.lower! + 1e-8)
          expect(guess).toBeGreaterThanOrEqual(baseline - 1e-8)
          expect(most).toBeGreaterThanOrEqual(bound - 1e-8)
        }
        const badge = plain((JSON.parse(gateBadge(report)) as {message: string}).message)
        const [value, lower, guess] = /accuracy (\S+) % \(≥ (\S+) %; guessing (\S+) %/
          .exec(badge)!
          .slice(1)
          .map((x) => Number(x) / 100)
        expect(value!).toBeLessThanOrEqual(performance.value + 1e-8)
        expect(lower!).toBeLessThanOrEqual(performance.lower! + 1e-8)
        expect(guess!).toBeGreaterThanOrEqual(baseline - 1e-8)
      }),
      {numRuns: 30},
    )
  })

  it('hostile words stay words', () => {
    const report = hostileSample()
    report.metrics.checks.forEach((check) => (check.performance = PERFORMANCE))
    for (const line of gateGithub(report).trimEnd().split('\n'))
      expect(line).toMatch(/^::(error|warning|notice) title=/)
    expect(gateText(report, {columns: 80, colour: false})).not.toContain('\x1b[31m')
  })
})
