import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {openNpz} from '../../src/data/npz.js'
import {parseReport} from '../../src/documents/read-report.js'
import type {SanitizeReport} from '../../src/documents/reports.js'
import {type JsonError, type Run} from './run-surety.js'
import {commandLine} from '../support/command-line.js'

const GRAPH = 'fixtures/community-graph/small-community-graph.npz'
const folder = mkdtempSync(join(tmpdir(), 'surety-attack-'))
afterAll(() => rmSync(folder, {recursive: true, force: true}))
const at = (name: string) => join(folder, name)
const open = (path: string) => openNpz(readFileSync(path), path)
const edgesOf = (path: string, array: string) => {
  const {data} = open(path).read(array)
  return Array.from({length: data.length / 2}, (_, e) => `${Number(data[2 * e])},${Number(data[2 * e + 1])}`)
}

describe('surety attack', () => {
  let run: Run
  beforeAll(async () => {
    run = await commandLine(
      'attack',
      GRAPH,
      '--method',
      'metattack',
      '--budget',
      '0.1',
      '--flips-per-step',
      '10',
      '--out',
      at('meta.npz'),
      '--report',
      at('meta.json'),
    )
  })

  it('says what it did and what it is for, within 80 columns', () => {
    expect(run.code).toBe(0)
    expect(run.stdout).toMatch(/^• DONE {2}metattack added \d+ and removed \d+ edges/)
    for (const part of ['across classes', 'to test defences', 'loss of the surrogate'])
      expect(run.stdout.replace(/\s+/g, ' ')).toContain(part)
    expect(Math.max(...run.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
  })

  it('writes the graph before and after, its changes, and everything else of the input', () => {
    const [clean, after, added, removed] = ['edges', 'edges_attacked', 'edges_added', 'edges_removed'].map((array) =>
      edgesOf(at('meta.npz'), array),
    ) as [string[], string[], string[], string[]]
    expect(clean).toEqual(edgesOf(GRAPH, 'edges'))
    expect(added.length + removed.length).toBe(60)
    expect(new Set(after)).toEqual(new Set([...clean.filter((edge) => !removed.includes(edge)), ...added]))
    const [before, written] = [open(GRAPH), open(at('meta.npz'))]
    for (const name of before.names.filter((name) => !name.startsWith('edges')))
      expect(written.raw(name)).toEqual(before.raw(name))
    expect([...written.names].sort()).toEqual([...before.names].sort())
    const {metrics, config, seed} = parseReport(readFileSync(at('meta.json')), 'meta.json', 'attack')
    expect(metrics).toMatchObject({
      added: added.length,
      removed: removed.length,
      used: 60,
      budget: 60,
      edgesAfter: after.length,
    })
    expect(config).toMatchObject({method: 'metattack', count: 60, flipsPerStep: 10, adaptive: 0})
    expect(seed).toBe(0)
  })

  it('feeds sanitize with its truth', async () => {
    const {code, stdout} = await commandLine(
      'sanitize',
      at('meta.npz'),
      '--edges',
      'edges_attacked',
      '--truth',
      'edges_added',
      '--dry-run',
      '--json',
    )
    expect(code).toBe(0)
    const {metrics} = JSON.parse(stdout) as SanitizeReport
    expect(metrics.truth!.adversarial).toBe(edgesOf(at('meta.npz'), 'edges_added').length)
    expect(metrics.truth!.auc).toBeGreaterThan(0.8)
  })

  it('same seed, same bytes; another seed, other edges', async () => {
    const files = ['a', 'b', 'c'].map((name) => at(`${name}.npz`))
    const args = ['attack', GRAPH, '--method', 'random', '--count', '30']
    for (const [k, seed] of ['5', '5', '6'].entries())
      expect((await commandLine(...args, '--seed', seed, '--out', files[k]!)).code).toBe(0)
    const [first, again, other] = files.map((file) => readFileSync(file))
    expect(again!.equals(first!)).toBe(true)
    expect(edgesOf(files[2]!, 'edges_added')).not.toEqual(edgesOf(files[0]!, 'edges_added'))
    expect(other!.equals(first!)).toBe(false)
  })

  it('attacks nodes by name or by an array, and writes which', async () => {
    expect(
      (
        await commandLine(
          'attack',
          GRAPH,
          '--method',
          'nettack',
          '--target-nodes',
          '9,3',
          '--per-target',
          '2',
          '--out',
          at('nodes.npz'),
        )
      ).code,
    ).toBe(0)
    expect(Array.from(open(at('nodes.npz')).read('target_idx').data as ArrayLike<number>)).toEqual([3, 9])
    expect(edgesOf(at('nodes.npz'), 'edges_added').length + edgesOf(at('nodes.npz'), 'edges_removed').length).toBe(4)
    const {code} = await commandLine(
      'attack',
      at('nodes.npz'),
      '--method',
      'nettack',
      '--targets',
      'target_idx',
      '--per-target',
      '2',
      '--out',
      at('array.npz'),
    )
    expect(code).toBe(0)
    expect(readFileSync(at('array.npz')).equals(readFileSync(at('nodes.npz')))).toBe(true)
  })

  it('carries a split and labels from files of their own', async () => {
    writeFileSync(
      at('split.json'),
      JSON.stringify({idx_train: [0, 1, 2, 3, 4, 5, 6, 7], idx_val: [8], idx_test: [9, 10]}),
    )
    writeFileSync(at('labels.csv'), ['node,label', ...Array.from({length: 240}, (_, i) => `${i},${i % 2}`)].join('\n'))
    const {code} = await commandLine(
      'attack',
      GRAPH,
      '--split',
      at('split.json'),
      '--labels',
      at('labels.csv'),
      '--method',
      'metattack',
      '--count',
      '4',
      '--out',
      at('beside.npz'),
    )
    expect(code).toBe(0)
    const written = open(at('beside.npz'))
    const values = (name: string) => Array.from(written.read(name).data as ArrayLike<number>, Number)
    expect(values('train_idx')).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect(values('test_idx')).toEqual([9, 10])
    expect(values('labels').slice(0, 4)).toEqual([0, 1, 0, 1])
    expect(values('feat_shape')).toEqual([240, 400])
    expect(values('feat_indices')).toEqual(
      Array.from(open(GRAPH).read('feat_indices').data as ArrayLike<number>, Number),
    )
  })

  it.each<[string, string[], RegExp]>([
    ['no budget', ['--method', 'dice', '--out', at('never.npz')], /dice needs a budget/],
    [
      'a budget for nettack',
      ['--method', 'nettack', '--target-nodes', '1', '--count', '3', '--out', at('never.npz')],
      /per target/,
    ],
    ['nettack without targets', ['--method', 'nettack', '--out', at('never.npz')], /there are none/],
    [
      'a target that is not there',
      ['--method', 'nettack', '--target-nodes', 'x', '--out', at('never.npz')],
      /"x" is not a node/,
    ],
    [
      'an array that is not there',
      ['--method', 'nettack', '--targets', 'nothing', '--out', at('never.npz')],
      /no array 'nothing'/,
    ],
    ['another format', ['--method', 'random', '--count', '1', '--out', at('never.csv')], /written as npz/],
    [
      'a device',
      ['--method', 'random', '--count', '1', '--device', 'webgpu', '--out', at('never.npz')],
      /run on the processor/,
    ],
    [
      'a budget that rounds to nothing',
      ['--method', 'random', '--budget', '0', '--out', at('never.npz')],
      /budget is 0/,
    ],
  ])('%s: exit 2, a next step, nothing written', async (_name, args, message) => {
    const {code, stdout, stderr} = await commandLine('attack', GRAPH, ...args, '--json')
    expect([code, stderr]).toEqual([2, ''])
    const {error} = JSON.parse(stdout) as JsonError
    expect(error.message).toMatch(message)
    expect(error.nextSteps.length).toBeGreaterThan(0)
    expect(existsSync(at('never.npz')) || existsSync(at('never.csv'))).toBe(false)
  })
})
