import {describe, expect, it} from 'vitest'
import {UsageError} from '../../src/errors.js'
import {FORMAT_NAMES, formatOf, renderGate} from '../../src/render/formats.js'
import {gateSample, hostileSample} from './gate/sample.js'

describe('formatOf', () => {
  it.each([
    ['gate.json', 'json'],
    ['out/gate.md', 'markdown'],
    ['gate.html', 'html'],
    ['results.xml', 'junit'],
    ['gate.sarif', 'sarif'],
    ['gate.sarif.json', 'sarif'],
    ['GATE.SARIF', 'sarif'],
    ['gate.gitlab.json', 'gitlab'],
    ['gl-code-quality-report.json', 'gitlab'],
    ['surety.badge.json', 'badge'],
    ['gate.txt', 'terminal'],
    ['a.sarif/b.json', 'json'],
    ['C:\\gate.json', 'json'],
  ])('%s by its end', (path, format) => {
    expect(formatOf(path)).toEqual({format, path})
  })

  it.each([
    ['junit:results.txt', 'junit', 'results.txt'],
    ['markdown:out/step:1', 'markdown', 'out/step:1'],
    ['sarif:a.json', 'sarif', 'a.json'],
    ['junit:C:\\r.xml', 'junit', 'C:\\r.xml'],
  ])('%s by what it says', (output, format, path) => {
    expect(formatOf(output)).toEqual({format, path})
  })

  it.each(['sarfi:gate.json', 'gate', 'gate.pdf', 'junit:', '', '.', 'constructor:x.json', '__proto__:x'])(
    'refuses %j with a next step that names the known ones',
    (output) => {
      try {
        formatOf(output)
        expect.unreachable()
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError)
        expect((error as UsageError).nextSteps.join(' ')).toMatch(/junit/)
      }
    },
  )
})

describe.each(FORMAT_NAMES)('%s', (format) => {
  it('the same report gives the same bytes, whatever order its keys were set in', () => {
    const reversed = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(reversed)
        : typeof value === 'object' && value !== null
          ? Object.fromEntries(
              Object.entries(value)
                .reverse()
                .map(([key, member]) => [key, reversed(member)]),
            )
          : value
    for (const report of [gateSample(), hostileSample()])
      expect(renderGate(reversed(report) as typeof report, format)).toBe(renderGate(report, format))
  })

  it('another run changes the run block only', () => {
    const {run, ...report} = gateSample()
    const later = {...report, run: {...run!, startedAt: '2027-01-01T00:00:00.000Z', elapsedMs: 1}}
    const showsRun = format === 'json' || format === 'html'
    expect(renderGate(later, format) === renderGate({...report, run: run!}, format)).toBe(!showsRun)
    expect(renderGate(later, format) === renderGate(report, format)).toBe(!showsRun)
  })

  it('ends with one newline', () => {
    expect(renderGate(gateSample(), format)).toMatch(/[^\n]\n$/)
  })
})
