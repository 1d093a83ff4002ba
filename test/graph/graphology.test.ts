import {readFileSync} from 'node:fs'
import {UndirectedGraph, MultiGraph} from 'graphology'
import {caveman} from 'graphology-generators/community/index.js'
import {parse as parseGexf, write as gexfOf} from 'graphology-gexf'
import {parse as parseGraphml} from 'graphology-graphml'
import {describe, expect, it} from 'vitest'
import {fromGraphology, toGraphology} from '../../src/graph/graphology.js'
import {normalise} from '../../src/graph/normalise.js'
import {readGraph} from '../../src/graph/read-graph.js'
import {writeGraph} from '../../src/graph/write-graph.js'
import {testFolder} from './files.js'

const {put} = testFolder()
const cave = () => {
  const graph = caveman(UndirectedGraph, 4, 5)
  graph.forEachNode((node) =>
    graph.mergeNodeAttributes(node, {class: Number(node) % 4, size: 1.5, label: `n & "${node}"`}),
  )
  return graph
}
const sorted = (graph: MultiGraph | UndirectedGraph) =>
  graph.mapEdges((_, attributes, source, target) => JSON.stringify([[source, target].sort(), attributes])).sort()

describe('graphology', () => {
  it('there and back', () => {
    const graph = fromGraphology(cave(), {labelAttribute: 'class'})
    expect(graph.nodes).toBe(20)
    expect(fromGraphology(toGraphology(graph))).toEqual(graph)
    expect(sorted(toGraphology(graph))).toEqual(sorted(cave()))
  })
  it('reads GEXF as graphology-gexf does', async () => {
    const path = put('a.gexf', gexfOf(cave()))
    const {raw} = await readGraph(path, {labelAttribute: 'class', featureAttributes: ['class']})
    const peer = parseGexf(MultiGraph, readFileSync(path, 'utf8'))
    expect(raw.nodes).toBe(peer.order)
    expect(raw.edges.length / 2).toBe(peer.size)
    expect(Array.from(raw.labels!)).toEqual(peer.mapNodes((_, attributes) => attributes['class'] as number))
  })
  it('reads GraphML as graphology-graphml does', async () => {
    const xml = `<graphml><key id="k" for="node" attr.name="y" attr.type="int"><default>7</default></key>
      <key id="s" for="node" attr.name="s" attr.type="string"/><key id="w" for="edge" attr.name="weight" attr.type="double"/>
      <graph edgedefault="undirected"><node id="a"><data key="k">1</data><data key="s">x &amp; y</data></node><node id="b"/><node id="c"><data key="k">1</data></node><node id="d"/>
      <edge source="a" target="b"><data key="w">0.5</data></edge><edge source="b" target="c"/><edge source="b" target="c"/></graph></graphml>`
    const document = await readGraph(put('a.graphml', xml))
    const peer = parseGraphml(MultiGraph, xml)
    expect(document.raw.nodeNames).toEqual(peer.nodes())
    expect(Array.from(document.raw.labels!, (label) => document.raw.classNames![label])).toEqual(
      peer.mapNodes((_, attributes) => Number(attributes['y'])),
    )
    expect(Array.from(document.raw.weights!)).toEqual(
      peer.mapEdges((_, attributes) => (attributes['weight'] as number | undefined) ?? 1),
    )
    expect(normalise(document).counts).toMatchObject({directedEdges: 3, duplicatesMerged: 1, symmetrised: 0})
  })
  it('reads what graphology-graphml cannot: yEd keys', async () => {
    const {raw} = await readGraph(
      put(
        'yed.graphml',
        '<graphml><key for="port" id="d0" yfiles.type="portgraphics"/><key for="all" id="d1" attr.name="n"/><graph edgedefault="directed"><node id="n0"><data key="d9"><y:Shape xmlns:y="x">text</y:Shape></data></node><node id="n1"/><edge source="n0" target="n1"/></graph></graphml>',
      ),
    )
    expect(raw).toMatchObject({nodes: 2, directed: true, nodeNames: ['n0', 'n1']})
  })
  it('GraphML and graphology JSON that surety writes are read by graphology', async () => {
    const document = await readGraph(put('b.json', JSON.stringify(cave().export())), {labelAttribute: 'class'})
    expect(document.format).toBe('graphology-json')
    const result = normalise(document)
    const pruned = new Uint8Array(result.graph.edges.length / 2)
    const graphml = parseGraphml(
      MultiGraph,
      Buffer.from(writeGraph(document, result, pruned, 'o.graphml').bytes).toString(),
    )
    expect([graphml.order, sorted(graphml)]).toEqual([20, sorted(cave())])
    const json = UndirectedGraph.from(
      JSON.parse(Buffer.from(writeGraph(document, result, pruned, 'o.json').bytes).toString()) as ReturnType<
        UndirectedGraph['export']
      >,
    )
    expect([json.export().nodes, sorted(json)]).toEqual([cave().export().nodes, sorted(cave())])
  })
  it('takes labels only from attributes whose values repeat', async () => {
    const nodes = (label: (i: number) => unknown) =>
      JSON.stringify({
        nodes: Array.from({length: 6}, (_, i) => ({id: i, label: label(i), y: i % 2})),
        links: [{source: 0, target: 1}],
      })
    expect(
      Array.from(
        (
          await readGraph(
            put(
              'c.json',
              nodes((i) => `name ${i}`),
            ),
          )
        ).raw.labels!,
      ),
    ).toEqual([0, 1, 0, 1, 0, 1])
    const {raw, notes} = await readGraph(
      put(
        'd.json',
        nodes((i) => (i < 3 ? 'odd' : 'even')),
      ),
    )
    expect(raw.classNames).toEqual(['even', 'odd'])
    expect(notes).toEqual([expect.objectContaining({code: 'labels-from-attribute'})])
  })
  it('says which numbers could be features, and takes them when they are named', async () => {
    const path = put(
      'e.json',
      JSON.stringify({
        nodes: Array.from({length: 4}, (_, i) => ({
          id: i,
          y: i % 2,
          weight: i / 2,
          age: 30 + i,
          city: 'x',
          ...(i > 0 && {partial: 1}),
        })),
        links: [{source: 0, target: 1}],
      }),
    )
    const {notes} = await readGraph(path)
    expect(notes.map(({code}) => code)).toEqual(['labels-from-attribute', 'attributes-not-used'])
    expect(notes[1]!.message).toContain('unless it is named as one: age,weight')
    const named = await readGraph(path, {featureAttributes: ['age', 'weight']})
    expect(named.raw.features).toMatchObject({rows: 4, cols: 2})
    expect(named.notes.map(({code}) => code)).toEqual(['labels-from-attribute', 'features-from-attributes'])
  })
})
