import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, describe, expect, it} from 'vitest'
import {mutateBytes} from '../../scripts/fuzz/mutate/bytes.js'
import {pick} from '../../scripts/fuzz/mutate/mutator.js'
import {random} from '../../src/stats/random.js'
import {targetOf} from '../fuzz/targets/index.js'
import {type JsonError} from '../commands/run-surety.js'
import {commandLine, commandLineWith} from '../support/command-line.js'

const folder = mkdtempSync(join(tmpdir(), 'surety-hostile-commands-'))
afterAll(() => rmSync(folder, {recursive: true}))

/** What a terminal acts on, and what hides or reverses text. Line breaks are ours. */
// eslint-disable-next-line no-control-regex -- what must not be there
const ACTIVE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/

describe('changed files through the commands', () => {
  const SANITIZE = (file: string) => [
    'sanitize',
    file,
    '--out',
    'out.npz',
    '--scores',
    'out.csv',
    '--report',
    'out.json',
    '--html',
    'out.html',
    '--device',
    'cpu',
    '--threads',
    '1',
  ]
  it.each<[target: string, file: string, arguments_: (file: string) => string[]]>([
    ['plain-npz', 'x.npz', SANITIZE],
    ['graphml', 'x.graphml', SANITIZE],
    ['edge-list', 'x.csv', SANITIZE],
    ['node-link-json', 'x.json', SANITIZE],
    [
      'hidden-states',
      'x.npz',
      (file) => ['certify', file, '--out', 'out.json', '--html', 'out.html', '--device', 'cpu', '--threads', '1'],
    ],
    ['certificate', 'x.json', (file) => ['verify', file]],
    ['partial', 'x.json', (file) => ['merge', file, '--out', 'out.json']],
    ['config-json', 'surety.config.json', (file) => ['gate', '--config', file, '--out', 'json:out.json']],
  ])(
    'of %s end with 0, 1 or 2, and leave whole outputs or none',
    async (name, file, argumentsFor) => {
      const target = await targetOf(name)
      const seeds = await target.seeds()
      const generator = random(11)
      for (let trial = 0; trial < 3; trial++) {
        const cwd = join(folder, `${name}-${trial}`)
        mkdirSync(cwd)
        const mutator = trial === 0 ? mutateBytes : pick([...target.mutators, mutateBytes], generator)
        writeFileSync(join(cwd, file), mutator(pick(seeds, generator), pick(seeds, generator), generator))
        const {code, stdout, stderr} = await commandLineWith({cwd}, ...argumentsFor(file))
        expect([0, 1, 2], `${stdout}${stderr}`).toContain(code)
        expect(stdout + stderr).not.toMatch(ACTIVE)
        const written = readdirSync(cwd).filter((each) => each !== file)
        expect(written.filter((each) => each.endsWith('.tmp'))).toEqual([])
        if (code === 2) expect(written).toEqual([])
        for (const each of written) if (each.endsWith('.json')) JSON.parse(readFileSync(join(cwd, each), 'utf8'))
      }
    },
    300_000,
  )
})

describe('names that are commands to a terminal, markup or formulas', () => {
  const NAMES = [
    '=cmd|"/C calc"!A0',
    '\u001b]0;owned\u0007\u001b[2J',
    '<script>alert(1)</script>',
    '**bold**|x',
    '\u202egnp.exe',
    '\u009b31mred',
  ]
  const nodes = Array.from({length: 12}, (_, k) => ({
    id: NAMES[k] ?? `n${k}`,
    label: k % 2 === 0 ? NAMES[2] : NAMES[1],
    x: [k % 2, (k * 7) % 3, 1],
  }))
  const links = nodes.flatMap((node, k) =>
    [1, 2].map((step) => ({source: node.id, target: nodes[(k + step) % nodes.length]!.id})),
  )
  const graph = join(folder, 'names.json')
  writeFileSync(graph, JSON.stringify({directed: false, nodes, links}))

  it('do nothing in any output of sanitize', async () => {
    const out = (name: string) => join(folder, name)
    const {code, stdout, stderr} = await commandLine(
      'sanitize',
      graph,
      '--prune-ratio',
      '0.2',
      '--out',
      out('names.csv'),
      '--scores',
      out('scores.csv'),
      '--html',
      out('names.html'),
      '--report',
      out('report.json'),
      '--device',
      'cpu',
      '--threads',
      '1',
    )
    expect(code, stderr).toBe(0)
    expect(stdout + stderr).not.toMatch(ACTIVE)
    expect(readFileSync(out('report.json'), 'utf8')).not.toMatch(ACTIVE)
    const html = readFileSync(out('names.html'), 'utf8')
    expect(html).not.toContain('<script>alert')
    expect(html).not.toContain('\u001b')
    expect(readFileSync(out('scores.csv'), 'utf8')).toMatch(/"'=cmd\|""\/C calc""!A0"/)
    // Read again, the list has the same nodes.
    expect(readFileSync(out('names.csv'), 'utf8')).toContain('"=cmd|""/C calc""!A0"')
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain('is a formula to a spreadsheet')
  }, 120_000)

  it('are shown as codes in errors, with and without --json', async () => {
    const path = join(folder, '\u001b[31mred\u202e.npz')
    for (const more of [[], ['--json']]) {
      const {code, stdout, stderr} = await commandLine('sanitize', path, '--dry-run', ...more)
      expect(code).toBe(2)
      expect(stdout + stderr).not.toMatch(ACTIVE)
      if (more.length > 0) expect((JSON.parse(stdout) as JsonError).error.message).toContain('\u001b[31mred\u202e.npz')
      else expect(stderr.replaceAll(/\s+/g, '')).toContain('\\x1b[31mred\\u202e.npz')
    }
  }, 120_000)

  it('a limit that is none is an error of usage, and one that is met names itself', async () => {
    expect(await commandLineWith({env: {SURETY_LIMITS: 'node=3'}}, 'sanitize', graph, '--dry-run')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('which is not a limit') as string,
    })
    const {code, stderr} = await commandLineWith({env: {SURETY_LIMITS: 'nodes=3'}}, 'sanitize', graph, '--dry-run')
    expect(code).toBe(2)
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain('has 12 nodes, the limit is 3')
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain('SURETY_LIMITS=nodes=…')
  }, 120_000)
})
