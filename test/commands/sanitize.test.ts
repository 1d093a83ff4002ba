import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {openNpz} from '../../src/data/npz.js'
import type {SanitizeReport} from '../../src/documents/reports.js'
import {type JsonError, type Run} from './run-surety.js'
import {commandLine} from '../support/command-line.js'

const GRAPH = 'fixtures/community-graph/community-graph.npz'
const folder = mkdtempSync(join(tmpdir(), 'surety-sanitize-'))
afterAll(() => rmSync(folder, {recursive: true, force: true}))
const at = (name: string) => join(folder, name)
const edgesOf = (path: string, array: string) => {
  const {data} = openNpz(readFileSync(path), path).read(array)
  return Array.from({length: data.length / 2}, (_, e) => `${Number(data[2 * e])},${Number(data[2 * e + 1])}`)
}

describe('surety sanitize', () => {
  let run: Run
  beforeAll(async () => {
    run = await commandLine(
      'sanitize',
      GRAPH,
      '--edges',
      'edges_attacked',
      '--truth',
      'edges_added',
      '--out',
      at('clean.npz'),
      '--scores',
      at('scores.csv'),
      '--report',
      at('report.json'),
      '--html',
      at('report.html'),
    )
  })

  it('prints the verdict in words and exits 0', () => {
    expect(run.code).toBe(0)
    expect(run.stdout).toMatch(/^• DONE {2}[\d,]+ of [\d,]+ edges look wired at random; /)
    expect(run.stdout.replace(/\s+/g, ' ')).toContain('an estimate, and no proof of an attack')
    expect(Math.max(...run.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
  })

  it('graph, scores and report tell the same story', () => {
    const report = JSON.parse(readFileSync(at('report.json'), 'utf8')) as SanitizeReport
    const [head, ...rows] = readFileSync(at('scores.csv'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(','))
    expect(head).toEqual(
      expect.arrayContaining([
        'source',
        'target',
        'score',
        'rank',
        'pruned',
        'scored',
        'kc',
        'label_free',
        'similarity',
        'labelled_ends',
        'pseudo_disagree',
      ]),
    )
    const column = (name: string) => rows.map((row) => row[head!.indexOf(name)]!)
    const name = (row: string[]) => `${row[0]},${row[1]}`
    const {metrics} = report
    expect(rows.length).toBe(metrics.edges)
    expect(rows.map(name)).toEqual(edgesOf(GRAPH, 'edges_attacked').sort(byEnds))
    const pruned = rows.filter((_, e) => column('pruned')[e] === '1').map(name)
    expect(pruned.length).toBe(metrics.pruned)
    expect(pruned.length).toBeGreaterThan(0)
    expect(edgesOf(at('clean.npz'), 'edges')).toEqual(rows.map(name).filter((edge) => !pruned.includes(edge)))
    expect(edgesOf(at('clean.npz'), 'edges_removed').sort(byEnds)).toEqual(pruned)
    const ranks = column('rank').map(Number)
    expect([...ranks].sort((a, b) => a - b)).toEqual(ranks.map((_, e) => e + 1))
    const inOrder = column('score')
      .map(Number)
      .map((score, e) => ({score, rank: ranks[e]!}))
      .sort((a, b) => a.rank - b.rank)
    expect(inOrder.every(({score}, e) => e === 0 || inOrder[e - 1]!.score >= score)).toBe(true)
    expect(metrics.gkcAfter).toBeLessThan(metrics.gkcBefore!)
    expect(metrics).toEqual(expect.objectContaining({nodes: 600, notScored: expect.any(Number) as number}))
    expect(report.inputs[0]!.path).toBe(GRAPH)
    expect(readFileSync(at('report.html'), 'utf8')).toContain(String(metrics.pruned))
  })

  it('finds the adversary as well as the fixture records', () => {
    const {metrics} = JSON.parse(readFileSync(at('report.json'), 'utf8')) as SanitizeReport
    const expected = JSON.parse(readFileSync('fixtures/community-graph/community-graph.expected.json', 'utf8')) as {
      aucRange: [number, number]
    }
    expect(metrics.truth!.auc).toBeGreaterThan(expected.aucRange[0])
    expect(metrics.truth!.auc).toBeLessThan(expected.aucRange[1])
  })

  it('prunes what it is told to, and keeps what the minimum degree protects', async () => {
    const {metrics} = JSON.parse(
      (await commandLine('sanitize', GRAPH, '--edges', 'edges_attacked', '--prune-count', '10', '--dry-run', '--json'))
        .stdout,
    ) as SanitizeReport
    expect(metrics.pruned).toBe(10)
    const all = JSON.parse(
      (await commandLine('sanitize', GRAPH, '--edges', 'edges_attacked', '--prune-ratio', '1', '--dry-run', '--json'))
        .stdout,
    ) as SanitizeReport
    expect(all.metrics.isolatedAfter).toBe(all.metrics.isolatedBefore)
    expect(all.metrics.keptByMinDegree).toBeGreaterThan(0)
  })

  it('converts by extension', async () => {
    expect(
      (
        await commandLine(
          'sanitize',
          GRAPH,
          '--edges',
          'edges_attacked',
          '--prune-ratio',
          '0.1',
          '--out',
          at('clean.graphml'),
        )
      ).code,
    ).toBe(0)
    expect(readFileSync(at('clean.graphml'), 'utf8')).toContain('<graphml')
  })

  it('writes over no graph that is there, unless it is told to', async () => {
    const before = readFileSync(at('clean.npz'))
    const over = ['sanitize', GRAPH, '--prune-count', '0', '--out', at('clean.npz'), '--json']
    const {code, stdout} = await commandLine(...over)
    expect(code).toBe(2)
    expect((JSON.parse(stdout) as JsonError).error).toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('clean.npz: is there already') as string,
      nextSteps: ['name another file, or say --force'],
    })
    expect(readFileSync(at('clean.npz')).equals(before)).toBe(true)
    expect((await commandLine(...over, '--force')).code).toBe(0)
    expect(readFileSync(at('clean.npz')).equals(before)).toBe(false)
  })

  it('evaluate and attack read a table by the same flags', async () => {
    const nodes = Array.from({length: 40}, (_, i) => `c${i}`)
    writeFileSync(
      at('pairs.csv'),
      `who,whom,x\n${nodes.flatMap((node, i) => [1, 2, 5].map((step) => `${node},${nodes[(i + step) % 40]},1`)).join('\n')}\n`,
    )
    writeFileSync(
      at('kinds.csv'),
      `number,who,kind,score\n${nodes.map((node, i) => `${i},${node},${i % 2},${i / 7}`).join('\n')}\n`,
    )
    const reading = [
      '--source-column',
      'who',
      '--target-column',
      'whom',
      '--labels',
      at('kinds.csv'),
      '--id-column',
      'who',
      '--label-attribute',
      'kind',
    ]
    const evaluated = await commandLine('evaluate', at('pairs.csv'), ...reading, '--seeds', '1', '--json')
    expect((JSON.parse(evaluated.stdout) as {metrics: {nodes: number}}).metrics).toBeDefined()
    const attacked = [
      'attack',
      at('pairs.csv'),
      ...reading,
      '--method',
      'random',
      '--count',
      '3',
      '--out',
      at('pairs.npz'),
    ]
    expect((await commandLine(...attacked)).code).toBe(0)
    expect((await commandLine(...attacked)).stderr).toContain('is there already')
  })

  it('holds pairs of a file against the graph, and edges that earlier scores do not have', async () => {
    writeFileSync(at('today.csv'), 'when,payer,payee\n1,0,1\n2,0,599\n3,7,7\n4,5,nobody\n')
    const run = await commandLine(
      'sanitize',
      GRAPH,
      '--score-edges',
      at('today.csv'),
      '--scores',
      at('judged.csv'),
      '--json',
    )
    expect(run.code).toBe(0)
    expect(JSON.parse(run.stdout)).toMatchObject({candidates: {pairs: 4, unknown: 2}})
    const rows = readFileSync(at('judged.csv'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(','))
    expect(rows[0]).toEqual([
      'source',
      'target',
      'status',
      'rank',
      'score',
      'p',
      'context',
      'disagreement',
      'cosine',
      'overlap',
      'fit',
    ])
    expect(rows.slice(1).map(([source, target]) => [source, target])).toEqual([
      ['0', '1'],
      ['0', '599'],
      ['7', '7'],
      ['5', 'nobody'],
    ])
    expect(rows.slice(3).map((row) => row.slice(2))).toEqual([
      ['unknown', '', '', '', '', '', '', '', ''],
      ['unknown', '', '', '', '', '', '', '', ''],
    ])
    expect(Number(rows[1]![4])).toBeGreaterThan(0)

    const scores = readFileSync(at('scores.csv'), 'utf8').trim().split('\n')
    writeFileSync(at('earlier.csv'), `${scores.slice(0, -5).join('\n')}\n`)
    const fresh = await commandLine(
      'sanitize',
      GRAPH,
      '--edges',
      'edges_attacked',
      '--only-new',
      at('earlier.csv'),
      '--json',
    )
    const {candidates} = JSON.parse(fresh.stdout) as {
      candidates: {pairs: number; edges: number; top: {source: string; target: string; score: number}[]}
    }
    expect(candidates).toMatchObject({pairs: 5, edges: 5})
    const wanted = new Map(
      scores
        .slice(-5)
        .map((line) => line.split(','))
        .map(([source, target, score]) => [`${source}-${target}`, Number(score)]),
    )
    for (const {source, target, score} of candidates.top) expect(score).toBe(wanted.get(`${source}-${target}`))
    expect((await commandLine('sanitize', GRAPH, '--score-edges', at('today.csv'))).stdout).toMatch(
      /4 pairs: .*2 with an end that it does not have/s,
    )
  })

  it('finds earlier scores by names that a spreadsheet would run, and refuses those of another graph', async () => {
    const edges = edgesOf(GRAPH, 'edges_attacked').map((pair) =>
      pair
        .split(',')
        .map((node) => `@${node}`)
        .join(','),
    )
    writeFileSync(at('handles.csv'), `source,target\n${edges.join('\n')}\n`)
    expect((await commandLine('sanitize', at('handles.csv'), '--scores', at('handles-scores.csv'))).code).toBeLessThan(
      2,
    )
    const scores = readFileSync(at('handles-scores.csv'), 'utf8').trim().split('\n')
    writeFileSync(at('earlier.csv'), `${scores.slice(0, -3).join('\n')}\n`)
    const only = (earlier: string) => commandLine('sanitize', at('handles.csv'), '--only-new', earlier, '--json')
    expect(JSON.parse((await only(at('earlier.csv'))).stdout)).toMatchObject({candidates: {pairs: 3, edges: 3}})
    writeFileSync(at('other.csv'), `${scores[0]!}\n${scores[1]!.replaceAll('@', '#')}\n`)
    const other = await only(at('other.csv'))
    expect([other.code, other.stdout]).toEqual([
      2,
      expect.stringContaining('none of its rows is an edge of this graph'),
    ])
  })

  it('grades by known edges of a table too', async () => {
    const added = edgesOf(GRAPH, 'edges_added').map((pair) => pair.split(',').reverse().join(','))
    writeFileSync(at('known.csv'), `from,to\n${added.join('\n')}\n`)
    const report = (truth: string) =>
      commandLine('sanitize', GRAPH, '--edges', 'edges_attacked', '--truth', truth, '--dry-run', '--json')
    const of = async (truth: string) => (JSON.parse((await report(truth)).stdout) as SanitizeReport).metrics.truth
    expect(await of(at('known.csv'))).toEqual(await of('edges_added'))
  })

  it('preset paper scores labelled nodes only, and says which edges it could not score', async () => {
    const {metrics, config} = JSON.parse(
      (await commandLine('sanitize', GRAPH, '--edges', 'edges_attacked', '--preset', 'paper', '--dry-run', '--json'))
        .stdout,
    ) as SanitizeReport
    expect(config).toMatchObject({preset: 'paper', nodeSet: 'labelled', norm: 'sym', sign: 'absolute'})
    expect(metrics.notScored).toBeGreaterThan(0)
  })
})

describe('bad input', () => {
  const graph = readFileSync(GRAPH)
  const json = (value: unknown) => Buffer.from(JSON.stringify(value))
  it.each<[string, Buffer | null]>([
    ['truncated.npz', graph.subarray(0, graph.length / 2)],
    ['empty.npz', Buffer.alloc(0)],
    ['text.npz', Buffer.from('hello')],
    ['broken.graphml', Buffer.from('<graphml><graph>')],
    ['broken.json', Buffer.from('{"nodes": [')],
    ['missing-node.json', json({nodes: [{key: 'a'}], edges: [{source: 'a', target: 'zz'}]})],
    ['no-edges.json', json({nodes: [{key: 'a'}, {key: 'b'}], edges: []})],
    ['headless.csv', Buffer.from('0,1,x,y,z\n1,2\n')],
    ['absent.npz', null],
  ])('%s: exit 2, an error that names it, nothing written', async (name, content) => {
    if (content !== null) writeFileSync(at(name), content)
    const before = readdirSync(folder)
    const {code, stdout, stderr} = await commandLine('sanitize', at(name), '--out', at('never.npz'), '--json')
    expect(code).toBe(2)
    expect(stderr).toBe('')
    const {error} = JSON.parse(stdout) as JsonError
    expect(error.code).toBe('INPUT')
    expect(error.nextSteps.length).toBeGreaterThan(0)
    expect(readdirSync(folder)).toEqual(before)
    expect(existsSync(at('never.npz'))).toBe(false)
  })

  it('without --out or --dry-run: a usage error that names both', async () => {
    const {code, stderr} = await commandLine('sanitize', GRAPH)
    expect(code).toBe(2)
    expect(stderr).toMatch(/--out[^]*--dry-run/)
  })
})

function byEnds(a: string, b: string): number {
  const [u, v] = a.split(',').map(Number)
  const [s, t] = b.split(',').map(Number)
  return u! - s! || v! - t!
}
