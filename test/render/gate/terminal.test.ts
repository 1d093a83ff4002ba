import {describe, expect, it} from 'vitest'
import {finish, width} from '../../../src/render/terminal/text.js'
import {gateFailuresText, gateText} from '../../../src/render/terminal/gate.js'
import {gateSample, hostileSample, manyFindings} from './sample.js'

const plain = (columns: number) => ({columns, colour: false})
const reports = [
  ['a sample', gateSample()],
  ['hostile names', hostileSample()],
  ['long names', hostileSample('x'.repeat(400))],
  ['wide names', hostileSample('層 '.repeat(80))],
  ['nothing', gateSample([], [])],
] as const

describe('gateText', () => {
  it.each(reports.flatMap(([name, report]) => [60, 80, 100].map((columns) => [name, columns, report] as const)))(
    '%s fits %d columns',
    (_, columns, report) => {
      for (const text of [gateText(report, plain(columns)), gateFailuresText(report, plain(columns))]) {
        for (const line of text.split('\n')) expect(width(line), line).toBeLessThanOrEqual(columns)
        expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\u202e]/) // eslint-disable-line no-control-regex
      }
    },
  )

  it('says the verdict, what fails in a table, what is accepted and why, and each check in a line', () => {
    expect(gateText(gateSample(), plain(80))).toMatchInlineSnapshot(`
      "✗ FAIL  4 of 9 demands on 4 checks are not met

        A demand that could not be judged counts as failed.

      digits: 36 of 36 cells are certified

      What fails
                 check   metric                           expected       found
        ✗ error  mails   run                              a report       models/mails…
        ✗ error  digits  cells[layer=log…a=0.5].observed  a number       abstain
        ✗ error  graph   truth.auc                        ≥ 0.9 (basel…  0.55
        ✗ error  digits  layers[h1].epsilon.scaleFree     ≤ 0.1          0.13
        ! warn   graph   prunedShare                      ≤ 0.3          0.38

      Accepted for now
        check   metric    expected  found  until
        digits  accuracy  ≥ 0.98    0.972  2026-12-31
        digits, accuracy: the new labels arrive in December

      Checks
           check    result                              of
        ✗  digits   2 of 4 demands failed, 1 accepted   certify models/digits-mlp.onnx
        ✗  graph    2 of 3 demands failed               sanitize data/citations.npz
        ✗  mails    could not be run: models/mails: n…  certify models/mails
        ✓  nightly  1 demand met                        report nightly.json
      "
    `)
  })

  it('signs and words say what colour says', () => {
    // eslint-disable-next-line no-control-regex
    expect(gateText(gateSample(), {columns: 80, colour: true}).replace(/\x1b\[\d+m/g, '')).toBe(
      gateText(gateSample(), plain(80)),
    )
  })

  it('of many failures it shows fifty and says how many there are', () => {
    const text = gateText(gateSample(manyFindings(200)), plain(80))
    expect(text.match(/✗ error|! warn/g)).toHaveLength(50)
    expect(text).toContain('… and 150 more')
  })
})

describe('gateFailuresText', () => {
  it('names expected, found and what to do of every failing finding, however many', () => {
    expect(
      gateFailuresText(gateSample(manyFindings(200)), plain(80)).match(/^(error|warning): digits: layers/gm),
    ).toHaveLength(200)
    expect(gateFailuresText(gateSample(), plain(80))).toMatchInlineSnapshot(`
      "error: mails: run
        expected  a report
        found     models/mails: no such file
        to do     check the path
        asked in  models/surety.config.json:24
      error: digits: cells[layer=logits,delta=0.5,eta=0.5].observed
        expected  a number
        found     abstain (worst of 3, at
                  cells[layer=logits,delta=0.5,eta=0.5].observed)
        to do     train longer or raise the limit
        asked in  models/surety.config.json:9
      error: graph: truth.auc
        expected  ≥ 0.9 (baseline 0.92 − 0.02)
        found     0.55
        to do     train longer or raise the limit
        asked in  models/surety.config.json:17
      error: digits: layers[h1].epsilon.scaleFree
        expected  ≤ 0.1
        found     0.13 (upper bound)
        to do     train longer or raise the limit
        asked in  models/surety.config.json:7
      warning: graph: prunedShare
        expected  ≤ 0.3
        found     0.38
        to do     train longer or raise the limit
        asked in  models/surety.config.json:18
      "
    `)
  })

  it('is empty when nothing fails', () => {
    expect(gateFailuresText(gateSample([]), plain(80))).toBe('')
  })
})

describe('names in the log of a CI system', () => {
  it('never become commands', () => {
    expect(
      finish([
        '::add-path::x',
        '  ::error::y',
        'a::b',
        '##[group]x ##vso[task.setvariable]y ##teamcity[z]',
        '# a heading ## b',
      ]),
    ).toBe(
      ': :add-path::x\n  : :error::y\na::b\n# #[group]x # #vso[task.setvariable]y # #teamcity[z]\n# a heading ## b\n',
    )
  })

  it.each([60, 80, 100])('at %d columns, wherever the lines break', (columns) => {
    for (let lead = 0; lead < 40; lead++) {
      const report = hostileSample(`${'a'.repeat(lead)} ::stop-commands::x ##[set-env name=A]b`)
      for (const text of [gateText(report, plain(columns)), gateFailuresText(report, plain(columns))])
        expect(text).not.toMatch(/^\s*::|##\w*\[/m)
    }
  })
})
