import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {UsageError} from '../../src/errors.js'
import {FORMAT_NAMES} from '../../src/render/formats.js'
import {certifyHtml} from '../../src/render/html/certify.js'
import {toJson} from '../../src/frame/json.js'
import {certifyMarkdown} from '../../src/render/markdown.js'
import {renderReport} from '../../src/render/renderers.js'
import {certifyText} from '../../src/render/terminal/certify.js'
import {gateSample} from '../render/gate/sample.js'
import {certifySample} from '../render/samples/certify.js'
import {driftSample} from '../render/samples/drift.js'
import {evaluateSample} from '../render/samples/evaluate.js'
import {hardenSample} from '../render/samples/harden.js'
import {judgeSample} from '../render/samples/judge.js'
import {sanitizeSample} from '../render/samples/sanitize.js'
import {commandLine} from '../support/command-line.js'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'surety-report-'))
})
afterAll(() => rmSync(folder, {recursive: true, force: true}))

describe('surety report', () => {
  it('writes what the command itself writes', async () => {
    const report = certifySample()
    const path = join(folder, 'report.json')
    writeFileSync(path, toJson(report))
    const outs = ['page.html', 'page.md', 'again.json'].map((name) => join(folder, name))
    const {code, stdout} = await commandLine('report', path, ...outs.flatMap((out) => ['--out', out]))
    expect(code).toBe(0)
    expect(stdout).toBe(certifyText(report, {columns: 80, colour: false}))
    expect(outs.map((out) => readFileSync(out, 'utf8'))).toEqual([
      certifyHtml(report),
      certifyMarkdown(report),
      toJson(report),
    ])
  })

  it('refuses what is not a report, and a form that the report does not have, before anything is written', async () => {
    const path = join(folder, 'no.json')
    writeFileSync(path, '{"command": "certify"}')
    expect((await commandLine('report', path)).code).toBe(2)
    writeFileSync(path, toJson(certifySample()))
    const {code, stderr} = await commandLine(
      'report',
      path,
      '--out',
      join(folder, 'first.html'),
      '--out',
      join(folder, 'x.sarif'),
    )
    expect(code).toBe(2)
    expect(stderr.replace(/\n +/g, ' ')).toMatch(/cannot be written as sarif/)
    expect(() => readFileSync(join(folder, 'first.html'))).toThrow()
  })

  it.each(
    [
      certifySample(),
      driftSample(),
      sanitizeSample(),
      evaluateSample(),
      hardenSample(),
      judgeSample(),
      gateSample(),
    ].map((report) => [report.command, report] as const),
  )('%s: every form is text or a refusal', (_name, report) => {
    const forms = FORMAT_NAMES.filter((format) => {
      try {
        return renderReport(report, format).length >= 0
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError)
        return false
      }
    })
    expect(forms).toEqual(expect.arrayContaining(['html', 'json', 'terminal']))
  })
})
