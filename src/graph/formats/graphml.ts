import {InputError} from '../../errors.js'
import type {Note} from '../../frame/report.js'
import type {AttributeColumn, ReadResult, WriteResult} from '../document.js'
import type {GraphLimits} from '../limits.js'
import type {AttributeOptions} from '../node-attributes.js'
import {partOf} from '../split-arrays.js'
import {notHeld, typeOfColumn, type WrittenGraph} from '../written.js'
import {escapeXml, xmlValue} from '../xml-text.js'
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

/** Marks an edge that surety added, with its own key, so that it cannot collide with a key of the file. */
const ADDED_KEY = '<key id="surety-added" for="edge" attr.name="added" attr.type="boolean"/>'
const ADDED = '<data key="surety-added">true</data>'

const HEAD = `<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">`

/** Any graph as GraphML: every record with its attributes, and edge ids if records have keys. */
export function writeGraphml(graph: WrittenGraph): WriteResult {
  const {edges, weights, isAdded, names, taken} = graph
  const name = (node: number) => escapeXml(names?.[node] ?? String(node))
  const nodeColumns = [...(taken.labels === null ? classColumn(graph) : []), ...graph.nodeColumns]
  const edgeColumns = [
    ...(weights === null ? [] : [weightColumn(weights)]),
    ...graph.edgeColumns.filter((column) => column.name !== 'key'),
  ]
  const keys = graph.edgeColumns.find((column) => column.name === 'key')
  const lines = [HEAD]
  const declare = (prefix: string, kind: string, columns: readonly AttributeColumn[]) =>
    columns.forEach((column, k) => {
      lines.push(
        `  <key id="${prefix}${k}" for="${kind}" attr.name="${escapeXml(column.name)}" attr.type="${typeOfColumn(column)}"/>`,
      )
    })
  declare('n', 'node', nodeColumns)
  declare('e', 'edge', edgeColumns)
  if (isAdded !== null) lines.push(`  ${ADDED_KEY}`)
  lines.push(`  <graph edgedefault="${graph.directed ? 'directed' : 'undirected'}">`)
  const data = (prefix: string, columns: readonly AttributeColumn[], row: number) =>
    columns
      .map(({values}, k) =>
        values[row] === undefined || values[row] === null
          ? ''
          : `<data key="${prefix}${k}">${xmlValue(values[row])}</data>`,
      )
      .join('')
  const element = (start: string, content: string, end: string) =>
    lines.push(content === '' ? `    ${start}/>` : `    ${start}>${content}${end}`)
  for (let node = 0; node < graph.nodes; node++)
    element(`<node id="${name(node)}"`, data('n', nodeColumns, node), '</node>')
  for (let r = 0; r < edges.length / 2; r++) {
    const key = keys?.values[r]
    const start = `<edge${key === undefined || key === null ? '' : ` id="${xmlValue(key)}"`} source="${name(edges[2 * r]!)}" target="${name(edges[2 * r + 1]!)}"${graph.undirected?.[r] === 1 ? ' directed="false"' : ''}`
    element(start, data('e', edgeColumns, r) + (isAdded?.[r] === 1 ? ADDED : ''), '</edge>')
  }
  lines.push('  </graph>', '</graphml>', '')
  return {bytes: Buffer.from(lines.join('\n')), notes: [...graph.notes, ...notHeldByXml(graph, 'GraphML')]}
}

/** The labels of the graph as a node column; none without labels. */
export function classColumn({labels, classNames, nodeColumns}: WrittenGraph): AttributeColumn[] {
  const name = nodeColumns.some((column) => column.name === 'class') ? 'surety_class' : 'class'
  return labels === null
    ? []
    : [{name, values: Array.from(labels, (label) => (label < 0 ? undefined : (classNames?.[label] ?? label)))}]
}

export const weightColumn = (weights: Float64Array): AttributeColumn => ({
  name: 'weight',
  values: Array.from(weights, (weight) => (Number.isNaN(weight) ? undefined : weight)),
})

export function notHeldByXml(graph: WrittenGraph, format: string): Note[] {
  const lists = [...graph.nodeColumns, ...graph.edgeColumns].filter(({values}) =>
    values.some((value) => typeof value === 'object' && value !== null),
  )
  return [
    ...notHeld(format, [
      graph.features !== null && graph.taken.features.length === 0 && 'features',
      graph.split !== null && graph.nodeColumns.every(({name}) => partOf(name) === null) && 'split',
    ]),
    ...(lists.length === 0
      ? []
      : [
          {
            level: 'warning' as const,
            code: 'written-as-text',
            message: `${format} has no lists: ${lists.map(({name}) => name).join(', ')} are written as JSON text`,
          },
        ]),
  ]
}
