import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import type {CertifyReport} from '../../src/documents/reports.js'
import {certifyAnswer, firstPairs} from '../../src/render/certify-answer.js'
import {chanceText} from '../../src/render/format.js'
import {certifyHtml} from '../../src/render/html/certify.js'
import {pointAt, pointOfPruned} from '../../src/render/html/sanitize-truth.js'
import {sanitizeHtml} from '../../src/render/html/sanitize.js'
import {certifyMarkdown, sanitizeMarkdown} from '../../src/render/markdown.js'
import {firstEdges, sanitizeAnswer} from '../../src/render/sanitize-answer.js'
import {certifyText} from '../../src/render/terminal/certify.js'
import {sanitizeText} from '../../src/render/terminal/sanitize.js'
import {certifySample} from './samples/certify.js'
import {syntheticSanitize} from './synthetic-sanitize.js'

const plain = (text: string) => text.replaceAll('\u00a0', ' ')
const oneLine = (text: string) => plain(text).replaceAll(/\s+/g, ' ')

/** The sample with a headline, which reports of this version have. */
function headed(change: Partial<NonNullable<CertifyReport['metrics']['headline']>> = {}): CertifyReport {
  const report = certifySample()
  report.metrics.performance = {measure: 'accuracy', value: 0.9586, lower: 0.9412, baseline: 0.116}
  report.metrics.headline = {
    layer: '/fc2/Relu',
    delta: 0.35,
    closeness: 0.1,
    eta: 0.5,
    bound: 0.1171,
    observed: 0.0162,
    status: 'certified',
    arbitrary: {observed: 0.2, lower: 0.15},
    ...change,
  }
  report.verdict = {status: 'certified', summary: 'Accuracy 95.8 %. Of two inputs …', meaning: ['It assumes rows.']}
  return report
}

describe('the first screen of a certificate', () => {
  it('says in an engineer’s sentences what holds', () => {
    const {headline, lead, facts, look} = certifyAnswer(headed())
    expect(plain(headline)).toBe('Accuracy 95.8 %; at most 12 % of near-identical inputs get very different losses.')
    expect(plain(lead.join(' '))).toBe(
      'Of two inputs that this model sees as near-identical, at most 12 % get very different losses (≥ 0.5; seen: 1.7 %). 95 % confidence, for fresh data like the sample, not for attackers.',
    )
    expect(facts.map(({name}) => name)).toEqual(['Accuracy', 'Close inputs that differ', 'Worst class'])
    expect(look!.items).toHaveLength(3)
  })

  it('names the worst class, by its bound', () => {
    const report = headed()
    const [, , worst] = certifyAnswer(report, (label) => `class ${label}`).facts
    expect(worst!.value).toBe('class 9')
    report.metrics.classes = report.metrics.classes!.filter(({label}) => label !== 9)
    expect(certifyAnswer(report).facts[2]!.value).toBe('3')
  })

  it('says which limit is missed, and by what', () => {
    const report = headed()
    report.verdict.status = 'fail'
    report.config = {...report.config, maxShare: 0.1, minAccuracy: 0.95}
    expect(plain(certifyAnswer(report).headline)).toBe(
      'Accuracy 95.8 %; at most 12 % could be shown of near-identical inputs, and the limit is 10 %; an accuracy of 94.1 % could be shown, and the limit is 95 %.',
    )
    report.verdict.status = 'pass'
    expect(plain(certifyAnswer(report).headline)).toBe('Accuracy 95.8 %; every limit that was set is met.')
  })

  it('never states a bound where none holds', () => {
    const {headline, lead, facts} = certifyAnswer(headed({bound: 1, status: 'abstain', observed: null}))
    expect(headline).toContain('nothing could be shown')
    expect(lead[0]).toContain('nothing is shown')
    expect(facts[1]!.value).toBe('nothing shown')
  })

  it('takes each row once while there are others', () => {
    const report = headed()
    const pair = report.metrics.witnesses[0]!
    report.metrics.witnesses = [
      {...pair, layer: '/fc2/Relu', rows: [1, 2]},
      {...pair, layer: '/fc2/Relu', rows: [1, 3]},
      {...pair, layer: '/fc2/Relu', rows: [4, 5]},
      {...pair, layer: '/fc2/Relu', rows: [6, 7]},
    ]
    expect(firstPairs(report.metrics).map(({rows}) => rows)).toEqual([
      [1, 2],
      [4, 5],
      [6, 7],
    ])
  })

  it('is the same in every format', () => {
    const report = headed()
    const {headline} = certifyAnswer(report)
    expect(oneLine(certifyText(report, {columns: 80, colour: false}))).toContain(plain(headline))
    expect(plain(certifyMarkdown(report))).toContain(plain(headline))
    expect(plain(certifyHtml(report))).toContain(`<h1>${plain(headline)}</h1>`)
  })
})

describe('the first screen of a cleaned graph', () => {
  const report = syntheticSanitize({nodes: 400, edges: 2400, pruned: 300})
  const found = {
    finding: 'suspicious edges found' as const,
    reason: null,
    counted: 2400,
    share: {estimate: 0.1, low: 0.08, high: 0.12},
    number: {estimate: 240, low: 192, high: 288},
    certain: 61,
    expectedGenuine: 72.4,
    parts: [],
    harm: null,
  }

  it('says how many edges are suspect, how sure that is, what was removed and what to review', () => {
    report.metrics.randomEdges = found
    const {headline, lead} = sanitizeAnswer(report)
    expect(plain(headline)).toBe(
      `240 of 2,400 edges look wired at random; ${report.metrics.pruned} (${Math.round(report.metrics.pruned / 24)} %) are marked for removal.`,
    )
    expect(plain(lead.join(' '))).toContain('between 192 and 288 edges look so with 95 % confidence, 61 of them')
    expect(firstEdges(report.metrics)).toHaveLength(10)
    for (const text of [
      oneLine(sanitizeText(report, {columns: 80, colour: false})),
      plain(sanitizeMarkdown(report)),
      plain(sanitizeHtml(report)),
    ])
      expect(text).toContain(plain(headline))
  })

  it('says so where nothing could be judged', () => {
    report.metrics.randomEdges = {
      ...found,
      finding: 'not enough evidence to judge',
      reason: 'no part tells edges apart',
    }
    const {headline, lead} = sanitizeAnswer(report)
    expect(headline).toMatch(/^Too little is known to judge the edges of this graph; /)
    expect(lead[0]).toBe('No part tells edges apart.')
  })
})

it('a chance is never printed as 0 or 1', () => {
  expect([0.996, 1, 0.9995, 0.5, 0.004, 0].map((p) => plain(chanceText(p)))).toEqual([
    '0.996',
    '> 0.999',
    '> 0.999',
    '0.50',
    '0.004',
    '< 0.001',
  ])
  fc.assert(
    fc.property(fc.double({min: 0, max: 1, noNaN: true}), (p) => {
      const printed = Number(chanceText(p).replace(/[<>\s]/g, ''))
      expect(printed).toBeGreaterThan(0)
      expect(printed).toBeLessThan(1)
      expect(Math.abs(printed - p)).toBeLessThanOrEqual(0.0051)
    }),
  )
})

describe('the mark of the cut', () => {
  it('lies on the curve, between its points too', () => {
    const roc = {falsePositive: [0, 0, 0.5, 1], truePositive: [0, 0.6, 0.9, 1]}
    // 100 genuine, 50 adversarial edges: 30 are removed at (0, .6), 95 at (.5, .9), half way 62.5.
    expect(pointOfPruned(roc, {genuine: 100, adversarial: 50, pruned: 30})).toEqual({x: 0, y: 0.6})
    expect(pointOfPruned(roc, {genuine: 100, adversarial: 50, pruned: 62.5})).toEqual({x: 0.25, y: 0.75})
    expect(pointAt([0.2, 0.4], [1, 0.5], 0.1)).toEqual({x: 0.2, y: 1})
    expect(pointAt([], [], 0.1)).toBeNull()
  })
})

it('a chart of which nearly every example abstains is a sentence', () => {
  const report = headed()
  for (const layer of report.metrics.examples!.layers.slice(0, 2)) {
    layer.abstained = 0.99
    layer.certified = layer.certified.map(() => 0.01)
  }
  const html = plain(certifyHtml(report))
  expect(html).toContain('nearly no example has a radius (99 %, 99 % abstain)')
  expect(html).not.toContain('id="fraction-0"')
  expect(html).toContain('id="fraction-2"')
})
