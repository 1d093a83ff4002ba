import {thumbnailOf} from '../../../src/data/images/thumbnail.js'
import {certifyHtml} from '../../../src/render/html/certify.js'
import {driftHtml} from '../../../src/render/html/drift.js'
import {evaluateHtml} from '../../../src/render/html/evaluate.js'
import {hardenHtml} from '../../../src/render/html/harden.js'
import {historyHtml} from '../../../src/render/html/history.js'
import {judgeHtml} from '../../../src/render/html/judge.js'
import {sanitizeHtml} from '../../../src/render/html/sanitize.js'
import type {CertifyReport} from '../../../src/documents/reports.js'
import {certifySample} from '../samples/certify.js'
import {driftSample} from '../samples/drift.js'
import {evaluateSample} from '../samples/evaluate.js'
import {hardenSample} from '../samples/harden.js'
import {HOSTILE} from '../samples/hostile.js'
import {historySample} from '../samples/history.js'
import {judgeSample} from '../samples/judge.js'
import {sanitizeSample} from '../samples/sanitize.js'
import {syntheticSanitize} from '../synthetic-sanitize.js'

/** Names that would run something if any of them became markup, an attribute or a style. */
export const ATTACKS = [
  `<img src=x onerror="window.owned=1">`,
  `</title></svg><script>window.owned=2</script>`,
  `" autofocus onfocus="window.owned=3" x="`,
  `'></style></script><svg onload=window.owned=4>`,
  `javascript:window.owned=5`,
  `&lt;script&gt;window.owned=6&lt;/script&gt;`,
  `\u2028\u202e<iframe srcdoc="<script>parent.owned=7</script>">`,
  HOSTILE,
]

/** The sample with a picture of every witness's input, grey and coloured, and with names for the classes. */
export function certifyWithImages(
  classNames: string[] = Array.from({length: 10}, (_, k) => `class ${k}`),
): CertifyReport {
  const report = certifySample()
  const rows = [...new Set([...report.metrics.witnesses.flatMap((w) => w.rows), 1290])].sort((a, b) => a - b)
  report.thumbnails = rows.map((row, k) => {
    const channels = k % 2 === 0 ? 1 : 3
    const values = Float64Array.from({length: 28 * 28 * channels}, (_, t) => Math.sin(t / (7 + k)))
    return thumbnailOf(row, values, {height: 28, width: 28, channels, channelsLast: true, range: [-1, 1], side: 64})
  })
  report.subject = {
    model: {kind: 'onnx', layers: []},
    data: {
      format: 'images',
      rows: 1800,
      used: 1800,
      sample: 'all',
      classes: null,
      classNames,
      inputs: [],
      preparation: null,
    },
  }
  return report
}

/** Every kind of page, with short names and with hostile ones. */
export function allPages(): [name: string, html: string][] {
  const attack = (k: number) => ATTACKS[k % ATTACKS.length]!
  const small = {nodes: 400, edges: 2400, pruned: 300}
  return [
    ['certify', certifyHtml(certifySample())],
    ['certify with images', certifyHtml(certifyWithImages())],
    [
      'certify, hostile and long names',
      certifyHtml({
        ...certifyWithImages(ATTACKS),
        metrics: certifySample([HOSTILE.repeat(4), 'x'.repeat(300), ATTACKS[0]!, ATTACKS[2]!]).metrics,
      }),
    ],
    ['sanitize', sanitizeHtml(sanitizeSample())],
    ['sanitize with truth', sanitizeHtml(syntheticSanitize(small))],
    [
      'sanitize without truth, hostile names',
      sanitizeHtml(syntheticSanitize({...small, truth: false, names: (i) => `${attack(i)}${i}`})),
    ],
    ['evaluate', evaluateHtml(evaluateSample())],
    ['harden', hardenHtml(hardenSample())],
    ['drift', driftHtml(driftSample())],
    ['drift, hostile and long names', driftHtml(driftSample([...ATTACKS, 'x'.repeat(300)], HOSTILE))],
    ['judge', judgeHtml(judgeSample())],
    ['history', historyHtml(historySample())],
    ['judge, hostile and long names', judgeHtml(judgeSample([HOSTILE, 'x'.repeat(300)], ATTACKS.slice(0, 2)))],
    ['harden, hostile and long names', hardenHtml(hardenSample([HOSTILE.repeat(4), 'x'.repeat(300), ...ATTACKS]))],
  ]
}
