import {describe, expect, it} from 'vitest'
import {gateComment, gateMarkdown} from '../../../src/render/gate/markdown.js'
import {gateSample, hostileSample, manyFindings} from './sample.js'

const rows = (text: string) => text.split('\n').filter((line) => line.startsWith('|'))

describe('gateMarkdown', () => {
  it('states the verdict, what fails with what to do, what is accepted and until when, and each check', () => {
    const text = gateMarkdown(gateSample())
    expect(text).toMatch(/^## surety gate: ❌ Fail\n\n\*\*4 of 9 demands on 4 checks are not met\*\*/)
    expect(text).toContain('| ⚠️ | graph | prunedShare | ≤ 0.3 | 0.38 | train longer or raise the limit |')
    expect(text).toContain('| digits | accuracy | ≥ 0.98 | 0.972 | 2026-12-31 | the new labels arrive in December |')
    expect(text).toContain('| ❌ | mails | could not be run: models/mails: no such file | certify | models/mails |')
    expect(text).toContain('<details><summary>3 demands met</summary>')
    expect(text).not.toContain('left out')
  })

  it('shows hostile names literally, in one cell each', () => {
    const text = gateMarkdown(hostileSample())
    const cells = rows(text).map((line) => line.split(/(?<!\\)\|/).length)
    expect(new Set(cells)).toEqual(new Set([8, 7, 6]))
    expect(
      text.replaceAll('<details><summary>', '').replaceAll('</summary>', '').replaceAll('</details>', ''),
    ).not.toContain('<')
    expect(text).not.toMatch(/[\x1b\0\u202e]/) // eslint-disable-line no-control-regex
  })

  it.each([
    [3000, 'x'.repeat(2000)],
    [100_000, '層'.repeat(300)],
    [20_000, ''],
  ])('of %d findings keeps the worst within 1 MiB and says what is left out', (count, text) => {
    const report = gateSample(manyFindings(count, text))
    const summary = gateMarkdown({...report, verdict: {...report.verdict, summary: text.repeat(20)}})
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(1024 * 1024)
    expect(Buffer.byteLength(summary)).toBeGreaterThan(950_000)
    expect(/further rows left out: a job summary may take 1 MiB/.test(summary)).toBe(true)
    expect(summary.includes(`h${count - 2}\\]`)).toBe(true)
    expect(summary.includes('layers\\[h1\\]')).toBe(false)
    expect(summary.includes('| ❌ | mails | could not be run')).toBe(true)
  })
})

describe('gateComment', () => {
  it('begins with a line that no text can end, and holds what a comment may', () => {
    const report = gateSample(manyFindings(20_000, 'x'.repeat(400)))
    const inputs = [{path: 'a --> <b>.json', sha256: '', bytes: 0}]
    const text = gateComment({...report, inputs})
    expect(text.split('\n')[0]).toMatch(/^<!-- surety gate: [^<>]* -->$/)
    expect(text.split('\n')[0]!.slice(4, -3)).not.toContain('--')
    expect(text.length).toBeLessThan(65_536)
    expect(text).toContain('left out: a comment may take 64 KiB')
  })

  it('has each metric beside that of the baseline, and says why where it has none', () => {
    const report = gateSample()
    const [first, second] = report.metrics.checks
    first!.before = {
      reason: null,
      changes: [
        {metric: 'performance.lower', before: 0.95, now: 0.93, worse: 'lower'},
        {metric: 'headline.bound', before: 0.2, now: 0.15, worse: 'higher'},
        {metric: 'headline.lift', before: null, now: 2, worse: 'higher'},
        {metric: 'gkcBefore', before: 1, now: 1, worse: null},
      ],
    }
    second!.before = {reason: 'the seed is 1 here and 0 in the baseline', changes: []}
    const text = gateComment(report)
    expect(text).toContain('### Beside the baseline')
    expect(text).toMatch(/\| performance\.lower \| 0\.950 \| 0\.930 \| ⚠️ lower, worse \|/)
    expect(text).toMatch(/\| headline\.bound \| 0\.200 \| 0\.150 \| lower, better \|/)
    expect(text).toMatch(/\| headline\.lift \| – \| 2\.00 \| new \|/)
    expect(text).toContain('| same |')
    expect(text).toContain('not compared: the seed is 1 here and 0 in the baseline')
  })
})
