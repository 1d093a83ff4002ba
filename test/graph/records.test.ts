import {parse as parseCsv} from 'csv-parse/sync'
import {MultiGraph} from 'graphology'
import {parse as parseGexf} from 'graphology-gexf'
import {parse as parseGraphml} from 'graphology-graphml'
import {describe, expect, it} from 'vitest'
import {openNpz, writeNpz} from '../../src/data/npz.js'
import {normalise} from '../../src/graph/normalise.js'
import {readGraph} from '../../src/graph/read-graph.js'
import type {ReadOptions} from '../../src/graph/read-options.js'
import {writeGraph} from '../../src/graph/write-graph.js'
import {array, testFolder} from './files.js'

const {put} = testFolder()

/** A record as the files hold it: ends, weight, what else it says. */
interface Known {
  source: string
  target: string
  weight?: number | undefined
  amount?: number | undefined
  when?: string | undefined
}
/** Parallel records, both directions, a loop, hostile names, a node without an edge. */
const RECORDS: Known[] = [
  {source: 'a b', target: 'constructor', weight: 2, amount: 10, when: 'mon'},
  {source: 'a b', target: 'constructor', weight: 2, amount: 12.5, when: 'tue'},
  {source: 'constructor', target: 'a b', weight: 3, amount: 1, when: '"x", y'},
  {source: 'constructor', target: 'ü<&>', weight: 1, amount: 7, when: 'wed'},
  {source: 'ü<&>', target: 'ü<&>', weight: 4, amount: 8, when: 'thu'},
  {source: 'ü<&>', target: '7', weight: 5, amount: 9, when: 'fri'},
]
const NODES = ['a b', 'constructor', 'ü<&>', '7', 'alone']
const xml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

const SOURCES: Record<string, {name: string; content: string | Uint8Array; directed: boolean; options?: ReadOptions}> =
  {
    csv: {
      name: 'in.csv',
      content: `source,target,weight,amount,when\n${RECORDS.map(({source, target, weight, amount, when}) => `${source},${target},${weight},${amount},"${when!.replaceAll('"', '""')}"`).join('\n')}\n`,
      directed: true,
    },
    graphml: {
      name: 'in.graphml',
      content: `<graphml><key id="w" for="edge" attr.name="weight" attr.type="double"/><key id="a" for="edge" attr.name="amount" attr.type="double"/><key id="t" for="edge" attr.name="when" attr.type="string"/><graph edgedefault="directed">${NODES.map((id) => `<node id="${xml(id)}"/>`).join('')}${RECORDS.map((r) => `<edge source="${xml(r.source)}" target="${xml(r.target)}"><data key="w">${r.weight}</data><data key="a">${r.amount}</data><data key="t">${xml(r.when!)}</data></edge>`).join('')}</graph></graphml>`,
      directed: true,
    },
    gexf: {
      name: 'in.gexf',
      content: `<gexf><graph defaultedgetype="undirected"><attributes class="edge"><attribute id="0" title="amount" type="double"/><attribute id="1" title="when" type="string"/></attributes><nodes>${NODES.map((id) => `<node id="${xml(id)}"/>`).join('')}</nodes><edges>${RECORDS.map((r, k) => `<edge id="${k}" source="${xml(r.source)}" target="${xml(r.target)}" weight="${r.weight}"><attvalues><attvalue for="0" value="${r.amount}"/><attvalue for="1" value="${xml(r.when!)}"/></attvalues></edge>`).join('')}</edges></graph></gexf>`,
      directed: false,
    },
    'graphology JSON': {
      name: 'in.json',
      content: JSON.stringify({
        options: {type: 'directed', multi: true, allowSelfLoops: true},
        nodes: NODES.map((key) => ({key})),
        edges: RECORDS.map(({source, target, ...attributes}, key) => ({key: `e${key}`, source, target, attributes})),
      }),
      directed: true,
    },
    'node-link JSON': {
      name: 'in.json',
      content: JSON.stringify({directed: true, multigraph: true, nodes: NODES.map((id) => ({id})), links: RECORDS}),
      directed: true,
    },
    'plain npz': {
      name: 'in.npz',
      content: writeNpz([
        array(
          'edges',
          'i4',
          RECORDS.flatMap((r) => [NODES.indexOf(r.source), NODES.indexOf(r.target)]),
          [RECORDS.length, 2],
        ),
        array(
          'edge_weights',
          'f8',
          RECORDS.map((r) => r.weight!),
        ),
        array(
          'edge_amount',
          'f8',
          RECORDS.map((r) => r.amount!),
        ),
        array(
          'edge_when',
          'U',
          RECORDS.map((r) => r.when!),
        ),
        array('node_names', 'U', NODES),
      ]),
      directed: false,
    },
    'edge_index npz': {
      name: 'in.npz',
      content: writeNpz([
        array(
          'edge_index',
          'i8',
          [...RECORDS.map((r) => NODES.indexOf(r.source)), ...RECORDS.map((r) => NODES.indexOf(r.target))],
          [2, RECORDS.length],
        ),
        array(
          'edge_weight',
          'f4',
          RECORDS.map((r) => r.weight!),
        ),
        array(
          'edge_amount',
          'f8',
          RECORDS.map((r) => r.amount!),
        ),
        array(
          'edge_when',
          'U',
          RECORDS.map((r) => r.when!),
        ),
        array('node_names', 'U', NODES),
        array('num_nodes', 'i8', [5], []),
      ]),
      directed: true,
    },
  }

interface Reading {
  records: Known[]
  /** null: the format does not say */
  directed: boolean | null
}

const number = (value: unknown) => (value === undefined || value === '' ? undefined : Number(value))
const fromGraph = (graph: MultiGraph): Reading => ({
  records: graph.mapEdges((_, a: Record<string, unknown>, source, target) => ({
    source,
    target,
    weight: number(a['weight']),
    amount: number(a['amount']),
    when: a['when'] as string,
  })),
  directed: graph.directedSize > 0,
})
const fromNpz = (bytes: Uint8Array): Reading => {
  const file = openNpz(bytes, 'out')
  const values = (name: string) => file.read(name).data as ArrayLike<number | string>
  const name = file.has('edge_index') ? 'edge_index' : 'edges'
  const m = file.read(name).data.length / 2
  const end = (k: number, side: number) => Number(values(name)[name === 'edges' ? 2 * k + side : side * m + k])
  const weights = file.has('edge_weights') ? 'edge_weights' : 'edge_weight'
  const names = file.has('node_names') ? values('node_names') : null
  return {
    records: Array.from({length: m}, (_, k) => ({
      source: String(names?.[end(k, 0)] ?? end(k, 0)),
      target: String(names?.[end(k, 1)] ?? end(k, 1)),
      weight: Number(values(weights)[k]),
      amount: Number(values('edge_amount')[k]),
      when: String(values('edge_when')[k]),
    })),
    directed: name === 'edge_index' ? null : file.has('directed'),
  }
}
/** Readers that share nothing with surety but, for npz, the bytes of arrays. */
const READERS: Record<string, (bytes: Uint8Array) => Reading> = {
  csv: (bytes) => ({
    records: parseCsv<Record<string, string>>(Buffer.from(bytes), {columns: true}).map((r) => ({
      source: r['source']!,
      target: r['target']!,
      weight: number(r['weight']),
      amount: number(r['amount']),
      when: r['when'],
    })),
    directed: null,
  }),
  tsv: (bytes) =>
    READERS['csv']!(
      Buffer.from(
        Buffer.from(bytes).toString().replaceAll(',', '\u0001').replaceAll('\t', ',').replaceAll('\u0001', '，'),
      ),
    ),
  graphml: (bytes) => fromGraph(parseGraphml(MultiGraph, Buffer.from(bytes).toString())),
  gexf: (bytes) => fromGraph(parseGexf(MultiGraph, Buffer.from(bytes).toString(), {allowUndeclaredAttributes: true})),
  json(bytes) {
    const {
      edges = [],
      links = edges,
      options,
      directed,
    } = JSON.parse(Buffer.from(bytes).toString()) as {
      edges?: {source: string; target: string; attributes?: Known}[]
      links?: {source: string; target: string; attributes?: Known}[]
      options?: {type: string}
      directed?: boolean
    }
    return {
      records: links.map((one) => ({...one.attributes, ...one})),
      directed: directed ?? options?.type === 'directed',
    }
  },
  npz: fromNpz,
  'pyg.npz': fromNpz,
}
const shown = (record: Known, directed: boolean) => {
  const ends = [record.source, record.target]
  return JSON.stringify([
    directed ? ends : ends.sort(),
    record.weight,
    record.amount,
    record.when?.replaceAll(',', '，'),
  ])
}
const OUTPUTS = Object.keys(READERS)

describe.each(Object.keys(SOURCES))('records of %s', (from) => {
  const {name, content, directed, options} = SOURCES[from]!
  it.each(OUTPUTS)('stay, with direction, weights and attributes, in %s', async (to) => {
    const document = await readGraph(put(name, content), options)
    const result = normalise(document)
    const {bytes} = writeGraph(document, result, new Uint8Array(result.graph.edges.length / 2), `out.${to}`)
    const read = READERS[to]!(bytes)
    if (read.directed !== null) expect(read.directed).toBe(directed)
    const both = to === 'pyg.npz' && !directed
    const expected = both ? [...RECORDS, ...RECORDS.filter((r) => r.source !== r.target)] : RECORDS
    expect(read.records.map((r) => shown(r, directed)).sort()).toEqual(expected.map((r) => shown(r, directed)).sort())
  })
  it('of a pruned pair all go, in both directions, and the loop stays', async () => {
    const document = await readGraph(put(name, content), options)
    const result = normalise(document)
    const at = (node: string) => document.raw.nodeNames!.indexOf(node)
    const pair = [at('a b'), at('constructor')].sort((u, v) => u - v)
    const pruned = Uint8Array.from({length: result.graph.edges.length / 2}, (_, e) =>
      Number(result.graph.edges[2 * e] === pair[0] && result.graph.edges[2 * e + 1] === pair[1]),
    )
    for (const to of OUTPUTS.filter((one) => one !== 'pyg.npz')) {
      const read = READERS[to]!(writeGraph(document, result, pruned, `out.${to}`).bytes)
      expect(read.records.map((r) => shown(r, directed)).sort()).toEqual(
        RECORDS.slice(3)
          .map((r) => shown(r, directed))
          .sort(),
      )
    }
  })
})

describe('npz', () => {
  it('an edge_index beside edges is cut with them, and so is every array of a record', async () => {
    const npz = writeNpz([
      array('edges', 'i8', [0, 1, 1, 2, 2, 3], [3, 2]),
      array('edge_index', 'i8', [0, 1, 1, 2, 2, 3, 1, 0, 2, 1, 3, 2], [2, 6]),
      array('edge_time', 'i8', [7, 8, 9]),
      array('edge_attr', 'f4', [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6], [6, 2]),
      array('amount', 'f8', [70, 80, 90]),
      array('labels', 'i4', [0, 1, 0, 1]),
    ])
    const document = await readGraph(put('both.npz', npz))
    const file = openNpz(writeGraph(document, normalise(document), Uint8Array.of(0, 1, 0), 'o.npz').bytes, 'o')
    const values = (name: string) => Array.from(file.read(name).data as ArrayLike<number>)
    expect(values('edges')).toEqual([0, 1, 2, 3])
    expect([file.shape('edge_index'), values('edge_index')]).toEqual([
      [2, 4],
      [0, 1, 2, 3, 1, 0, 3, 2],
    ])
    expect([values('edge_time'), values('amount')]).toEqual([
      [7, 9],
      [70, 90],
    ])
    expect([file.shape('edge_attr'), values('edge_attr')]).toEqual([
      [4, 2],
      [1, 1, 2, 2, 5, 5, 6, 6],
    ])
    expect(file.read('edge_index').type).toBe('i8')
  })
  it('an edge_index is cut where it stands', async () => {
    const npz = writeNpz([
      array('edge_index', 'i8', [0, 1, 1, 2, 1, 0, 2, 1], [2, 4]),
      array('x', 'f4', [1, 2, 3], [3, 1]),
      array('y', 'i8', [0, 1, 1]),
    ])
    const document = await readGraph(put('pyg.npz', npz))
    expect(document.raw.features).toMatchObject({rows: 3})
    const file = openNpz(writeGraph(document, normalise(document), Uint8Array.of(1, 0), 'o.npz').bytes, 'o')
    expect([
      file.shape('edge_index'),
      Array.from(file.read('edge_index').data as ArrayLike<number>),
      file.has('edges'),
    ]).toEqual([[2, 2], [1, 2, 2, 1], false])
  })
  it('an array of which neither length nor name tells whose it is is refused', async () => {
    const npz = writeNpz([array('edges', 'i4', [0, 1, 1, 2, 2, 0], [3, 2]), array('time', 'f8', [1, 2, 3])])
    const document = await readGraph(put('cycle.npz', npz))
    expect(() => writeGraph(document, normalise(document), new Uint8Array(3), 'o.npz')).toThrow(
      /array time: has 3 rows, and the graph as many nodes as edges/,
    )
  })
  it('a directed matrix stays directed', async () => {
    const npz = writeNpz([
      array('format', 'S', ['csr'], []),
      array('shape', 'i8', [3, 3], [2]),
      array('data', 'f8', [500, 2, 3]),
      array('indices', 'i4', [1, 0, 2]),
      array('indptr', 'i4', [0, 1, 3, 3]),
    ])
    const document = await readGraph(put('dir.npz', npz))
    const file = openNpz(writeGraph(document, normalise(document), Uint8Array.of(0, 0), 'o.npz').bytes, 'o')
    expect(Array.from(file.read('data').data as ArrayLike<number>)).toEqual([500, 2, 3])
    const pruned = openNpz(writeGraph(document, normalise(document), Uint8Array.of(1, 0), 'o.npz').bytes, 'o')
    expect([
      Array.from(pruned.read('data').data as ArrayLike<number>),
      Array.from(pruned.read('indptr').data as ArrayLike<number>),
    ]).toEqual([[3], [0, 0, 1, 1]])
  })
})

it('weights of --soft stand beside weights of the file', async () => {
  const document = await readGraph(put('soft.csv', 'source,target,weight,amount\na,b,5,1\nb,c,6,2\nb,a,7,3\n'))
  const result = normalise(document)
  const {bytes} = writeGraph(document, result, new Uint8Array(2), 'o.csv', Float64Array.of(0.25, 0.5))
  expect(Buffer.from(bytes).toString()).toBe(
    'source,target,weight,amount,surety_weight\na,b,5,1,0.25\nb,c,6,2,0.5\nb,a,7,3,0.25\n',
  )
})

it('ids of 64 bits stay what they are, in the same format and in others', async () => {
  const id = (k: number) => `115292150460684697${k}`
  const content = `{"directed":false,"nodes":[${[0, 1, 2].map((k) => `{"id":${id(k)},"class":${k % 2}}`).join(',')}],"links":[{"source":${id(0)},"target":${id(1)}},{"source":${id(1)},"target":${id(2)}}]}`
  const document = await readGraph(put('big.json', content))
  const result = normalise(document)
  expect(document.raw.nodeNames).toEqual([id(0), id(1), id(2)])
  expect(
    Buffer.from(writeGraph(document, result, new Uint8Array(2), 'o.json').bytes)
      .toString()
      .trim(),
  ).toBe(content)
  expect(Buffer.from(writeGraph(document, result, new Uint8Array(2), 'o.csv').bytes).toString()).toBe(
    `source,target\n${id(0)},${id(1)}\n${id(1)},${id(2)}\n`,
  )
})
