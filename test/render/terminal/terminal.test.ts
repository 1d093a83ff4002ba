import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {blockColumns, bar, rebin} from '../../../src/render/terminal/blocks.js'
import {certifyText} from '../../../src/render/terminal/certify.js'
import {errorText} from '../../../src/render/terminal/error.js'
import {driftText} from '../../../src/render/terminal/drift.js'
import {evaluateText} from '../../../src/render/terminal/evaluate.js'
import {hardenText} from '../../../src/render/terminal/harden.js'
import {notesText} from '../../../src/render/terminal/notes.js'
import {judgeText} from '../../../src/render/terminal/judge.js'
import {sanitizeText} from '../../../src/render/terminal/sanitize.js'
import {width, wrap} from '../../../src/render/terminal/text.js'
import {certifySample, ownRadiiSample} from '../samples/certify.js'
import {driftSample} from '../samples/drift.js'
import {evaluateSample} from '../samples/evaluate.js'
import {hardenSample} from '../samples/harden.js'
import {HOSTILE} from '../samples/hostile.js'
import {judgeSample} from '../samples/judge.js'
import {sanitizeSample} from '../samples/sanitize.js'

const plain = (columns: number) => ({columns, colour: false})
const strip = (text: string) => text.replace(/\x1b\[\d+m/g, '') // eslint-disable-line no-control-regex
const longName = 'model/encoder/layer.11/attention/output/LayerNorm/layerNormalization/Add_1'

describe.each([
  ['certify', (columns: number, colour = false) => certifyText(certifySample(), {columns, colour})],
  [
    'certify, long names',
    (columns: number, colour = false) =>
      certifyText(certifySample([longName, `${longName}_2`, '層'.repeat(40)]), {columns, colour}),
  ],
  [
    'certify, radii of its own in each layer',
    (columns: number, colour = false) => certifyText(ownRadiiSample(), {columns, colour}),
  ],
  ['sanitize', (columns: number, colour = false) => sanitizeText(sanitizeSample(), {columns, colour})],
  ['harden', (columns: number, colour = false) => hardenText(hardenSample(), {columns, colour})],
  ['drift', (columns: number, colour = false) => driftText(driftSample(), {columns, colour})],
  [
    'drift, hostile and long',
    (columns: number, colour = false) => driftText(driftSample([HOSTILE, longName], HOSTILE), {columns, colour}),
  ],
  ['judge', (columns: number, colour = false) => judgeText(judgeSample(), {columns, colour})],
  [
    'judge, hostile and long',
    (columns: number, colour = false) => judgeText(judgeSample([HOSTILE, longName], [HOSTILE]), {columns, colour}),
  ],
  [
    'harden, hostile and long names',
    (columns: number, colour = false) => hardenText(hardenSample([longName, HOSTILE]), {columns, colour}),
  ],
  ['evaluate', (columns: number, colour = false) => evaluateText(evaluateSample(), {columns, colour})],
])('%s on a terminal', (_, render) => {
  it.each([40, 80, 132])('fits %d columns', (columns) => {
    const widest = Math.max(...render(columns).split('\n').map(width))
    expect(widest).toBeLessThanOrEqual(columns)
  })

  it('says the same with and without colour', () => {
    expect(strip(render(80, true))).toBe(render(80))
    expect(render(80)).not.toContain('\x1b')
  })
})

describe('hardenText', () => {
  it('shows the first, the last and the kept epoch of many, and the hardened model beside its control', () => {
    const text = hardenText(hardenSample(), plain(100))
    expect(text).toMatch(/Epochs \(1[23] of 40\)/)
    expect(text).toMatch(/\n {2}1 +0\.1 +0\.600/)
    expect(text).toMatch(/\n {2}33 \(kept\) +0\.1/)
    expect(text).toMatch(/\n {2}40 +0\.1/)
    expect(text).toMatch(/accuracy +95\.1 % +96\.4 % +96\.2 %/)
    expect(text).toMatch(/PGD-20, radius 0\.1 +35\.1 % +36\.4 % +36\.2 %/)
  })

  it('does without control and attacks', () => {
    const report = hardenSample()
    Object.assign(report.metrics, {control: null, attack: null})
    for (const one of [report.metrics.before, report.metrics.after]) one.attacks = []
    const text = hardenText(report, plain(80))
    expect(text).not.toContain('control  ')
    expect(text).not.toContain('PGD')
  })
})

describe('certifyText', () => {
  const text = certifyText(certifySample(), plain(80))

  it('starts with the verdict in words', () => expect(text).toMatch(/^✓ PASS {2}At most 19\.0 % of random pairs/))

  it('shows bounds where they are certified and a sign where they are not', () => {
    expect(text).toMatch(/\/fc1\/Relu +\? +20 % ✓/)
    expect(text).toMatch(/\/fc2\/Relu +– +25 % ✓/)
    expect(text).toContain('✓ certified (47), – vacuous (3), ? too few pairs (3), ! invalid (1)')
  })

  it('names the radii below the bounds where each layer has its own', () => {
    const own = certifyText(ownRadiiSample(), plain(80))
    expect(own).toMatch(/closest pairs +≈ 0\.04 % +≈ 0\.21 % +≈ 1\.9 %/)
    expect(own).toMatch(/\/fc2\/Relu +– +25 % ✓.*\n +within δ +0\.11 +0\.22 +0\.385/)
  })

  it('cannot be made to move the cursor by a layer name', () => {
    const hostile = certifyText(certifySample([HOSTILE, 'b']), plain(200))
    expect(hostile).not.toMatch(/[\x00-\x09\x0b-\x1f\u202e]/) // eslint-disable-line no-control-regex
    expect(hostile).toContain('\\x1b[31m')
  })

  it('does without bounds and interval', () => {
    const report = certifySample()
    report.metrics.cells = []
    for (const {epsilon} of report.metrics.layers) Object.assign(epsilon.scaleFree, {upper: null, asymptotic: null})
    expect(certifyText(report, plain(80))).toMatch(/\/fc1\/Relu +64 +0\.143 +– +–/)
  })
})

describe('evaluateText', () => {
  it('shows accuracies, every ranking with its grade, and the curves', () => {
    const text = evaluateText(evaluateSample(), plain(120))
    expect(text).toMatch(/as given +6,246 +47\.9 % \(45\.\d to 50\.\d\) +27\.9 % \(1\d\.\d to 3\d\.\d\)/)
    expect(text).toMatch(/−Jaccard +control +0\.800 +0\.500 +0\.450 +71\.0 % \(\S+ to \S+\) +51\.0 % \(/)
    expect(text).toMatch(/KC +part +0\.799 +0\.499 +0\.449 +– +–/)
    expect(text).toMatch(/Accuracy on targets by pruned share\n +pruned +5 % +10 % +20 %\n +sanitize +51\.9 %/)
  })

  it('leaves out what was not measured', () => {
    const report = evaluateSample()
    Object.assign(report.metrics, {adversarial: null, targets: null})
    report.metrics.methods = [{...report.metrics.methods[0]!, grade: null, curve: []}]
    for (const one of report.metrics.accuracies) one.targets = null
    const text = evaluateText(report, plain(80))
    expect(text).not.toContain('Rankings')
    expect(text).not.toContain('targets by')
    expect(text).toMatch(/graph +edges +test accuracy\n/)
  })
})

describe('sanitizeText', () => {
  it('shows the histogram, the cut and the truth', () => {
    const text = sanitizeText(sanitizeSample(), plain(80))
    expect(text).toMatch(/all {5}[▁▂▃▄▅▆▇█ ]+ {2}6,000/)
    expect(text).toMatch(/pruned {2}[▁▂▃▄▅▆▇█ ]+ {2}600/)
    expect(text).toContain('cut 1.88')
    expect(text).toMatch(/500 +0\.931 +0\.771 +64 % +77 %/)
  })

  it('names the verdict of a failure and of an open case', () => {
    const report = sanitizeSample()
    delete report.metrics.randomEdges
    expect(sanitizeText({...report, verdict: {...report.verdict, status: 'fail'}}, plain(80))).toMatch(
      /^✗ FAIL {2}600 of/,
    )
    expect(sanitizeText({...report, verdict: {...report.verdict, status: 'inconclusive'}}, plain(80))).toMatch(
      /^\? INCONCLUSIVE {2}600 of/,
    )
  })
})

it('an error names its next steps, on lines of their own', () => {
  expect(errorText({message: `bad\x1b name`, nextSteps: ['fetch the file again', 'or leave it out']}, plain(80))).toBe(
    'error: bad\\x1b name\n  → fetch the file again\n  → or leave it out\n',
  )
})

it('notes put warnings first and are empty without notes', () => {
  const notes = [
    {level: 'info', code: 'a', message: 'fine'} as const,
    {level: 'warning', code: 'b', message: 'look'} as const,
  ]
  expect(notesText(notes, plain(80))).toBe('warning: look\nnote: fine\n')
  expect(notesText([], plain(80))).toBe('')
})

describe('wrap', () => {
  it('loses no word and exceeds no line', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z層]{1,30}$/), {minLength: 1}),
        fc.integer({min: 10, max: 60}),
        (words, columns) => {
          const lines = wrap(words.join(' '), columns, '  ')
          expect(Math.max(...lines.map(width))).toBeLessThanOrEqual(columns)
          expect(lines.join('').replaceAll(' ', '')).toBe(words.join(''))
        },
      ),
    )
  })
})

describe('blocks', () => {
  it('a small count is visible, none is blank, the largest is full', () =>
    expect(blockColumns([0, 1, 500, 1000])).toBe(' ▁▄█'))

  it('a bar is as long as its share', () =>
    expect([bar(1, 1, 4), bar(1, 2, 4), bar(0.1, 1, 4), bar(0, 0, 4)]).toEqual(['████', '██', '▍', '']))

  it('rebinning keeps the total', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), {minLength: 1}), fc.integer({min: 1, max: 80}), (counts, bins) => {
        const out = rebin(counts, bins)
        expect(out.length).toBeLessThanOrEqual(bins)
        expect(out.reduce((a, b) => a + b, 0)).toBe(counts.reduce((a, b) => a + b, 0))
      }),
    )
  })
})

it('a name in an error or a note gives a CI system no command, wherever the line breaks', () => {
  for (let lead = 40; lead < 90; lead++) {
    const message = `${'a'.repeat(lead)} ::stop-commands::x ##[set-env name=A]b`
    const texts = [
      errorText({message, nextSteps: [message]}, plain(80)),
      notesText(
        [
          {code: 'x', level: 'warning', message},
          {code: 'y', level: 'info', message},
        ],
        plain(80),
      ),
    ]
    for (const text of texts) expect(text).not.toMatch(/^\s*::|##\w*\[/m)
  }
})
