import {appendFileSync, copyFileSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {Ajv} from 'ajv'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {type AttestationStatement, PREDICATE_TYPE} from '../../src/documents/attestation.js'
import type {CertifyReport, GateReport, VerifyReport} from '../../src/documents/reports.js'
import {checksumOf} from '../../src/frame/checksum.js'
import {hashOf} from '../../src/data/read-file.js'
import {commandLineWith} from '../support/command-line.js'

let folder: string
const surety = async (...args: string[]) => {
  const {code, stdout, stderr} = await commandLineWith({cwd: folder}, ...args)
  return {code, text: (stdout + stderr).replace(/\s*\n\s*/g, ' '), stdout}
}
const file = (name: string) => join(folder, name)
const statement = () => JSON.parse(readFileSync(file('s.json'), 'utf8')) as AttestationStatement
const write = (changed: object, name = 'changed.json') => writeFileSync(file(name), JSON.stringify(changed))

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'surety-attest-'))
  copyFileSync('fixtures/digits/digits-mlp-embeddings.npz', file('states.npz'))
  const checks = {
    digits: {
      certify: 'states.npz',
      options: {bootstrap: 0, examples: 0},
      thresholds: {accuracy: ['error', {min: 0.9}], headline: ['warn', {max: 0.01}]},
    },
  }
  write({checks}, 'surety.config.json')
  const run = await surety('gate', '--threads', '1', '--attest', 's.json', '--out', 'gate.json', '--reports', 'pages')
  expect(run.code).toBe(0)
})
afterAll(() => rmSync(folder, {recursive: true, force: true}))

describe('surety gate --attest', () => {
  it('writes a statement that fits the published rules, with a digest of each file as it lies there', () => {
    const published = JSON.parse(readFileSync('test/documents/in-toto-statement.schema.json', 'utf8')) as object
    const fits = new Ajv({strict: false}).compile(published)
    expect([fits(statement()), fits.errors]).toEqual([true, null])
    const {subject, predicateType, predicate} = statement()
    expect(predicateType).toBe(PREDICATE_TYPE)
    expect(subject.map(({name}) => name)).toEqual([
      'gate.json',
      'pages/digits.html',
      'pages/digits.json',
      'states.npz',
      'surety.config.json',
    ])
    for (const {name, digest} of subject) expect(digest.sha256).toBe(hashOf(readFileSync(file(name))))
    const report = JSON.parse(readFileSync(file('gate.json'), 'utf8')) as GateReport
    expect(predicate).toMatchObject({
      tool: {name: 'surety', version: report.version},
      verdict: {status: 'pass', summary: report.verdict.summary},
      reportChecksum: checksumOf(report),
    })
    expect(predicate.thresholds.map(({metric, status}) => [metric, status])).toContainEqual(['headline', 'fail'])
    // The schema of the test can fail.
    expect(fits({...statement(), subject: [{name: 'states.npz'}]})).toBe(false)
    expect(fits({...statement(), predicateType: 'surety'})).toBe(false)
  })

  it('is accepted by verify as it was written and in the bundle of a signer', async () => {
    const plain = await surety('verify', 's.json')
    expect([plain.code, plain.text]).toEqual([0, expect.stringContaining('All 5 files are as the statement has them')])
    const payload = readFileSync(file('s.json')).toString('base64')
    const envelope = {payloadType: 'application/vnd.in-toto+json', payload, signatures: [{sig: 'AAAA'}]}
    for (const given of [
      envelope,
      {mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json', dsseEnvelope: envelope},
    ]) {
      write(given)
      const {code, stdout} = await surety('verify', 'changed.json', '--json')
      const {metrics, verdict} = JSON.parse(stdout) as VerifyReport
      expect([code, metrics.attestation!.enveloped]).toEqual([0, true])
      expect(verdict.meaning.join(' ')).toContain('signature of the envelope was not checked')
    }
  })

  it('says which file changed by a byte, and exits 1', async () => {
    for (const name of ['states.npz', 'gate.json', 'surety.config.json']) {
      const before = readFileSync(file(name))
      const after = Buffer.from(before)
      after[after.length >> 1]! ^= 1
      writeFileSync(file(name), after)
      const {code, text} = await surety('verify', 's.json')
      writeFileSync(file(name), before)
      expect([code, text]).toEqual([1, expect.stringContaining(`${name} changed since the statement was made`)])
    }
    appendFileSync(file('pages/digits.html'), ' ')
    expect((await surety('verify', 's.json')).text).toContain('pages/digits.html changed since')
    const page = readFileSync(file('pages/digits.html'))
    writeFileSync(file('pages/digits.html'), page.subarray(0, -1))
    expect((await surety('verify', 's.json')).code).toBe(0)
  })

  it('exits 2 where a file is gone, and finds it under another name when told', async () => {
    renameSync(file('states.npz'), file('moved.npz'))
    try {
      const gone = await surety('verify', 's.json')
      expect([gone.code, gone.text]).toEqual([2, expect.stringMatching(/s\.json: states\.npz: the statement is about/)])
      const told = await surety('verify', 's.json', '--data', 'moved.npz')
      expect([told.code, told.text]).toEqual([0, expect.stringContaining('states.npz is moved.npz now')])
      const wrong = await surety('verify', 's.json', '--data', 'surety.config.json', '--model', 'changed.json')
      expect([wrong.code, wrong.text]).toEqual([1, expect.stringContaining('changed.json: the statement is not about')])
    } finally {
      renameSync(file('moved.npz'), file('states.npz'))
    }
  })

  it.each<[string, (changed: AttestationStatement) => void, string]>([
    ['verdict', ({predicate}) => (predicate.verdict.status = 'fail'), 'predicate was changed after it was written'],
    [
      'verdict with a fitting checksum',
      ({predicate}) => {
        for (const each of predicate.thresholds) each.level = 'error'
        predicate.checksum = checksumOf(predicate)
      },
      'the verdict pass, and 1 of its demands fail',
    ],
    ['threshold', ({predicate}) => (predicate.thresholds[0]!.expected = '≤ 1'), 'predicate was changed after'],
    [
      'digest',
      ({subject}) => (subject[0]!.digest.sha256 = '0'.repeat(64)),
      'a digest that the predicate does not know',
    ],
    [
      'digest for that of another file',
      ({subject}) => (subject[0]!.digest = {...subject[1]!.digest}),
      'has another digest than in the predicate',
    ],
  ])('refuses a changed %s', async (_, change, message) => {
    const changed = statement()
    change(changed)
    write(changed)
    const {code, text} = await surety('verify', 'changed.json')
    expect([code, text]).toEqual([1, expect.stringContaining(message)])
  })

  it('refuses what is no statement of surety', async () => {
    for (const [changed, message] of [
      [{...statement(), predicateType: 'https://slsa.dev/provenance/v1'}, 'surety knows'],
      [{...statement(), predicate: {}}, 'is damaged at /predicate'],
      [{...statement(), subject: undefined}, 'is damaged at'],
    ] as const) {
      write(changed)
      const {code, text} = await surety('verify', 'changed.json')
      expect([code, text]).toEqual([2, expect.stringContaining(message)])
    }
    expect((await surety('verify', 's.json', '--against', 'gate.json')).code).toBe(2)
  })
})

describe('surety report --attest', () => {
  it('states what a report of any command says, and refuses an edited one', async () => {
    const made = await surety('report', 'pages/digits.json', '--attest', 'one.json', '--out', 'one.html')
    expect(made.code).toBe(0)
    const {subject, predicate} = JSON.parse(readFileSync(file('one.json'), 'utf8')) as AttestationStatement
    expect(subject.map(({name}) => name)).toEqual(['one.html', 'pages/digits.json', 'states.npz'])
    expect([predicate.command, predicate.verdict.status]).toEqual(['certify', 'certified'])
    expect((await surety('verify', 'one.json')).code).toBe(0)
    const report = JSON.parse(readFileSync(file('pages/digits.json'), 'utf8')) as CertifyReport
    report.metrics.headline!.bound! /= 2
    write(report)
    const edited = await surety('report', 'changed.json', '--attest', 'two.json')
    expect([edited.code, edited.text]).toEqual([2, expect.stringContaining('was edited after surety wrote it')])
  })
})
