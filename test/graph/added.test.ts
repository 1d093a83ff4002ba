import {describe, expect, it} from 'vitest'
import {openNpz} from '../../src/data/npz.js'
import type {NormalisedGraph} from '../../src/graph/document.js'
import {normalise} from '../../src/graph/normalise.js'
import {readGraph} from '../../src/graph/read-graph.js'
import {writeGraph} from '../../src/graph/write-graph.js'
import {array, plainNpz, testFolder} from './files.js'

const {put} = testFolder()
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString()
const named = ({graph}: NormalisedGraph) =>
  Array.from({length: graph.edges.length / 2}, (_, e) =>
    [graph.edges[2 * e]!, graph.edges[2 * e + 1]!]
      .map((i) => graph.nodeNames?.[i] ?? String(i))
      .sort()
      .join(' '),
  ).sort()

/** The triangle 0 1 2 and 3 4: the edge 1 2 goes, 0 3 and 2 4 come. */
const PRUNED = Uint8Array.of(0, 0, 1, 0)
const ADDED = Uint32Array.of(0, 3, 2, 4)
const AFTER = ['0 1', '0 2', '0 3', '2 4', '3 4']

describe.each([
  ['graphml', (after: string) => after.match(/<data key="surety-added">true<\/data>/g)?.length],
  ['gexf', (after: string) => after.match(/label="added"|<attvalue for="added" value="true"\/>/g)?.length],
  [
    'json',
    (after: string) =>
      (JSON.parse(after) as {edges: {attributes?: {added?: boolean}}[]}).edges.filter(
        ({attributes}) => attributes?.added === true,
      ).length,
  ],
])('edges added to a graph in %s', (extension, marks) => {
  it('are written and marked, in a conversion and in a rewritten file', async () => {
    const source = await readGraph(put('source.npz', plainNpz()))
    const graph = normalise(source)
    const converted = writeGraph(source, graph, PRUNED, `x.${extension}`, null, ADDED)
    expect(named(normalise(await readGraph(put(`converted.${extension}`, converted.bytes))))).toEqual(AFTER)
    expect(marks(text(converted.bytes))).toBe(2)

    const document = await readGraph(
      put(`before.${extension}`, writeGraph(source, graph, new Uint8Array(4), `x.${extension}`).bytes),
    )
    const rewritten = writeGraph(document, normalise(document), PRUNED, `y.${extension}`, null, ADDED)
    expect(named(normalise(await readGraph(put(`after.${extension}`, rewritten.bytes))))).toEqual(AFTER)
    expect(marks(text(rewritten.bytes))).toBe(2)
  })
})

it('node-link JSON keeps the type of its ids', async () => {
  const json = {
    directed: false,
    nodes: [{id: 7}, {id: 8}, {id: 9}],
    links: [
      {source: 7, target: 8},
      {source: 8, target: 9},
    ],
  }
  const document = await readGraph(put('n.json', JSON.stringify(json)))
  const {bytes} = writeGraph(document, normalise(document), Uint8Array.of(0, 1), 'o.json', null, Uint32Array.of(0, 2))
  expect((JSON.parse(text(bytes)) as typeof json).links).toEqual([
    {source: 7, target: 8},
    {source: 7, target: 9, added: true},
  ])
})

it('an npz file lists them beside the edges, whatever attack it came from; scipy and edge_index files too', async () => {
  const document = await readGraph(put('a.npz', plainNpz(array('edges_repaired', 'i4', [0, 4], [1, 2]))))
  const graph = normalise(document)
  const file = openNpz(writeGraph(document, graph, PRUNED, 'o.npz', null, ADDED).bytes, 'o')
  expect([...(file.read('edges').data as Int32Array)]).toEqual([0, 1, 0, 2, 3, 4, 0, 3, 2, 4])
  expect([...(file.read('edges_repaired').data as Int32Array)]).toEqual([...ADDED])
  expect(openNpz(writeGraph(document, graph, PRUNED, 'o.npz').bytes, 'o').has('edges_repaired')).toBe(false)

  const pyg = openNpz(writeGraph(document, graph, PRUNED, 'o.pyg.npz', null, ADDED).bytes, 'o')
  const index = [...(pyg.read('edge_index').data as ArrayLike<number> as Float64Array)].map(Number)
  const marked = [...(pyg.read('edge_repaired').data as Uint8Array)].flatMap((one, t) =>
    Number(one) === 1 ? [`${index[t]!} ${index[t + index.length / 2]!}`] : [],
  )
  expect(marked).toEqual(['0 3', '2 4', '3 0', '4 2'])
})

it('an edge list gets them as its last lines, with the columns it has, and says that they are not marked; a new list has a column', async () => {
  const document = await readGraph(put('e.csv', 'source,target,weight,kind\n0,1,2.5,x\n0,2,1,y\n1,2,1,z\n3,4,1,"a, b"'))
  const {bytes, notes} = writeGraph(document, normalise(document), PRUNED, 'o.csv', null, ADDED)
  expect(text(bytes)).toBe('source,target,weight,kind\n0,1,2.5,x\n0,2,1,y\n3,4,1,"a, b"\n0,3,1,\n2,4,1,\n')
  expect(notes.map(({code}) => code)).toEqual(['added-not-marked'])
  const list = text(writeGraph(document, normalise(document), PRUNED, 'o.tsv', null, ADDED).bytes)
  expect(list).toBe(
    'source\ttarget\tweight\tkind\tadded\n0\t1\t2.5\tx\t0\n0\t2\t1\ty\t0\n3\t4\t1\ta, b\t0\n0\t3\t1\t\t1\n2\t4\t1\t\t1\n',
  )
})
