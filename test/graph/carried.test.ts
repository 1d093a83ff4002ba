import {zipSync} from 'fflate'
import {describe, expect, it} from 'vitest'
import {writeNpy} from '../../src/data/npy.js'
import {openNpz, writeNpz} from '../../src/data/npz.js'
import {UsageError} from '../../src/errors.js'
import {normalise} from '../../src/graph/normalise.js'
import {readGraph} from '../../src/graph/read-graph.js'
import {writeGraph} from '../../src/graph/write-graph.js'
import {array, testFolder} from './files.js'

const {put} = testFolder()
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString()
const numbers = (bytes: Uint8Array, name: string) =>
  Array.from(openNpz(bytes, 'out').read(name).data as ArrayLike<number>)
const objectNpy = Buffer.from(
  Buffer.from(writeNpy(array('o', 'f8', [1])))
    .toString('latin1')
    .replace("'<f8'", "'|O8'"),
  'latin1',
)

/** Two components: 0–1–2 with a triangle, and 3–4. */
const PLAIN = [
  array('edges', 'i4', [0, 1, 1, 2], [2, 2]),
  array('edges_attacked', 'i4', [0, 1, 0, 2, 1, 2, 3, 4], [4, 2]),
  array('edges_removed', 'i4', [7, 8], [1, 2]),
  array('labels', 'i8', [0, 1, 0, 1, 1]),
  array('train_idx', 'i4', [3, 0]),
  array('target_idx', 'i4', [4, 2]),
  array('num_nodes', 'i4', [5]),
  array('note', 'U', ['kept']),
  array('feat_indptr', 'i4', [0, 1, 1, 2, 3, 3]),
  array('feat_indices', 'i4', [0, 2, 1]),
  array('feat_data', 'f4', [1, 2, 3]),
  array('feat_shape', 'i4', [5, 3]),
]

describe('plain npz', () => {
  it('puts the result in edges, keeps every other array and what edges held before', async () => {
    const document = await readGraph(put('a.npz', writeNpz(PLAIN)), {edges: 'edges_attacked'})
    const {bytes} = writeGraph(document, normalise(document), Uint8Array.of(0, 1, 0, 0), 'out.npz')
    expect(numbers(bytes, 'edges')).toEqual([0, 1, 1, 2, 3, 4])
    expect(numbers(bytes, 'edges_removed')).toEqual([0, 2])
    expect(numbers(bytes, 'edges_original')).toEqual([0, 1, 1, 2])
    expect(numbers(bytes, 'edges_removed_original')).toEqual([7, 8])
    for (const {name, data} of PLAIN.slice(3))
      expect(Array.from(openNpz(bytes, 'out').read(name).data as ArrayLike<number>)).toEqual(
        Array.from(data as ArrayLike<number>),
      )
    expect(openNpz(bytes, 'out').read('labels').type).toBe('i8')
  })
  it('cuts and renumbers everything that belongs to nodes with the largest component', async () => {
    const arrays = PLAIN.map((one) =>
      one.name === 'edges_removed' ? array('edges_removed', 'i4', [0, 2, 3, 4], [2, 2]) : one,
    )
    const document = await readGraph(put('b.npz', writeNpz(arrays)), {edges: 'edges_attacked'})
    const {bytes} = writeGraph(
      document,
      normalise(document, {largestComponent: true}),
      Uint8Array.of(1, 0, 0),
      'out.npz',
    )
    expect(numbers(bytes, 'edges')).toEqual([0, 2, 1, 2])
    expect(numbers(bytes, 'edges_attacked')).toEqual([0, 1, 0, 2, 1, 2])
    expect(numbers(bytes, 'edges_removed_original')).toEqual([0, 2])
    expect(numbers(bytes, 'labels')).toEqual([0, 1, 0])
    expect(numbers(bytes, 'train_idx')).toEqual([0])
    expect(numbers(bytes, 'target_idx')).toEqual([2])
    expect(numbers(bytes, 'num_nodes')).toEqual([3])
    expect(numbers(bytes, 'feat_indptr')).toEqual([0, 1, 1, 2])
    expect(numbers(bytes, 'feat_data')).toEqual([1, 2])
    expect(numbers(bytes, 'feat_shape')).toEqual([3, 3])
    expect(openNpz(bytes, 'out').read('note').data).toEqual(['kept'])
  })
})

/** Upper triangle of 0–1, 1–2 (weight 2) and a loop; node 3 alone. */
const DEEPROBUST = [
  array('adj_data', 'f4', [1, 2, 1]),
  array('adj_indices', 'i4', [1, 2, 2]),
  array('adj_indptr', 'i4', [0, 1, 2, 3, 3]),
  array('adj_shape', 'i8', [4, 4]),
  array('attr_matrix', 'f4', [1, 2, 3, 4], [4, 1]),
  array('labels', 'i4', [0, 1, 1, 0]),
]

describe('DeepRobust npz', () => {
  const file = () =>
    put(
      'c.npz',
      zipSync(
        Object.fromEntries([
          ...DEEPROBUST.map((one) => [`${one.name}.npy`, writeNpy(one)] as const),
          ['idx_to_node.npy', objectNpy],
          ['README', Buffer.from('x')],
        ]),
      ),
    )
  it('reads upper triangles and dense features, and reports object arrays', async () => {
    const document = await readGraph(file())
    const {graph, counts} = normalise(document, {weights: 'sum'})
    expect(document.format).toBe('deeprobust-npz')
    expect(graph).toMatchObject({
      nodes: 4,
      edges: Uint32Array.of(0, 1, 1, 2),
      weights: Float64Array.of(1, 2),
      features: {cols: 1, data: Float64Array.of(1, 2, 3, 4)},
    })
    expect(counts).toMatchObject({directedEdges: 3, selfLoopsDropped: 1, symmetrised: 2, isolatedNodes: 1})
    expect(document.notes.map(({code, message}) => `${code}: ${message.replace(/^.*: /, '')}`)).toEqual([
      'array-skipped: array idx_to_node is an object array (a Python pickle), which is never unpickled',
      'array-skipped: array README is not an npy entry',
    ])
  })
  it('keeps its triangle, values and loop, object arrays carried as bytes', async () => {
    const document = await readGraph(file())
    const {bytes} = writeGraph(document, normalise(document), Uint8Array.of(1, 0), 'out.npz')
    expect(numbers(bytes, 'adj_indptr')).toEqual([0, 0, 1, 2, 2])
    expect(numbers(bytes, 'adj_indices')).toEqual([2, 2])
    expect(numbers(bytes, 'adj_data')).toEqual([2, 1])
    expect(Buffer.from(openNpz(bytes, 'out').raw('idx_to_node'))).toEqual(objectNpy)
  })
  it('leaves object arrays out of a cut graph, and says so', async () => {
    const document = await readGraph(file())
    const {bytes, notes} = writeGraph(
      document,
      normalise(document, {largestComponent: true}),
      new Uint8Array(2),
      'out.npz',
    )
    expect(numbers(bytes, 'attr_matrix')).toEqual([1, 2, 3])
    expect(numbers(bytes, 'adj_shape')).toEqual([3, 3])
    expect(openNpz(bytes, 'out').skipped).toEqual([])
    expect(notes).toEqual([expect.objectContaining({code: 'array-left-out'})])
  })
  it('becomes GraphML with labels as node attributes', async () => {
    const document = await readGraph(file())
    const {bytes, notes} = writeGraph(document, normalise(document), Uint8Array.of(0, 0), 'out.graphml')
    expect(text(bytes)).toContain('<node id="1"><data key="n0">1</data></node>')
    expect(notes).toEqual([
      expect.objectContaining({code: 'not-written', message: 'GraphML has no place for features'}),
    ])
  })
})

describe('scipy npz', () => {
  const matrix = (format: string, others: Parameters<typeof writeNpz>[0]) =>
    writeNpz([
      array('format', 'S', [format], []),
      array('shape', 'i8', [3, 3]),
      array('data', 'f8', [1, 5, 0]),
      ...others,
    ])
  it.each([
    ['csr', [array('indices', 'i4', [1, 2, 0]), array('indptr', 'i4', [0, 2, 2, 3])]],
    ['csc', [array('indices', 'i4', [0, 0, 2]), array('indptr', 'i4', [0, 0, 1, 3])]],
    ['coo', [array('row', 'i4', [0, 0, 2]), array('col', 'i4', [1, 2, 0])]],
  ])('reads and rewrites %s as it is; stored zeros are not edges', async (format, others) => {
    const document = await readGraph(put(`${format}.npz`, matrix(format, others)))
    expect(Array.from(document.raw.edges)).toEqual([0, 1, 0, 2])
    expect(document.notes).toEqual([expect.objectContaining({code: 'stored-zeros'})])
    const whole = openNpz(writeGraph(document, normalise(document), new Uint8Array(2), 'out.npz').bytes, 'out')
    expect(whole.read('format').data).toEqual([format])
    for (const {name, data} of others)
      expect(Array.from(whole.read(name).data as ArrayLike<number>)).toEqual(Array.from(data as ArrayLike<number>))
    expect(Array.from(whole.read('data').data as ArrayLike<number>)).toEqual([1, 5, 0])
    const {bytes} = writeGraph(document, normalise(document), Uint8Array.of(1, 0), 'out.npz')
    expect(numbers(bytes, 'data')).toEqual([5, 0])
  })
})

describe('text formats keep what they do not know', () => {
  it('edge list: comments, other columns, quotes, both directions', async () => {
    const csv =
      '# made by hand\nid,Source,Target,kind\n1,a,b,"x, y"\n2,b,a,z\n# in between\n3,b,c,\n4,a,b,again\n5,c,c,loop\n'
    const document = await readGraph(put('d.csv', csv))
    const result = normalise(document)
    expect(result.counts).toEqual({
      directedEdges: 5,
      selfLoopsDropped: 1,
      duplicatesMerged: 1,
      symmetrised: 1,
      nodesDropped: 0,
      edgesDropped: 0,
      isolatedNodes: 0,
    })
    expect(text(writeGraph(document, result, Uint8Array.of(0, 0), 'o.csv').bytes)).toBe(csv)
    expect(text(writeGraph(document, result, Uint8Array.of(1, 0), 'o.csv').bytes)).not.toMatch(/x, y|,a,z/)
  })
  it('edge list with weights that count keeps repeated records, so that it reads the same again', async () => {
    const document = await readGraph(put('e.csv', 'source,target,weight\n0,1,1\n0,1,2\n1,2,4\n'))
    const result = normalise(document, {weights: 'sum'})
    const again = normalise(
      await readGraph(put('e2.csv', writeGraph(document, result, new Uint8Array(2), 'o.csv').bytes)),
      {weights: 'sum'},
    )
    expect(again.graph.weights).toEqual(result.graph.weights)
    expect(again.graph.weights).toEqual(Float64Array.of(3, 4))
  })
  it('GEXF: viz, counts and white space', async () => {
    const gexf = `<?xml version="1.0"?>
<gexf xmlns:viz="http://www.gexf.net/1.2draft/viz"><graph>
  <nodes count="3">
    <node id="a" label="A"><viz:color r="1" g="2" b="3"/></node>
    <node id="b"/>
    <node id="c"/>
  </nodes>
  <edges count="2">
    <edge id="0" source="a" target="b"/>
    <edge id="1" source="b" target="c"><!-- mine --></edge>
  </edges>
</graph></gexf>`
    const document = await readGraph(put('f.gexf', gexf))
    expect(text(writeGraph(document, normalise(document), Uint8Array.of(1, 0), 'o.gexf').bytes)).toBe(
      gexf.replace('<edges count="2">', '<edges count="1">').replace('\n    <edge id="0" source="a" target="b"/>', ''),
    )
  })
  it('node-link JSON: attributes, keys and order', async () => {
    const json = {
      directed: false,
      graph: {title: 'mine'},
      nodes: [{id: 'a', at: [1, 2]}, {id: 'b'}, {id: 'c'}],
      links: [
        {source: 'a', target: 'b', since: 1999},
        {source: 'b', target: 'c'},
      ],
    }
    const document = await readGraph(put('g.json', JSON.stringify(json)))
    expect(document.format).toBe('node-link')
    expect(JSON.parse(text(writeGraph(document, normalise(document), Uint8Array.of(0, 1), 'o.json').bytes))).toEqual({
      ...json,
      links: [json.links[0]],
    })
  })
})

it('an unknown extension is a usage error', async () => {
  const document = await readGraph(put('h.csv', '0,1\n'))
  expect(() => writeGraph(document, normalise(document), Uint8Array.of(0), 'out.parquet')).toThrow(UsageError)
})
