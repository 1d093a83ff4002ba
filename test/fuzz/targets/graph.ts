import {parquetWriteBuffer} from 'hyparquet-writer'
import {gzipSync} from 'node:zlib'
import {mkdirSync, writeFileSync} from 'node:fs'
import {extname, join} from 'node:path'
import {mutateBytes} from '../../../scripts/fuzz/mutate/bytes.js'
import {mutateGzip, mutateZip} from '../../../scripts/fuzz/mutate/containers.js'
import {mutateJson} from '../../../scripts/fuzz/mutate/json.js'
import type {Mutator} from '../../../scripts/fuzz/mutate/mutator.js'
import {CSV_WORDS, JSON_WORDS, mutateTokens, XML_WORDS} from '../../../scripts/fuzz/mutate/text.js'
import type {Target} from '../../../scripts/fuzz/target.js'
import type {NamedArray} from '../../../src/data/named-array.js'
import {writeNpy} from '../../../src/data/npy.js'
import {writeNpz} from '../../../src/data/npz.js'
import {readInput} from '../../../src/data/read-file.js'
import {GRAPH_LIMITS} from '../../../src/graph/limits.js'
import {normalise, normaliseRaw, type NormaliseOptions} from '../../../src/graph/normalise.js'
import {readGraph} from '../../../src/graph/read-graph.js'
import type {ReadOptions} from '../../../src/graph/read-options.js'
import {numberedNodes} from '../../../src/graph/node-set.js'
import {readFeaturesFile, readLabelsFile} from '../../../src/graph/side-data.js'
import {readSplitFile} from '../../../src/graph/split-file.js'
import {readNodeList, readSuppressions} from '../../../src/graph/targeting.js'
import {readTargets} from '../../../src/graph/targets.js'
import {readTruth} from '../../../src/graph/truth.js'
import {writeGraph} from '../../../src/graph/write-graph.js'
import {array, fromFile, text} from './files.js'

const WAYS: NormaliseOptions[] = [{}, {largestComponent: true}, {weights: 'sum'}]
/** Far below the program's own, so that a campaign does not spend its time on graphs that are merely large. */
const LIMITS = {maxNodes: 200_000, maxEdges: 200_000}

/** Reads a graph, makes it simple, and writes it without its first edge, in its own format or in another one. */
async function roundTrip(path: string, options: ReadOptions, way: number): Promise<void> {
  const document = await readGraph(path, {limits: LIMITS, ...options})
  const normalised = normalise(document, WAYS[way % WAYS.length])
  const pruned = new Uint8Array(normalised.graph.edges.length / 2)
  pruned[0] = 1
  const written = path.replace(/parquet$/, 'csv')
  const extension = /(\.\w+)?(\.gz)$/.exec(written)?.[0] ?? (extname(written) || '.csv')
  writeGraph(document, normalised, pruned, [`out${extension}`, 'out.npz', 'out.gml', 'out.net', 'out.mtx'][way % 5]!)
}

const graph = (
  name: string,
  file: string,
  seeds: () => readonly Uint8Array[],
  mutators: Mutator[],
  options: ReadOptions = {},
): Target => ({
  name,
  seeds,
  mutators,
  open: (folder) => {
    let inputs = 0
    return fromFile(folder, file, (path) => roundTrip(path, options, inputs++))
  },
})

const csrArrays = (prefix: string, rows: number, cols: number, entries: [number, number, number][]): NamedArray[] => {
  const indptr = Array.from({length: rows + 1}, (_, row) => entries.filter(([r]) => r < row).length)
  return [
    array(`${prefix}indptr`, 'i4', indptr),
    array(
      `${prefix}indices`,
      'i4',
      entries.map(([, c]) => c),
    ),
    array(
      `${prefix}data`,
      'f4',
      entries.map(([, , x]) => x),
    ),
    array(`${prefix}shape`, 'i8', [rows, cols]),
  ]
}
/** A table of edges with an amount and the index of pandas. */
const parquetSeed = (options: object): Uint8Array =>
  new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        {name: 'amount', data: [1.5, 2, 3, 4], type: 'DOUBLE'},
        {name: 'payer', data: ['a', 'b', 'c', 'a'], type: 'STRING'},
        {name: 'payee', data: ['b', 'c', 'd', 'd'], type: 'STRING'},
        {name: '__index_level_0__', data: [0n, 1n, 2n, 3n], type: 'INT64'},
      ],
      ...options,
    }),
  )
const EDGES: [number, number, number][] = [
  [0, 1, 1],
  [0, 2, 2],
  [1, 0, 1],
  [1, 2, 1],
  [2, 0, 2],
  [2, 1, 1],
  [3, 4, 1],
  [4, 3, 1],
]
const FEATURES: [number, number, number][] = [
  [0, 1, 1],
  [1, 0, 0.5],
  [2, 2, 1],
  [3, 1, 1],
  [4, 0, 1],
]
const SPLIT = [array('train_idx', 'i4', [0, 3]), array('val_idx', 'i4', [1]), array('test_idx', 'i4', [2, 4])]

const plainSeeds = () => [
  writeNpz([
    array('edges', 'i4', [0, 1, 0, 2, 1, 2, 3, 4], [4, 2]),
    array('num_nodes', 'i4', [5]),
    array('labels', 'i4', [0, 1, 0, 1, 1]),
    ...csrArrays('feat_', 5, 3, FEATURES),
    ...SPLIT,
  ]),
  writeNpz([
    array('edges', 'i8', [0, 1, 1, 2], [2, 2]),
    array('edge_weights', 'f8', [1, 2.5]),
    array('features', 'f8', [1, 0, 0, 1, 1, 1], [3, 2]),
    array('node_names', 'U', ['a', 'b', 'c']),
    array('labels', 'U', ['x', 'y', 'x']),
  ]),
]
const deepRobustSeeds = () => [
  writeNpz([
    ...csrArrays('adj_', 5, 5, EDGES),
    ...csrArrays('attr_', 5, 3, FEATURES),
    array('labels', 'i4', [0, 1, 0, 1, 1]),
    ...SPLIT,
  ]),
]
const scipySeeds = () => [
  writeNpz([...csrArrays('', 5, 5, EDGES), array('format', 'S', ['csr'], [])]),
  writeNpz([
    array('row', 'i4', [0, 1, 2]),
    array('col', 'i4', [1, 2, 0]),
    array('data', 'f8', [1, 0, 2]),
    array('shape', 'i8', [3, 3]),
    array('format', 'S', ['coo'], []),
  ]),
]
const edgeListSeeds = () =>
  text(
    'source,target,weight\n0,1,1\n1,2,0.5\n2,0,3\n',
    '# comment\n0 1\n1 2\n\n2 0\n',
    'a\tb\nb\tc\nc\ta\n',
    'u,v,note\n"x, y",z,"multi\nline"\nz,w,1\n',
    '10,2000000000\n2000000000,30\n',
    "#me\n# now\n#\na b {'weight': 1.5, 'kind': 'x'}\nb c {}\na c {'n': 3, 'ok': True, 'l': [1]}\n",
    'Source,Target,Type,Weight\na,b,Directed,1\nb,c,Undirected,2\n',
  )
const graphmlSeeds = () =>
  text(
    '<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><key id="c" for="node" attr.name="class" attr.type="long"><default>1</default></key><key id="w" for="edge" attr.name="weight" attr.type="double"/><graph edgedefault="directed"><node id="a"><data key="c">0</data></node><node id="b"/><node id="c"><data key="c">0</data></node><node id="d"/><edge source="a" target="b"><data key="w">1.5</data></edge><edge source="b" target="c" directed="false"/><edge source="c" target="d"/></graph></graphml>',
    '<graphml><graph><node id="0"/><node id="1"/><edge source="0" target="1"/><edge source="1" target="0"/></graph></graphml>',
  )
const gexfSeeds = () =>
  text(
    '<gexf version="1.3"><graph defaultedgetype="undirected"><attributes class="node"><attribute id="0" title="class" type="string"><default>x</default></attribute></attributes><nodes count="3"><node id="a" label="A"><attvalues><attvalue for="0" value="y"/></attvalues></node><node id="b"/><node id="c"/></nodes><edges count="2"><edge id="0" source="a" target="b" weight="2"/><edge id="1" source="b" target="c" type="directed"/></edges></graph></gexf>',
  )
const graphologySeeds = () =>
  text(
    JSON.stringify({
      attributes: {},
      options: {type: 'mixed', multi: true},
      nodes: [
        {key: 'a', attributes: {class: 0, features: [1, 2]}},
        {key: 'b', attributes: {class: 1, features: [0, 1]}},
        {key: 3, attributes: {class: 0, features: [0, 0.5]}},
        {key: 'd', attributes: {class: 1, features: [3, 1]}},
      ],
      edges: [
        {key: 'e', source: 'a', target: 'b', undirected: true, attributes: {weight: 2}},
        {source: 'b', target: 3},
        {source: 'd', target: 'a', attributes: {}},
      ],
    }),
  )
const nodeLinkSeeds = () =>
  text(
    JSON.stringify({
      directed: true,
      multigraph: false,
      graph: {},
      nodes: [
        {id: 0, label: 'x', x: [1]},
        {id: 1, label: 'y', x: [0]},
        {id: 2, label: 'x', x: [2]},
        {id: 'z', label: 'y', x: [0.5]},
      ],
      links: [
        {source: 0, target: 1, weight: 1.5},
        {source: 1, target: 2},
        {source: 'z', target: 0},
      ],
    }),
  )

const placesSeeds = () =>
  text(
    JSON.stringify({
      nodes: [
        {name: 'a', group: 1},
        {name: 'b', group: 2},
        {name: 'c', group: 1},
      ],
      links: [
        {source: 0, target: 1, value: 1},
        {source: 1, target: 2},
      ],
    }),
    '{"nodes":[{"id":"a"},{"id":"b"}],"edges":[{"from":"a","to":"b"}]}',
  )
const cytoscapeSeeds = () =>
  text(
    JSON.stringify({
      directed: true,
      elements: {
        nodes: ['a', 'b', 'c'].map((id, k) => ({data: {id, class: k % 2}, position: {x: 1}})),
        edges: [{data: {source: 'a', target: 'b', weight: 2}}, {data: {source: 'b', target: 'c', key: 1}}],
      },
    }),
  )
const adjacencySeeds = () =>
  text(
    JSON.stringify({
      directed: false,
      nodes: [{id: 1}, {id: 'b'}, {id: 3}],
      adjacency: [[{id: 'b', weight: 5}], [{id: 1, weight: 5}, {id: 3}], [{id: 'b'}]],
    }),
  )
const gmlSeeds = () =>
  text(
    'Creator "me"\ngraph [\n  directed 1\n  node [ id 0 label "a &#228;" ]\n  node [\n id 5\n label "b"\n ]\n  node [ id 7 label "c" at [ x 1 y 2.5 ] ]\n  edge [ source 0 target 5 weight 3 ]\n  edge [ source 5 target 7 ]\n]\n',
    'graph [ node [ id 1 ] node [ id 2 ] edge [ source 1 target 2 ] ]',
  )
const pajekSeeds = () =>
  text('*Vertices 3\n1 "a b"\n2 c 0.1 0.2\n3 "d"\n*Arcs\n1 2 5.25\n2 1\n*Edges\n2 3 1\n', '*Vertices 2\n*Edges\n1 2\n')
const matrixMarketSeeds = () =>
  text(
    '%%MatrixMarket matrix coordinate real general\n% mine\n3 3 4\n1 2 5.5\n2 1 1e3\n2 3 0\n3 2 2\n',
    '%%MatrixMarket matrix coordinate pattern symmetric\n3 3 2\n2 1\n3 2\n',
  )

/** A folder of OGB of which one file is changed. */
const ogb = (name: string, changed: string, seeds: () => Uint8Array[]): Target => ({
  name,
  seeds,
  mutators: [mutateTokens(CSV_WORDS)],
  open(folder) {
    const root = join(folder, name)
    mkdirSync(join(root, 'split', 'one'), {recursive: true})
    for (const [file, content] of Object.entries({
      'edge.csv': '0,1\n1,2\n2,3\n3,0\n',
      'node-feat.csv': '1,0\n0,1\n0.5,0.5\n1,1\n',
      'node-label.csv': '0\n1\nnan\n1\n',
      'split/one/train.csv': '0\n',
      'split/one/valid.csv': '1\n',
      'split/one/test.csv': '3\n2\n',
    }))
      writeFileSync(join(root, file), content)
    let inputs = 0
    return fromFile(root, changed, () => roundTrip(root, {}, inputs++))
  },
})

const NPZ = mutateZip(mutateBytes)
/** A chain of nodes a, b, c and 3 that files about nodes speak of. */
const CHAIN = normaliseRaw(
  {
    nodes: 4,
    edges: Uint32Array.of(0, 1, 1, 2, 2, 3),
    weights: null,
    directed: false,
    nodeNames: ['a', 'b', 'c', '3'],
    features: null,
    labels: null,
    classNames: null,
    split: null,
  },
  'chain',
)

/** src/graph: formats of graphs, and files about nodes and edges. */
export const GRAPH_TARGETS: Target[] = [
  graph('edge-list', 'x.csv', edgeListSeeds, [mutateTokens(CSV_WORDS)]),
  graph('edge-list-gz', 'x.csv.gz', () => edgeListSeeds().map((bytes) => gzipSync(bytes)), [
    mutateGzip(mutateTokens(CSV_WORDS), mutateBytes),
  ]),
  graph('graphml', 'x.graphml', graphmlSeeds, [mutateTokens(XML_WORDS)]),
  graph('gexf', 'x.gexf', gexfSeeds, [mutateTokens(XML_WORDS)]),
  graph('graphology-json', 'x.json', graphologySeeds, [mutateJson, mutateTokens(JSON_WORDS)]),
  graph('node-link-json', 'x.json', nodeLinkSeeds, [mutateJson, mutateTokens(JSON_WORDS)]),
  graph('places-json', 'x.json', placesSeeds, [mutateJson, mutateTokens(JSON_WORDS)]),
  graph('graphml-gz', 'x.graphml.gz', () => graphmlSeeds().map((bytes) => gzipSync(bytes)), [
    mutateGzip(mutateTokens(XML_WORDS), mutateBytes),
  ]),
  graph('cytoscape-json', 'x.json', cytoscapeSeeds, [mutateJson, mutateTokens(JSON_WORDS)]),
  graph('adjacency-json', 'x.json', adjacencySeeds, [mutateJson, mutateTokens(JSON_WORDS)]),
  graph('gml', 'x.gml', gmlSeeds, [mutateTokens(CSV_WORDS)]),
  graph('pajek', 'x.net', pajekSeeds, [mutateTokens(CSV_WORDS)]),
  graph('matrix-market', 'x.mtx', matrixMarketSeeds, [mutateTokens(CSV_WORDS)]),
  {
    // Each input starts a thread to read it.
    ...graph('parquet-edges', 'edges.parquet', () => [parquetSeed({}), parquetSeed({codec: 'UNCOMPRESSED'})], []),
    slow: true,
  },
  ogb('ogb-edges', 'edge.csv', () => text('0,1\n1,2\n2,3\n3,0\n')),
  ogb('ogb-features', 'node-feat.csv', () => text('1,0\n0,1\n0.5,0.5\n1,1\n')),
  ogb('ogb-labels', 'node-label.csv', () => text('0\n1\nnan\n1\n')),
  ogb('ogb-split', 'split/one/train.csv', () => text('0\n', '0\n2\n')),
  graph('plain-npz', 'x.npz', plainSeeds, [NPZ]),
  graph('deeprobust-npz', 'x.npz', deepRobustSeeds, [NPZ]),
  graph('scipy-npz', 'x.npz', scipySeeds, [NPZ]),
  {
    name: 'features',
    mutators: [NPZ, mutateTokens(CSV_WORDS)],
    seeds: () => [
      ...text('id,f0,f1\na,1,2\nb,3,4\n', '1;2\n3;4\n'),
      writeNpy(array('x', 'f4', [1, 2, 3, 4], [2, 2])),
      writeNpz(csrArrays('feat_', 5, 3, FEATURES)),
      writeNpz([array('x', 'f8', [1, 2], [2, 1])]),
    ],
    open: (folder) =>
      fromFile(folder, 'x', async (path) => (await readFeaturesFile(path, GRAPH_LIMITS)).match(numberedNodes(2))),
  },
  {
    name: 'labels',
    mutators: [NPZ, mutateTokens(CSV_WORDS)],
    seeds: () => [
      ...text('node,label\na,x\nb,y\n', '0\n1\n\n2\n'),
      writeNpy(array('x', 'i4', [0, 1, 1])),
      writeNpz([array('labels', 'U', ['a', 'b'])]),
    ],
    open: (folder) =>
      fromFile(folder, 'x', async (path) => (await readLabelsFile(path, GRAPH_LIMITS)).match(numberedNodes(2))),
  },
  {
    name: 'split',
    mutators: [NPZ, mutateJson],
    seeds: () => [
      ...text('{"idx_train": [0, 1], "idx_val": [2], "idx_test": [3]}', '{"train_idx": []}'),
      writeNpz(SPLIT),
    ],
    open: (folder) =>
      fromFile(folder, 'x', async (path) => (await readSplitFile(path, GRAPH_LIMITS)).match({count: 5, set: null})),
  },
  {
    name: 'suppressions',
    mutators: [mutateJson, mutateTokens(JSON_WORDS)],
    seeds: () =>
      text(
        '[{"source": "a", "target": "b", "reason": "known", "expires": "2027-01-31"}, {"source": "c", "target": 3, "reason": "ok"}]',
      ),
    open: (folder) => fromFile(folder, 'x.json', (path) => readSuppressions(path, CHAIN, '2026-12-01')),
  },
  {
    name: 'node-list',
    mutators: [mutateTokens(CSV_WORDS)],
    seeds: () => text('node\na\nb\n', '3,x\na,y\n'),
    open: (folder) => fromFile(folder, 'x.csv', (path) => readNodeList(path, CHAIN)),
  },
  {
    name: 'truth-and-targets',
    mutators: [NPZ],
    seeds: () => [writeNpz([array('edges_added', 'i4', [0, 1, 2, 3], [2, 2]), array('targets', 'i8', [0, 3])])],
    open: (folder) =>
      fromFile(folder, 'x.npz', async (path) => {
        const {file} = await readInput(path)
        return [await readTruth(file, 'edges_added', CHAIN), await readTargets(file, 'targets', CHAIN)]
      }),
  },
]
