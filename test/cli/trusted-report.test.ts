import {copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {parseTrusted} from '../../src/cli/trusted-report.js'
import type {CertifyReport, SanitizeReport} from '../../src/documents/reports.js'
import {withChecksum} from '../../src/frame/checksum.js'
import {commandLineWith} from '../support/command-line.js'

let folder: string
let certificate: CertifyReport
let cleaned: SanitizeReport

const surety = (...args: string[]) => commandLineWith({cwd: folder}, ...args)
const read = <Report>(name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Report

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'surety-trusted-'))
  copyFileSync('fixtures/digits/digits-mlp-embeddings.npz', join(folder, 'states.npz'))
  copyFileSync('fixtures/community-graph/small-community-graph.npz', join(folder, 'graph.npz'))
  await surety('certify', 'states.npz', '--threads', '1', '--examples', '0', '--bootstrap', '0', '--out', 'states.json')
  await surety('sanitize', 'graph.npz', '--dry-run', '--threads', '1', '--prune-ratio', '0.1', '--report', 'graph.json')
  certificate = read('states.json')
  cleaned = read('graph.json')
})
afterAll(() => rmSync(folder, {recursive: true, force: true}))

const parse = (report: object) => parseTrusted(Buffer.from(JSON.stringify(report)), 'r.json')

/** The gate on a report of this folder. */
async function gated(report: object | string) {
  if (typeof report !== 'string') writeFileSync(join(folder, 'given.json'), JSON.stringify(report))
  const checks = {given: {report: typeof report === 'string' ? report : 'given.json'}}
  writeFileSync(join(folder, 'surety.config.json'), JSON.stringify({checks}))
  const {code, stderr} = await surety('gate')
  return {code, stderr: stderr.replace(/\s*\n\s*/g, ' ')}
}

describe('a report that the gate is given', () => {
  it('passes as it was written, whatever the order of its members', async () => {
    expect(parse(certificate)).toEqual(certificate)
    expect(parse(Object.fromEntries(Object.entries(cleaned).reverse()))).toEqual(cleaned)
    expect((await gated('graph.json')).code).toBe(0)
  })

  it('is refused when a figure was edited', async () => {
    const edited = structuredClone(certificate)
    edited.metrics.layers[0]!.epsilon.scaleFree.upper = 1e-9
    expect(() => parse(edited)).toThrow('r.json: was edited after surety wrote it')
    const {code, stderr} = await gated(edited)
    expect(code).toBe(2)
    expect(stderr).toContain('given.json: was edited after surety wrote it')
    const graph = structuredClone(cleaned)
    graph.metrics.cut.share = 0
    expect(() => parse(graph)).toThrow('r.json: was edited after surety wrote it')
  })

  it('is refused when the checksum was made to fit the edit, since the evidence says otherwise', () => {
    const edited = structuredClone(certificate)
    edited.metrics.layers[0]!.epsilon.scaleFree.upper = 1e-9
    expect(() => parse(withChecksum(edited))).toThrow('r.json: does not follow from its own evidence')
  })

  it('is refused without a checksum', () => {
    const {checksum, ...bare} = cleaned
    expect(checksum).toMatch(/^[0-9a-f]{64}$/)
    expect(() => parse(bare)).toThrow('r.json: has no checksum')
  })

  it('is refused when the file that it speaks of has changed since', async () => {
    copyFileSync(join(folder, 'graph.npz'), join(folder, 'kept.npz'))
    try {
      copyFileSync(join(folder, 'states.npz'), join(folder, 'graph.npz'))
      const {code, stderr} = await gated('graph.json')
      expect(code).toBe(2)
      expect(stderr).toContain('graph.json: graph.npz changed since this report was written')
    } finally {
      copyFileSync(join(folder, 'kept.npz'), join(folder, 'graph.npz'))
    }
    expect((await gated('graph.json')).code).toBe(0)
  })
})
