import type {SaxesTagPlain} from 'saxes'
import {InputError} from '../../errors.js'
import {rawOfAttributed} from '../attributed.js'
import type {NormalisedGraph, ReadResult, WriteResult} from '../document.js'
import {addedByName, keptNodes, keptRecords} from '../kept-edges.js'
import type {GraphLimits} from '../limits.js'
import type {AttributeOptions} from '../node-attributes.js'
import {attributeColumns} from './json-records.js'
import {walkXml} from './xml-events.js'

/** A node or an edge of the file: its XML attributes, its graph attributes, and its position in the text. */
export interface XmlElement {
  readonly xml: Readonly<Record<string, string>>
  readonly attributes: Map<string, unknown>
  readonly start: number
  end: number
}

/** What differs between GraphML and GEXF. */
export interface XmlDialect {
  /** handles an element outside of nodes and edges: declarations, the graph's default direction */
  declare(tag: SaxesTagPlain, path: readonly string[]): void
  declared(path: readonly string[], text: string): void
  /** handles an element inside a node or an edge that may hold an attribute */
  attribute(
    owner: XmlElement,
    kind: 'node' | 'edge',
    xml: Readonly<Record<string, string>>,
    name: string,
    text: string,
  ): void
  /**
   * called when all declarations are known: fills in defaults, and attributes that are XML attributes of the element
   */
  complete(element: XmlElement, kind: 'node' | 'edge'): void
  isDirected(edge: XmlElement): boolean
  /** how an added edge is written, and the declaration to insert before the graph element */
  readonly added: {declaration: string; edge: (source: string, target: string, number: number) => string}
}

/** Numbers and booleans by their declared type; everything else stays text. */
export function castXml(type: string | undefined, text: string): unknown {
  if (/^(int|integer|long|float|double|short|byte|biginteger|bigdecimal)$/i.test(type ?? ''))
    return text === '' ? null : Number(text)
  if (/^boolean$/i.test(type ?? '')) return text.toLowerCase() === 'true' || text === '1'
  return text
}

/** Reads an XML graph file in one pass; rewriting cuts elements out of the text, so everything else is unchanged. */
export function readXmlGraph(
  bytes: Uint8Array,
  place: string,
  dialect: XmlDialect,
  options: AttributeOptions,
  limits: GraphLimits,
): ReadResult {
  const nodes: XmlElement[] = []
  const edges: XmlElement[] = []
  const counted: {name: string; start: number; end: number}[] = []
  let owner: {element: XmlElement; kind: 'node' | 'edge'; depth: number} | null = null
  let inner: SaxesTagPlain[] = []
  let graphs = 0
  let graphStart = 0
  const text = walkXml(bytes, place, {
    open(tag, path, start, end) {
      const name = path.at(-1)!
      if (name === 'graph') graphStart = start
      if (name === 'graph' && ++graphs > 1)
        throw new InputError(`${place}: holds more than one graph, or a graph inside a node`, [
          'keep one flat graph per file',
        ])
      if (name === 'node' || name === 'edge') {
        if (owner !== null)
          throw new InputError(`${place}: has a ${name} inside a ${owner.kind}`, ['flatten the graph'])
        const element = {xml: tag.attributes, attributes: new Map<string, unknown>(), start, end}
        owner = {element, kind: name, depth: path.length}
        ;(name === 'node' ? nodes : edges).push(element)
      } else if (owner !== null) inner.push(tag)
      else {
        if ((name === 'nodes' || name === 'edges') && tag.attributes['count'] !== undefined)
          counted.push({name, start, end})
        dialect.declare(tag, path)
      }
    },
    close(path, own, end) {
      const name = path.at(-1)!
      if (owner === null) dialect.declared(path, own)
      else if (path.length === owner.depth) {
        owner.element.end = end
        owner = null
        inner = []
      } else dialect.attribute(owner.element, owner.kind, inner.pop()!.attributes, name, own)
    },
  })
  if (graphs === 0) throw new InputError(`${place}: has no graph element`, ['check that the file holds a graph'])
  for (const node of nodes) dialect.complete(node, 'node')
  for (const edge of edges) dialect.complete(edge, 'edge')
  const need = (element: XmlElement, key: string, what: string) => {
    const value = element.xml[key]
    if (value === undefined) throw new InputError(`${place}: ${what} has no ${key}`, ['fix the file'])
    return value
  }
  const graph = {
    nodes: nodes.map((node, i) => ({
      id: need(node, 'id', `node ${i}`),
      attributes: Object.fromEntries(node.attributes),
    })),
    edges: edges.map((edge, i) => ({
      source: need(edge, 'source', `edge ${i}`),
      target: need(edge, 'target', `edge ${i}`),
      weight: edge.attributes.get('weight'),
    })),
    directed: edges.some((edge) => dialect.isDirected(edge)),
  }
  const {taken, ...read} = rawOfAttributed(graph, place, options, limits)
  const undirected = Uint8Array.from(edges, (edge) => Number(!dialect.isDirected(edge)))
  return {
    ...read,
    carried: {
      taken,
      nodeColumns: () => attributeColumns(graph.nodes.map((node) => node.attributes)),
      edgeColumns: () =>
        attributeColumns(
          edges.map((edge) => Object.fromEntries([['key', edge.xml['id']], ...edge.attributes])),
          ['weight'],
        ),
      undirectedRecords: graph.directed && undirected.includes(1) ? undirected : null,
      rewrite: (result, pruned) =>
        cutElements({text, nodes, edges, counted, graphStart, added: dialect.added}, result, pruned),
    },
  }
}

interface Change {
  start: number
  end: number
  with: string
}

interface XmlText {
  text: string
  nodes: XmlElement[]
  edges: XmlElement[]
  /** elements with a count of nodes or edges */
  counted: {name: string; start: number; end: number}[]
  graphStart: number
  added: XmlDialect['added']
}

/**
 * The text without the removed elements and the white space before them, plus the added edges; GEXF counts are updated.
 */
function cutElements(
  {text, nodes, edges, counted, graphStart, added}: XmlText,
  result: NormalisedGraph,
  pruned: Uint8Array,
): WriteResult {
  const nodeStays = keptNodes(result, nodes.length)
  const edgeStays = keptRecords(result, pruned)
  const out = [...nodes.filter((_, i) => nodeStays[i] === 0), ...edges.filter((_, i) => edgeStays[i] === 0)]
  const sum = (stays: Uint8Array) => stays.reduce((count, one) => count + one, 0)
  const fresh = addedByName(result).map(({source, target}, k) => `\n${added.edge(source, target, k)}`)
  // There is at least one edge; added edges go after the last.
  const place = Math.max(...edges.map(({end}) => end))
  const changes: Change[] = [
    ...out.map(({start, end}) => ({start: start - spaceBefore(text, start), end, with: ''})),
    ...counted.map(({name, start, end}) => ({
      start,
      end,
      with: text
        .slice(start, end)
        .replace(
          /(\scount\s*=\s*)(["'])\d*\2/,
          `$1$2${name === 'nodes' ? sum(nodeStays) : sum(edgeStays) + fresh.length}$2`,
        ),
    })),
    ...(fresh.length === 0
      ? []
      : [
          {start: graphStart, end: graphStart, with: added.declaration},
          {start: place, end: place, with: fresh.join('')},
        ]),
  ].sort((a, b) => a.start - b.start)
  const pieces: string[] = []
  let from = 0
  for (const change of changes) {
    pieces.push(text.slice(from, change.start), change.with)
    from = change.end
  }
  pieces.push(text.slice(from))
  return {bytes: Buffer.from(pieces.join('')), notes: []}
}

function spaceBefore(text: string, at: number): number {
  let start = at
  while (start > 0 && /\s/.test(text[start - 1]!)) start--
  return at - start
}
