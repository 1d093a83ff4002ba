import {parse as parseCsv} from 'csv-parse/sync'
import {MultiGraph} from 'graphology'
import {parse as parseGexf} from 'graphology-gexf'
import {parse as parseGraphml} from 'graphology-graphml'
import {describe, expect, it} from 'vitest'
import {openNpz, writeNpz} from '../../src/data/npz.js'
import type {GraphFormat} from '../../src/graph/document.js'
import {FORMAT_TABLE, type FormatHolds} from '../../src/graph/format-table.js'
import {normalise} from '../../src/graph/normalise.js'
import {readGraph} from '../../src/graph/read-graph.js'
import {EXTENSIONS} from '../../src/graph/extensions.js'
import {conversionNotes, writeGraph} from '../../src/graph/write-graph.js'
import {scaled} from '../support/scale.js'
import {array, testFolder} from './files.js'

const {put} = testFolder()

interface Edge {
  source: string
  target: string
  weight?: number | undefined
  kind?: string | undefined
}
interface Model {
  nodes: string[]
  /** of each node */
  tags: (string | undefined)[]
  edges: Edge[]
  directed: boolean
}
const TRAITS = ['directed', 'weighted', 'multi', 'attributes', 'isolated', 'odd'] as const
type Traits = Record<(typeof TRAITS)[number], boolean>

const ODD = ['a b', 'constructor', 'ü<&>', '007', '"q", \\', '9007199254740993']

function model(traits: Traits): Model {
  const nodes = [...(traits.odd ? ODD : ODD.map((_, i) => `n${i}`)), ...(traits.isolated ? ['alone'] : [])]
  const pair = (i: number, j: number, k: number): Edge => ({
    source: nodes[i]!,
    target: nodes[j]!,
    ...(traits.weighted && {weight: 1.5 + k}),
    ...(traits.attributes && {kind: ['x', 'y "z"', 'é<'][k % 3]!}),
  })
  const edges = [0, 1, 2, 3, 4].map((i) => pair(i, i + 1, i))
  if (traits.directed) edges.push(pair(1, 0, 7))
  if (traits.multi) edges.push(pair(0, 1, 8), pair(0, 1, 9))
  return {
    nodes,
    tags: nodes.map((_, i) => (traits.attributes ? `t${i} &` : undefined)),
    edges,
    directed: traits.directed,
  }
}

/** What of a graph is left in a format. */
function held(graph: Model, holds: FormatHolds): Model {
  const number = new Map(graph.nodes.map((name, i) => [name, String(i)]))
  const called = (name: string) => (holds.names ? name : number.get(name)!)
  const touched = new Set(graph.edges.flatMap(({source, target}) => [source, target]))
  const stays = graph.nodes.map((name) => holds.isolated || touched.has(name))
  const seen = new Set<string>()
  return {
    nodes: graph.nodes.filter((_, i) => stays[i]).map(called),
    tags: graph.tags.filter((_, i) => stays[i]).map((tag) => (holds.nodeAttributes ? tag : undefined)),
    edges: graph.edges.flatMap(({source, target, weight, kind}) => {
      const key = `${source}|${target}`
      if (!holds.parallel && seen.has(key)) return []
      seen.add(key)
      return [{source: called(source), target: called(target), weight, kind: holds.edgeAttributes ? kind : undefined}]
    }),
    // A table of pairs is taken to be directed.
    directed: graph.directed || !holds.direction,
  }
}

const xml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
const quote = (text: string | number | undefined) =>
  text === undefined ? '' : `"${String(text).replaceAll('"', '""')}"`
const entity = (text: string) => text.replace(/[^ -~]|[&"]/gu, (one) => `&#${one.codePointAt(0)};`)
const item = <T extends object>(of: T): Partial<T> =>
  Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined)) as Partial<T>

/** Files of every format that surety reads, written without it. */
const INPUTS: Record<GraphFormat, (graph: Model) => string | Uint8Array> = {
  'edge-list': ({edges}) => {
    const columns = (['source', 'target', 'weight', 'kind'] as const).filter((name) => edges[0]![name] !== undefined)
    return `${[columns.join(','), ...edges.map((edge) => columns.map((name) => quote(edge[name])).join(','))].join('\n')}\n`
  },
  graphml: ({nodes, tags, edges, directed}) =>
    `<graphml><key id="t" for="node" attr.name="tag" attr.type="string"/><key id="w" for="edge" attr.name="weight" attr.type="double"/><key id="k" for="edge" attr.name="kind" attr.type="string"/><graph edgedefault="${directed ? 'directed' : 'undirected'}">${nodes.map((id, i) => `<node id="${xml(id)}">${tags[i] === undefined ? '' : `<data key="t">${xml(tags[i])}</data>`}</node>`).join('')}${edges.map((e) => `<edge source="${xml(e.source)}" target="${xml(e.target)}">${e.weight === undefined ? '' : `<data key="w">${e.weight}</data>`}${e.kind === undefined ? '' : `<data key="k">${xml(e.kind)}</data>`}</edge>`).join('')}</graph></graphml>`,
  gexf: ({nodes, tags, edges, directed}) =>
    `<gexf><graph defaultedgetype="${directed ? 'directed' : 'undirected'}"><attributes class="node"><attribute id="0" title="tag" type="string"/></attributes><attributes class="edge"><attribute id="0" title="kind" type="string"/></attributes><nodes>${nodes.map((id, i) => `<node id="${xml(id)}">${tags[i] === undefined ? '' : `<attvalues><attvalue for="0" value="${xml(tags[i])}"/></attvalues>`}</node>`).join('')}</nodes><edges>${edges.map((e, k) => `<edge id="${k}" source="${xml(e.source)}" target="${xml(e.target)}"${e.weight === undefined ? '' : ` weight="${e.weight}"`}>${e.kind === undefined ? '' : `<attvalues><attvalue for="0" value="${xml(e.kind)}"/></attvalues>`}</edge>`).join('')}</edges></graph></gexf>`,
  'graphology-json': ({nodes, tags, edges, directed}) =>
    JSON.stringify({
      options: {type: directed ? 'directed' : 'undirected', multi: true},
      nodes: nodes.map((key, i) => ({key, attributes: item({tag: tags[i]})})),
      edges: edges.map(({source, target, ...rest}) => ({
        source,
        target,
        attributes: item(rest),
        ...(!directed && {undirected: true}),
      })),
    }),
  'node-link': ({nodes, tags, edges, directed}) =>
    JSON.stringify({
      directed,
      multigraph: true,
      graph: {},
      nodes: nodes.map((id, i) => item({id, tag: tags[i]})),
      links: edges,
    }),
  'cytoscape-json': ({nodes, tags, edges, directed}) =>
    JSON.stringify({
      directed,
      elements: {nodes: nodes.map((id, i) => ({data: item({id, tag: tags[i]})})), edges: edges.map((data) => ({data}))},
    }),
  'adjacency-json': ({nodes, tags, edges, directed}) =>
    JSON.stringify({
      directed,
      multigraph: true,
      nodes: nodes.map((id, i) => item({id, tag: tags[i]})),
      adjacency: nodes.map((name) =>
        edges.flatMap(({source, target, ...rest}) => [
          ...(source === name ? [{id: target, ...rest}] : []),
          ...(!directed && target === name ? [{id: source, ...rest}] : []),
        ]),
      ),
    }),
  gml({nodes, tags, edges, directed}) {
    const block = (tag: string, lines: (string | false)[]) =>
      [`  ${tag} [`, ...lines.filter((line) => line !== false).map((line) => `    ${line}`), '  ]', ''].join('\n')
    return `graph [\n  directed ${Number(directed)}\n${nodes.map((name, i) => block('node', [`id ${10 + i}`, `label "${entity(name)}"`, tags[i] !== undefined && `tag "${entity(tags[i])}"`])).join('')}${edges.map((e) => block('edge', [`source ${10 + nodes.indexOf(e.source)}`, `target ${10 + nodes.indexOf(e.target)}`, e.weight !== undefined && `weight ${e.weight}`, e.kind !== undefined && `kind "${entity(e.kind)}"`])).join('')}]\n`
  },
  pajek: ({nodes, edges, directed}) =>
    `*Vertices ${nodes.length}\n${nodes.map((name, i) => `${i + 1} "${name.replace(/["\\]/g, '\\$&')}"\n`).join('')}${directed ? '*Arcs' : '*Edges'}\n${edges.map((e) => `${nodes.indexOf(e.source) + 1} ${nodes.indexOf(e.target) + 1} ${e.weight ?? ''}\n`).join('')}`,
  'matrix-market': ({nodes, edges, directed}) =>
    `%%MatrixMarket matrix coordinate ${edges[0]!.weight === undefined ? 'pattern' : 'real'} ${directed ? 'general' : 'symmetric'}\n${nodes.length} ${nodes.length} ${edges.length}\n${edges
      .map((e) => {
        const [u, v] = [nodes.indexOf(e.source) + 1, nodes.indexOf(e.target) + 1]
        return `${directed ? `${u} ${v}` : `${v} ${u}`} ${e.weight ?? ''}\n`
      })
      .join('')}`,
  'plain-npz': ({nodes, tags, edges, directed}) =>
    writeNpz([
      array(
        'edges',
        'i8',
        edges.flatMap((e) => [nodes.indexOf(e.source), nodes.indexOf(e.target)]),
        [edges.length, 2],
      ),
      array('directed', 'b1', [Number(directed)], []),
      array('node_names', 'U', nodes),
      ...(edges[0]!.weight === undefined
        ? []
        : [
            array(
              'edge_weights',
              'f8',
              edges.map((e) => e.weight!),
            ),
          ]),
      ...(edges[0]!.kind === undefined
        ? []
        : [
            array(
              'edge_kind',
              'U',
              edges.map((e) => e.kind!),
            ),
          ]),
      ...(tags[0] === undefined ? [] : [array('node_tag', 'U', tags as string[])]),
    ]),
  'scipy-npz': (graph) => {
    const cells = entries(graph)
    return writeNpz([
      array(
        'row',
        'i4',
        cells.map(([u]) => u),
      ),
      array(
        'col',
        'i4',
        cells.map(([, v]) => v),
      ),
      array(
        'data',
        'f8',
        cells.map(([, , weight]) => weight),
      ),
      array('shape', 'i8', [graph.nodes.length, graph.nodes.length]),
      array('format', 'S', ['coo'], []),
      ...(graph.tags[0] === undefined ? [] : [array('node_tag', 'U', graph.tags as string[])]),
    ])
  },
  'deeprobust-npz': (graph) => {
    const cells = entries(graph).sort((a, b) => a[0] - b[0] || a[1] - b[1])
    return writeNpz([
      array(
        'adj_indptr',
        'i4',
        [...graph.nodes.keys(), graph.nodes.length].map((row) => cells.filter(([u]) => u < row).length),
      ),
      array(
        'adj_indices',
        'i4',
        cells.map(([, v]) => v),
      ),
      array(
        'adj_data',
        'f8',
        cells.map(([, , weight]) => weight),
      ),
      array('adj_shape', 'i8', [graph.nodes.length, graph.nodes.length]),
      ...(graph.tags[0] === undefined ? [] : [array('node_tag', 'U', graph.tags as string[])]),
    ])
  },
}
const NAMES: Partial<Record<GraphFormat, string>> = {
  'edge-list': 'in.csv',
  graphml: 'in.graphml',
  gexf: 'in.gexf',
  gml: 'in.gml',
  pajek: 'in.net',
  'matrix-market': 'in.mtx',
}

function entries({nodes, edges, directed}: Model): [number, number, number][] {
  return edges.flatMap(({source, target, weight = 1}) => {
    const [u, v] = [nodes.indexOf(source), nodes.indexOf(target)]
    const both: [number, number, number][] = [
      [u, v, weight],
      [v, u, weight],
    ]
    return directed ? both.slice(0, 1) : both
  })
}

interface Reading extends Omit<Model, 'directed'> {
  /** null: the format does not say */
  directed: boolean | null
}
const number = (value: unknown) =>
  value === undefined || value === '' || Number.isNaN(value) ? undefined : Number(value)
const text = (value: unknown) =>
  typeof value === 'string' || typeof value === 'number' ? String(value) || undefined : undefined
const fromGraph = (graph: MultiGraph): Reading => ({
  nodes: graph.nodes(),
  tags: graph.mapNodes((_, a: Record<string, unknown>) => text(a['tag'])),
  edges: graph.mapEdges((_, a: Record<string, unknown>, source, target) => ({
    source,
    target,
    weight: number(a['weight']),
    kind: text(a['kind']),
  })),
  directed: graph.directedSize > 0,
})
const fromTable =
  (delimiter: string) =>
  (bytes: Uint8Array): Reading => {
    const rows = parseCsv<Record<string, string>>(Buffer.from(bytes), {columns: true, delimiter})
    const edges = rows.map((r) => ({
      source: r['source']!,
      target: r['target']!,
      weight: number(r['weight']),
      kind: text(r['kind']),
    }))
    const nodes = [...new Set(edges.flatMap((e) => [e.source, e.target]))]
    return {nodes, tags: nodes.map(() => undefined), edges, directed: null}
  }
const fromNpz = (bytes: Uint8Array): Reading => {
  const file = openNpz(bytes, 'out')
  const values = (name: string) =>
    file.has(name) ? Array.from(file.read(name).data as ArrayLike<number | string>) : null
  const wide = file.has('edge_index')
  const ends = values(wide ? 'edge_index' : 'edges')!
  const m = ends.length / 2
  const nodes =
    values('node_names')?.map(String) ?? Array.from({length: Number(values('num_nodes')![0])}, (_, i) => String(i))
  const weights = values('edge_weights') ?? values('edge_weight')
  return {
    nodes,
    tags: nodes.map((_, i) => text(values('node_tag')?.[i])),
    edges: Array.from({length: m}, (_, k) => ({
      source: nodes[Number(ends[wide ? k : 2 * k])]!,
      target: nodes[Number(ends[wide ? m + k : 2 * k + 1])]!,
      weight: number(weights?.[k]),
      kind: text(values('edge_kind')?.[k]),
    })),
    directed: wide ? null : file.has('directed') && values('directed')![0] === 1,
  }
}
const unescape = (value: string) => value.replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))

/** Readers that share nothing with surety but, for npz, the bytes of arrays. */
const OUTPUTS: Record<string, (bytes: Uint8Array) => Reading> = {
  '.csv': fromTable(','),
  '.tsv': fromTable('\t'),
  '.txt': fromTable(' '),
  '.graphml': (bytes) => fromGraph(parseGraphml(MultiGraph, Buffer.from(bytes).toString())),
  '.gexf': (bytes) =>
    fromGraph(parseGexf(MultiGraph, Buffer.from(bytes).toString(), {allowUndeclaredAttributes: true})),
  '.json'(bytes) {
    const graph = new MultiGraph()
    graph.import(JSON.parse(Buffer.from(bytes).toString()) as never)
    return fromGraph(graph)
  },
  '.npz': fromNpz,
  '.pyg.npz': fromNpz,
  '.gml'(bytes) {
    const content = Buffer.from(bytes).toString()
    const blocks = (tag: string) =>
      [...content.matchAll(new RegExp(`^  ${tag} \\[\\n([^\\]]*)^  \\]`, 'gm'))].map(([, block]) =>
        Object.fromEntries(
          [...block!.matchAll(/^ {4}(\w+) (?:"(.*)"|(\S+))$/gm)].map(([, key, word, value]) => [
            key!,
            word === undefined ? Number(value) : unescape(word),
          ]),
        ),
      )
    const nodes = blocks('node')
    const called = new Map(nodes.map((node) => [node['id'], String(node['label'])]))
    return {
      nodes: nodes.map((node) => String(node['label'])),
      tags: nodes.map((node) => text(node['tag'])),
      edges: blocks('edge').map((edge) => ({
        source: called.get(edge['source'])!,
        target: called.get(edge['target'])!,
        weight: number(edge['weight']),
        kind: text(edge['kind']),
      })),
      directed: /^ {2}directed 1$/m.test(content),
    }
  },
  '.net'(bytes) {
    const lines = Buffer.from(bytes).toString().trim().split('\n')
    const start = lines.findIndex((line) => /^\*(Arcs|Edges)$/.test(line))
    const nodes = lines.slice(1, start).map((line) => JSON.parse(line.slice(line.indexOf(' ') + 1)) as string)
    return {
      nodes,
      tags: nodes.map(() => undefined),
      edges: lines.slice(start + 1).map((line) => {
        const [u, v, weight] = line.split(' ')
        return {source: nodes[Number(u) - 1]!, target: nodes[Number(v) - 1]!, weight: number(weight)}
      }),
      directed: lines[start] === '*Arcs',
    }
  },
  '.mtx'(bytes) {
    const [head, sizes, ...lines] = Buffer.from(bytes).toString().trim().split('\n')
    const nodes = Array.from({length: Number(sizes!.split(' ')[0])}, (_, i) => String(i))
    return {
      nodes,
      tags: nodes.map(() => undefined),
      edges: lines.map((line) => {
        const [u, v, weight] = line.split(' ')
        return {source: String(Number(u) - 1), target: String(Number(v) - 1), weight: number(weight)}
      }),
      directed: head!.endsWith('general'),
    }
  },
}

function shown({nodes, tags, edges}: Omit<Model, 'directed'>, directed: boolean): unknown {
  return {
    nodes: nodes.map((name, i) => JSON.stringify([name, tags[i]])).sort(),
    edges: edges
      .map(({source, target, weight, kind}) =>
        JSON.stringify([directed ? [source, target] : [source, target].sort(), weight, kind]),
      )
      .sort(),
  }
}

/** Nine graphs in which each pair of traits comes in each combination; all 64 in the full suite. */
const GRAPHS: Traits[] = scaled(
  Array.from({length: 64}, (_, k) => k),
  [0b000000, 0b000111, 0b011001, 0b011110, 0b101010, 0b101101, 0b110011, 0b110100, 0b111111],
).map((bits) => Object.fromEntries(TRAITS.map((trait, t) => [trait, ((bits >> t) & 1) === 1])) as Traits)

it('the table has a row for every reader and every extension that is written', () => {
  expect(FORMAT_TABLE.flatMap(({format}) => format ?? []).sort()).toEqual(Object.keys(INPUTS).sort())
  expect(Object.keys(OUTPUTS).sort()).toEqual([...EXTENSIONS].sort())
  for (const {writtenAs} of FORMAT_TABLE) if (writtenAs !== null) expect(EXTENSIONS).toContain(writtenAs)
})

const holdsOf = (extension: string) =>
  FORMAT_TABLE.find(({writtenAs}) => writtenAs === (/tsv|txt/.test(extension) ? '.csv' : extension))!.holds

describe.each(FORMAT_TABLE.filter(({format}) => format !== null))('$title', ({format, holds}) => {
  const others = Object.keys(OUTPUTS).filter(
    (extension) =>
      !(extension === '.npz' && /^(scipy|deeprobust)/.test(format!)) &&
      !(extension === '.json' && /^(node|cyto|adja)/.test(format!)),
  )
  // The rest is rewritten in its own form, see records.test.ts and more-formats.test.ts.
  it.each(others)('to %s: what both hold is there, and what is lost is named', async (extension) => {
    for (const traits of GRAPHS) {
      const given = held(model(traits), {...holds, direction: true})
      const document = await readGraph(
        put(NAMES[format!] ?? (format!.includes('npz') ? 'in.npz' : 'in.json'), INPUTS[format!](given)),
      )
      expect(document.format).toBe(format)
      const result = normalise(document)
      const known = held(given, holds)
      const order = document.raw.nodeNames
      const inOrder =
        order === null
          ? known
          : {...known, nodes: [...order], tags: order.map((name) => known.tags[known.nodes.indexOf(name)])}
      const to = holdsOf(extension)
      const sameKind = document.format === 'edge-list' && extension === '.csv'
      const {bytes} = writeGraph(document, result, new Uint8Array(result.graph.edges.length / 2), `o${extension}`)
      const read = OUTPUTS[extension]!(bytes)
      const isConversion =
        document.format !== 'plain-npz' && !sameKind && !(extension === '.npz' && format!.endsWith('npz'))
      const wanted = held(inOrder, to)
      const directed = wanted.directed
      if (read.directed !== null) expect(read.directed, JSON.stringify(traits)).toBe(inOrder.directed)
      const isUndirected = extension === '.pyg.npz' ? false : !inOrder.directed
      const edges =
        extension === '.pyg.npz' && !inOrder.directed
          ? wanted.edges.flatMap((edge) => [edge, {...edge, source: edge.target, target: edge.source}])
          : wanted.edges
      expect(shown(read, !isUndirected && directed), JSON.stringify({traits, extension})).toEqual(
        shown({...wanted, edges}, !isUndirected && directed),
      )
      if (!isConversion) continue
      const said = conversionNotes(document, result, `o${extension}`)
        .map(({message}) => message)
        .join('\n')
      if (!to.edgeAttributes && inOrder.edges[0]!.kind !== undefined) expect(said).toMatch(/edge attributes .*kind/)
      if (!to.nodeAttributes && inOrder.tags[0] !== undefined) expect(said).toMatch(/node attributes .*tag/)
      if (!to.names && order !== null) expect(said).toContain('names of nodes')
      if (!to.isolated && traits.isolated && holds.isolated) expect(said).toContain('nodes without an edge')
    }
  })
})
