import {describe, expect, it} from 'vitest'
import {gateMarkdown} from '../../../src/render/gate/markdown.js'
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
