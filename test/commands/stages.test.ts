import {copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {writeNpz} from '../../src/data/npz.js'
import {random} from '../../src/stats/random.js'
import {commandLine} from '../support/command-line.js'

const folder = mkdtempSync(join(tmpdir(), 'surety-stages-'))
afterAll(() => rmSync(folder, {recursive: true, force: true}))
const at = (name: string) => join(folder, name)

const SHARED = ['sums', 'scores', 'after']
const STAGES = ['draw', 'sums', 'solve', 'scores', 'cut', 'after']
const run = (...args: string[]) =>
  commandLine('sanitize', at('graph.npz'), '--device', 'cpu', '--threads', '1', '--solver', 'landmarks', ...args)
const OPTIONS = ['--landmarks', '20', '--prune', '5%', '--repair', '1']
const withoutRun = (path: string) => ({...(JSON.parse(readFileSync(path, 'utf8')) as object), run: null})
const oneLine = (text: string) => text.replace(/\s+/g, ' ')

/** A graph with dense features in a file. */
function writeGraph(path: string, seed: number): void {
  const [nodes, width, records] = [200, 4, 700]
  const {integer, normal} = random(seed)
  const labels = Int32Array.from({length: nodes}, (_, i) => i % 2)
  const edges = Int32Array.from({length: 2 * records}, () => integer(nodes))
  const features = Float32Array.from({length: nodes * width}, (_, t) => normal() + labels[Math.floor(t / width)]!)
  writeFileSync(
    path,
    writeNpz([
      {name: 'edges', type: 'i4', shape: [records, 2], data: edges},
      {name: 'features', type: 'f4', shape: [nodes, width], data: features},
      {name: 'labels', type: 'i4', shape: [nodes], data: labels},
    ]),
  )
}

beforeAll(() => writeGraph(at('graph.npz'), 1))

describe('sanitize --stage', () => {
  it('in all stages gives the files of one run', async () => {
    const outputs = (name: string) => [
      ...['--out', at(`${name}.npz`), '--report', at(`${name}.json`), '--scores', at(`${name}.csv`)],
    ]
    expect((await run(...OPTIONS, ...outputs('single'))).code).toBe(0)
    for (const stage of STAGES)
      for (const shard of SHARED.includes(stage)
        ? [
            ['--shard', '2/2'],
            ['--shard', '1/2'],
          ]
        : [[]]) {
        const {code, stdout, stderr} = await run(...OPTIONS, '--resume', at('work'), '--stage', stage, ...shard)
        expect([code, stderr]).toEqual([0, ''])
        expect(stdout).toContain(`Stage ${stage}`)
      }
    expect((await run(...OPTIONS, '--resume', at('work'), ...outputs('staged'))).code).toBe(0)
    expect(withoutRun(at('staged.json'))).toEqual(withoutRun(at('single.json')))
    for (const kind of ['npz', 'csv'])
      expect(readFileSync(at(`staged.${kind}`))).toEqual(readFileSync(at(`single.${kind}`)))
  })

  it('refuses pieces of another run, other options and another graph', async () => {
    const other = ['--resume', at('other'), '--seed', '9', ...OPTIONS]
    expect((await run(...other, '--stage', 'draw')).code).toBe(0)
    for (const name of readdirSync(at('work')).filter((file) => file.startsWith('sums')))
      copyFileSync(at(`work/${name}`), at(`other/${name}`))
    const mixed = await run(...other, '--stage', 'solve')
    expect([mixed.code, oneLine(mixed.stderr)]).toEqual([
      2,
      expect.stringMatching(/sums-0.safetensors: belongs to another run → delete this file/),
    ])
    const seed = await run(...OPTIONS, '--seed', '5', '--resume', at('work'), '--stage', 'sums', '--shard', '1/2')
    expect([seed.code, oneLine(seed.stderr)]).toEqual([
      2,
      expect.stringContaining('belongs to another run: other seed'),
    ])
    const graph = readFileSync(at('graph.npz'))
    writeGraph(at('graph.npz'), 2)
    for (const stage of [['--stage', 'cut'], ['--dry-run']]) {
      const changed = await run(...OPTIONS, '--resume', at('work'), ...stage)
      expect([changed.code, oneLine(changed.stderr)]).toEqual([2, expect.stringContaining('other inputs')])
    }
    writeFileSync(at('graph.npz'), graph)
  })

  it.each<[string[], RegExp]>([
    [['--shard', '1/2'], /--shard needs --out/],
    [['--shard', '1/2', '--out', 'x.json', '--resume', 'x'], /--shard with --resume needs --stage/],
    [
      ['--resume', at('work'), '--stage', 'solve', '--shard', '1/2'],
      /the stage solve is one process: it has no shards/,
    ],
    [['--resume', at('none'), '--stage', 'sums', '--shard', '1/2'], /holds no run.json → run the stage draw first/],
    [['--stage', 'sums'], /--resume/],
    [['--resume', at('work'), '--stage', 'draw', '--out', 'x.npz'], /--out/],
  ])('%j is a usage error', async (args, message) => {
    const {code, stderr} = await run(...OPTIONS, ...args)
    expect([code, oneLine(stderr)]).toEqual([2, expect.stringMatching(message)])
  })
})
