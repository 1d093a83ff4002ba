import {InputError} from '../../errors.js'
import {classOf} from '../graphology.js'
import type {NormalisedGraph, ReadResult, WriteResult} from '../document.js'
import {keptEdges} from '../kept-edges.js'
import type {GraphLimits} from '../limits.js'
import type {AttributeOptions} from '../node-attributes.js'
import {notWritten} from '../not-written.js'
import {castXml, readXmlGraph, type XmlDialect} from './xml-graph.js'

interface Key {
  for: string
  name: string
  type: string | undefined
  fallback: string | null
}

/** GraphML: <key> declarations, <node>, <edge> with <data>. Nested graphs and hyperedges are refused; ports are ignored. */
export function readGraphml(
  bytes: Uint8Array,
  place: string,
  options: AttributeOptions,
  limits: GraphLimits,
): ReadResult {
  const keys = new Map<string, Key>()
  let last: Key | null = null
  let directedByDefault = false
  const dialect: XmlDialect = {
    declare({attributes}, path) {
      const name = path.at(-1)
      if (name === 'graph') directedByDefault = attributes['edgedefault'] === 'directed'
      if (name === 'hyperedge')
        throw new InputError(`${place}: has a hyperedge`, ['surety reads edges between two nodes only'])
      if (name !== 'key') return
      const id = attributes['id'] ?? ''
      last = {
        for: attributes['for'] ?? 'all',
        name: attributes['attr.name'] ?? id,
        type: attributes['attr.type'],
        fallback: null,
      }
      keys.set(id, last)
    },
    declared(path, text) {
      if (path.at(-1) === 'default' && last !== null) last.fallback = text
    },
    attribute({attributes}, _kind, xml, name, text) {
      if (name !== 'data') return
      const id = xml['key'] ?? ''
      const key = keys.get(id)
      attributes.set(key?.name ?? id, castXml(key?.type, text))
    },
    complete({attributes}, kind) {
      for (const key of keys.values()) {
        if ((key.for === kind || key.for === 'all') && key.fallback !== null && !attributes.has(key.name))
          attributes.set(key.name, castXml(key.type, key.fallback))
      }
    },
    isDirected: ({xml}) => (xml['directed'] === undefined ? directedByDefault : xml['directed'] === 'true'),
    added: {
      declaration: ADDED_KEY,
      edge: (source, target) => `<edge source="${escapeXml(source)}" target="${escapeXml(target)}">${ADDED}</edge>`,
    },
  }
  return readXmlGraph(bytes, place, dialect, options, limits)
}

/** An edge that surety added: a key of its own, so that it cannot meet one of the file. */
const ADDED_KEY = '<key id="surety-added" for="edge" attr.name="added" attr.type="boolean"/>'
const ADDED = '<data key="surety-added">true</data>'

const HEAD = `<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">`

/** Any graph as GraphML with the attributes class and weight; graphology-graphml has no writer. */
export function writeGraphml(result: NormalisedGraph, pruned: Uint8Array): WriteResult {
  const {graph, classNames} = result
  const {kept, weights, isAdded} = keptEdges(result, pruned)
  const name = (node: number) => escapeXml(graph.nodeNames?.[node] ?? String(node))
  const lines = [HEAD]
  if (graph.labels !== null)
    lines.push(
      `  <key id="class" for="node" attr.name="class" attr.type="${classNames?.some((name) => typeof name === 'string') ? 'string' : 'long'}"/>`,
    )
  if (weights !== null) lines.push('  <key id="weight" for="edge" attr.name="weight" attr.type="double"/>')
  if (isAdded !== null) lines.push(`  ${ADDED_KEY}`)
  lines.push('  <graph edgedefault="undirected">')
  for (let node = 0; node < graph.nodes; node++) {
    const label = classOf(graph, classNames, node).class
    lines.push(
      label === undefined
        ? `    <node id="${name(node)}"/>`
        : `    <node id="${name(node)}"><data key="class">${escapeXml(String(label))}</data></node>`,
    )
  }
  for (let e = 0; e < kept.length / 2; e++) {
    const ends = `source="${name(kept[2 * e]!)}" target="${name(kept[2 * e + 1]!)}"`
    const data = [
      weights === null ? '' : `<data key="weight">${weights[e]}</data>`,
      isAdded?.[e] === 1 ? ADDED : '',
    ].join('')
    lines.push(data === '' ? `    <edge ${ends}/>` : `    <edge ${ends}>${data}</edge>`)
  }
  lines.push('  </graph>', '</graphml>', '')
  return {bytes: Buffer.from(lines.join('\n')), notes: notWritten(graph, ['features', 'split'], 'GraphML')}
}

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
}

export function escapeXml(text: string): string {
  requireXmlText(text)
  return text.replace(/[&<>"\t\n\r]/g, (character) => ESCAPES[character]!)
}

/** Some characters cannot stand in XML, escaped or not. */
export function requireXmlText(text: string): void {
  // eslint-disable-next-line no-control-regex -- control characters are what is refused
  if (/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/.test(text) || /\p{Surrogate}/u.test(text)) {
    throw new InputError(`the name ${JSON.stringify(text)} holds a character that XML cannot hold`, [
      'write JSON, npz or CSV instead',
    ])
  }
}
