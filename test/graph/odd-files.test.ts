import {gunzipSync, gzipSync} from 'node:zlib'
import {zipSync} from 'fflate'
import {describe, expect, it} from 'vitest'
import {writeNpy} from '../../src/data/npy.js'
import {openNpz, writeNpz} from '../../src/data/npz.js'
import {InputError} from '../../src/errors.js'
import type {GraphDocument} from '../../src/graph/document.js'
import {normalise} from '../../src/graph/normalise.js'
import {readGraph} from '../../src/graph/read-graph.js'
import type {ReadOptions} from '../../src/graph/read-options.js'
import {writeGraph} from '../../src/graph/write-graph.js'
import {array, testFolder} from './files.js'

const {put} = testFolder()
const edgesOf = ({raw}: GraphDocument) =>
  Array.from({length: raw.edges.length / 2}, (_, e) =>
    [0, 1].map((side) => raw.nodeNames?.[raw.edges[2 * e + side]!] ?? raw.edges[2 * e + side]).join('-'),
  )
/** The file without its first edge. */
async function rewritten(name: string, content: string | Uint8Array, target = name) {
  const document = await readGraph(put(name, content))
  const result = normalise(document)
  const first = Uint8Array.from({length: result.graph.edges.length / 2}, (_, e) => Number(e === 0))
  return writeGraph(document, result, first, target).bytes
}
const ring = (line: (a: string, b: string) => string) =>
  Array.from({length: 6}, (_, i) => `${line(`n${i}`, `n${(i + 1) % 6}`)}\n`).join('')

describe('files that look like edges and are something else', () => {
  it.each<[what: string, name: string, content: string | Uint8Array, message: RegExp, step: RegExp]>([
    ['Graphviz', 'a.dot', `/* made */\ngraph {\n${ring((a, b) => `${a} -- ${b};`)}}\n`, /is Graphviz DOT/, /GraphML/],
    ['arrows', 'a.txt', ring((a, b) => `${a} -> ${b}`), /an arrow between the ends .*n0 -> n1/, /comma/],
    ['Python tuples', 'a.txt', ring((a, b) => `('${a}', '${b}')`), /Python tuples/, /without brackets/],
    ['DIMACS', 'a.txt', 'c me\np max 3 2\na 1 2 0\na 2 3 0\n', /is a DIMACS file/, /source,target/],
    ['LGL', 'a.lgl', '# a\nb 1\nc 2\n# b\nc 1\n# d\na 3\nd 1\n', /looks like LGL/, /write_ncol/],
    ['Trivial Graph Format', 'a.tgf', '1 one\n2 two\n3 three\n#\n1 2 x\n2 3\n', /Trivial Graph Format/, /two tables/],
    ['graph6', 'a.g6', '>>graph6<<EEj_\n', /is graph6 or sparse6/, /NetworkX/],
    [
      'a Git LFS pointer',
      'a.csv',
      'version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 3\n',
      /Git LFS pointer/,
      /lfs pull/,
    ],
    ['lines of old Macs', 'a.csv', 'source,target\ra,b\rb,c\r', /carriage return alone/, /tr /],
    [
      'an adjacency list',
      'a.txt',
      '1 2 3 4\n2 3\n3 4\n',
      /line 2: has 2 cells, line 1 has 4, like an adjacency list/,
      /write_edgelist/,
    ],
    ['a numeric adjacency list', 'a.txt', '1 2\n2 3 4\n3 4 5 6\n', /line 2: has 3 cells/, /write_edgelist/],
    [
      'a multiline adjacency list',
      'a.txt',
      "a 2\nb {'w': 1}\nc {'w': 2}\nb 1\nc {}\n",
      /line 2: has 3 cells, line 1 has 2/,
      /write_edgelist/,
    ],
    ['a matrix', 'a.csv', '0,1,0,1\n1,0,1,0\n0,1,0,1\n1,0,1,0\n', /is a 4 × 4 matrix, not a list of edges/, /save_npz/],
    [
      'a matrix with names',
      'a.csv',
      ',a,b,c\na,0,1,0\nb,1,0,1\nc,0,1,0\n',
      /is a 3 × 3 matrix with names/,
      /from_pandas_adjacency/,
    ],
    [
      'comments in a name',
      'a.csv',
      'source,target\na,b # seen\nb,c\nc,a\n',
      /edge 0 has a comment in the name.*"b # seen"/,
      /lines of their own/,
    ],
    [
      'missing ends',
      'a.csv',
      'source,target\na,b\nb,nan\n',
      /edge 1 \(b – nan\) has an end called nan/,
      /missing value|without an end/,
    ],
    [
      'a second header',
      'a.csv',
      'source,target\na,b\nsource,target\nb,c\n',
      /line 3: repeats the header/,
      /leave that line out/,
    ],
    [
      'a comma in a name',
      'a.csv',
      'source,target\na,b\nSmith, John,b\n',
      /line 3: has 3 cells, the header has 2/,
      /double quotes/,
    ],
    ["Excel's sep=", 'a.csv', 'sep=;\nsource;target\na;b\n', /Excel's line sep=/, /remove the first line/],
    ['JSON Lines', 'a.jsonl', '{"source":1,"target":2}\n{"source":2,"target":3}\n', /JSON Lines/, /to_csv/],
    ['JSON of edges alone', 'a.json', '[[0,1],[1,2]]', /its edges are a list alone/, /to_csv/],
    ['a PyTorch file', 'a.pt', zipSync({'x/data.pkl': Uint8Array.of(1)}), /PyTorch file/, /edge_index=data.edge_index/],
    ['Excel', 'a.xlsx', zipSync({'[Content_Types].xml': Uint8Array.of(1)}), /Excel workbook/, /csv/],
    [
      'a zip of a table',
      'a.zip',
      zipSync({'edges.csv': Uint8Array.of(1)}),
      /without an npy array; it holds edges\.csv/,
      /unpack/,
    ],
    ['bzip2', 'a.csv.bz2', 'BZh91AY&SY\0\0', /looks like bzip2 data/, /unpack/],
    ['an npy array', 'a.npy', writeNpy(array('x', 'i4', [0, 1], [1, 2])), /looks like an npy array/, /numpy\.savez/],
    ['a MATLAB file', 'a.mat', 'MATLAB 5.0 MAT-file\0\0', /a MATLAB file/, /loadmat/],
    ['gzip twice', 'a.csv.gz', gzipSync(gzipSync('a,b\n')), /gzip data inside gzip/, /unpack/],
  ])('%s', async (_, name, content, message, step) => {
    const error: unknown = await readGraph(put(name, content)).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(InputError)
    expect((error as InputError).message).toMatch(message)
    expect((error as InputError).message).toContain(name)
    expect((error as InputError).nextSteps.join('; ')).toMatch(step)
  })
  it('what is like them and is a table of edges is read', async () => {
    const read = async (content: string, options: ReadOptions = {}) =>
      edgesOf(await readGraph(put('t.txt', content), options))
    expect(await read('1 2 0.5\n2 3\n3 1 0.25\n')).toEqual(['1-2', '2-3', '3-1'])
    expect(await read('# from to\n1 2\n#\n2 3\n')).toEqual(['1-2', '2-3'])
    expect(await read('source,target\na,null\nnull,b\n', {idsAsText: true})).toEqual(['a-null', 'null-b'])
    expect(await read('1 2 3 4\n2 3\n', {sourceColumn: '1', targetColumn: '2'})).toEqual(['1-2', '2-3'])
    expect(await read('0,1\na,b\nb,c\n')).toEqual(['a-b', 'b-c'])
    expect(await read(',0,1\n0,a,b\n1,b,c\n2,c,a\n')).toEqual(['a-b', 'b-c', 'c-a'])
  })
})

describe("NetworkX's edge list, a dictionary behind each pair", () => {
  const content =
    "#me.py\n# now\n#\na b {'weight': 1.5, 'kind': \"it's\", 'ok': True}\nb c {}\nc a {'weight': 2, 'none': None, 'of': [1, 2]}\n"
  it('weights and attributes are read, and lines stay as they were', async () => {
    const document = await readGraph(put('a.edgelist', content))
    expect(edgesOf(document)).toEqual(['a-b', 'b-c', 'c-a'])
    expect(Array.from(document.raw.weights!)).toEqual([1.5, NaN, NaN])
    expect(document.carried.edgeColumns!()).toEqual([
      {name: 'kind', values: ["it's", undefined, undefined]},
      {name: 'ok', values: [true, undefined, undefined]},
      {name: 'attributes', values: [undefined, undefined, "{'weight': 2, 'none': None, 'of': [1, 2]}"]},
    ])
    const lines = Buffer.from(await rewritten('b.txt', content)).toString()
    expect(lines).toBe(content.replace(/a b.*\n/, ''))
  })
  it('of numbers, and with another separator', async () => {
    const document = await readGraph(put('n.edgelist', "0;1;{'w': 1}\n1;2;{}\n2;0;{}\n"))
    expect([document.raw.nodes, document.raw.nodeNames, edgesOf(document)]).toEqual([3, null, ['0-1', '1-2', '2-0']])
  })
})

it('a Type column of Gephi says which records have a direction', async () => {
  const table = 'Source,Target,Type\na,b,Directed\nb,c,Undirected\n'
  const document = await readGraph(put('g.csv', table))
  expect([
    document.raw.directed,
    document.carried.directionUnknown,
    Array.from(document.carried.undirectedRecords!),
  ]).toEqual([true, false, [0, 1]])
  const all = await readGraph(put('u.csv', table.replace('Directed', 'Undirected')))
  expect([all.raw.directed, all.carried.undirectedRecords]).toEqual([false, null])
})

it('gzip around any text is taken off, and put on by the extension of the output', async () => {
  const graphml =
    '<graphml><graph><node id="a"/><node id="b"/><node id="c"/><edge source="a" target="b"/><edge source="b" target="c"/></graph></graphml>'
  const bytes = await rewritten('z.graphml.gz', gzipSync(graphml))
  expect(gunzipSync(bytes).toString()).toBe(graphml.replace('<edge source="a" target="b"/>', ''))
  expect(gunzipSync(await rewritten('z.csv', 'source,target\na,b\nb,c\n', 'z.csv.gz')).toString()).toBe(
    'source,target\nb,c\n',
  )
})

describe('JSON of D3 and vis', () => {
  const d3 = JSON.stringify({
    nodes: ['a', 'b', 'c', 'd'].map((name) => ({name})),
    links: [
      {source: 0, target: 1},
      {source: 2, target: 3},
      {source: 3, target: 1},
    ],
  })
  it('places in the list of nodes are ends', async () => {
    const document = await readGraph(put('d3.json', d3))
    expect(edgesOf(document)).toEqual(['a-b', 'c-d', 'd-b'])
    expect(document.notes.map(({code}) => code)).toContain('ends-are-places')
    const ids = await readGraph(put('ids.json', d3.replaceAll('"name"', '"id"')))
    expect(edgesOf(ids)).toEqual(['a-b', 'c-d', 'd-b'])
  })
  it('are numbered anew where nodes are left out', async () => {
    const document = await readGraph(
      put(
        'cut.json',
        JSON.stringify({
          nodes: ['z', 'a', 'b', 'c'].map((name) => ({name})),
          links: [
            {source: 1, target: 2},
            {source: 2, target: 3},
          ],
        }),
      ),
    )
    const result = normalise(document, {largestComponent: true})
    const {links} = JSON.parse(
      Buffer.from(writeGraph(document, result, Uint8Array.of(0, 0), 'o.json').bytes).toString(),
    ) as {links: unknown}
    expect(links).toEqual([
      {source: 0, target: 1},
      {source: 1, target: 2},
    ])
  })
  it('numbers that are ids are ids, and from and to are ends', async () => {
    const json = {nodes: [{id: 2}, {id: 0}, {id: 1}], edges: [{from: 0, to: 1}]}
    expect(edgesOf(await readGraph(put('vis.json', JSON.stringify(json))))).toEqual(['0-1'])
  })
})

describe('rows whose ids are an attribute of the nodes', () => {
  const graph = (names: string[]) =>
    `<graphml><key id="v" for="node" attr.name="name" attr.type="string"/><graph>${names.map((name, i) => `<node id="n${i}"><data key="v">${name}</data></node>`).join('')}<edge source="n0" target="n1"/><edge source="n1" target="n2"/></graph></graphml>`
  it('are matched by it, as igraph writes names', async () => {
    const labels = put('y.csv', 'id,label\nn2,x\nalice,y\nn0,x\n')
    const document = await readGraph(put('ig.graphml', graph(['n2', 'alice', 'n0'])), {labels})
    expect([Array.from(document.raw.labels!), document.raw.classNames]).toEqual([
      [0, 1, 0],
      ['x', 'y'],
    ])
    expect(document.notes.map(({code}) => code)).toContain('matched-by-attribute')
  })
  it('are refused where ids and attribute both fit and differ', async () => {
    const labels = put('y2.csv', 'id,label\nn2,x\nn1,y\nn0,y\n')
    await expect(readGraph(put('ig2.graphml', graph(['n2', 'n1', 'n0'])), {labels})).rejects.toThrow(
      /its ids are ids of nodes, and they are also the node attribute name/,
    )
  })
})

describe('labels −1 and 1', () => {
  const npz = (labels: number[]) =>
    writeNpz([array('edges', 'i4', [0, 1, 1, 2], [2, 2]), array('labels', 'f8', labels)])
  it('are two classes, and a note says so', async () => {
    const document = await readGraph(put('pm.npz', npz([-1, 1, -1])))
    expect([Array.from(document.raw.labels!), document.raw.classNames]).toEqual([
      [0, 1, 0],
      [-1, 1],
    ])
    expect(document.notes.find(({code}) => code === 'labels-signed')!.message).toMatch(/read as two classes/)
    const bytes = writeGraph(document, normalise(document), Uint8Array.of(0, 0), 'o.json').bytes
    expect(Buffer.from(bytes).toString()).toContain('"class":-1')
  })
  it('beside other classes −1 is unknown', async () => {
    const document = await readGraph(put('un.npz', npz([-1, 1, 0])))
    expect([Array.from(document.raw.labels!), document.raw.classNames]).toEqual([[-1, 1, 0], null])
  })
  it('unknown ones stay unknown when written', async () => {
    const document = await readGraph(
      put(
        'mix.json',
        '{"nodes":[{"id":"a","class":-1},{"id":"b","class":1},{"id":"c"},{"id":"d","class":1},{"id":"e","class":1}],"links":[{"source":"a","target":"b"},{"source":"c","target":"d"}]}',
      ),
    )
    const bytes = writeGraph(document, normalise(document), Uint8Array.of(0, 0), 'o.npz').bytes
    expect(Array.from(openNpz(bytes, 'o').read('labels').data as ArrayLike<number>)).toEqual([-1, 1, NaN, 1, 1])
  })
})

describe('arrays of an npz', () => {
  const arrays = [
    array('pairs', 'i4', [0, 1, 1, 2], [2, 2]),
    array('emb', 'f8', [1, 2, 3], [3, 1]),
    array('kind', 'i4', [0, 1, 1]),
    array('tr', 'i4', [0, 2]),
    array('w', 'f8', [5, 6]),
  ]
  it('have the role that they are given', async () => {
    const {raw, carried} = await readGraph(put('roles.npz', writeNpz(arrays)), {
      arrays: {edges: 'pairs', features: 'emb', labels: 'kind', train: 'tr', weights: 'w'},
    })
    expect([
      edgesOf({raw} as GraphDocument),
      raw.features,
      Array.from(raw.labels!),
      Array.from(raw.split!.train),
      Array.from(raw.weights!),
    ]).toEqual([['0-1', '1-2'], {rows: 3, cols: 1, data: Float64Array.of(1, 2, 3)}, [0, 1, 1], [0, 2], [5, 6]])
    expect(carried.nodeColumns!()).toEqual([])
  })
  it('that both could be features must hold the same', async () => {
    const both = (x: number[]) =>
      writeNpz([
        array('edges', 'i4', [0, 1, 1, 2], [2, 2]),
        array('x', 'f8', x, [3, 1]),
        array('features', 'f8', [1, 2, 3], [3, 1]),
      ])
    expect((await readGraph(put('same.npz', both([1, 2, 3])))).raw.features?.rows).toBe(3)
    await expect(readGraph(put('differ.npz', both([3, 2, 1])))).rejects.toThrow(
      /arrays features and x could both be features, but they differ/,
    )
    const {raw} = await readGraph(put('said.npz', both([3, 2, 1])), {arrays: {features: 'x'}})
    expect(raw.features).toMatchObject({data: Float64Array.of(3, 2, 1)})
  })
  it('are none of other files', async () => {
    await expect(readGraph(put('no.csv', 'a,b\nb,c\nc,a\n'), {arrays: {features: 'x'}})).rejects.toThrow(
      /names arrays of an npz, but this is not an npz/,
    )
  })
  it('without edges: the message says what each could be', async () => {
    const error = (await readGraph(
      put(
        'dense.npz',
        writeNpz([
          array('A', 'f8', [0, 1, 0, 1, 0, 1, 0, 1, 0], [3, 3]),
          array('row', 'i4', [0]),
          array('col', 'i4', [1]),
        ]),
      ),
    ).catch((reason: unknown) => reason)) as InputError
    expect(error.nextSteps.join('; ')).toMatch(/if A is the adjacency matrix.*numpy.stack\(\[row, col\]/)
  })
})
