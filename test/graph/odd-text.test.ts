import {describe, expect, it} from 'vitest'
import {isFolder} from '../../src/graph/formats/ogb-folder.js'
import {dictionaryRecords, isDictionaryList} from '../../src/graph/formats/networkx-edge-list.js'
import {refuseForeignText} from '../../src/graph/formats/foreign.js'
import {readAdjacencyJson} from '../../src/graph/formats/network-json.js'
import {GRAPH_LIMITS} from '../../src/graph/limits.js'
import {sniffContent} from '../../src/data/sniff.js'

describe('text that takes a reader long', () => {
  it('many comments are not Graphviz DOT, and are passed over at once', () => {
    expect(() => refuseForeignText(`${'/**/'.repeat(1000)}x`, 'x.csv')).not.toThrow()
    expect(() => refuseForeignText('/* a ** b */ // c\n strict digraph g {', 'x.csv')).toThrow('is Graphviz DOT')
  })

  it('a line of spaces before a brace is no edge with a dictionary', () => {
    expect(isDictionaryList(`a${' '.repeat(200_000)}x{}`)).toBe(false)
    expect(isDictionaryList(`a${' '.repeat(200_000)}{}`)).toBe(false)
  })
})

it.each([
  ['a b {}', ['a', 'b'], ' '],
  ["a, b, {'weight': 2}", ['a', 'b'], ', '],
  ['a\tb {c\t{}', ['a', 'b {c'], '\t'],
  ['a b c {}', ['a', 'b c'], ' '],
])('%j is an edge', (line, ids, delimiter) => {
  expect(dictionaryRecords(Buffer.from(line), 'x.edgelist')).toMatchObject({ids, delimiter})
})

it('a path that no system can have is not a folder', () => {
  for (const path of ['x'.repeat(5000), 'a\0b', 'absent']) expect(isFolder(path)).toBe(false)
})

it.each([
  ['in both lists', [[{id: 'b'}], [{id: 'a'}]]],
  ['in the first only', [[{id: 'b'}], []]],
  ['in the second only', [[], [{id: 'a'}]]],
])('an undirected edge of adjacency JSON that is %s is one edge', (_, adjacency) => {
  const root = {directed: false, nodes: [{id: 'a'}, {id: 'b'}], adjacency}
  const {raw} = readAdjacencyJson(root, 'x.json', {}, GRAPH_LIMITS)
  expect([...raw.edges].sort()).toEqual([0, 1])
})

it('words that begin like a signature are text', () => {
  for (const text of ['FEA1,FEA2\n1,2\n', 'BZhang,Li\n', 'ARROW1,x\n', 'BZh9,x\n'])
    expect(sniffContent(Buffer.from(text))).toBe('text')
  expect(sniffContent(Buffer.from('BZh91AY&SYxx', 'latin1'))).toBe('binary')
})
