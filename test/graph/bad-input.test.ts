import {zipSync} from 'fflate'
import {gzipSync} from 'node:zlib'
import {describe, expect, it} from 'vitest'
import {writeNpy} from '../../src/data/npy.js'
import {writeNpz} from '../../src/data/npz.js'
import {InputError} from '../../src/errors.js'
import {readGraph} from '../../src/graph/read-graph.js'
import type {ReadOptions} from '../../src/graph/read-options.js'
import {array, plainNpz, testFolder} from './files.js'

const {put} = testFolder()
const graphml = (body: string) =>
  `<?xml version="1.0"?><graphml><key id="w" for="edge" attr.name="weight" attr.type="double"/>${body}</graphml>`
const gexf = (body: string) => `<gexf version="1.2"><graph defaultedgetype="undirected">${body}</graph></gexf>`
const features = (rows: number, cols: number, values: number[]) => array('features', 'f8', values, [rows, cols])
const csr = (indptr: number[], indices: number[], data: number[], rows = 5, cols = 3) => [
  array('feat_indptr', 'i4', indptr),
  array('feat_indices', 'i4', indices),
  array('feat_data', 'f4', data),
  array('feat_shape', 'i4', [rows, cols]),
]
const scipy = (format: string, shape: number[]) =>
  writeNpz([
    array('format', 'S', [format], []),
    array('shape', 'i8', shape),
    array('data', 'f8', [1]),
    array('indices', 'i4', [1]),
    array('indptr', 'i4', [0, 1, 1]),
  ])

type Case = [what: string, name: string, content: string | Uint8Array, message: RegExp, options?: ReadOptions]
const CASES: Case[] = [
  ['an empty file', 'a.csv', '', /a\.csv: is empty/],
  [
    'text in npz',
    'b.npz',
    'not an archive',
    /b\.npz: does not hold what its extension \.npz says, it looks like plain text/,
  ],
  [
    'an archive called csv',
    'c.csv',
    plainNpz(),
    /c\.csv: does not hold what its extension \.csv says, it looks like a zip archive/,
  ],
  ['JSON called GraphML', 'd.graphml', '{"nodes": []}', /d\.graphml: does not hold .* it looks like JSON text/],
  [
    'an HTML page',
    'e.xml',
    '<!DOCTYPE html><html></html>',
    /e\.xml: is not a graph that surety reads, it looks like an HTML page/,
  ],
  ['an npy file', 'e.npy', writeNpy(array('a', 'f8', [1])), /e\.npy: is not a graph .* it looks like an npy array/],
  ['a truncated archive', 'f.npz', plainNpz().subarray(0, 200), /f\.npz: is truncated or corrupt/],
  [
    'truncated gzip',
    'g.csv.gz',
    gzipSync('0,1\n1,2\n2,3\n').subarray(0, 20),
    /g\.csv\.gz: is truncated or corrupt gzip data/,
  ],
  [
    'an archive without edges',
    'h.npz',
    writeNpz([array('labels', 'i4', [0])]),
    /h\.npz: has no array edges, edge_index or adj_data, its arrays are labels/,
  ],
  [
    'an array that is not there',
    'i.npz',
    plainNpz(),
    /i\.npz: has no array edges_attacked, its arrays are edges, num_nodes/,
    {edges: 'edges_attacked'},
  ],
  [
    'a node beyond num_nodes',
    'j.npz',
    writeNpz([array('edges', 'i4', [0, 7], [1, 2]), array('num_nodes', 'i4', [5])]),
    /array edges: edge 0 names node 7, the graph has 5 nodes/,
  ],
  [
    'a negative node',
    'k.npz',
    writeNpz([array('edges', 'i4', [0, -1], [1, 2])]),
    /array edges: element 1 is -1, not a whole number/,
  ],
  [
    'a fractional node',
    'k2.npz',
    writeNpz([array('edges', 'f8', [0, 0.5], [1, 2])]),
    /element 1 is 0\.5, not a whole number/,
  ],
  [
    'edges of three columns',
    'l.npz',
    writeNpz([array('edges', 'i4', [0, 1, 2], [1, 3])]),
    /array edges: has the shape \[1, 3\], expected \[m, 2\]/,
  ],
  [
    'no edge',
    'm.npz',
    writeNpz([array('edges', 'i4', [], [0, 2]), array('num_nodes', 'i4', [3])]),
    /m\.npz: the graph has no edge/,
  ],
  ['no node', 'n.npz', writeNpz([array('edges', 'i4', [], [0, 2])]), /n\.npz: the graph has no node/],
  [
    'NaN in dense features',
    'o.npz',
    plainNpz(features(5, 2, [0, 0, 0, NaN, 0, 0, 0, 0, 0, 0])),
    /array features: row 1, column 1 is NaN, features are finite numbers/,
  ],
  [
    'infinity in sparse features',
    'p.npz',
    plainNpz(...csr([0, 1, 1, 2, 2, 2], [0, 2], [1, Infinity])),
    /array feat_data: row 2, column 2 is Infinity/,
  ],
  [
    'a feature column out of range',
    'q.npz',
    plainNpz(...csr([0, 1, 1, 2, 2, 2], [0, 3], [1, 1])),
    /array feat_indices: element 1 is 3, not a whole number in 0 … 2/,
  ],
  [
    'descending row starts',
    'r.npz',
    plainNpz(...csr([0, 2, 1, 2, 2, 2], [0, 1], [1, 1])),
    /array feat_indptr: descends at row 1/,
  ],
  [
    'too few features',
    's.npz',
    plainNpz(features(4, 1, [1, 2, 3, 4])),
    /s\.npz: has features for 4 nodes, the graph has 5 nodes/,
  ],
  [
    'too many labels',
    't.npz',
    plainNpz(array('labels', 'i4', [0, 1, 0, 1, 0, 1])),
    /t\.npz: has labels for 6 nodes, the graph has 5 nodes/,
  ],
  [
    'a fractional label',
    'u.npz',
    plainNpz(array('labels', 'f8', [0, 1, 0.5, 1, 0])),
    /array labels: element 2 is 0\.5, a label is a whole number from 0, or -1 for unknown/,
  ],
  [
    'too many classes',
    'v.npz',
    plainNpz(array('labels', 'i8', [0, 1, 1e9, 1, 0])),
    /v\.npz, array labels: has 3 classes, the limit is 2/,
    {limits: {maxClasses: 2}},
  ],
  [
    'a split beyond the nodes',
    'w.npz',
    plainNpz(array('train_idx', 'i4', [0, 5])),
    /element 1 of the train split is node 5, the graph has 5 nodes/,
  ],
  [
    'a node in two splits',
    'x.npz',
    plainNpz(array('train_idx', 'i4', [0]), array('test_idx', 'i4', [1, 0])),
    /node 0 is in the test split and in the train split/,
  ],
  ['a matrix that is not square', 'y.npz', scipy('csr', [2, 3]), /the adjacency matrix is 2 × 3/],
  [
    'an unknown sparse format',
    'z.npz',
    scipy('bsr', [2, 2]),
    /holds a bsr matrix, only csr, csc and coo are supported/,
  ],
  [
    'an object array as edges',
    'aa.npz',
    zipSync({
      'edges.npy': Buffer.from(
        Buffer.from(writeNpy(array('e', 'f8', [1])))
          .toString('latin1')
          .replace('<f8', '|O8'),
        'latin1',
      ),
    }),
    /never unpickled/,
  ],
  ['an edge without target', 'ab.csv', 'source,target\na,b\nc\n', /ab\.csv, line 3: has no target/],
  [
    'a weight that is text',
    'ac.csv',
    'source,target,weight\n0,1,1\n1,2,heavy\n',
    /ac\.csv, line 3: the weight is "heavy", not a number/,
  ],
  ['a header without edges', 'ad.csv', 'source,target\n', /ad\.csv: the graph has no edge/],
  ['an open quote', 'ae.csv', 'source,target\n"a,b\n', /ae\.csv, line \d+: cannot be read as a table/],
  ['names read as numbers', 'af.csv', 'a,b\n', /node "a" is not a number/, {nodeIds: 'numbers'}],
  [
    'a number beyond the nodes that are allowed',
    'ag.csv',
    '0,4000000000\n',
    /has 4000000001 nodes, the limit is/,
    {nodeIds: 'numbers'},
  ],
  [
    'broken GraphML',
    'ah.graphml',
    '<graphml><graph>',
    /ah\.graphml, line 1, column \d+: is not well-formed XML: unclosed tag: graph/,
  ],
  [
    'a DOCTYPE',
    'ai.graphml',
    '<!DOCTYPE graphml [<!ENTITY x SYSTEM "file:///etc/passwd">]><graphml><graph/></graphml>',
    /has a DOCTYPE, which is refused/,
  ],
  ['an undefined entity', 'aj.graphml', graphml('<graph><node id="&x;"/></graph>'), /not well-formed XML/],
  ['GraphML without a graph', 'ak.graphml', graphml(''), /has no graph element/],
  [
    'an edge to a missing node in GraphML',
    'al.graphml',
    graphml('<graph><node id="a"/><edge source="a" target="zz"/></graph>'),
    /edge 0 goes to node "zz", which is not among the 1 nodes/,
  ],
  [
    'an edge without source',
    'am.graphml',
    graphml('<graph><node id="a"/><edge target="a"/></graph>'),
    /edge 0 has no source/,
  ],
  ['a nested graph', 'an.graphml', graphml('<graph><node id="a"><graph/></node></graph>'), /more than one graph/],
  [
    'a repeated node',
    'ao.gexf',
    gexf('<nodes><node id="a"/><node id="a"/></nodes>'),
    /node "a" is there twice \(0 and 1\)/,
  ],
  [
    'a weight of XML that is text',
    'ap.gexf',
    gexf('<nodes><node id="a"/><node id="b"/></nodes><edges><edge source="a" target="b" weight="x"/></edges>'),
    /edge 0 has the weight "x"/,
  ],
  [
    'an edge to a missing node in JSON',
    'aq.json',
    '{"nodes":[{"key":"a"}],"edges":[{"source":"a","target":"zz"}]}',
    /edge 0 goes to node "zz"/,
  ],
  ['truncated JSON', 'ar.json', '{"nodes":[{"key":"a"}', /ar\.json.*: is not valid JSON/],
  ['JSON that is not a graph', 'as.json', '{"a": 1}', /is JSON without a list of nodes/],
  ['nodes without id', 'at.json', '{"nodes":[{"name":"a"}],"links":[]}', /nodes\[0\]: id is missing/],
  ['edges that are no list', 'au.json', '{"nodes":[{"id":"a"}],"links":{}}', /links is not a list/],
  [
    'features of different lengths',
    'av.json',
    '{"nodes":[{"id":0,"features":[1,2]},{"id":1,"features":[1]}],"links":[{"source":0,"target":1}]}',
    /node "1" has 1 features, node "0" has 2/,
  ],
  [
    'null among features',
    'aw.json',
    '{"nodes":[{"id":0,"features":[1]},{"id":1,"features":[null]}],"links":[{"source":0,"target":1}]}',
    /node "1", column 0 of features is null/,
  ],
  [
    'a label attribute that is not there',
    'ax.json',
    '{"nodes":[{"id":0,"a":1},{"id":1}],"links":[{"source":0,"target":1}]}',
    /no node has the attribute group, the attributes are a, id/,
    {labelAttribute: 'group'},
  ],
  [
    'a fractional label attribute',
    'ay.json',
    '{"nodes":[{"id":0,"c":0.5},{"id":1,"c":1}],"links":[{"source":0,"target":1}]}',
    /the label of node "0" is 0\.5/,
    {labelAttribute: 'c'},
  ],
  ['more edges than allowed', 'az.csv', '0,1\n1,2\n', /has 2 edges, the limit is 1/, {limits: {maxEdges: 1}}],
  ['more nodes than allowed', 'ba.csv', '0,1\n1,2\n', /has 3 nodes, the limit is 2/, {limits: {maxNodes: 2}}],
  ['a file beyond the limit', 'bb.csv', '0,1\n1,2\n', /has 8 bytes, the limit is 4/, {limits: {maxBytes: 4}}],
]

describe('bad graphs', () => {
  it.each(CASES)('%s', async (_, name, content, message, options) => {
    const error: unknown = await readGraph(put(name, content), options).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(InputError)
    expect((error as InputError).message).toMatch(message)
    expect((error as InputError).message).toContain(name)
    expect((error as InputError).message).not.toContain('\n')
  })
  it('an absent file', async () => {
    await expect(readGraph('absent.npz')).rejects.toThrow(/absent\.npz: there is no such file/)
  })
  it.each([
    [
      'proto.json',
      '{"nodes":[{"key":"__proto__","attributes":{"__proto__":{"polluted":1}}},{"key":"b"}],"edges":[{"source":"__proto__","target":"b"}],"__proto__":{"polluted":1}}',
    ],
    [
      'proto.graphml',
      '<graphml><key for="__proto__" id="polluted" attr.name="x" attr.type="string"/><key id="__proto__" for="node" attr.name="__proto__" attr.type="string"/><graph><node id="__proto__"><data key="__proto__">1</data></node><node id="b"/><edge source="b" target="__proto__"/></graph></graphml>',
    ],
  ])('%s reaches nothing outside of the graph', async (name, content) => {
    const {raw} = await readGraph(put(name, content))
    expect(raw.nodeNames).toEqual(['__proto__', 'b'])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})
