import {cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import type {CertifyReport} from '../../src/documents/reports.js'
import {commandLine} from '../support/command-line.js'

const DIGITS = ['fixtures/digits/digits-mlp-embeddings.npz', '--bootstrap', '100']
const FEW = ['--limit', '300', '--bootstrap', '100']
const SPAM = ['fixtures/spam-mlp/model.json', '--data', 'fixtures/spam-mlp/test.npz', ...FEW]
const IMAGES = ['fixtures/mnist-mlp', '--data', 'fixtures/mnist-mlp/test.npz', '--image-shape', '28,28', ...FEW]
const folder = mkdtempSync(join(tmpdir(), 'surety-merge-'))
afterAll(() => rmSync(folder, {recursive: true, force: true}))

/** Runs all shards, once for all tests; returns the paths of what they wrote. */
const shards = (name: string, count: number, args: readonly string[], command = 'certify'): Promise<string[]> =>
  made.get(name) ?? made.set(name, runShards(name, count, args, command)).get(name)!
const made = new Map<string, Promise<string[]>>()

async function runShards(name: string, count: number, args: readonly string[], command: string): Promise<string[]> {
  const paths: string[] = []
  for (let k = 1; k <= count; k++) {
    const path = join(folder, `${name}-${k}.json`)
    const {code, stderr} = await commandLine(command, ...args, '--shard', `${k}/${count}`, '--out', path)
    expect([code, stderr.includes('error')]).toEqual([0, false])
    paths.push(path)
  }
  return paths
}

function withoutRun(path: string): Partial<CertifyReport> {
  const report = JSON.parse(readFileSync(path, 'utf8')) as Partial<CertifyReport>
  expect(report.run).toBeDefined()
  delete report.run
  return report
}

describe.each<[string, string[], number]>([
  ['digits', DIGITS, 0],
  ['digits-all-pairs', [...DIGITS, '--no-split'], 0],
  ['digits-few', [...DIGITS, '--limit', '40', '--delta', '0.05'], 1],
  ['spam', SPAM, 0],
  ['images', IMAGES, 0],
])('three shards of %s', (name, args, exitCode) => {
  it(`merged are the report of one run, exit code ${exitCode}`, async () => {
    const single = join(folder, `${name}-single.json`)
    const merged = join(folder, `${name}-merged.json`)
    const one = await commandLine('certify', ...args, '--report', single)
    const all = await commandLine(
      'merge',
      ...(await shards(name, 3, args)),
      '--out',
      merged,
      '--html',
      join(folder, 'merged.html'),
    )
    expect([one.code, all.code]).toEqual([exitCode, exitCode])
    expect(JSON.stringify(withoutRun(merged))).toBe(JSON.stringify(withoutRun(single)))
    expect(all.stdout).toBe(one.stdout)
    expect(all.stderr).toBe(one.stderr)
    const {thumbnails = [], metrics} = withoutRun(merged)
    const drawn =
      args === IMAGES
        ? new Set([
            ...metrics!.witnesses.flatMap((w) => w.rows),
            ...metrics!.localization.labelHints!.map(({row}) => row),
          ])
        : []
    expect(thumbnails.map(({row}) => row)).toEqual([...drawn].sort((a, b) => a - b))
    expect(readFileSync(join(folder, 'merged.html'), 'utf8')).toContain('<!doctype html>')
  }, 180_000)
})

describe('three shards of sanitize', () => {
  const GRAPH = [
    'fixtures/community-graph/small-community-graph.npz',
    '--edges',
    'edges_attacked',
    '--truth',
    'edges_added',
  ]
  const files = (name: string) =>
    ['out.npz', 'report.json', 'scores.csv', 'report.html'].map((file) => join(folder, `${name}-${file}`))
  const outputs = (name: string) =>
    files(name).flatMap((path, k) => [['--out', '--report', '--scores', '--html'][k]!, path])

  it('merged write what one run writes', async () => {
    const parts = await shards('graph', 3, GRAPH, 'sanitize')
    const one = await commandLine('sanitize', ...GRAPH, ...outputs('one'))
    writeFileSync(files('all')[0]!, 'mine')
    const refused = await commandLine('merge', ...parts, ...outputs('all'))
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('is there already')])
    expect(readFileSync(files('all')[0]!, 'utf8')).toBe('mine')
    const all = await commandLine('merge', ...parts, ...outputs('all'), '--force')
    expect([one.code, all.code]).toEqual([0, 0])
    expect(all.stdout).toBe(one.stdout)
    expect(all.stderr).toBe(one.stderr)
    const [[graph, report, scores], [mergedGraph, mergedReport, mergedScores]] = [files('one'), files('all')]
    expect(readFileSync(mergedGraph!).equals(readFileSync(graph!))).toBe(true)
    expect(readFileSync(mergedScores!, 'utf8')).toBe(readFileSync(scores!, 'utf8'))
    expect(JSON.stringify(withoutRun(mergedReport!))).toBe(JSON.stringify(withoutRun(report!)))
  })

  it('are not merged with another graph in the place of theirs', async () => {
    const input = join(folder, 'graph.npz')
    cpSync(GRAPH[0]!, input)
    const parts = await shards('moved', 2, [input, '--edges', 'edges_attacked'], 'sanitize')
    cpSync('fixtures/spam-mlp/test.npz', input)
    const {code, stderr} = await commandLine('merge', ...parts)
    expect(code).toBe(2)
    expect(stderr).toContain('graph.npz')
  })

  it('are not merged with shards of certify', async () => {
    const {code, stderr} = await commandLine(
      'merge',
      (await shards('graph', 3, GRAPH, 'sanitize'))[0]!,
      (await shards('digits', 3, DIGITS))[1]!,
    )
    expect(code).toBe(2)
    expect(stderr.replace(/\n +/g, ' ')).toMatch(/differ in their command/)
  })
})

describe('surety certify --shard', () => {
  it('says what it wrote and what remains to be done', async () => {
    const path = join(folder, 'second.json')
    const {code, stdout} = await commandLine('certify', ...DIGITS, '--shard', '2/2', '--out', path)
    expect(code).toBe(0)
    expect(stdout.replace(/\s+/g, ' ')).toMatch(
      /DONE Shard 2 of 2 is written to .*second\.json: 1 block of the work\. .* surety merge <the 2 files> --out report\.json/,
    )
  })

  it('writes what --json prints, without paths of the machine', async () => {
    const path = join(folder, 'printed.json')
    const {stdout} = await commandLine('certify', ...DIGITS, '--shard', '1/2', '--out', path, '--json')
    expect(JSON.parse(stdout)).toEqual(JSON.parse(readFileSync(path, 'utf8')))
    for (const place of [process.cwd(), tmpdir()]) expect(stdout).not.toContain(place)
  })

  it.each<[string, string[], RegExp]>([
    ['without --out', ['--shard', '1/2'], /--out/],
    ['with --html', ['--shard', '1/2', '--out', 'x.json', '--html', 'x.html'], /--html/],
    ['0 of 2', ['--shard', '0/2', '--out', 'x.json'], /--shard takes i\/n with i from 1 to n/],
  ])('%s is a usage error', async (_, args, message) => {
    const {code, stderr} = await commandLine('certify', ...DIGITS, ...args)
    expect(code).toBe(2)
    expect(stderr.replace(/\n +/g, ' ')).toMatch(message)
    expect(existsSync('x.json')).toBe(false)
  })
})

describe('surety merge', () => {
  let parts: string[]
  beforeAll(async () => {
    parts = await shards('digits', 3, DIGITS)
  })
  const other = async (name: string, index: number, ...args: string[]) => {
    const path = join(folder, `${name}.json`)
    expect((await commandLine('certify', ...args, '--shard', `${index}/3`, '--out', path)).code).toBe(0)
    return path
  }
  const refused = async (message: RegExp, ...paths: string[]) => {
    const out = join(folder, 'refused.json')
    const {code, stdout, stderr} = await commandLine('merge', ...paths, '--out', out)
    expect([code, stdout, existsSync(out)]).toEqual([2, '', false])
    expect(stderr.replace(/\n +/g, ' ')).toMatch(message)
    expect(stderr).toContain('→')
  }

  it('refuses a set with a shard missing', () => refused(/shard 2 of 3 is missing/, parts[0]!, parts[2]!))

  it('refuses another seed', async () =>
    refused(/differ in the seed: 0 and 1/, parts[0]!, await other('seed', 2, ...DIGITS, '--seed', '1'), parts[2]!))

  it('refuses another option', async () =>
    refused(
      /differ in the option alpha: 0.05 and 0.1/,
      parts[0]!,
      await other('alpha', 2, ...DIGITS, '--alpha', '0.1'),
      parts[2]!,
    ))

  it('refuses a changed input', async () => {
    const input = join(folder, 'changed.npz')
    cpSync('fixtures/digits/digits-cnn-embeddings.npz', input)
    await refused(
      /differ in the content of the input fixtures\/digits\/digits-mlp-embeddings\.npz/,
      parts[0]!,
      await other('input', 2, input, ...DIGITS.slice(1)),
      parts[2]!,
    )
  })

  it('accepts the same shard twice, with a note that is not in the report', async () => {
    const out = join(folder, 'twice.json')
    const {code, stderr} = await commandLine('merge', ...parts, await other('again', 1, ...DIGITS), '--out', out)
    expect(code).toBe(0)
    expect(stderr.replace(/\s+/g, ' ')).toMatch(/are both shard 1 of 3 and hold the same sums/)
    expect(readFileSync(out, 'utf8')).not.toContain('duplicate-shard')
  })

  it('refuses what is not a partial result', async () => {
    const report = join(folder, 'report.json')
    await commandLine('certify', ...DIGITS, '--out', report)
    await refused(/is not a partial result but a whole report/, ...parts, report)
    await refused(/package\.json: is not a partial result/, 'package.json')
    await refused(/absent\.json: there is no such file/, 'absent.json')
  })

  it('refuses a file that was cut off or changed', async () => {
    const content = readFileSync(parts[1]!, 'utf8')
    const bad = join(folder, 'bad.json')
    writeFileSync(bad, content.slice(0, 5000))
    await refused(/bad\.json.*is not valid JSON/, parts[0]!, bad, parts[2]!)
    writeFileSync(bad, content.replace('"seed": 0', '"seed": 1'))
    await refused(/bad\.json: is damaged/, parts[0]!, bad, parts[2]!)
  })

  it('never overwrites a partial result', async () => {
    const {code, stderr} = await commandLine('merge', ...parts, '--out', parts[0]!)
    expect([code, stderr.replace(/\s+/g, ' ').includes('would be overwritten')]).toEqual([2, true])
    expect((JSON.parse(readFileSync(parts[0]!, 'utf8')) as {kind: string}).kind).toBe('partial')
  })

  it('refuses what belongs to another command', async () => {
    for (const flags of [['--soft'], ['--scores', 'x.csv'], ['--max-memory', '1GiB']]) {
      const {code, stderr} = await commandLine('merge', ...parts, ...flags)
      expect([code, stderr.includes('is of sanitize')]).toEqual([2, true])
    }
  })

  it('a report of merge can be verified', async () => {
    const out = join(folder, 'verified.json')
    await commandLine('merge', ...parts, '--out', out)
    expect((await commandLine('verify', out)).code).toBe(0)
  })

  it('--json prints the report; without a file it is a usage error', async () => {
    const {code, stdout} = await commandLine('merge', ...parts, '--json')
    expect([code, (JSON.parse(stdout) as CertifyReport).command]).toEqual([0, 'certify'])
    expect((await commandLine('merge')).code).toBe(2)
  })
})
