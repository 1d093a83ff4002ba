import {readFileSync} from 'node:fs'
import {gzipSync} from 'node:zlib'
import ajvDraft04 from 'ajv-draft-04'
import {describe, expect, it} from 'vitest'
import {gateSarif} from '../../../src/render/gate/sarif.js'
import type {GateReport} from '../../../src/documents/reports.js'
import {random} from '../../../src/stats/random.js'
import {CONFIG, gateSample, hostileSample, manyFindings} from './sample.js'

interface Result {
  ruleId: string
  ruleIndex: number
  level: string
  message: {text: string}
  locations: [{physicalLocation: {artifactLocation: {uri: string; uriBaseId?: string}; region: {startLine: number}}}]
  partialFingerprints: Record<string, string>
  suppressions?: {kind: string; status: string; justification: string}[]
}

interface Run {
  tool: {driver: {rules: {id: string; name: string; properties: {tags: string[]}}[]}}
  invocations: [{executionSuccessful: boolean; toolExecutionNotifications: {message: {text: string}}[]}]
  results: Result[]
}

const schema = JSON.parse(
  readFileSync('node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json', 'utf8'),
) as object
const validate = new ajvDraft04.default({strict: false, validateFormats: false, unicodeRegExp: false}).compile(schema)
const runOf = (text: string) => (JSON.parse(text) as {runs: [Run]}).runs[0]
const sarif = (report: GateReport, folder?: string) => runOf(gateSarif(report, folder === undefined ? {} : {folder}))
const uriOf = (path: string, folder?: string) => {
  const [first] = gateSample().metrics.findings
  return sarif(gateSample([{...first!, place: {path, line: 1}}]), folder).results[0]!.locations[0].physicalLocation
    .artifactLocation
}

describe('gateSarif', () => {
  it.each([
    ['a sample', gateSample()],
    ['hostile names', hostileSample()],
    ['lone surrogates', hostileSample('\ud800/\udfff')],
    ['no finding', gateSample([], [])],
    ['ten thousand findings', gateSample(manyFindings(10_000))],
  ])('is valid against the schema of SARIF 2.1.0: %s', (_, report) => {
    validate(JSON.parse(gateSarif(report)))
    expect(validate.errors).toBeNull()
  })

  it('the schema is really applied', () => {
    expect(validate(JSON.parse(gateSarif(gateSample()).replace('"startLine": 9', '"startLine": 0')))).toBe(false)
  })

  it('holds what fails, the worst first, and no passes; what is accepted is a notification, since code scanning would show it as open', () => {
    const {results, tool, invocations} = sarif(gateSample())
    expect(results.map(({ruleId, level}) => [ruleId, level])).toEqual([
      ['check-not-run', 'error'],
      ['metric-missing', 'error'],
      ['metric-worse-than-baseline', 'error'],
      ['metric-too-high', 'error'],
      ['metric-too-high', 'warning'],
    ])
    expect(JSON.stringify(invocations[0])).toContain('is accepted until 2026-12-31: the new labels arrive in December')
    expect(results.every((result) => !('suppressions' in result))).toBe(true)
    for (const {ruleId, ruleIndex} of results) expect(tool.driver.rules[ruleIndex]!.id).toBe(ruleId)
    expect(invocations[0].executionSuccessful).toBe(false)
    expect(results[1]!.message.text).toBe(
      'digits: cells[layer=logits,delta=0.5,eta=0.5].observed is abstain, expected a number. To do: train longer or raise the limit.',
    )
  })

  it('an expired suppression suppresses nothing', () => {
    const [first] = gateSample().metrics.findings
    expect(
      sarif(gateSample([{...first!, suppression: {reason: 'was known', expires: '2020-01-01'}}])).results[0],
    ).not.toHaveProperty('suppressions')
  })

  it('fingerprints are the same whatever is found, wherever it is asked, and differ between findings', () => {
    const before = sarif(gateSample()).results
    const changed = gateSample(
      gateSample().metrics.findings.map((one) => ({
        ...one,
        found: '9',
        value: 9,
        limit: 1,
        message: 'other',
        place: {path: CONFIG, line: one.place.line + 40},
      })),
    )
    const fingerprints = (results: Result[]) =>
      results.map(({partialFingerprints}) => partialFingerprints['primaryLocationLineHash']).sort()
    expect(fingerprints(sarif(changed).results)).toEqual(fingerprints(before))
    expect(new Set(fingerprints(before)).size).toBe(before.length)
  })

  it('names files relative to the root of the repository, percent-encoded', () => {
    expect(uriOf('surety.config.json')).toEqual({uri: 'surety.config.json', uriBaseId: '%SRCROOT%'})
    expect(uriOf('./a b/100%/ü#?.json')).toEqual({uri: 'a%20b/100%25/%C3%BC%23%3F.json', uriBaseId: '%SRCROOT%'})
    expect(uriOf('../surety.config.json', 'models')).toEqual({uri: 'surety.config.json', uriBaseId: '%SRCROOT%'})
    expect(uriOf('surety.config.json', 'models/vision')).toEqual({
      uri: 'models/vision/surety.config.json',
      uriBaseId: '%SRCROOT%',
    })
    expect(uriOf('config\\surety.json')).toEqual({uri: 'config/surety.json', uriBaseId: '%SRCROOT%'})
    expect(uriOf('/etc/surety.json', 'models')).toEqual({uri: 'file:///etc/surety.json'})
    expect(uriOf('C:\\a b\\surety.json')).toEqual({uri: 'file:///C:/a%20b/surety.json'})
  })

  it('stays within what GitHub accepts and shows: 5,000 results, 20 tags, short texts; what is left out is said', () => {
    const {results, invocations, tool} = sarif(gateSample(manyFindings(6000, 'x'.repeat(5000))))
    expect(results).toHaveLength(5000)
    expect(invocations[0].toolExecutionNotifications.at(-1)!.message.text).toMatch(/^1000 further results are left out/)
    expect(results.filter(({level}) => level === 'error')).toHaveLength(3000)
    expect(Math.max(...results.map(({message}) => message.text.length))).toBeLessThanOrEqual(1000)
    expect(tool.driver.rules.every(({properties}) => properties.tags.length <= 10)).toBe(true)
  })

  it('stays below 10 MB after gzip, whatever the texts', () => {
    const generator = random(1)
    // Parts of one text that is far longer than what gzip remembers: it finds nothing twice.
    const drawn = String.fromCodePoint(...Array.from({length: 100_000}, () => 0x4e00 + generator.integer(20_000)))
    const noise = () => {
      const from = generator.integer(drawn.length - 1100)
      return drawn.slice(from, from + 1100)
    }
    const text = gateSarif(
      gateSample(manyFindings(5000).map((one) => ({...one, message: noise(), metric: noise(), found: noise()}))),
    )
    expect(gzipSync(text).length).toBeLessThanOrEqual(10_000_000)
    expect(runOf(text).results.length).toBeGreaterThan(500)
  })
})
