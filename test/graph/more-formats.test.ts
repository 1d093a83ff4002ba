import {mkdirSync, mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {gzipSync} from 'node:zlib'
import {describe, expect, it} from 'vitest'
import type {GraphDocument} from '../../src/graph/document.js'
import {normalise} from '../../src/graph/normalise.js'
import {readGraph} from '../../src/graph/read-graph.js'
import {graphExtension} from '../../src/graph/extensions.js'
import {conversionNotes, writeGraph} from '../../src/graph/write-graph.js'
import {testFolder} from './files.js'

const {put} = testFolder()
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString()
const edgesOf = ({raw}: GraphDocument) =>
  Array.from({length: raw.edges.length / 2}, (_, e) =>
    [0, 1].map((side) => raw.nodeNames?.[raw.edges[2 * e + side]!] ?? raw.edges[2 * e + side]).join('-'),
  )
/** The file without its edges between the first two nodes, and as it is. */
async function written(name: string, content: string) {
  const document = await readGraph(put(name, content))
  const result = normalise(document)
  const write = (first: number) =>
    text(
      writeGraph(
        document,
        result,
        Uint8Array.from({length: result.graph.edges.length / 2}, (_, e) => (e === 0 ? first : 0)),
        name,
      ).bytes,
    )
  return {
    document,
    whole: write(0),
    pruned: write(1),
    added: text(
      writeGraph(document, result, new Uint8Array(result.graph.edges.length / 2), name, null, Uint32Array.of(0, 2))
        .bytes,
    ),
  }
}

describe('Matrix Market', () => {
  it('general: direction, values, stored zeros and comments stay; the count is true', async () => {
    const {document, whole, pruned, added} = await written(
      'a.mtx',
      '%%MatrixMarket matrix coordinate real general\n% mine\n3 3 4\n1 2 5.5\n2 1 1e3\n2 3 0\n3 2 2\n',
    )
    expect([edgesOf(document), Array.from(document.raw.weights!), document.raw.directed]).toEqual([
      ['0-1', '1-0', '2-1'],
      [5.5, 1000, 2],
      true,
    ])
    expect(whole).toBe('%%MatrixMarket matrix coordinate real general\n% mine\n3 3 4\n1 2 5.5\n2 1 1e3\n2 3 0\n3 2 2\n')
    expect(pruned).toBe('%%MatrixMarket matrix coordinate real general\n% mine\n3 3 2\n2 3 0\n3 2 2\n')
    expect(added).toContain('3 3 6\n1 2 5.5\n2 1 1e3\n2 3 0\n3 2 2\n1 3 1\n3 1 1\n')
  })
  it('symmetric pattern: a triangle of undirected edges', async () => {
    const {document, added} = await written(
      'b.mtx',
      '%%MatrixMarket matrix coordinate pattern symmetric\n3 3 2\n2 1\n3 2\n',
    )
    expect([document.raw.directed, document.raw.weights]).toEqual([false, null])
    expect(added).toBe('%%MatrixMarket matrix coordinate pattern symmetric\n3 3 3\n2 1\n3 2\n3 1\n')
  })
  it.each([
    ['%%MatrixMarket matrix array real general\n2 2\n1\n', /in the form array, only coordinate is supported/],
    ['%%MatrixMarket matrix coordinate complex general\n2 2 1\n1 2 1 1\n', /holds complex values/],
    ['%%MatrixMarket matrix coordinate real general\n2 3 1\n1 2 1\n', /is 2 × 3/],
    ['%%MatrixMarket matrix coordinate real general\n2 2 1\n1 3 1\n', /line 3: "1 3 1" is not an entry/],
    ['%%MatrixMarket matrix coordinate real general\n2 2 2\n1 2 1\n', /announces 2 entries and has 1/],
  ])('refuses %j', async (content, message) => {
    await expect(readGraph(put('bad.mtx', content))).rejects.toThrow(message)
  })
})

describe('Pajek', () => {
  const net = '*Vertices 3\n1 "a b"\n2 c 0.1 0.2\n3 "d"\n*Arcs\n1 2 5.25\n2 1\n*Edges\n2 3 1\n'
  it('arcs and edges, labels, weights', async () => {
    const {document, whole, pruned, added} = await written('a.net', net)
    expect([edgesOf(document), document.raw.nodeNames]).toEqual([
      ['a b-c', 'c-a b', 'c-d'],
      ['a b', 'c', 'd'],
    ])
    expect(whole).toBe(net)
    expect(pruned).toBe('*Vertices 3\n1 "a b"\n2 c 0.1 0.2\n3 "d"\n*Arcs\n*Edges\n2 3 1\n')
    expect(added).toBe(`${net}1 3 1\n`)
  })
  it('other sections and vertices that are not there are refused', async () => {
    await expect(readGraph(put('b.net', '*Vertices 2\n*Matrix\n0 1\n1 0\n'))).rejects.toThrow(
      /section \*matrix is not read/,
    )
    await expect(readGraph(put('c.net', '*Vertices 2\n*Edges\n1 3\n'))).rejects.toThrow(
      /line 3: "1 3" is not an edge of a graph of 2 nodes/,
    )
  })
})

describe('GML', () => {
  const gml =
    'Creator "me"\ngraph [\n  directed 1\n  node [ id 0 label "a &#228;" group 2 ]\n  node [\n    id 5\n    label "b"\n    group 1\n  ]\n  node [ id 7 label "c" group 2 graphics [ x 1 y 2.5 ] ]\n  edge [ source 0 target 5 value 3 ]\n  edge [\n    source 5\n    target 7\n  ]\n]\n'
  it('names, attributes and lists; elements are cut out of the text', async () => {
    const {document, whole, pruned, added} = await written('a.gml', gml)
    expect([edgesOf(document), document.raw.directed]).toEqual([['a ä-b', 'b-c'], true])
    expect(document.carried.nodeColumns!().find(({name}) => name === 'graphics')!.values).toEqual([
      undefined,
      undefined,
      {x: 1, y: 2.5},
    ])
    expect(whole).toBe(gml)
    expect(pruned).toBe(gml.replace('\n  edge [ source 0 target 5 value 3 ]', ''))
    expect(edgesOf(await readGraph(put('b.gml', added)))).toEqual(['a ä-b', 'b-c', 'a ä-c'])
  })
  it.each([
    ['graph [ node [ id 0 ] ', /it ends too early/],
    ['graph [ node [ id 0 ] ] ]', /a bracket that was not opened/],
    ['graph [ node [ id 0 ] edge [ source 0 target 9 ] ]', /goes to node "no node with the id 9"/],
  ])('refuses %j', async (content, message) => {
    await expect(readGraph(put('bad.gml', content))).rejects.toThrow(message)
  })
})

describe('JSON of other programs', () => {
  it('Cytoscape', async () => {
    const json = {
      data: {name: 'mine'},
      directed: false,
      multigraph: false,
      elements: {
        nodes: ['a', 'b', 'c'].map((id) => ({data: {id, class: 'x'}, position: {x: 1}})),
        edges: [{data: {source: 'a', target: 'b', w: 1}}, {data: {source: 'b', target: 'c'}}],
      },
    }
    const {document, whole, pruned, added} = await written('c.json', JSON.stringify(json))
    expect([document.format, edgesOf(document)]).toEqual(['cytoscape-json', ['a-b', 'b-c']])
    expect(JSON.parse(whole)).toEqual(json)
    expect(JSON.parse(pruned)).toEqual({...json, elements: {...json.elements, edges: json.elements.edges.slice(1)}})
    expect(edgesOf(await readGraph(put('c2.json', added)))).toEqual(['a-b', 'b-c', 'a-c'])
  })
  it('adjacency lists, where an undirected edge is in two', async () => {
    const json = {
      directed: false,
      multigraph: false,
      graph: [],
      nodes: [{id: 1}, {id: 2}, {id: 3}],
      adjacency: [[{id: 2, w: 5}], [{id: 1, w: 5}, {id: 3}], [{id: 2}]],
    }
    const {document, whole, pruned, added} = await written('d.json', JSON.stringify(json))
    expect([document.format, edgesOf(document)]).toEqual(['adjacency-json', ['1-2', '2-3']])
    expect(JSON.parse(whole)).toEqual(json)
    expect(JSON.parse(pruned)).toEqual({...json, adjacency: [[], [{id: 3}], [{id: 2}]]})
    expect(edgesOf(await readGraph(put('d2.json', added)))).toEqual(['1-2', '1-3', '2-3'])
  })
})

it('a folder of OGB', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'surety-ogb-'))
  mkdirSync(join(folder, 'raw'))
  mkdirSync(join(folder, 'split', 'time'), {recursive: true})
  const file = (name: string, content: string) => writeFileSync(join(folder, name), gzipSync(content))
  file('raw/edge.csv.gz', '0,1\n1,3\n')
  file('raw/node-feat.csv.gz', '1,0\n0,1\n0.5,0.5\n1,1\n')
  file('raw/node-label.csv.gz', '0\n1\nnan\n1\n')
  file('split/time/train.csv.gz', '0\n')
  file('split/time/valid.csv.gz', '1\n')
  file('split/time/test.csv.gz', '3\n2\n')
  const {raw, inputs} = await readGraph(folder)
  expect([raw.nodes, Array.from(raw.labels!), raw.split, inputs.length]).toEqual([
    4,
    [0, 1, -1, 1],
    {train: Uint32Array.of(0), validation: Uint32Array.of(1), test: Uint32Array.of(3, 2)},
    6,
  ])
})

it('what can be said of an output is said before', async () => {
  expect(() => graphExtension('o.xlsx')).toThrow(/\.xlsx is not a graph format/)
  const document = await readGraph(
    put(
      'e.json',
      '{"directed":true,"nodes":[{"id":"a","note":"x"},{"id":"b"},{"id":"c"}],"links":[{"source":"a","target":"b"}]}',
    ),
  )
  const result = normalise(document)
  expect(conversionNotes(document, result, 'o.csv').map(({message}) => message)).toEqual([
    'an edge list has no place for the node attributes note and the 1 nodes without an edge',
    'an edge list does not say that its edges have a direction',
  ])
  expect(conversionNotes(document, result, 'o.json')).toEqual([])
  expect(conversionNotes(document, result, 'o.mtx').map(({message}) => message)).toEqual([
    'Matrix Market has no place for names of nodes and the node attributes note',
  ])
  await expect(readGraph(put('g.pkl', Buffer.from('\x80\x04\x95\0\0', 'latin1')))).rejects.toThrow(
    /is a Python pickle, which can run code and is never read/,
  )
})
