import {createHash} from 'node:crypto'
import {describe, expect, it} from 'vitest'
import {certifyHtml} from '../../../src/render/html/certify.js'
import {driftHtml} from '../../../src/render/html/drift.js'
import {evaluateHtml} from '../../../src/render/html/evaluate.js'
import {hardenHtml} from '../../../src/render/html/harden.js'
import {historyHtml} from '../../../src/render/html/history.js'
import {judgeHtml} from '../../../src/render/html/judge.js'
import {sanitizeHtml} from '../../../src/render/html/sanitize.js'
import {namedRows, picturesOf} from '../../../src/cli/pictures.js'
import type {
  CertifyReport,
  DriftReport,
  EvaluateReport,
  HardenReport,
  HistoryReport,
  JudgeReport,
  SanitizeReport,
} from '../../../src/documents/reports.js'
import {SCRIPT} from '../../../src/render/html/script.js'
import {COLOURS} from '../../../src/render/html/style.js'
import type {GraphExcerpt} from '../../../src/sanitize/types.js'
import {random} from '../../../src/stats/random.js'
import {scaled} from '../../support/scale.js'
import {certifySample} from '../samples/certify.js'
import {driftSample} from '../samples/drift.js'
import {evaluateSample} from '../samples/evaluate.js'
import {hardenSample} from '../samples/harden.js'
import {HOSTILE} from '../samples/hostile.js'
import {historySample} from '../samples/history.js'
import {judgeSample} from '../samples/judge.js'
import {sanitizeSample} from '../samples/sanitize.js'
import {syntheticSanitize} from '../synthetic-sanitize.js'

type Shown = CertifyReport | DriftReport | EvaluateReport | HardenReport | HistoryReport | JudgeReport | SanitizeReport

function render(report: Shown): string {
  switch (report.command) {
    case 'certify':
      return certifyHtml(report)
    case 'drift':
      return driftHtml(report)
    case 'evaluate':
      return evaluateHtml(report)
    case 'harden':
      return hardenHtml(report)
    case 'history':
      return historyHtml(report)
    case 'judge':
      return judgeHtml(report)
    case 'sanitize':
      return sanitizeHtml(report)
  }
}

describe.each([
  ['certify', certifySample(), certifyHtml(certifySample())],
  ['sanitize', sanitizeSample(), sanitizeHtml(sanitizeSample())],
  ['evaluate', evaluateSample(), evaluateHtml(evaluateSample())],
  ['harden', hardenSample(), hardenHtml(hardenSample())],
  ['drift', driftSample(), driftHtml(driftSample())],
  ['judge', judgeSample(), judgeHtml(judgeSample())],
  ['history', historySample(), historyHtml(historySample())],
])('%s as HTML', (_, report, html) => {
  it('is the same for the same report', () => {
    expect(render(report)).toBe(html)
  })

  it('loads nothing, and only its own script may run', () => {
    const hash = createHash('sha256').update(SCRIPT).digest('base64')
    expect(html).toContain(
      `content="default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'"`.replaceAll(
        "'",
        '&#39;',
      ),
    )
    expect(html.split('<script').length - 1).toBe(1)
    expect(html).toContain(`<script>${SCRIPT}</script>`)
    expect(html).not.toMatch(/<iframe|<img|<link|\son\w+=|@import|src=|url\((?!#)/)
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
    expect(html.split('<script').length - 1).toBe(1)
    expect(html).not.toMatch(/[\x00-\x09\x0b-\x1f\u202e]/) // eslint-disable-line no-control-regex
  }
})

it('reports of versions without the newer members make a page', () => {
  const certify = certifySample()
  for (const cell of certify.metrics.cells) delete cell.lower
  expect(certifyHtml(certify)).toContain('says nothing of how small the truth is')
  expect(certifyHtml(certify)).not.toContain('lower bound</th>')
  expect(certifyHtml(certifySample())).toContain('lower bound</th>')
  const sanitize = sanitizeHtml(sanitizeSample())
  for (const id of ['parts', 'degrees', 'removed', 'roc']) expect(sanitize).not.toContain(`id="${id}"`)
})

it('a drawing whose edges lead nowhere, or of too many nodes, is left out', () => {
  const drawn = (change: (excerpt: GraphExcerpt) => void) => {
    const report = syntheticSanitize({nodes: 60, edges: 200, pruned: 30})
    change(report.metrics.excerpt!)
    return sanitizeHtml(report).includes('id="removed"')
  }
  expect(drawn(() => undefined)).toBe(true)
  expect(drawn(({edges}) => (edges[0]!.ends = [0, 1e6]))).toBe(false)
  expect(drawn((excerpt) => (excerpt.nodes = Array.from({length: 501}, () => excerpt.nodes[0]!)))).toBe(false)
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
  expect(
    certifyHtml(certifySample(Array.from({length: 48}, (_, i) => `/encoder/layer.${i}/output`))).length,
  ).toBeLessThan(2e6)
  const sanitize = sanitizeSample()
  sanitize.metrics.top = Array.from({length: 5000}, () => sanitize.metrics.top[0]!)
  expect(sanitizeHtml(sanitize).length).toBeLessThan(300_000)
})

it('a report of a million edges stays below two megabytes (of a hundred thousand in the short suite)', () => {
  // The summary of scores that are drawn, by the functions of sanitize: the kernel behind the scores changes no size.
  const report = syntheticSanitize({
    nodes: scaled(200_000, 20_000),
    edges: scaled(1_000_000, 100_000),
    pruned: scaled(150_000, 15_000),
    names: (i) => `node ${i} with a name that is rather longer than most`,
  })
  const {curves} = report.metrics.truth!
  expect(curves!.roc.falsePositive.length).toBeGreaterThan(90)
  expect(
    Math.abs(
      curves!.roc.falsePositive
        .slice(1)
        .reduce(
          (sum, x, k) =>
            sum +
            ((x - curves!.roc.falsePositive[k]!) * (curves!.roc.truePositive[k + 1]! + curves!.roc.truePositive[k]!)) /
              2,
          0,
        ) - report.metrics.truth!.auc,
    ),
  ).toBeLessThan(0.0051)
  expect(Buffer.byteLength(sanitizeHtml(report))).toBeLessThan(2e6)
}, 240_000)

it('a page with pictures for many layers stays small', async () => {
  const report = certifySample(Array.from({length: 24}, (_, i) => `layer ${i}`))
  report.metrics.witnesses = report.metrics.layers.flatMap(({name}, k) =>
    Array.from({length: 5}, (_, i) => ({
      ...report.metrics.witnesses[0]!,
      layer: name,
      rows: [10 * k + i, 1000 + 10 * k + i] as [number, number],
    })),
  )
  const noise = random(5)
  const colours = {
    name: 'inputs',
    shape: [1300, 64, 64, 3],
    data: new Float32Array(0),
    read: () => Float32Array.from({length: 64 * 64 * 3}, () => noise.uniform()),
  }
  const data = {rows: 1300, inputs: [colours], labels: new Int32Array(1300), inputFiles: []}
  const pictures = picturesOf({
    data,
    inputs: [{name: 'inputs', shape: [64, 64, 3], observed: [0, 1], possible: [0, 1]}],
    layers: 24,
    shape: null,
    range: null,
  })
  report.thumbnails = await pictures(namedRows(report.metrics))
  expect(report.thumbnails.length).toBe(241)
  expect(Buffer.byteLength(certifyHtml(report))).toBeLessThan(2e6)
})

describe.each(['light', 'dark'] as const)('colours of the %s scheme', (scheme) => {
  const c = COLOURS[scheme]

  it.each([
    ...(['ink', 'muted', 'accent', 'pass', 'fail', 'inconclusive'] as const).map((text) => [text, 'paper'] as const),
    ['ink', 'wash'] as const,
    ['ink', 'truth'] as const,
    ...([0, 1, 2, 3, 4] as const).map((i) => [`on${i}`, `heat${i}`] as const),
  ])('text %s on %s reaches 4.5 : 1', (text, ground) =>
    expect(contrast(c[text], c[ground])).toBeGreaterThanOrEqual(4.5),
  )

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
