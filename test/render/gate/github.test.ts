import {error, warning} from '@actions/core'
import {afterEach, describe, expect, it, vi} from 'vitest'
import {gateGithub} from '../../../src/render/gate/github.js'
import {failing} from '../../../src/render/gate/view.js'
import {visible} from '../../../src/frame/visible.js'
import {gateSample, hostileSample, manyFindings} from './sample.js'

/** What GitHub's own library writes for the same annotation. */
function byToolkit(
  level: 'error' | 'warn',
  message: string,
  properties: {title: string; file: string; startLine: number},
): string {
  let written = ''
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written += text as string
    return true
  })
  if (level === 'error') error(message, properties)
  else warning(message, properties)
  spy.mockRestore()
  return written.replaceAll('\r\n', '\n')
}

afterEach(() => vi.restoreAllMocks())

describe('gateGithub', () => {
  it.each([
    ['a sample', gateSample()],
    ['hostile names', hostileSample()],
    ['names of signs', hostileSample('50%: a,b::error::%0A%25')],
  ])('writes what the toolkit of GitHub Actions writes, byte for byte: %s', (_, report) => {
    const expected = failing(report.metrics).map((finding) =>
      byToolkit(finding.level, `${visible(finding.message)}\n${visible(finding.advice)}`, {
        title: visible(`surety: ${finding.check}: ${finding.metric}`),
        file: visible(finding.place.path),
        startLine: finding.place.line,
      }),
    )
    expect(gateGithub(report)).toBe(expected.join(''))
  })

  it('at most ten errors and ten warnings, the worst first, the tenth for all the others', () => {
    const lines = gateGithub(gateSample(manyFindings(100)))
      .trimEnd()
      .split('\n')
    expect(lines).toHaveLength(20)
    expect(lines.filter((line) => line.startsWith('::error '))).toHaveLength(10)
    expect(lines[0]).toContain('layers[h98].epsilon')
    expect(lines[9]).toContain('title=surety%3A 41 further findings')
    expect(lines[9]).toMatch(/and 21 more: the job summary and the report hold all$/)
    expect(lines[10]).toMatch(/^::warning .*layers\[h99\]/)
  })

  it('ten of each still are single ones', () => {
    const lines = gateGithub(gateSample(manyFindings(20)))
      .trimEnd()
      .split('\n')
    expect(lines).toHaveLength(20)
    expect(lines.join('\n')).not.toContain('further')
  })

  it('each annotation is one line that begins with its command, whatever it names', () => {
    const lines = gateGithub(hostileSample('a\n::add-path::/tmp\r\n##[set-env name=A]b')).trimEnd().split('\n')
    expect(lines).toHaveLength(5)
    for (const line of lines) expect(line).toMatch(/^::(error|warning) title=[^:]*,file=[^:]*,line=\d+::/)
  })

  it('long texts are cut to what GitHub shows', () => {
    const [line] = gateGithub(gateSample(manyFindings(1, 'y'.repeat(100_000)))).split('\n')
    expect(line!.length).toBeLessThan(5000)
  })

  it('names files from the root of the repository', () => {
    expect(gateGithub(gateSample(), {folder: 'sub'})).toContain('file=sub/models/surety.config.json,')
  })

  it('is empty when all is well or accepted', () => {
    expect(gateGithub(gateSample(gateSample().metrics.findings.filter(({status}) => status !== 'fail')))).toBe('')
  })
})
