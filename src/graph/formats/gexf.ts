import type {AttributeColumn, ReadResult, WriteResult} from '../document.js'
import type {GraphLimits} from '../limits.js'
import type {AttributeOptions} from '../node-attributes.js'
import {typeOfColumn, type WrittenGraph} from '../written.js'
import {escapeXml, xmlValue} from '../xml-text.js'
import {classColumn, notHeldByXml} from './graphml.js'
import {castXml, readXmlGraph, type XmlDialect} from './xml-graph.js'

interface Declaration {
  title: string
  type: string | undefined
  fallback: string | null
}

/** GEXF 1.1 to 1.3: <attributes> declarations, <node>, <edge> with <attvalue>; label and weight are attributes too. */
export function readGexf(bytes: Uint8Array, place: string, options: AttributeOptions, limits: GraphLimits): ReadResult {
  const declarations = {node: new Map<string, Declaration>(), edge: new Map<string, Declaration>()}
  let target: Map<string, Declaration> | null = null
  let last: Declaration | null = null
  let defaultType = 'undirected'
  const dialect: XmlDialect = {
    declare({attributes}, path) {
      const name = path.at(-1)
      if (name === 'graph') defaultType = attributes['defaultedgetype'] ?? 'undirected'
      if (name === 'attributes')
        target =
          attributes['class'] === 'node' ? declarations.node : attributes['class'] === 'edge' ? declarations.edge : null
      if (name !== 'attribute') return
      const id = attributes['id'] ?? ''
      last = {title: attributes['title'] ?? id, type: attributes['type'], fallback: null}
      target?.set(id, last)
    },
    declared(path, text) {
      if (path.at(-1) === 'default' && last !== null) last.fallback = text
    },
    attribute({attributes}, kind, xml, name) {
      if (name !== 'attvalue') return
      const id = xml['for'] ?? xml['id'] ?? ''
      const declaration = declarations[kind].get(id)
      attributes.set(declaration?.title ?? id, castXml(declaration?.type, xml['value'] ?? ''))
    },
    complete({attributes, xml}, kind) {
      for (const own of kind === 'node' ? ['label'] : ['weight', 'label'])
        if (xml[own] !== undefined && !attributes.has(own)) attributes.set(own, xml[own])
      for (const {title, type, fallback} of declarations[kind].values()) {
        if (fallback !== null && !attributes.has(title)) attributes.set(title, castXml(type, fallback))
      }
    },
    isDirected: ({xml}) => (xml['type'] ?? defaultType) === 'directed',
    // A new attribute would need a declaration; the label does not.
    added: {
      declaration: '',
      edge: (source, target, number) =>
        `<edge id="surety-added-${number}" source="${escapeXml(source)}" target="${escapeXml(target)}" label="added"/>`,
    },
  }
  return readXmlGraph(bytes, place, dialect, options, limits)
}

/** Any graph as GEXF 1.3: every record with its attributes; labels of nodes are the attribute class. */
export function writeGexf(graph: WrittenGraph): WriteResult {
  const {edges, weights, isAdded, names, taken} = graph
  const name = (node: number) => escapeXml(names?.[node] ?? String(node))
  const titles = graph.nodeColumns.find((column) => column.name === 'label')
  const nodeColumns = [
    ...(taken.labels === null ? classColumn(graph) : []),
    ...graph.nodeColumns.filter((column) => column !== titles || taken.labels === 'label'),
  ]
  const edgeColumns = [
    ...graph.edgeColumns,
    ...(isAdded === null
      ? []
      : [{name: 'added', values: Array.from(isAdded, (one) => (one === 1 ? true : undefined))}]),
  ]
  const kind = graph.directed ? 'directed' : 'undirected'
  const lines = [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    '<gexf xmlns="http://gexf.net/1.3" version="1.3">',
    `  <graph defaultedgetype="${kind}">`,
  ]
  const declare = (of: string, columns: readonly AttributeColumn[]) => {
    if (columns.length === 0) return
    lines.push(`    <attributes class="${of}">`)
    columns.forEach((column) =>
      lines.push(
        `      <attribute id="${escapeXml(column.name)}" title="${escapeXml(column.name)}" type="${typeOfColumn(column)}"/>`,
      ),
    )
    lines.push('    </attributes>')
  }
  const values = (columns: readonly AttributeColumn[], row: number) =>
    columns
      .map(({name: title, values: all}) =>
        all[row] === undefined || all[row] === null
          ? ''
          : `<attvalue for="${escapeXml(title)}" value="${xmlValue(all[row])}"/>`,
      )
      .join('')
  const element = (tag: string, attributes: string, content: string) =>
    lines.push(
      content === ''
        ? `      <${tag} ${attributes}/>`
        : `      <${tag} ${attributes}><attvalues>${content}</attvalues></${tag}>`,
    )
  declare('node', nodeColumns)
  declare('edge', edgeColumns)
  lines.push('    <nodes>')
  for (let node = 0; node < graph.nodes; node++) {
    const title = titles?.values[node]
    element(
      'node',
      `id="${name(node)}"${title === undefined || title === null ? '' : ` label="${xmlValue(title)}"`}`,
      values(nodeColumns, node),
    )
  }
  lines.push('    </nodes>', '    <edges>')
  for (let r = 0; r < edges.length / 2; r++) {
    const weight = weights === null || Number.isNaN(weights[r]) ? '' : ` weight="${weights[r]}"`
    const type = graph.undirected?.[r] === 1 ? ' type="undirected"' : ''
    element(
      'edge',
      `id="${r}" source="${name(edges[2 * r]!)}" target="${name(edges[2 * r + 1]!)}"${weight}${type}`,
      values(edgeColumns, r),
    )
  }
  lines.push('    </edges>', '  </graph>', '</gexf>', '')
  return {bytes: Buffer.from(lines.join('\n')), notes: [...graph.notes, ...notHeldByXml(graph, 'GEXF')]}
}
