import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, describe, expect, it} from 'vitest'
import type {SanitizeReport} from '../../src/documents/reports.js'
import {random} from '../../src/stats/random.js'
import {commandLine} from '../support/command-line.js'

const folder = mkdtempSync(join(tmpdir(), 'surety-within-'))
afterAll(() => rmSync(folder, {recursive: true, force: true}))
const write = (name: string, lines: readonly string[]) => {
  writeFileSync(join(folder, name), `${lines.join('\n')}\n`)
  return join(folder, name)
}

// Accounts b0 … and shops s0 …, two groups that mostly trade among themselves.
const {uniform} = random(11)
const [accounts, shops] = [60, 30]
const rows: string[][] = []
for (let a = 0; a < accounts; a++)
  for (let k = 0; k < 5; k++) {
    const group = uniform() < 0.9 ? a % 2 : 1 - (a % 2)
    const shop = 2 * Math.floor((uniform() * shops) / 2) + group
    rows.push([
      `b${a}`,
      `s${shop}`,
      uniform() < 0.5 ? 'card' : 'cash',
      String(1_700_000_000 + Math.floor(1e6 * uniform())),
    ])
  }
const edges = write('edges.csv', ['payer,payee,method,when', ...rows.map((row) => row.join())])
const named = [
  ...Array.from({length: accounts}, (_, i) => ({name: `b${i}`, kind: 0, i})),
  ...Array.from({length: shops}, (_, i) => ({name: `s${i}`, kind: 1, i})),
]
const size = named.map(() => uniform().toFixed(3))
const nodes = (kinds: boolean) =>
  write(`nodes-${kinds}.csv`, [
    kinds ? 'id,size,kind,amount' : 'id,size,amount',
    ...named.map(({name, kind, i}, k) => [name, size[k]!, ...(kinds ? [kind] : []), (i % 2) + Number(size[k])].join()),
  ])
const labels = write('labels.csv', ['id,label', ...named.map(({name, i}) => `${name},${i % 2}`)])

const scoresOf = async (...args: string[]) => {
  const out = join(folder, 'scores.csv')
  const {code, stderr} = await commandLine('sanitize', edges, '--labels', labels, '--scores', out, ...args)
  expect([stderr.includes('error'), code]).toEqual([false, code === 0 ? 0 : 1])
  return readFileSync(out, 'utf8')
}
const reportOf = async (...args: string[]) => {
  const out = join(folder, 'report.json')
  await commandLine('sanitize', edges, '--labels', labels, '--report', out, ...args)
  return JSON.parse(readFileSync(out, 'utf8')) as SanitizeReport
}
const said = ({notes}: SanitizeReport) =>
  notes.filter(({code}) => code === 'rewired-within').map(({message}) => message)

describe('sanitize --within', () => {
  it('keeps a column of nodes out of the features', async () => {
    const without = await reportOf('--features', nodes(false), '--prune-count', '0')
    const taken = await reportOf('--features', nodes(true), '--prune-count', '0')
    const within = await reportOf('--features', nodes(true), '--prune-count', '0', '--within', 'kind')
    const similarity = ({metrics}: SanitizeReport) =>
      metrics.top
        .map(({source, target, similarity}) => ({source, target, similarity}))
        .sort((a, b) => (a.source + a.target < b.source + b.target ? -1 : 1))
    expect(within.metrics.gkcBefore).toBe(without.metrics.gkcBefore)
    expect(taken.metrics.gkcBefore).not.toBe(without.metrics.gkcBefore)
    expect(similarity(within).length).toBe(similarity(without).length)
    expect(said(within)).toEqual(['rewired pairs keep kind of the nodes: 0 60, 1 30'])
    expect(within.config.within).toEqual(['kind'])
  })

  it('reads types by value and times in spans, and changes the chances', async () => {
    const plain = await scoresOf('--prune-count', '0')
    expect(await scoresOf('--prune-count', '0', '--within', 'method')).not.toBe(plain)
    const both = said(await reportOf('--prune-count', '0', '--within', 'method,when'))
    expect(both[0]).toMatch(/^rewired pairs keep method of the edges: c/)
    expect(both[1]).toMatch(/^rewired pairs keep when, a time, in 10 spans of about \d+ edges$/)
  })

  it('carries the column to the output', async () => {
    const out = join(folder, 'clean.csv')
    await commandLine('sanitize', edges, '--labels', labels, '--prune-count', '10', '--within', 'method', '--out', out)
    const kept = readFileSync(out, 'utf8').trim().split('\n')
    expect(kept[0]).toBe('payer,payee,method,when')
    const all = new Set(readFileSync(edges, 'utf8').trim().split('\n'))
    expect(kept.every((line) => all.has(line))).toBe(true)
    expect(kept.length).toBeLessThan(all.size)
  })

  it.each([
    ['methd', /neither edges nor nodes have a column "methd"[^]*did you mean method/],
    ['node:method', /neither edges nor nodes have a column "method"/],
    ['kind', /neither edges nor nodes have a column "kind"[^]*the columns are method, when/],
  ])('--within %s is refused with the columns that there are', async (name, message) => {
    const {code, stderr} = await commandLine('sanitize', edges, '--labels', labels, '--dry-run', '--within', name)
    expect(code).toBe(2)
    expect(stderr.replace(/\s+/g, ' ')).toMatch(new RegExp(message.source.replaceAll('[^]*', '.*')))
  })

  it('refuses a column of one value', async () => {
    const one = write('one.csv', ['payer,payee,method', ...rows.map(([a, b]) => `${a!},${b!},card`)])
    const {code, stderr} = await commandLine('sanitize', one, '--labels', labels, '--dry-run', '--within', 'method')
    expect([code, stderr.replace(/\s+/g, ' ')]).toEqual([
      2,
      expect.stringContaining('method is the same for all edges'),
    ])
  })
})
