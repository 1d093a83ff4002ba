import {describe, expect, it} from 'vitest'
import {certifyHtml} from '../../../src/report/html/certify.js'
import {evaluateHtml} from '../../../src/report/html/evaluate.js'
import {hardenHtml} from '../../../src/report/html/harden.js'
import {sanitizeHtml} from '../../../src/report/html/sanitize.js'
import type {CertifyReport, EvaluateReport, HardenReport, SanitizeReport} from '../../../src/report/reports.js'
import {COLOURS} from '../../../src/report/html/style.js'
import {certifySample, evaluateSample, hardenSample, HOSTILE, sanitizeSample} from '../samples.js'

type Shown = CertifyReport | EvaluateReport | HardenReport | SanitizeReport

function render(report: Shown): string {
  switch (report.command) {
    case 'certify':
      return certifyHtml(report)
    case 'evaluate':
      return evaluateHtml(report)
    case 'harden':
      return hardenHtml(report)
    case 'sanitize':
      return sanitizeHtml(report)
  }
}

describe.each([
  ['certify', certifySample(), certifyHtml(certifySample())],
  ['sanitize', sanitizeSample(), sanitizeHtml(sanitizeSample())],
  ['evaluate', evaluateSample(), evaluateHtml(evaluateSample())],
  ['harden', hardenSample(), hardenHtml(hardenSample())],
])('%s as HTML', (_, report, html) => {
  it('is the same for the same report', () => {
    expect(render(report)).toBe(html)
  })

  it('loads nothing and runs nothing', () => {
    expect(html).toContain("default-src 'none'; style-src &#39;unsafe-inline&#39;".replace("'none'", '&#39;none&#39;'))
    expect(html).not.toMatch(/<script|<iframe|<img|<link|\son\w+=|@import|src=|url\((?!#)/)
    expect(html.match(/https?:\/\/[^"]*/g)?.filter((url) => url !== 'http://www.w3.org/2000/svg') ?? []).toEqual([])
  })

  it('shows where everything came from', () => {
    for (const {path, sha256} of report.inputs) {
      expect(html).toContain(path)
      expect(html).toContain(sha256)
    }
    for (const {message} of report.notes) expect(html).toContain(message)
    for (const {outcome} of report.engine.tried) expect(html).toContain(outcome)
    for (const name of Object.keys(report.config)) expect(html).toContain(`<th scope="row">${name}</th>`)
  })

  it('leaves the run out where there is none', () => {
    const bare = {...report}
    delete bare.run
    const text = render(bare)
    expect(html).toContain('peak memory')
    expect(text).not.toContain('peak memory')
  })
})

it('hostile text is text everywhere', () => {
  const certify = certifySample([HOSTILE, 'b'])
  certify.verdict = {status: 'fail', summary: HOSTILE, meaning: [HOSTILE]}
  certify.notes = [{level: 'warning', code: HOSTILE, message: HOSTILE}]
  certify.inputs = [{path: HOSTILE, sha256: HOSTILE, bytes: 1}]
  certify.config = {[HOSTILE]: [HOSTILE, {nested: HOSTILE}]}
  certify.engine = {name: HOSTILE, precision: 'fp64', tried: [{name: HOSTILE, outcome: HOSTILE}]}
  const sanitize = sanitizeSample()
  sanitize.metrics.top[0] = {...sanitize.metrics.top[0]!, source: HOSTILE, target: HOSTILE, reason: HOSTILE}
  for (const html of [certifyHtml(certify), sanitizeHtml(sanitize), hardenHtml(hardenSample([HOSTILE]))]) {
    expect(html).toContain('&lt;script&gt;')
    expect(html).not.toContain('<script')
    expect(html).not.toMatch(/[\x00-\x09\x0b-\x1f\u202e]/) // eslint-disable-line no-control-regex
  }
})

it('sparse reports still make a page', () => {
  const certify = certifySample(['only'])
  Object.assign(certify.metrics, {cells: [], witnesses: [], anchors: null, references: null, accuracy: null})
  certify.metrics.localization.ranking = []
  certify.notes = []
  expect(certifyHtml(certify)).toContain('No bounds were asked for.')
  const sanitize = sanitizeSample()
  Object.assign(sanitize.metrics, {pruned: 0, top: [], truth: null, cut: {rule: 'auto', score: null, share: 0}})
  expect(sanitizeHtml(sanitize)).not.toContain('cut at')
})

it('a report of many layers and edges stays small', () => {
  expect(certifyHtml(certifySample(Array.from({length: 48}, (_, i) => `/encoder/layer.${i}/output`))).length).toBeLessThan(2e6)
  const sanitize = sanitizeSample()
  sanitize.metrics.top = Array.from({length: 5000}, () => sanitize.metrics.top[0]!)
  expect(sanitizeHtml(sanitize).length).toBeLessThan(300_000)
})

describe.each(['light', 'dark'] as const)('colours of the %s scheme', (scheme) => {
  const c = COLOURS[scheme]

  it.each([
    ...(['ink', 'muted', 'accent', 'pass', 'fail', 'inconclusive'] as const).map((text) => [text, 'paper'] as const),
    ['ink', 'wash'] as const,
    ['ink', 'truth'] as const,
    ...([0, 1, 2, 3, 4] as const).map((i) => [`on${i}`, `heat${i}`] as const),
  ])('text %s on %s reaches 4.5 : 1', (text, ground) => expect(contrast(c[text], c[ground])).toBeGreaterThanOrEqual(4.5))

  it.each(['edge', 'accent', 'muted'] as const)('marks in %s reach 3 : 1', (mark) => {
    expect(contrast(c[mark], c.paper)).toBeGreaterThanOrEqual(3)
    expect(contrast(mark === 'edge' ? c.ink : c[mark], c.truth)).toBeGreaterThanOrEqual(3)
  })
})

/** WCAG 2.2 contrast ratio. */
function contrast(a: string, b: string): number {
  const luminance = (hex: string) =>
    [1, 3, 5]
      .map((i) => parseInt(hex.slice(i, i + 2), 16) / 255)
      .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
      .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i]!, 0)
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (light! + 0.05) / (dark! + 0.05)
}
