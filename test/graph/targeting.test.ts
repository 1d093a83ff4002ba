import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, describe, expect, it} from 'vitest'
import {InputError} from '../../src/errors.js'
import {normalise} from '../../src/graph/normalise.js'
import {readGraph} from '../../src/graph/read-graph.js'
import {readNodeList, readSuppressions} from '../../src/graph/targeting.js'

const folder = mkdtempSync(join(tmpdir(), 'surety-targeting-'))
afterAll(() => rmSync(folder, {recursive: true, force: true}))
const file = (name: string, text: string) => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}
const named = async () => normalise(await readGraph(file('named.csv', 'source,target\nada,bob\nbob,cy\ndan,eve\n')))
const component = async () =>
  normalise(await readGraph(file('numbers.csv', '0,1\n3,4\n4,5\n5,3\n2,3\n')), {largestComponent: true})

describe('a list of nodes', () => {
  it('names nodes as the graph does, with or without a header, each once', async () => {
    const graph = await named()
    for (const text of ['node\neve\nada\nada\n', 'ada\neve\n', 'id,why\nada,boss\neve,x\n']) {
      expect(Array.from((await readNodeList(file('nodes.csv', text), graph)).nodes)).toEqual([0, 4])
    }
  })

  it('numbers nodes of the file, whatever the graph calls them after a component was chosen', async () => {
    const graph = await component()
    expect(Array.from((await readNodeList(file('n.csv', '2\n5\n'), graph)).nodes)).toEqual([0, 3])
    await expect(readNodeList(file('outside.csv', '0\n'), graph)).rejects.toThrow(/line 1: "0" is not a node/)
  })

  it.each([
    ['ada\nzoe\n', /line 2: "zoe" is not a node/],
    ['node\n', /names no node/],
    ['zoe\n', /line 1/],
  ])('refuses %j', async (text, message) => {
    const read = readNodeList(file('bad.csv', text), await named())
    await expect(read).rejects.toThrow(message)
    await expect(read).rejects.toThrow(InputError)
  })
})

describe('suppressions', () => {
  const read = async (entries: unknown) =>
    readSuppressions(file('s.json', JSON.stringify(entries)), await named(), '2026-06-01')

  it('are edges in either direction; expired and unused ones are noted', async () => {
    const {edges, notes} = await read([
      {source: 'cy', target: 'bob', reason: 'known'},
      {source: 'ada', target: 'bob', reason: 'known', expires: '2026-06-02'},
      {source: 'dan', target: 'eve', reason: 'was known', expires: '2026-06-01'},
      {source: 'ada', target: 'eve', reason: 'no edge'},
      {source: 'ada', target: 'zoe', reason: 'no node'},
    ])
    expect(Array.from(edges)).toEqual([1, 2, 0, 1])
    expect(notes.map(({code}) => code)).toEqual(['suppression-expired', 'suppression-unused', 'suppression-unused'])
  })

  it.each<[unknown, RegExp]>([
    [{}, /is not a list/],
    [[{source: 'ada', target: 'bob'}], /entry 0: has no reason/],
    [[{source: 'ada', target: 'bob', reason: ' '}], /has no reason/],
    [[{source: 'ada', reason: 'x'}], /has no source and target/],
    [[null], /has no source and target/],
    [[{source: 'ada', target: 'bob', reason: 'x', expires: 'soon'}], /expires is "soon", which is not a date/],
    [[{source: 'ada', target: 'bob', reason: 'x', expires: '2026-13-40'}], /not a date/],
  ])('refuses %j', async (entries, message) => {
    await expect(read(entries)).rejects.toThrow(message)
    await expect(read(entries)).rejects.toThrow(InputError)
  })
})
