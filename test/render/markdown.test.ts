import {describe, expect, it} from 'vitest'
import {certifyMarkdown, sanitizeMarkdown} from '../../src/render/markdown.js'
import {certifySample, ownRadiiSample} from './samples/certify.js'
import {HOSTILE} from './samples/hostile.js'
import {sanitizeSample} from './samples/sanitize.js'

const plain = (text: string) => text.replaceAll('\u00a0', ' ')
const tableRows = (text: string) => text.split('\n').filter((line) => line.startsWith('|'))

describe('certifyMarkdown', () => {
  it('states the verdict, its meaning and a row for each layer', () => {
    const report = certifySample()
    const text = plain(certifyMarkdown(report))
    expect(text).toMatch(/^## surety certify: ✅ Pass\n\n\*\*At most 19\.0 % of random pairs/)
    for (const line of report.verdict.meaning) expect(text).toContain(line)
    expect(tableRows(text)).toHaveLength(2 + report.metrics.layers.length)
    expect(text).toContain('47 of 54 statements are certified')
  })

  it('never shows a number where nothing is certified', () => {
    const [, , fc1, fc2] = tableRows(plain(certifyMarkdown(certifySample()))).map((line) =>
      line.split('|').map((c) => c.trim()),
    )
    expect(fc1![4]).toBe('abstain')
    expect(fc2![4]).toBe('vacuous')
  })

  it('names the radius of each cell where each layer has its own', () => {
    expect(plain(certifyMarkdown(ownRadiiSample()))).toContain('| vacuous (δ 0.11) | 25 % (δ 0.22) |')
  })

  it('shows hostile names literally, in one cell', () => {
    const text = certifyMarkdown(certifySample([HOSTILE]))
    const cells = tableRows(text).map((line) => line.split(/(?<!\\)\|/).length)
    expect(new Set(cells).size).toBe(1)
    expect(text).not.toContain('<script')
    expect(text).not.toContain('\x1b')
  })
})

it('sanitizeMarkdown states the verdict, the change and the top edges', () => {
  const report = sanitizeSample()
  const text = plain(sanitizeMarkdown({...report, verdict: {...report.verdict, status: 'fail'}}))
  expect(text).toMatch(/^## surety sanitize: ❌ Fail/)
  expect(text).toContain('| kernel complexity (GKC) | 1.83 | 1.51 |')
  expect(text).toContain('| edges | 6,000 | 5,402 |')
  expect(tableRows(text)).toHaveLength(2 + 5 + 2 + 10)
})
